//! The content of a response: a slice of the pack in one frame, not a copy; what was composed for a search; or what is inflated
//! while it is sent, piece by piece.

use std::borrow::Cow;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use graven_pack::{Deflated, Error, Inflater, Source};
use http_body::{Frame, SizeHint};

use crate::limits::{INFLATED_BYTES, INFLATED_PIECE};

/// The content of a response. hyper derives `Content-Length` from its size hint, so GET and HEAD send the same length,
/// and no field value is allocated.
///
/// ```
/// use bytes::Bytes;
/// use graven_serve::Body;
///
/// let body = Body::new(Bytes::from_static(b"hello"));
/// assert_eq!(*body.content(), *b"hello");
///
/// let head = body.without_content();
/// assert_eq!(head.length(), 5);
/// assert!(head.content().is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// The announced length that is not yet sent.
    length: u64,
    content: Content,
}

#[derive(Clone, Debug, Default)]
enum Content {
    /// In a response to HEAD, and once the content is sent.
    #[default]
    None,
    /// Of the pack, or of the program.
    Whole(Bytes),
    /// Composed for this response.
    Composed(Bytes),
    Inflated(Inflating),
}

/// A part of what a variant inflates to.
#[derive(Clone, Debug)]
struct Inflating {
    source: Deflated<'static>,
    /// Created when the first piece is sent.
    inflater: Option<Inflater<'static>>,
    /// How many bytes are before the part.
    skip: usize,
    /// How many bytes of the part are left.
    left: usize,
}

impl Body {
    /// Creates a body with this content.
    #[must_use]
    pub fn new(content: Bytes) -> Self {
        Body { length: content.len() as u64, content: Content::Whole(content) }
    }

    /// Creates a body with content that was composed for this response.
    pub(crate) fn composed(content: String) -> Self {
        Body { length: content.len() as u64, content: Content::Composed(Bytes::from(content)) }
    }

    /// Creates a body with this part of a variant. Returns `None` if it is not within the variant.
    pub(crate) fn part(source: Source<'static>, part: Range<usize>) -> Option<Self> {
        match source {
            Source::Stored(bytes) => bytes.get(part).map(|part| Body::new(Bytes::from_static(part))),
            Source::Inflated(source) if part.start <= part.end && part.end <= source.len() => {
                let inflating = Inflating { source, inflater: None, skip: part.start, left: part.len() };
                Some(Body { length: part.len() as u64, content: Content::Inflated(inflating) })
            }
            Source::Inflated(_) => None,
        }
    }

    /// Returns the bytes that are allocated for the content at most. Stored content needs none.
    pub(crate) fn allocated(&self) -> usize {
        match &self.content {
            Content::None | Content::Whole(_) => 0,
            Content::Composed(content) => content.len(),
            Content::Inflated(_) => INFLATED_BYTES,
        }
    }

    /// Returns whether the content is inflated while it is sent, which takes time.
    pub(crate) fn is_inflated(&self) -> bool {
        matches!(self.content, Content::Inflated(_))
    }

    /// Returns whether some content was inflated, and more of it is left.
    pub(crate) fn has_inflater(&self) -> bool {
        matches!(&self.content, Content::Inflated(inflating) if inflating.inflater.is_some())
    }

    /// Removes the content and keeps the length, as a response to HEAD needs (RFC 9110 §9.3.2).
    #[must_use]
    pub fn without_content(self) -> Self {
        Body { content: Content::None, ..self }
    }

    /// Returns the length that `Content-Length` announces.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Returns how many bytes are left to send: none in a response to HEAD.
    pub(crate) fn left(&self) -> usize {
        match &self.content {
            Content::None => 0,
            Content::Whole(content) | Content::Composed(content) => content.len(),
            Content::Inflated(inflating) => inflating.left,
        }
    }

    /// Returns how many bytes are to be inflated: those that are sent, and those before them.
    pub(crate) fn to_inflate(&self) -> usize {
        match &self.content {
            Content::Inflated(inflating) => inflating.skip + inflating.left,
            _ => 0,
        }
    }

    /// Returns the next bytes, at most so many, and none at the end. Inflates at most [`INFLATED_PIECE`] bytes; `None` if all of
    /// them are before the part that is sent.
    pub(crate) fn next(&mut self, most: usize) -> Result<Option<Bytes>, Error> {
        let piece = match &mut self.content {
            Content::None => Bytes::new(),
            Content::Whole(content) | Content::Composed(content) => content.split_to(most.min(content.len())),
            Content::Inflated(inflating) => match inflating.next(most)? {
                Some(piece) => piece,
                None => return Ok(None),
            },
        };
        self.length = self.length.saturating_sub(piece.len() as u64);
        if self.left() == 0 {
            self.content = Content::None;
        }
        Ok(Some(piece))
    }

    /// Returns the content. It is empty in a response to HEAD.
    ///
    /// Content that has to be inflated ends early if it is damaged. [`graven_pack::Pack::verify`] finds that.
    #[must_use]
    pub fn content(&self) -> Cow<'_, [u8]> {
        match &self.content {
            Content::None => Cow::default(),
            Content::Whole(content) | Content::Composed(content) => Cow::Borrowed(content),
            Content::Inflated(inflating) => Cow::Owned(inflating.clone().rest()),
        }
    }

    /// Converts the body into its [content](Self::content).
    #[must_use]
    pub fn into_content(self) -> Bytes {
        match self.content {
            Content::None => Bytes::new(),
            Content::Whole(content) | Content::Composed(content) => content,
            Content::Inflated(inflating) => inflating.rest().into(),
        }
    }
}

impl Inflating {
    fn next(&mut self, most: usize) -> Result<Option<Bytes>, Error> {
        if self.left == 0 {
            return Ok(Some(Bytes::new()));
        }
        let inflater = self.inflater.get_or_insert_with(|| self.source.inflater());
        if self.skip > 0 {
            self.skip -= inflater.next(self.skip.min(INFLATED_PIECE))?.len();
            return Ok(None);
        }
        let piece = Bytes::copy_from_slice(inflater.next(most.min(self.left).min(INFLATED_PIECE))?);
        self.left -= piece.len();
        if self.left == 0 {
            self.inflater = None;
        }
        Ok(Some(piece))
    }

    fn rest(mut self) -> Vec<u8> {
        let mut rest = Vec::with_capacity(self.left);
        while self.left > 0
            && let Ok(piece) = self.next(INFLATED_PIECE)
        {
            rest.extend(piece.unwrap_or_default());
        }
        rest
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let body = self.get_mut();
        while body.left() > 0 {
            match body.next(usize::MAX) {
                Ok(Some(piece)) => return Poll::Ready(Some(Ok(Frame::data(piece)))),
                Ok(None) => {}
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
        body.length = 0;
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.length == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

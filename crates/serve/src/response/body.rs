//! The content of a response: a slice of the pack in one frame, not a copy; or what was composed for a search.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

/// The content of a response. hyper derives `Content-Length` from its size hint, so GET and HEAD send the same length,
/// and no field value is allocated.
///
/// ```
/// use bytes::Bytes;
/// use graven_serve::Body;
///
/// let body = Body::new(Bytes::from_static(b"hello"));
/// assert_eq!(body.content(), b"hello");
///
/// let head = body.without_content();
/// assert_eq!(head.length(), 5);
/// assert!(head.content().is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// The announced length that is not yet sent.
    length: u64,
    /// `None` in a response to HEAD, and once the content is sent.
    content: Option<Bytes>,
    /// The bytes that were allocated for the content.
    allocated: usize,
}

impl Body {
    /// Creates a body with this content.
    #[must_use]
    pub fn new(content: Bytes) -> Self {
        Body { length: content.len() as u64, content: Some(content), allocated: 0 }
    }

    /// Creates a body with content that was composed for this response.
    pub(crate) fn composed(content: String) -> Self {
        let allocated = content.len();
        Body { allocated, ..Body::new(Bytes::from(content)) }
    }

    /// Returns the bytes that were allocated for the content. Content of the pack needs none.
    pub(crate) fn allocated(&self) -> usize {
        self.allocated
    }

    /// Removes the content and keeps the length, as a response to HEAD needs (RFC 9110 §9.3.2).
    #[must_use]
    pub fn without_content(self) -> Self {
        Body { content: None, allocated: 0, ..self }
    }

    /// Returns the length that `Content-Length` announces.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Converts the body into its content. It is empty in a response to HEAD.
    #[must_use]
    pub fn into_content(self) -> Bytes {
        self.content.unwrap_or_default()
    }

    /// Returns the content. It is empty in a response to HEAD.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        self.content.as_deref().unwrap_or_default()
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let body = self.get_mut();
        body.length = 0;
        let content = body.content.take().filter(|content| !content.is_empty());
        Poll::Ready(content.map(|content| Ok(Frame::data(content))))
    }

    fn is_end_stream(&self) -> bool {
        self.length == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

//! A prepared page: its texts validated as field values, and its bytes checked.

use std::error::Error;
use std::sync::OnceLock;

use bytes::Bytes;
use graven_pack::{Coding, Page, Source, Variant};
use http::HeaderValue;
use http::header::InvalidHeaderValue;

use super::opened::Opened;
use super::vary::Vary;

/// A page's field values and variants.
#[derive(Debug)]
pub(crate) struct PreparedPage {
    pub(crate) page: Page<'static>,
    pub(crate) content_type: HeaderValue,
    pub(crate) cache_control: HeaderValue,
    /// `None` if the pack has none. press gives every document one.
    pub(crate) security_policy: Option<HeaderValue>,
    /// Where the rules are by which browsers fetch the pages in advance that this one links to. `None` if there are none.
    pub(crate) prefetch_rules: Option<HeaderValue>,
    /// The variants: each coding at most once, and always identity.
    pub(crate) variants: Box<[PreparedVariant]>,
    /// What searches need of it: the index of this time, or the page of this time that hits are shown in.
    pub(super) opened: Opened,
}

/// A variant of a page: its bytes in one content coding.
#[derive(Debug)]
pub(crate) struct PreparedVariant {
    pub(crate) coding: Coding,
    pub(crate) etag: HeaderValue,
    pub(crate) source: Source<'static>,
    pub(crate) heads: CachedHeads,
}

/// The serialized heads of a variant's responses to plain requests, each made when it is first sent.
#[derive(Debug, Default)]
pub(crate) struct CachedHeads([OnceLock<(Vary, Box<[u8]>)>; 3]);

impl CachedHeads {
    /// Returns the head at an index, and makes it if it is the first request for it. Returns `None` if it was made for
    /// another `Vary`. That happens if a page's Markdown is published later than the page.
    pub(crate) fn get_or_init(&self, index: usize, vary: Vary, make: impl FnOnce() -> Box<[u8]>) -> Option<&[u8]> {
        let (cached_for, head) = self.0.get(index)?.get_or_init(|| (vary, make()));
        (*cached_for == vary).then_some(head)
    }
}

/// The reason that an edition cannot be prepared: an error of the pack, or a text that is not a valid field value.
pub(crate) type PrepareError = Box<dyn Error>;

impl PreparedPage {
    /// Returns what the page varies by: `Accept` if it has an alternate, and `Accept-Encoding` if either has several codings.
    pub(crate) fn vary(&self, alternate: Option<&PreparedPage>) -> Vary {
        let is_coded = self.variants.len() > 1 || alternate.is_some_and(|page| page.variants.len() > 1);
        match (alternate.is_some(), is_coded) {
            (false, false) => Vary::Nothing,
            (false, true) => Vary::Encoding,
            (true, false) => Vary::Type,
            (true, true) => Vary::Both,
        }
    }

    pub(crate) fn new(page: Page<'static>) -> Result<Self, PrepareError> {
        // A valid pack has each coding at most once. The limit is for a pack that was not verified.
        let variants = page.variants().take(Coding::ALL.len()).map(|variant| PreparedVariant::new(variant?));
        let policy = page.security_policy();
        Ok(PreparedPage {
            page,
            content_type: field_value(page.content_type())?,
            cache_control: field_value(page.cache_control())?,
            security_policy: if policy.is_empty() { None } else { Some(field_value(policy)?) },
            prefetch_rules: None,
            variants: variants.collect::<Result<_, PrepareError>>()?,
            opened: Opened::default(),
        })
    }

    /// Returns the variant without a content coding, which every client can read.
    pub(crate) fn identity(&self) -> Option<&PreparedVariant> {
        self.variants.iter().find(|variant| variant.coding == Coding::Identity)
    }
}

impl PreparedVariant {
    /// Checks all stored bytes of the variant. They are not checked again when they are sent, or inflated to be sent.
    fn new(variant: Variant<'static>) -> Result<Self, PrepareError> {
        let source = variant.source();
        if let Source::Stored(_) = source {
            variant.checked_bytes()?;
        }
        Ok(PreparedVariant {
            coding: variant.coding(),
            etag: field_value(variant.etag())?,
            source,
            heads: CachedHeads::default(),
        })
    }
}

/// Converts a text of the pack to a field value without copying it.
pub(crate) fn field_value(text: &'static str) -> Result<HeaderValue, InvalidHeaderValue> {
    HeaderValue::from_maybe_shared(Bytes::from_static(text.as_bytes()))
}

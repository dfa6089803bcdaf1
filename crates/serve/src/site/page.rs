//! A page as it is answered from: every text of the pack that goes into a field, read and checked once.

use std::error::Error;
use std::sync::OnceLock;

use bytes::Bytes;
use graven_pack::{Coding, Page, Variant};
use http::HeaderValue;
use http::header::InvalidHeaderValue;

use super::vary::Vary;

/// A page's fields and variants.
#[derive(Debug)]
pub(crate) struct PreparedPage {
    pub(crate) page: Page<'static>,
    pub(crate) content_type: HeaderValue,
    pub(crate) cache_control: HeaderValue,
    /// None where the pack has none: what is no page and no picture.
    pub(crate) security_policy: Option<HeaderValue>,
    /// Each coding at most once, identity among them.
    pub(crate) variants: Box<[PreparedVariant]>,
}

/// A stored coding of a page.
#[derive(Debug)]
pub(crate) struct PreparedVariant {
    pub(crate) coding: Coding,
    pub(crate) etag: HeaderValue,
    pub(crate) bytes: &'static [u8],
    pub(crate) heads: Heads,
}

/// The heads of a variant's answers as they go to the socket, each made when it is first sent.
#[derive(Debug, Default)]
pub(crate) struct Heads([OnceLock<(Vary, Box<[u8]>)>; 3]);

impl Heads {
    /// The head in a place, made when it is first asked for; `None` where `Vary` was another then, which happens to a page whose
    /// Markdown is published later than the page.
    pub(crate) fn get(&self, place: usize, vary: Vary, make: impl FnOnce() -> Box<[u8]>) -> Option<&[u8]> {
        let (made_for, head) = self.0.get(place)?.get_or_init(|| (vary, make()));
        (*made_for == vary).then_some(head)
    }
}

/// Why an edition cannot be answered from: an error of the pack, or a text that cannot stand in a field.
pub(crate) type Reason = Box<dyn Error>;

impl PreparedPage {
    pub(crate) fn new(page: Page<'static>) -> Result<Self, Reason> {
        // Each coding stands at most once; the bound is for a pack that was never verified.
        let variants = page.variants().take(Coding::ALL.len()).map(|variant| PreparedVariant::new(variant?));
        let policy = page.security_policy();
        Ok(PreparedPage {
            page,
            content_type: value(page.content_type())?,
            cache_control: value(page.cache_control())?,
            security_policy: if policy.is_empty() { None } else { Some(value(policy)?) },
            variants: variants.collect::<Result<_, Reason>>()?,
        })
    }

    /// The bytes without a coding: what everyone can read.
    pub(crate) fn identity(&self) -> Option<&PreparedVariant> {
        self.variants.iter().find(|variant| variant.coding == Coding::Identity)
    }
}

impl PreparedVariant {
    /// Reads all bytes of the variant, once: they are then sent without another look.
    fn new(variant: Variant<'static>) -> Result<Self, Reason> {
        Ok(PreparedVariant {
            coding: variant.coding(),
            etag: value(variant.etag())?,
            bytes: variant.checked_bytes()?,
            heads: Heads::default(),
        })
    }
}

/// A text of the pack as a field value, where it lies.
pub(crate) fn value(text: &'static str) -> Result<HeaderValue, InvalidHeaderValue> {
    HeaderValue::from_maybe_shared(Bytes::from_static(text.as_bytes()))
}

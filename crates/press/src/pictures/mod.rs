//! Pictures made of pixels: PNG, JPEG, WebP, GIF.
//!
//! 1. `metadata` reads a file's size, orientation and colour profile, and removes the rest of what a camera writes into it: place, time, device.
//! 2. `plan` says which widths and formats a page offers, from the head of the file alone, so that a page can be written before they are made.
//! 3. `pixels` decodes, turns and scales. `encode` makes the files.
//! 4. `publish` makes those that are not in the cache, over all cores.

mod encode;
mod metadata;
mod pixels;
mod plan;
mod publish;

pub(crate) use self::metadata::published;
pub(crate) use self::plan::{Picture, Variant};
pub(crate) use self::publish::{Published, Shown, publish};

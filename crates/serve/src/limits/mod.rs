//! Limits: their values, and what memory and descriptors allow.

pub(crate) mod allowance;
pub(crate) mod capacity;
pub(crate) mod descriptors;
pub(crate) mod memory;
mod values;

pub use values::*;

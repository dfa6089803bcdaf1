//! The units in this executable.

use include_dir::File;

use crate::failure::Failure;

/// The text of a unit.
pub(super) fn text(unit: &'static File<'static>) -> Result<&'static str, Failure> {
    unit.contents_utf8().ok_or_else(|| {
        Failure::new(format!(
            "the unit {} in this executable is damaged; copy the executable again",
            unit.path().display()
        ))
    })
}

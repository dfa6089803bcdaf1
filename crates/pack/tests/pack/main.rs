//! Tests of the public interface: what is written is read back, damage is found, and nothing panics.

mod format;
mod hostile;
mod images;
mod reading;
mod rules;
mod writing;

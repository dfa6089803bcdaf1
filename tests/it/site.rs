//! Takes the place of `content/tests.rs` where the site in `content/` has no tests of its own.

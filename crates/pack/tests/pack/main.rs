//! Tests of the site image from outside: what is written is read, what is damaged is found, and nothing panics.

mod format;
mod hostile;
mod images;
mod reading;
mod rules;

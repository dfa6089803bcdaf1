//! Data of tables and charts: CSV files, read with the place of each cell, and the numbers in them.

mod csv;
mod decimal;

pub(crate) use self::csv::{Cell, Csv, Origin, Provenance};
pub(crate) use self::decimal::{Decimal, Groups, push_grouped};

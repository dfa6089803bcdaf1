//! The list: every route with its type and its size in each coding, and what changes later, as a table or in JSON, for programs.

use std::fmt::Write as _;

use graven_pack::{Coding, Content, Pack, Page};

use crate::Error;
use crate::schedule::{Scheduled, schedule};

/// The format of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Columns, for people.
    Table,
    /// JSON, for programs.
    Json,
}

/// The bytes in each coding, in the order of [`Coding::ALL`]; `None` where the page does not have it.
type Sizes = [Option<usize>; Coding::ALL.len()];

/// A route in the list.
struct Row<'a> {
    path: &'a str,
    target: Target<'a>,
}

enum Target<'a> {
    Page { media_type: &'a str, sizes: Sizes },
    Redirect { location: &'a str },
}

/// The list of the editions that are valid at `now`, in Unix seconds, and of those that begin later.
///
/// # Errors
/// If the pack is damaged.
///
/// # Examples
/// ```
/// use graven_inspect::{Format, list};
/// use graven_pack::{Pack, write::Image};
///
/// let pack = Image::default().write()?;
/// assert!(list(Pack::open(&pack)?, 0, Format::Table)?.contains("0 routes"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn list(pack: Pack, now: i64, format: Format) -> Result<String, Error> {
    let mut rows = Vec::new();
    for route in pack.routes() {
        let route = route?;
        if let Some(edition) = route.at(now)? {
            let target = match edition.content() {
                Content::Page(page) => Target::Page { media_type: page.content_type(), sizes: sizes(page)? },
                Content::Redirect(redirect) => Target::Redirect { location: redirect.location() },
            };
            rows.push(Row { path: route.path(), target });
        }
    }
    let scheduled = schedule(pack, now)?;
    Ok(match format {
        Format::Table => table(&rows, pack.size()) + &table_of_changes(&scheduled),
        Format::Json => json(&rows, &scheduled, pack.size()),
    })
}

fn sizes(page: Page) -> Result<Sizes, Error> {
    let mut sizes = [None; Coding::ALL.len()];
    for (size, coding) in sizes.iter_mut().zip(Coding::ALL) {
        *size = page.variant(coding)?.map(|variant| variant.source().len());
    }
    Ok(sizes)
}

/// The bytes of each coding over all routes.
fn totals(rows: &[Row]) -> [usize; Coding::ALL.len()] {
    let mut totals = [0; Coding::ALL.len()];
    for row in rows {
        if let Target::Page { sizes, .. } = &row.target {
            for (total, size) in totals.iter_mut().zip(sizes) {
                *total += size.unwrap_or(0);
            }
        }
    }
    totals
}

fn table(rows: &[Row], pack_size: usize) -> String {
    let width = rows.iter().map(|row| row.path.chars().count()).max().unwrap_or(0).max("path".len());
    let mut out = format!("{:width$}", "path");
    for coding in Coding::ALL {
        write(&mut out, format_args!("  {:>9}", coding.token()));
    }
    out += "  type\n";
    for row in rows {
        write(&mut out, format_args!("{:width$}", row.path));
        match &row.target {
            Target::Page { media_type, sizes } => {
                for size in sizes {
                    let size = size.map_or_else(|| "-".to_owned(), |size| size.to_string());
                    write(&mut out, format_args!("  {size:>9}"));
                }
                write(&mut out, format_args!("  {media_type}\n"));
            }
            Target::Redirect { location } => write(&mut out, format_args!("  -> {location}\n")),
        }
    }
    write(&mut out, format_args!("{:width$}", format!("{} routes", rows.len())));
    for total in totals(rows) {
        write(&mut out, format_args!("  {total:>9}"));
    }
    write(&mut out, format_args!("  pack of {pack_size} bytes\n"));
    out
}

/// What changes later. Empty if nothing does.
fn table_of_changes(scheduled: &[Scheduled]) -> String {
    let mut out = String::new();
    for (index, Scheduled { from, path, change, .. }) in scheduled.iter().enumerate() {
        out += if index == 0 { "\nscheduled             change   path\n" } else { "" };
        write(&mut out, format_args!("{}  {:<7}  {path}\n", from, change.name()));
    }
    out
}

fn json(rows: &[Row], scheduled: &[Scheduled], pack_size: usize) -> String {
    let mut out = String::from("{\"routes\":[");
    for (index, row) in rows.iter().enumerate() {
        out += if index == 0 { "\n" } else { ",\n" };
        write(&mut out, format_args!("{{\"path\":{}", quote(row.path)));
        match &row.target {
            Target::Page { media_type, sizes } => {
                write(&mut out, format_args!(",\"type\":{},\"bytes\":{}", quote(media_type), bytes(sizes)));
            }
            Target::Redirect { location } => write(&mut out, format_args!(",\"redirect\":{}", quote(location))),
        }
        out.push('}');
    }
    out += "\n],\"scheduled\":[";
    for (index, Scheduled { from, path, change, .. }) in scheduled.iter().enumerate() {
        out += if index == 0 { "\n" } else { ",\n" };
        let path = quote(path);
        write(&mut out, format_args!("{{\"from\":\"{from}\",\"change\":\"{}\",\"path\":{path}}}", change.name()));
    }
    write(&mut out, format_args!("\n],\"bytes\":{},\"pack\":{pack_size}}}\n", bytes(&totals(rows).map(Some))));
    out
}

fn bytes(sizes: &Sizes) -> String {
    let fields: Vec<String> = Coding::ALL
        .iter()
        .zip(sizes)
        .filter_map(|(coding, size)| size.map(|size| format!("\"{}\":{size}", coding.token())))
        .collect();
    format!("{{{}}}", fields.join(","))
}

/// A JSON string (RFC 8259 §7).
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            control if control < ' ' => write(&mut out, format_args!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn write(out: &mut String, arguments: std::fmt::Arguments) {
    out.write_fmt(arguments).expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_quoted_as_in_json() {
        assert_eq!(quote("a\"b\\c\u{1}é"), "\"a\\\"b\\\\c\\u0001é\"");
    }
}

//! The places of the search page that the server fills: press writes the page, serve splits it at these strings. So the page with hits is the page without,
//! and no template engine ships.

/// The path of the search page.
pub const ROUTE: &str = "/search";

/// In front of the title: the query goes after it.
pub const TITLE: &str = "<title>";
/// The value of the field: the query goes between its quotes.
pub const VALUE: &str = " value=\"\"";
/// Where the hits go, before the end tag.
pub const RESULTS: &str = "<div id=\"results\"></div>";

/// A search page without its places.
///
/// ```
/// use graven_search::frame::Frame;
///
/// let page = "<title>Search</title><input value=\"\"><div id=\"results\"></div>";
/// let frame = Frame::split(page).ok_or("not a search page")?;
/// let filled = frame.fill(["q · ", "q", "<p>No hits.</p>"]);
/// assert_eq!(filled, "<title>q · Search</title><input value=\"q\"><div id=\"results\"><p>No hits.</p></div>");
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a>([&'a str; 4]);

impl<'a> Frame<'a> {
    /// Returns `None` if a place is missing, or if they are in another order.
    #[must_use]
    pub fn split(page: &'a str) -> Option<Self> {
        let (before, rest) = split_after(page, TITLE, TITLE.len())?;
        let (title, rest) = split_after(rest, VALUE, VALUE.len() - 1)?;
        let (value, rest) = split_after(rest, RESULTS, RESULTS.len() - "</div>".len())?;
        Some(Frame([before, title, value, rest]))
    }

    /// The page with these texts in its places, which must be escaped already: title, value, results.
    #[must_use]
    pub fn fill(&self, [title, value, results]: [&str; 3]) -> String {
        let Frame([before, middle, after, end]) = self;
        [before, title, middle, value, after, results, end].concat()
    }
}

/// Splits `text` after the first `length` bytes of `place`.
fn split_after<'a>(text: &'a str, place: &str, length: usize) -> Option<(&'a str, &'a str)> {
    Some(text.split_at(text.find(place)? + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_without_a_place_is_no_search_page() {
        for page in ["", "<title>a</title>", "<input value=\"\"><title></title><div id=\"results\"></div>"] {
            assert_eq!(Frame::split(page), None, "{page}");
        }
    }
}

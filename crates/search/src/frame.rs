//! The places of the search page that the server fills: press writes the page, serve splits it at these strings. So the page with hits is the page without,
//! and no template engine ships.

use crate::answers::Answers;

/// The path of the search page.
pub const ROUTE: &str = "/search";

/// In front of the title: the query goes after it.
pub const TITLE: &str = "<title>";
/// The value of the field: the query goes between its quotes.
pub const VALUE: &str = " value=\"\"";
/// Where the hits begin. The page itself has its help there.
pub const RESULTS: &str = "<div id=\"results\">";
/// Where they end.
pub const END: &str = "</div><!--results-->";

/// A search page, split at its places.
///
/// ```
/// use graven_search::frame::Frame;
///
/// let page = "<title>Search</title><input value=\"\"><div id=\"results\"><p>Help.</p></div><!--results-->";
/// let frame = Frame::split(page).ok_or("not a search page")?;
/// assert_eq!(frame.help(), "<p>Help.</p>");
/// let filled = frame.fill(["q · ", "q", "<p>Hits.</p>"]);
/// assert_eq!(filled, "<title>q · Search</title><input value=\"q\"><div id=\"results\"><p>Hits.</p></div><!--results-->");
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Up to the title, the value, the results.
    before: [&'a str; 3],
    help: &'a str,
    answers: Answers<'a>,
    /// [`END`], and what follows it and the answers.
    end: &'a str,
    after: &'a str,
}

impl<'a> Frame<'a> {
    /// Returns `None` if a place is missing, or if they are in another order.
    #[must_use]
    pub fn split(page: &'a str) -> Option<Self> {
        let (title, rest) = split_after(page, TITLE, TITLE.len())?;
        let (value, rest) = split_after(rest, VALUE, VALUE.len() - 1)?;
        let (results, rest) = split_after(rest, RESULTS, RESULTS.len())?;
        let (help, rest) = split_after(rest, END, 0)?;
        let (end, rest) = rest.split_at(END.len());
        let (answers, after) = Answers::split(rest);
        Some(Frame { before: [title, value, results], help, answers: answers.unwrap_or(Answers::ENGLISH), end, after })
    }

    /// What the server says, in the language of the page.
    #[must_use]
    pub fn answers(&self) -> &Answers<'a> {
        &self.answers
    }

    /// What the page has in place of results.
    #[must_use]
    pub fn help(&self) -> &'a str {
        self.help
    }

    /// The page with these texts in its places, which must be escaped already: title, value, results.
    #[must_use]
    pub fn fill(&self, [title, value, results]: [&str; 3]) -> String {
        let Frame { before: [to_title, to_value, to_results], end, after, .. } = self;
        [to_title, title, to_value, value, to_results, results, end, after].concat()
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
    fn a_page_carries_the_answers_in_its_language_and_readers_get_the_page_without() {
        let page = |answers: &str| ["<title></title><input value=\"\">", RESULTS, END, answers, "<p>"].concat();
        let german = Answers { next: "Weiter", ..Answers::ENGLISH };
        for (answers, expected) in [(String::new(), Answers::ENGLISH), (german.comment(), german)] {
            let page_with_them = page(&answers);
            let frame = Frame::split(&page_with_them).expect("a search page");
            assert_eq!((frame.answers(), frame.fill(["", "", ""])), (&expected, page("")));
        }
    }

    #[test]
    fn a_page_without_a_place_is_no_search_page() {
        let results = [RESULTS, END].concat();
        for page in [
            String::new(),
            "<title>a</title>".to_owned(),
            ["<input value=\"\"><title></title>", &results].concat(),
            ["<title></title><input value=\"\">", RESULTS].concat(),
        ] {
            assert_eq!(Frame::split(&page), None, "{page}");
        }
    }
}

//! What the server says to a search. It knows it in English; the search page of a site in another language carries it in a comment, which the server takes
//! out. Press writes the page.

/// Where the answers of a page begin, each on a line.
const START: &str = "<!--answers\n";
/// Where they end.
const END: &str = "\n-->";

/// The answers, as HTML in which the server fills the places: `{query}`, `{typed}`, `{used}`, `{total}`.
///
/// ```
/// use graven_search::answers::Answers;
///
/// let german = Answers { next: "Weiter", ..Answers::ENGLISH };
/// let page = german.comment() + "<footer>";
/// assert_eq!(Answers::split(&page), (Some(german), "<footer>"));
/// assert_eq!(Answers::split("<footer>"), (None, "<footer>"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answers<'a> {
    /// To no word at all.
    pub empty: &'a str,
    /// Other words were searched for: `typed`, `used`.
    pub corrected: &'a str,
    /// There are no hits: `query`.
    pub none: &'a str,
    /// What else to try, with links.
    pub advice: &'a str,
    /// No hit has all words: `total`.
    pub partial: &'a str,
    /// There is one hit.
    pub one: &'a str,
    /// There are several: `total`.
    pub other: &'a str,
    /// The name of the links to further pages of hits.
    pub pages: &'a str,
    /// The page before.
    pub previous: &'a str,
    /// The page after.
    pub next: &'a str,
    /// There are too many searches.
    pub refused: &'a str,
}

impl<'a> Answers<'a> {
    /// What the server says if the page does not say it.
    pub const ENGLISH: Answers<'static> = Answers {
        empty: "Type one word or more.",
        corrected: "No post has “{typed}”. These have {used}.",
        none: "No post matches “{query}”.",
        advice: "Try other words or fewer, or look through <a href=\"/notes\">all posts by topic</a>, \
                 <a href=\"/blog\">by date</a> or <a href=\"/tags\">by tag</a>.",
        partial: "No post has all of this. {total} come near it.",
        one: "1 post matches.",
        other: "{total} posts match.",
        pages: "Pages of hits",
        previous: "Previous",
        next: "Next",
        refused: "Too many searches at once. Try again in a second.",
    };

    /// The answers as a part of a page. They contain neither line breaks nor the end of a comment.
    #[must_use]
    pub fn comment(&self) -> String {
        let Answers { empty, corrected, none, advice, partial, one, other, pages, previous, next, refused } = self;
        let lines = [empty, corrected, none, advice, partial, one, other, pages, previous, next, refused];
        [START, &lines.map(|line| *line).join("\n"), END].concat()
    }

    /// The answers that a part of a page begins with, if it does, and the rest.
    #[must_use]
    pub fn split(text: &'a str) -> (Option<Self>, &'a str) {
        let Some((answers, rest)) = text.strip_prefix(START).and_then(|text| text.split_once(END)) else {
            return (None, text);
        };
        (Self::read(answers), rest)
    }

    fn read(text: &'a str) -> Option<Self> {
        let mut lines = text.split('\n');
        let mut next = || lines.next();
        Some(Self {
            empty: next()?,
            corrected: next()?,
            none: next()?,
            advice: next()?,
            partial: next()?,
            one: next()?,
            other: next()?,
            pages: next()?,
            previous: next()?,
            next: next()?,
            refused: next()?,
        })
    }
}

/// Appends an answer with these texts, which are HTML, in its places.
pub fn push_filled(answer: &str, places: &[(&str, &str)], html: &mut String) {
    let mut rest = answer;
    while let Some((before, after)) = rest.split_once('{') {
        html.push_str(before);
        let text = after.split_once('}').and_then(|(name, after)| {
            let (_, text) = places.iter().find(|(known, _)| *known == name)?;
            Some((text, after))
        });
        if let Some((text, after)) = text {
            html.push_str(text);
            rest = after;
        } else {
            html.push('{');
            rest = after;
        }
    }
    html.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_they_are_written() {
        let page = Answers::ENGLISH.comment() + "<p>";
        assert_eq!(Answers::split(&page), (Some(Answers::ENGLISH), "<p>"));
        assert_eq!(Answers::split("<!--answers\na\nb\n--><p>"), (None, "<p>"), "some are missing");
        assert_eq!(Answers::split("<!--answers\na"), (None, "<!--answers\na"), "it does not end");
    }

    #[test]
    fn the_places_of_an_answer_are_filled() {
        let mut html = String::new();
        push_filled("a {b} {c}{d", &[("b", "<b>{c}</b>"), ("c", "1")], &mut html);
        assert_eq!(html, "a <b>{c}</b> 1{d");
    }
}

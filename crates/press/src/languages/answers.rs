//! What the server says to a search, as HTML with places. The search page carries it, because the server has only English words.

use graven_search::answers::Answers;

use super::words::Words;
use crate::url::BaseUrl;

/// The answers in the language of the site, with links of the site, for the search page. `None` if they are those of the server.
pub(crate) fn answers(words: &Words, base_url: &BaseUrl) -> Option<String> {
    let (search, post) = (&words.search, &words.post);
    let links = [("notes", "/notes"), ("blog", "/blog"), ("tags", "/tags")];
    let links = links.map(|(name, route)| (name, base_url.href(route)));
    let texts = [
        &search.empty,
        &search.corrected,
        &search.none,
        &search.advice,
        &search.partial,
        &search.matches.one,
        &search.matches.other,
        &search.pages,
        &post.previous,
        &post.next,
        &search.refused,
    ];
    let texts = texts.map(|text| text.template(&links).replace('\n', " "));
    let [empty, corrected, none, advice, partial, one, other, pages, previous, next, refused] =
        texts.each_ref().map(String::as_str);
    let answers = Answers { empty, corrected, none, advice, partial, one, other, pages, previous, next, refused };
    (answers != Answers::ENGLISH).then(|| answers.comment())
}

//! `/opensearch.xml`: how a browser searches the site from its address bar (`OpenSearch` 1.1, draft 6).

use graven_search::frame::ROUTE;

use super::routes::OPENSEARCH;
use super::xml::Xml;
use crate::model::Site;

pub(super) const MEDIA_TYPE: &str = "application/opensearchdescription+xml";

/// The longest `ShortName`, in characters.
const SHORT_NAME: usize = 16;

pub(super) fn render(site: &Site) -> String {
    let settings = &site.settings;
    Xml::document("OpenSearchDescription", &[("xmlns", "http://a9.com/-/spec/opensearch/1.1/")], |xml| {
        xml.text("ShortName", &[], &short_name(&settings.title));
        xml.text("Description", &[], &settings.words.search.browser.fill(&[("site", &settings.title)]));
        xml.text("InputEncoding", &[], "UTF-8");
        let icon = settings.url("/favicon.svg");
        xml.text("Image", &[("type", "image/svg+xml"), ("width", "16"), ("height", "16")], &icon);
        let template = settings.url(ROUTE) + "?q={searchTerms}";
        xml.empty("Url", &[("type", "text/html"), ("template", &template)]);
        let itself = settings.url(OPENSEARCH);
        xml.empty("Url", &[("type", MEDIA_TYPE), ("rel", "self"), ("template", &itself)]);
    })
}

/// The words of the title that fit.
fn short_name(title: &str) -> String {
    let fits = |end: &usize| title[..*end].chars().count() <= SHORT_NAME;
    let mut ends = title.char_indices().filter(|(_, char)| *char == ' ').map(|(at, _)| at).chain([title.len()]);
    match ends.rfind(fits) {
        Some(end) => title[..end].to_owned(),
        None => title.chars().take(SHORT_NAME).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_name_is_as_many_words_as_fit() {
        for (title, expected) in [
            ("Notes", "Notes"),
            ("Engineering notes", "Engineering"),
            ("A small site of mine", "A small site of"),
            ("Donaudampfschifffahrt", "Donaudampfschiff"),
        ] {
            assert_eq!(short_name(title), expected);
        }
    }
}

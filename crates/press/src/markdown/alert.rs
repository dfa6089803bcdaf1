//! One alert, and its tags.

use crate::markup::push_attribute;

/// An alert of a page.
#[derive(Debug)]
pub(super) struct Alert {
    /// The classes of its element.
    pub(super) class: &'static str,
    /// Its title as plain text, also if it shows none.
    pub(super) name: String,
    pub(super) has_title: bool,
    pub(super) fold: Fold,
}

/// Whether a reader can fold an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    /// No.
    Fixed,
    /// Yes: it is closed at first.
    Closed,
    /// Yes: it is open at first.
    Open,
}

impl Alert {
    /// The tags before and after the alert, and within it those before and after its title: outer start, inner start, inner end, outer end.
    pub(super) fn tags(&self) -> [String; 4] {
        let class = self.class;
        if self.fold != Fold::Fixed {
            let open = if self.fold == Fold::Open { " open" } else { "" };
            return [
                format!("<details class=\"{class}\"{open}>\n"),
                "<summary class=\"alert-title\">".to_owned(),
                "</summary>\n".to_owned(),
                "</details>\n".to_owned(),
            ];
        }
        let mut name = String::new();
        push_attribute(&mut name, &self.name);
        [
            format!("<div class=\"{class}\" role=\"note\" aria-label=\"{name}\">\n"),
            "<p class=\"alert-title\">".to_owned(),
            "</p>\n".to_owned(),
            "</div>\n".to_owned(),
        ]
    }
}

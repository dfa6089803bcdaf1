//! The state of the preview that is sent to open pages: which site is the newest, and what is wrong with the files.

use serde_json::json;

/// The state of the preview.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// The number of the newest site that could be pressed. A page of another one is out of date.
    pub(super) version: String,
    /// The report on the files as they are, if they have errors.
    pub(super) problem: Option<String>,
}

impl State {
    /// The state as a server-sent event (HTML §9.2).
    pub(super) fn event(&self) -> String {
        // JSON has no line breaks within strings, so it is one line.
        format!("data: {}\n\n", json!({ "version": self.version, "problem": self.problem }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_of_data() {
        let state = State { version: "7".to_owned(), problem: Some("error: a\n  --> b".to_owned()) };
        let event = state.event();
        let data = event.strip_prefix("data: ").and_then(|rest| rest.strip_suffix("\n\n")).expect("an event");
        assert!(!data.contains('\n'), "{data}");
        let value: serde_json::Value = serde_json::from_str(data).expect("JSON");
        assert_eq!(value["problem"], "error: a\n  --> b");
    }
}

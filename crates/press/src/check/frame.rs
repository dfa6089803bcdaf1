//! The places of the search page that the server fills: each is there once. What a site adds to its pages must not look like one of them.

use graven_search::frame::{END, RESULTS, ROUTE, VALUE};

use crate::diagnostic::{Diagnostic, Report};
use crate::output::{Output, Outputs};

/// Reports each place that is missing or there more than once.
pub(super) fn check(outputs: &Outputs, report: &mut Report) {
    let Some(Output::Document(page)) = outputs.get(ROUTE) else { return };
    let body = page.body();
    let html = String::from_utf8_lossy(&body);
    for place in [VALUE, RESULTS, END] {
        let places = html.matches(place).count();
        if places != 1 {
            let message = format!("`{}` is {places} times in the search page, and has to be there once", place.trim());
            let error =
                Diagnostic::error("", None, message).help("the server writes what was searched and found there");
            report.push(error.help("change what the files of content/theme or the views of the site write"));
        }
    }
}

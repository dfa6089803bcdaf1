//! Dollar signs that Graven would read as the ends of a formula, in texts of a site without formulas.

use pulldown_cmark::Event;

use crate::body::{self, Edit};
use crate::generator::Generator;
use crate::text::Text;

use super::conversion::Conversion;

/// Escapes the dollar signs of what would become formulas.
pub(super) fn convert(text: &mut Text, conversion: &mut Conversion<'_>) {
    let mut edits: Vec<Edit> = Vec::new();
    let mut first = None;
    for (event, range) in body::events(&text.body.text) {
        let is_formula = match event {
            Event::InlineMath(_) => true,
            // Kramdown has formulas between two dollar signs.
            Event::DisplayMath(_) => conversion.origin.generator != Generator::Jekyll,
            _ => false,
        };
        if is_formula {
            first.get_or_insert(range.start);
            let signs = text.body.text[range.clone()].match_indices('$').map(|(at, _)| range.start + at);
            edits.extend(signs.filter(|at| !text.body.text[..*at].ends_with('\\')).map(|at| (at..at, "\\".to_owned())));
        }
    }
    if let Some(first) = first {
        let message = "dollar signs are kept as signs; if they are formulas, remove the backslashes before them";
        conversion.note(text, first, message);
    }
    text.body.edit(edits);
}

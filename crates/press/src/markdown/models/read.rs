//! Reads the lines of a model's fence. What is wrong becomes a [`Problem`] at its place in the text.

use std::ops::Range;

use super::controls::{Control, DO, Kind, SEED, Slider, is_name};
use crate::diagnostic::suggestion;
use crate::markdown::info_string::{self, Word};

/// A mistake in the text of a fence.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// In the text of the fence.
    pub(super) place: Range<usize>,
    pub(super) message: String,
    pub(super) help: String,
}

impl Problem {
    fn new(place: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { place, message: message.into(), help: help.into() }
    }

    /// Suggests the known word that is nearest to `word`, or else lists all.
    fn suggest(place: Range<usize>, message: String, word: &str, known: &[&str]) -> Self {
        let help = if known.is_empty() { "remove it".to_owned() } else { suggestion(word, known.iter().copied()) };
        Self::new(place, message, help)
    }
}

/// The kinds of controls.
const KINDS: [&str; 6] = ["slider", "switch", "choice", "button", "output", "preset"];

/// The controls of a fence, in order. Lines that are wrong are left out.
pub(super) fn read<'t>(text: &'t str, problems: &mut Vec<Problem>) -> Vec<Control<'t>> {
    let mut controls: Vec<Control> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        match control(line.trim_end(), start, problems) {
            Some(control) if controls.iter().any(|other| other.name == control.name) => {
                let message = format!("a second control `{}`", control.name);
                problems.push(Problem::new(control.place, message, "give it another name"));
            }
            control => controls.extend(control),
        }
        start += line.len();
    }
    for control in &controls {
        if let Kind::Preset(settings) = &control.kind {
            check_preset(settings, control, &controls, problems);
        }
    }
    controls
}

/// The control of a line that begins at `start`. `None` if the line is empty or wrong.
fn control<'t>(line: &'t str, start: usize, problems: &mut Vec<Problem>) -> Option<Control<'t>> {
    if line.trim().is_empty() {
        return None;
    }
    let place = start..start + line.len();
    let mut fail = |message: &str| {
        let help = "write a line such as `rate: slider \"Requests a second\" from=1 to=50 value=20`";
        problems.push(Problem::new(place.clone(), message, help));
        None
    };
    let Some((name, rest)) = line.split_once(':') else { return fail("a control needs a name and a colon") };
    let name = name.trim();
    if !is_name(name) || [SEED, DO].contains(&name) {
        return fail(
            "a name has small letters, digits and hyphens, begins with a letter, and is neither `seed` nor `do`",
        );
    }
    let Some((kind, rest)) = rest.trim_start().split_once(char::is_whitespace) else {
        return fail("a control needs a kind and a label");
    };
    let label = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
    let Some((label, options)) = label.filter(|(label, _)| !label.trim().is_empty()) else {
        return fail("a control needs a label in quotes after its kind");
    };
    let words = options_of(options, start + line.len() - options.len(), problems)?;
    let kind = match kind {
        "slider" => Kind::Slider(slider(&words, &place, problems)?),
        "switch" => Kind::Switch(switch(&words, problems)?),
        "choice" => choice(&words, &place, problems)?,
        "button" => without_options(Kind::Button, &words, problems),
        "output" => without_options(Kind::Output, &words, problems),
        "preset" => Kind::Preset(words.iter().map(|word| (word.key, word.value.unwrap_or_default())).collect()),
        other => {
            let at = start + line.find(other).unwrap_or_default();
            let message = format!("there is no kind of control `{other}`");
            problems.push(Problem::suggest(at..at + other.len(), message, other, &KINDS));
            return None;
        }
    };
    Some(Control { name, label, kind, place })
}

/// The words of `text`, which begins at `offset`. `None` if a quote has no end or a key occurs twice, which is reported.
fn options_of<'t>(text: &'t str, offset: usize, problems: &mut Vec<Problem>) -> Option<Vec<Word<'t>>> {
    let (words, unclosed) = info_string::parse(text, offset);
    if let Some(place) = unclosed {
        problems.push(Problem::new(place, "this quote is not closed", "end the value with `\"`"));
        return None;
    }
    if let Some(word) = repeated(&words) {
        problems.push(Problem::new(word.place.clone(), format!("a second `{}`", word.key), "remove one of them"));
        return None;
    }
    Some(words)
}

/// The first word whose key an earlier one has.
fn repeated<'w, 't>(words: &'w [Word<'t>]) -> Option<&'w Word<'t>> {
    words
        .iter()
        .enumerate()
        .find(|(at, word)| words[..*at].iter().any(|other| other.key == word.key))
        .map(|(_, word)| word)
}

/// Reports the words whose keys are not among `known`.
fn report_unknown(words: &[Word], known: &[&str], problems: &mut Vec<Problem>) {
    for word in words.iter().filter(|word| !known.contains(&word.key)) {
        problems.push(Problem::suggest(word.place.clone(), format!("unknown word `{}`", word.key), word.key, known));
    }
}

fn without_options<'t>(kind: Kind<'t>, words: &[Word], problems: &mut Vec<Problem>) -> Kind<'t> {
    report_unknown(words, &[], problems);
    kind
}

fn slider<'t>(words: &[Word<'t>], place: &Range<usize>, problems: &mut Vec<Problem>) -> Option<Slider<'t>> {
    report_unknown(words, &["from", "to", "step", "value", "unit"], problems);
    let value = |key: &str| words.iter().find(|word| word.key == key).and_then(|word| word.value);
    let (from, to, step) = (value("from"), value("to"), value("step").unwrap_or("1"));
    let (Some(from), Some(to), Some(value), unit) = (from, to, value("value"), value("unit").unwrap_or_default())
    else {
        problems.push(Problem::new(place.clone(), "a slider needs `from=`, `to=` and `value=`", "add what is missing"));
        return None;
    };
    let slider = Slider { from, to, step, value, unit };
    let numbers = [from, to, step, value].map(|text| text.parse::<f64>().ok().filter(|number| number.is_finite()));
    let is_sound = matches!(numbers, [Some(from), Some(to), Some(step), Some(value)]
        if from < to && step > 0.0 && (from..=to).contains(&value) && is_on_step(value, from, step));
    if !is_sound {
        let message = "the numbers of this slider do not fit together";
        let help = "`from` ≤ `value` ≤ `to`, `step` above 0, and `value` a whole number of steps above `from`";
        problems.push(Problem::new(place.clone(), message, help));
    }
    is_sound.then_some(slider)
}

/// Whether a browser leaves a slider where it is set, and does not move it to the next step.
fn is_on_step(value: f64, from: f64, step: f64) -> bool {
    let steps = (value - from) / step;
    (steps - steps.round()).abs() < 1e-6
}

fn switch(words: &[Word], problems: &mut Vec<Problem>) -> Option<bool> {
    report_unknown(words, &["value"], problems);
    let Some(word) = words.iter().find(|word| word.key == "value") else { return Some(false) };
    let is_on = on_or_off(word.value.unwrap_or_default());
    if is_on.is_none() {
        problems.push(Problem::new(word.value_place.clone(), "a switch is `on` or `off`", "write one of these"));
    }
    is_on
}

fn on_or_off(text: &str) -> Option<bool> {
    match text {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

fn choice<'t>(words: &[Word<'t>], place: &Range<usize>, problems: &mut Vec<Problem>) -> Option<Kind<'t>> {
    let options: Vec<(&str, &str)> = words
        .iter()
        .filter(|word| word.key != "value")
        .map(|word| (word.key, word.value.unwrap_or_default()))
        .collect();
    if options.len() < 2 || options.iter().any(|(name, label)| !is_name(name) || label.is_empty()) {
        let message = "a choice needs two options or more, each a name with a label";
        problems.push(Problem::new(place.clone(), message, "for example `fair=\"In turn\" least=\"Least loaded\"`"));
        return None;
    }
    let Some(word) = words.iter().find(|word| word.key == "value") else { return Some(Kind::Choice(options, 0)) };
    let value = word.value.unwrap_or_default();
    let chosen = options.iter().position(|(name, _)| *name == value);
    if chosen.is_none() {
        let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
        let message = format!("this choice has no option `{value}`");
        problems.push(Problem::suggest(word.value_place.clone(), message, value, &names));
    }
    Some(Kind::Choice(options, chosen?))
}

/// Reports the settings of a preset that its model does not have.
fn check_preset(settings: &[(&str, &str)], preset: &Control, controls: &[Control], problems: &mut Vec<Problem>) {
    let place = || preset.place.clone();
    for (name, value) in settings {
        let control = controls.iter().find(|control| control.name == *name).map(|control| &control.kind);
        match control {
            _ if *name == SEED && value.parse::<u32>().is_ok() => {}
            _ if *name == SEED => problems.push(Problem::new(place(), "a seed is a whole number", "write `seed=7`")),
            _ if *name == DO => check_events(value, preset, controls, problems),
            Some(Kind::Slider(slider)) => {
                let numbers = [slider.from, slider.to, slider.step, value];
                let [from, to, step, set] = numbers.map(|text| text.parse::<f64>().unwrap_or(f64::NAN));
                if !(from..=to).contains(&set) || !is_on_step(set, from, step) {
                    let message =
                        format!("`{name}` is from {} to {} in steps of {}", slider.from, slider.to, slider.step);
                    problems.push(Problem::new(place(), message, format!("choose a number there, not `{value}`")));
                }
            }
            Some(Kind::Switch(_)) if on_or_off(value).is_some() => {}
            Some(Kind::Switch(_)) => {
                problems.push(Problem::new(place(), format!("`{name}` is `on` or `off`"), "write one of these"));
            }
            Some(Kind::Choice(options, _)) => {
                let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
                if !names.contains(value) {
                    let message = format!("`{name}` has no option `{value}`");
                    problems.push(Problem::suggest(place(), message, value, &names));
                }
            }
            Some(Kind::Button | Kind::Output | Kind::Preset(_)) | None => {
                let is_setting =
                    |control: &&Control| matches!(control.kind, Kind::Slider(_) | Kind::Switch(_) | Kind::Choice(..));
                let known: Vec<&str> = controls.iter().filter(is_setting).map(|control| control.name).collect();
                problems.push(Problem::suggest(place(), format!("there is no setting `{name}`"), name, &known));
            }
        }
    }
}

/// Reports the events of a preset that are neither a button nor the touch of a part, such as `server:2`.
fn check_events(names: &str, preset: &Control, controls: &[Control], problems: &mut Vec<Problem>) {
    let buttons: Vec<&str> =
        controls.iter().filter(|control| control.kind == Kind::Button).map(|control| control.name).collect();
    for name in names.split(',').filter(|name| !name.contains(':') && !buttons.contains(name)) {
        problems.push(Problem::suggest(preset.place.clone(), format!("there is no button `{name}`"), name, &buttons));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> (Vec<Control<'_>>, Vec<Problem>) {
        let mut problems = Vec::new();
        let controls = read(text, &mut problems);
        (controls, problems)
    }

    #[test]
    fn every_kind_of_control_is_read() {
        let text = "rate: slider \"Sales a second\" from=1 to=50 value=20 unit=/s\nblind: switch \"Blind\" value=on\n\
             heal: choice \"Repair\" off=none two=\"two of three\" value=two\ndrop: button \"Drop\"\n\nsum: output \"Sum\"\n\
             race: preset \"A race\" rate=40 blind=off heal=off seed=3 do=drop,server:2\n";
        let (controls, problems) = read_all(text);
        assert_eq!(problems, []);
        let slider = Slider { from: "1", to: "50", step: "1", value: "20", unit: "/s" };
        let kinds: Vec<_> = controls.iter().map(|control| control.kind.clone()).collect();
        assert_eq!(
            kinds[..3],
            [Kind::Slider(slider), Kind::Switch(true), Kind::Choice(vec![("off", "none"), ("two", "two of three")], 1)]
        );
        assert_eq!((&kinds[3], &kinds[4]), (&Kind::Button, &Kind::Output));
        assert_eq!(controls[5].set().as_deref(), Some("rate=40&blind=off&heal=off&seed=3&do=drop,server:2"));
        assert_eq!((controls[0].name, controls[0].label), ("rate", "Sales a second"));
    }

    #[test]
    fn a_mistake_is_found_at_its_place_with_a_remedy() {
        for (text, at, message, help) in [
            ("rate slider", "rate slider", "a control needs a name and a colon", "write a line such as"),
            ("Rate: switch \"a\"", "Rate: switch \"a\"", "a name has small letters", "write a line such as"),
            ("do: button \"a\"", "do: button \"a\"", "a name has small letters", "write a line such as"),
            ("a: switch", "a: switch", "a control needs a kind and a label", "write a line such as"),
            ("a: switch on", "a: switch on", "a control needs a label in quotes", "write a line such as"),
            ("a: slide \"a\"", "slide", "there is no kind of control `slide`", "did you mean `slider`?"),
            ("a: slider \"a\" from=1 to=2", "a: slider", "a slider needs `from=`", "add what is missing"),
            ("a: slider \"a\" from=1 to=2 value=3", "a: slider", "the numbers of this slider", "`from` ≤ `value`"),
            ("a: switch \"a\" value=yes", "yes", "a switch is `on` or `off`", "write one of these"),
            ("a: switch \"a\" valu=on", "valu=on", "unknown word `valu`", "did you mean `value`?"),
            ("a: button \"a\" x=1", "x=1", "unknown word `x`", "remove it"),
            ("a: choice \"a\" one=1", "a: choice", "a choice needs two options", "for example"),
            ("a: choice \"a\" one=1 two=2 value=tow", "tow", "this choice has no option `tow`", "did you mean `two`?"),
            ("a: button \"a\"\na: button \"b\"", "a: button \"b\"", "a second control `a`", "give it another name"),
            ("a: switch \"a\"\np: preset \"p\" b=on", "p: preset", "there is no setting `b`", "did you mean `a`?"),
            ("a: switch \"a\"\np: preset \"p\" a=1", "p: preset", "`a` is `on` or `off`", "write one of these"),
            ("p: preset \"p\" seed=x", "p: preset", "a seed is a whole number", "write `seed=7`"),
            (
                "drop: button \"a\"\np: preset \"p\" do=drip",
                "p: preset",
                "there is no button `drip`",
                "did you mean `drop`?",
            ),
            (
                "a: slider \"a\" from=1 to=2 value=2\np: preset \"p\" a=3",
                "p: preset",
                "`a` is from 1 to 2 in steps of 1",
                "choose a number",
            ),
            (
                "a: slider \"a\" from=1 to=2 step=0.4 value=2",
                "a: slider",
                "the numbers of this slider",
                "`from` ≤ `value`",
            ),
            ("a: choice \"a\" one=1 one=2", "one=2", "a second `one`", "remove one of them"),
            ("a: switch \"a\" value=\"on", "\"", "this quote is not closed", "end the value"),
        ] {
            let (_, problems) = read_all(text);
            let [problem] = problems.as_slice() else { panic!("{text}: {problems:?}") };
            assert!(text[problem.place.clone()].starts_with(at), "{text}: {:?}", &text[problem.place.clone()]);
            assert!(problem.message.starts_with(message), "{text}: {}", problem.message);
            assert!(problem.help.starts_with(help), "{text}: {}", problem.help);
        }
    }
}

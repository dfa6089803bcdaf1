//! The markup of a model: a still, and a form with what the model shows, presets, and controls. The kit (`theme/models/`) relies on exactly this form.
//! Everything in it has its place and its name before a script runs, so that nothing moves, and what changes is next to the drawing.

use super::controls::{Control, Kind, Slider};
use crate::markup::{push_attribute, push_text};

/// A model in its page.
pub(super) struct Frame<'a> {
    pub(super) id: &'a str,
    /// The href of its modules.
    pub(super) script: &'a str,
    /// The href of the kit.
    pub(super) kit: &'a str,
    pub(super) still: Still<'a>,
    pub(super) controls: &'a [Control<'a>],
    /// What opens the controls that are not seen at once.
    pub(super) more: &'a str,
}

/// The picture in the place of a model that does not run.
pub(super) struct Still<'a> {
    pub(super) href: &'a str,
    pub(super) size: (usize, usize),
    pub(super) alt: &'a str,
}

/// The element of a model.
pub(super) fn element(frame: &Frame) -> String {
    let mut html = String::from("<graven-model");
    push(&mut html, &[("id", frame.id), ("src", frame.script), ("kit", frame.kit)]);
    html.push_str("><img class=\"still\"");
    let (width, height) = (frame.still.size.0.to_string(), frame.still.size.1.to_string());
    push(&mut html, &[("src", frame.still.href), ("width", &width), ("height", &height), ("alt", frame.still.alt)]);
    html.push_str(" loading=\"lazy\"><form><div class=\"clock\"></div>");
    push_outputs(&mut html, frame.controls);
    push_presets(&mut html, frame);
    push_controls(&mut html, frame.controls, frame.more);
    html + "</form></graven-model>"
}

/// The start tag of a link that applies a preset. Without a script it leads to the model.
pub(super) fn link(id: &str, set: &str) -> String {
    let mut html = String::from("<a");
    push(&mut html, &[("href", &format!("#{id}")), ("data-set", set)]);
    html + ">"
}

fn push(html: &mut String, attributes: &[(&str, &str)]) {
    for (name, value) in attributes {
        html.extend([" ", name, "=\""]);
        push_attribute(html, value);
        html.push('"');
    }
}

/// How many controls are seen at once: a reader tries the first ones, and reads none of many.
const MOST_SHOWN: usize = 6;

/// The controls, in their order. The first six are seen, the others when a reader asks for them.
fn push_controls(html: &mut String, controls: &[Control], label: &str) {
    let controls: Vec<_> =
        controls.iter().filter(|control| !matches!(control.kind, Kind::Output | Kind::Preset(_))).collect();
    let (shown, more) = controls.split_at(controls.len().min(MOST_SHOWN));
    for control in shown {
        push_control(html, control);
    }
    if !more.is_empty() {
        html.push_str("<details><summary>");
        push_text(html, label);
        html.push_str("</summary>");
        for control in more {
            push_control(html, control);
        }
        html.push_str("</details>");
    }
}

fn push_control(html: &mut String, control: &Control) {
    let name = control.name;
    match &control.kind {
        Kind::Slider(slider) => push_slider(html, control, slider),
        Kind::Switch(is_on) => {
            html.push_str("<label class=\"switch\"><input type=\"checkbox\"");
            push(html, &[("name", name)]);
            html.push_str(if *is_on { " checked> " } else { "> " });
            push_text(html, control.label);
            html.push_str("</label>");
        }
        Kind::Choice(options, chosen) => {
            html.push_str("<fieldset class=\"choice\"><legend>");
            push_text(html, control.label);
            html.push_str("</legend>");
            for (index, (value, label)) in options.iter().enumerate() {
                html.push_str("<label><input type=\"radio\"");
                push(html, &[("name", name), ("value", value)]);
                html.push_str(if index == *chosen { " checked> " } else { "> " });
                push_text(html, label);
                html.push_str("</label>");
            }
            html.push_str("</fieldset>");
        }
        Kind::Button => {
            html.push_str("<button type=\"button\"");
            push(html, &[("name", name)]);
            html.push('>');
            push_text(html, control.label);
            html.push_str("</button>");
        }
        Kind::Output | Kind::Preset(_) => {}
    }
}

fn push_slider(html: &mut String, control: &Control, slider: &Slider) {
    html.push_str("<p class=\"slider\"><label>");
    push_text(html, control.label);
    html.push_str(" <input type=\"range\"");
    let Slider { from, to, step, value, unit } = slider;
    push(html, &[("name", control.name), ("min", from), ("max", to), ("step", step), ("value", value)]);
    if !unit.is_empty() {
        push(html, &[("data-unit", unit)]);
    }
    html.push_str("></label> <output>");
    push_text(html, value);
    push_text(html, unit);
    html.push_str("</output></p>");
}

fn push_outputs(html: &mut String, controls: &[Control]) {
    let outputs: Vec<&Control> = controls.iter().filter(|control| control.kind == Kind::Output).collect();
    if outputs.is_empty() {
        return;
    }
    html.push_str("<dl>");
    for output in outputs {
        html.push_str("<div><dt>");
        push_text(html, output.label);
        html.push_str("</dt><dd><output");
        push(html, &[("name", output.name)]);
        html.push_str("></output></dd></div>");
    }
    html.push_str("</dl>");
}

fn push_presets(html: &mut String, frame: &Frame) {
    let presets: Vec<_> = frame.controls.iter().filter_map(|control| Some((control.label, control.set()?))).collect();
    if presets.is_empty() {
        return;
    }
    html.push_str("<p class=\"presets\">");
    for (label, set) in presets {
        html.push_str(&link(frame.id, &set));
        push_text(html, label);
        html.push_str("</a> ");
    }
    html.truncate(html.trim_end().len());
    html.push_str("</p>");
}

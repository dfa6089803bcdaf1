//! What the suites need of a browser: one tab that can be pointed at pages, sized, typed into and asked.

use std::fmt;

use serde_json::Value;

use crate::site::Outcome;

/// Widths from the smallest phone to a desktop screen, in CSS pixels.
pub const WIDTHS: [u32; 5] = [320, 390, 768, 1100, 1440];
/// The browser's font size: its default, and two larger ones that readers choose.
pub const FONTS: [u32; 3] = [16, 20, 24];
/// Screens up to this width belong to devices that are touched.
const WIDEST_TOUCHED: u32 = 768;

/// The colour scheme that the reader's system asks for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scheme {
    /// Dark ink on light paper.
    Light,
    /// Light ink on dark paper.
    Dark,
}

/// Both schemes.
pub const SCHEMES: [Scheme; 2] = [Scheme::Light, Scheme::Dark];

impl fmt::Display for Scheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Light => "light",
            Self::Dark => "dark",
        })
    }
}

/// How a reader looks at a page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct View {
    /// The browser's font size in pixels.
    pub font: u32,
    /// The width of the window in CSS pixels.
    pub width: u32,
    /// The colour scheme.
    pub scheme: Scheme,
}

impl View {
    /// The window's height in CSS pixels: a phone is taller than wide.
    #[must_use]
    pub fn height(self) -> u32 {
        if self.is_touched() { 844 } else { 900 }
    }

    /// Whether the screen is a phone's or a tablet's.
    #[must_use]
    pub fn is_touched(self) -> bool {
        self.width <= WIDEST_TOUCHED
    }
}

impl fmt::Display for View {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}-{}", self.width, self.scheme, self.font)
    }
}

/// A tab of a browser.
pub trait Tab {
    /// Whether the contact sheet has pictures of this browser. Those of one are enough.
    const IS_PICTURED: bool = false;

    /// Sets the window's width, the colour scheme and the font size, as far as this browser can change them.
    fn look(&mut self, view: View) -> Outcome<()>;

    /// Opens an address and waits until it is loaded.
    fn open(&mut self, url: &str) -> Outcome<()>;

    /// The value of an expression in the page, after its promise if it is one.
    fn ask(&mut self, expression: &str) -> Outcome<Value>;

    /// Runs a script in each page that is opened from now on, before those of the page.
    fn before_each_page(&mut self, script: &str) -> Outcome<()>;

    /// Presses and releases a key, named as in `KeyboardEvent.key`.
    fn press(&mut self, key: &str) -> Outcome<()>;

    /// A PNG of the window.
    fn picture(&mut self) -> Outcome<Vec<u8>>;

    /// The page as a PDF on A4, as the browser prints it.
    fn print(&mut self) -> Outcome<Vec<u8>>;

    /// What the browser itself complained about since the last call: console messages, reports of the security policy, failed requests.
    fn complaints(&mut self) -> Outcome<Vec<String>>;
}

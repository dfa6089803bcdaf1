//! Pictures for people: a contact sheet of everything that was looked at, and those of the README.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::json;

use crate::chromium::{Chromium, decode};
use crate::site::{Outcome, Site};
use crate::tab::{Scheme, Tab, View};

/// The README's pictures: name, path, width, height, scheme.
const OF_THE_README: [(&str, &str, u32, u32, Scheme); 4] = [
    ("light.webp", "/", 1280, 800, Scheme::Light),
    ("dark.webp", "/notes", 1280, 800, Scheme::Dark),
    ("models.webp", "/models", 1040, 2540, Scheme::Light),
    ("phone.webp", "POST", 390, 800, Scheme::Light),
];
/// What a picture of the README may weigh: one shows the stills of eight models.
const MOST_BYTES: usize = 240 * 1024;

/// Removes the pictures of an earlier run.
pub fn clear(folder: &Path) -> Outcome<()> {
    pictures_in(folder)?.iter().try_for_each(|name| Ok(fs::remove_file(folder.join(name))?))
}

/// The names of the PNGs in a folder, in order.
fn pictures_in(folder: &Path) -> Outcome<Vec<String>> {
    let mut names: Vec<_> = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| Path::new(name).extension().is_some_and(|kind| kind == "png"))
        .collect();
    names.sort();
    Ok(names)
}

/// Writes `contact.html`, with every PNG of the folder, and `contact.png`, a picture of it.
pub fn contact_sheet(chromium: &Chromium, folder: &Path) -> Outcome<()> {
    let mut html = "<!DOCTYPE html><meta charset=utf-8><title>Contact sheet</title><style>
body { display: flex; flex-wrap: wrap; gap: 8px; align-items: start; font: 12px sans-serif; width: 1900px }
figure { margin: 0 } img { height: 300px; display: block; border: 1px solid gray }
</style>\n"
        .to_owned();
    for name in pictures_in(folder)? {
        writeln!(html, "<figure><a href='{name}'><img src='{name}' alt=''></a>{name}</figure>")?;
    }
    fs::write(folder.join("contact.html"), html)?;
    let mut tab = chromium.tab()?;
    let metrics = json!({ "width": 1920, "height": 1000, "deviceScaleFactor": 1, "mobile": false });
    tab.call("Emulation.setDeviceMetricsOverride", &metrics)?;
    tab.open(&format!("file://{}", fs::canonicalize(folder.join("contact.html"))?.display()))?;
    let height = tab.ask("document.documentElement.scrollHeight")?;
    let whole = json!({ "x": 0, "y": 0, "width": 1920, "height": height, "scale": 1 });
    let answer =
        tab.call("Page.captureScreenshot", &json!({ "format": "png", "captureBeyondViewport": true, "clip": whole }))?;
    fs::write(folder.join("contact.png"), decode(&answer)?)?;
    Ok(())
}

/// Takes the README's pictures into a folder.
pub fn of_the_readme(chromium: &Chromium, site: &Site, paths: &[String], folder: &Path) -> Outcome<()> {
    let post = paths.iter().rfind(|path| path.starts_with("/blog/")).map_or("/", String::as_str);
    let mut tab = chromium.tab()?;
    for (name, path, width, height, scheme) in OF_THE_README {
        let path = if path == "POST" { post } else { path };
        tab.look(View { font: 16, width, scheme })?;
        let is_phone = width < 500;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": if is_phone { 2 } else { 1 }, "mobile": true });
        tab.call("Emulation.setDeviceMetricsOverride", &metrics)?;
        tab.open(&format!("{}{path}", site.base))?;
        tab.ask("Promise.all([...document.images].map(image => { image.loading = 'eager'; return image.decode(); })).then(() => 0)")?;
        let answer = tab.call("Page.captureScreenshot", &json!({ "format": "webp", "quality": 88 }))?;
        let picture = decode(&answer)?;
        if picture.len() > MOST_BYTES {
            return Err(format!("{name} has {} bytes, expected at most {MOST_BYTES}", picture.len()).into());
        }
        println!("browser: {} shows {path}, {} KiB", folder.join(name).display(), picture.len() / 1024);
        fs::write(folder.join(name), picture)?;
    }
    Ok(())
}

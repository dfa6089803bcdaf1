//! Files that no browser shows as a picture.

/// Kinds of files that are no pictures for a browser.
enum Kind {
    /// A picture, but not in a format of the web.
    Picture(&'static str),
    Film,
    Sound,
    Other,
}

/// Why the file `path` is not shown by an image whose destination is `destination`, and the help.
pub(super) fn reason(path: &str, bytes: &[u8], destination: &str) -> Option<(String, String)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    Some(match kind(name, bytes)? {
        Kind::Picture(format) => (
            format!("browsers do not show pictures in the format {format}"),
            "save it as JPEG, PNG, WebP or SVG, and show that".to_owned(),
        ),
        Kind::Film => (
            format!("`{name}` is a film, and no picture"),
            format!(
                "write `<video src=\"{destination}\" controls></video>`, or link to it: `[what it shows]({destination})`"
            ),
        ),
        Kind::Sound => (
            format!("`{name}` is a sound, and no picture"),
            format!(
                "write `<audio src=\"{destination}\" controls></audio>`, or link to it: `[what is heard]({destination})`"
            ),
        ),
        Kind::Other => {
            (format!("`{name}` is no picture"), format!("link to it: `[what it is]({destination})`, without `!`"))
        }
    })
}

fn kind(name: &str, bytes: &[u8]) -> Option<Kind> {
    if let Some(format) = foreign_format(name, bytes) {
        return Some(Kind::Picture(format));
    }
    let media_type = mime_guess::from_path(name).first()?;
    match media_type.type_().as_str() {
        "image" => None,
        "video" => Some(Kind::Film),
        "audio" => Some(Kind::Sound),
        _ => Some(Kind::Other),
    }
}

/// The format of a picture that browsers do not show, by its first bytes, whatever its name is, or else by its name.
fn foreign_format(name: &str, bytes: &[u8]) -> Option<&'static str> {
    let brand = bytes.get(4..12).unwrap_or_default();
    if brand.starts_with(b"ftyphei") || brand.starts_with(b"ftyphev") {
        return Some("HEIC");
    }
    if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") {
        return Some("TIFF");
    }
    let extension = name.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match extension.as_str() {
        "heic" | "heif" => "HEIC",
        "tif" | "tiff" => "TIFF",
        "psd" => "PSD",
        "eps" => "EPS",
        "ai" => "AI",
        "jp2" => "JPEG 2000",
        "arw" | "cr2" | "cr3" | "dng" | "nef" | "orf" | "raf" | "raw" => "of a camera's raw data",
        _ => return None,
    })
}

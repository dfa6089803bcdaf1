//! What shortcodes and includes mostly are, whatever their generator: films, pictures, links.

use super::tags::Arguments;

/// The Markdown for a shortcode that many sites have. `None` if it is another one.
pub(super) fn markdown(name: &str, arguments: &Arguments) -> Option<String> {
    let name = name.rsplit('/').next().unwrap_or(name).trim_end_matches(".html").to_ascii_lowercase();
    let name = name.replace(['-', '_'], "");
    let first = || arguments.named(&["id", "url", "src"]).or_else(|| arguments.at(0)).map(str::trim);
    let id = || first().filter(|id| !id.is_empty());
    let page = |text: &str, start: &str| {
        let id = id()?;
        let address = if id.contains("://") { id.to_owned() } else { format!("{start}{id}") };
        Some(format!("[{text}](<{address}>)"))
    };
    match name.as_str() {
        "youtube" | "yt" | "youtubevideo" | "youtubeplayer" | "youtubelite" => {
            page(arguments.named(&["title"]).unwrap_or("Video on YouTube"), "https://www.youtube.com/watch?v=")
        }
        "vimeo" | "vimeosimple" => page("Video on Vimeo", "https://vimeo.com/"),
        "streamable" => page("Video on Streamable", "https://streamable.com/"),
        "scribd" => page("Document on Scribd", "https://www.scribd.com/document/"),
        "slideshare" => page("Slides on SlideShare", "https://www.slideshare.net/slideshow/embed_code/"),
        "gslides" => page("Slides on Google Docs", "https://docs.google.com/presentation/d/"),
        "instagram" => page("Picture on Instagram", "https://www.instagram.com/p/"),
        "tweet" | "twitter" | "x" => tweet(arguments),
        "gist" => gist(arguments),
        "figure" | "img" | "image" | "picture" | "imgproc" | "resizeimage" | "postimage" => picture(arguments),
        _ => None,
    }
}

fn tweet(arguments: &Arguments) -> Option<String> {
    let user = arguments.named(&["user"]).or_else(|| arguments.at(0).filter(|_| arguments.at(1).is_some()));
    let id = arguments.named(&["id", "url"]).or_else(|| arguments.at(1)).or_else(|| arguments.at(0))?;
    let address =
        if id.contains("://") { id.to_owned() } else { format!("https://x.com/{}/status/{id}", user.unwrap_or("i")) };
    Some(format!("[Post on X](<{address}>)"))
}

fn gist(arguments: &Arguments) -> Option<String> {
    let address = match (arguments.named(&["url"]), arguments.at(0), arguments.at(1)) {
        (Some(url), ..) => url.to_owned(),
        (_, Some(url), _) if url.contains("://") => url.to_owned(),
        (_, Some(user), Some(id)) => format!("https://gist.github.com/{user}/{id}"),
        (_, Some(id), None) => format!("https://gist.github.com/{id}"),
        _ => return None,
    };
    Some(format!("[Gist on GitHub](<{address}>)"))
}

/// A picture. Without a text, what it shows is said by its caption.
fn picture(arguments: &Arguments) -> Option<String> {
    let source = arguments.named(&["src", "path", "url", "file", "image"]).or_else(|| arguments.at(0))?;
    let caption = arguments.named(&["caption", "title"]).unwrap_or_default().replace('"', "\\\"");
    let alt = arguments.named(&["alt"]).filter(|alt| !alt.is_empty()).unwrap_or(&caption);
    let alt = alt.replace(['[', ']', '\n'], " ");
    let caption = if caption.is_empty() { String::new() } else { format!(" \"{}\"", caption.replace('\n', " ")) };
    let picture = format!("![{alt}](<{source}>{caption})");
    Some(match arguments.named(&["link", "href"]) {
        Some(link) if !link.is_empty() => format!("[{picture}](<{link}>)"),
        _ => picture,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn films_pictures_and_posts_become_links_and_pictures() {
        for (name, arguments, expected) in [
            ("youtube", "abc", Some("[Video on YouTube](<https://www.youtube.com/watch?v=abc>)")),
            ("youtube", "id=\"abc\"", Some("[Video on YouTube](<https://www.youtube.com/watch?v=abc>)")),
            ("gist", "user 123", Some("[Gist on GitHub](<https://gist.github.com/user/123>)")),
            ("figure", "src=\"/a.png\" alt=\"An A\" caption=\"Of it\"", Some("![An A](</a.png> \"Of it\")")),
            ("img", "src=a.png", Some("![](<a.png>)")),
            ("unknown", "x", None),
            ("youtube", "", None),
        ] {
            assert_eq!(markdown(name, &Arguments::read(arguments)).as_deref(), expected, "{name} {arguments}");
        }
    }
}

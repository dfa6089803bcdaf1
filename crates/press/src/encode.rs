//! The last step: every output becomes an entry of the pack, with its content codings, a strong entity tag for each, and its security policy.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{Read, Seek, Write};
use std::sync::mpsc::{self, Receiver, TryRecvError};

use graven_pack::Coding;
use graven_pack::write::{Checked, ContentSpec, EditionSpec, PageSpec, RedirectSpec, VariantSpec, WriteError, Writer};

use crate::assets::fingerprint;
use crate::cache::Cache;
use crate::compression::{self, Effort};
use crate::options::{Codings, Options};
use crate::output::{self, Document, Freshness, Output};
use crate::progress::Step;
use crate::snapshots::{self, Edition, Snapshot};
use crate::{codings, security_policy};

/// How many outputs are encoded and in memory at the same time: some hundred for each core, since they are written in order and those after a large one wait.
const IN_FLIGHT: usize = 256;

/// How many bytes of copied files are in memory at the same time. A larger file is alone.
const IN_FLIGHT_BYTES: usize = 64 * 1024 * 1024;

/// Encodes the outputs of the site at all its times, and puts them into the pack.
///
/// # Errors
/// If the format of the pack cannot hold them: a bug of press, or a site of more than 4 GiB. If the pack cannot be written.
pub(crate) fn encode<'o, S: Read + Write + Seek>(
    snapshots: &'o [Snapshot],
    (options, cache): (&Options, &Cache),
    pack: &mut Writer<S>,
) -> Result<(), WriteError> {
    let coders = match options.codings {
        Codings::All => Some(cache),
        Codings::Identity => None,
    };
    // A card is drawn for other sites, which do not see a preview.
    let is_left_out = |editions: &[Edition]| match editions.first().map(|edition| edition.output) {
        Some(Output::Document(document)) => coders.is_none() && document.is_drawn(),
        _ => false,
    };
    let outputs: Vec<(Cow<'o, str>, Vec<Edition>)> =
        snapshots::editions(snapshots).into_iter().filter(|(_, editions)| !is_left_out(editions)).collect();
    let all = outputs.len();
    let mut done = 0;
    let length = |edition: &Edition| match edition.output {
        Output::Document(document) => document.kept_length(),
        Output::Redirect(_) => 0,
    };
    let of_paths: Vec<(&str, &[Edition])> = outputs.iter().map(|(path, editions)| (&**path, &editions[..])).collect();
    let weight = |(_, editions): &(&str, &[Edition])| editions.iter().map(length).sum();
    in_order(
        &of_paths,
        weight,
        |&(path, of_path)| Checked::new(path, editions(of_path, coders)),
        |route| {
            pack.put_checked(&route?)?;
            done += 1;
            options.progress.report(Step::Encoded { done, all });
            Ok(())
        },
    )
}

/// Maps items over all cores, and takes each result in their order as soon as it and those before it are there. At most [`IN_FLIGHT`] are begun and not
/// taken, and no more than have a `weight` of [`IN_FLIGHT_BYTES`] together.
fn in_order<I: Sync, R: Send, E>(
    items: &[I],
    weight: impl Fn(&I) -> usize,
    map: impl Fn(&I) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let map = &map;
    rayon::in_place_scope_fifo(|scope| {
        let (mut items, mut begun, mut bytes) = (items.iter().peekable(), VecDeque::new(), 0);
        loop {
            let has_room =
                |weight: usize| begun.is_empty() || (begun.len() < IN_FLIGHT && bytes + weight <= IN_FLIGHT_BYTES);
            if let Some(item) = items.next_if(|item| has_room(weight(item))) {
                let (sender, receiver) = mpsc::sync_channel(1);
                // Nobody receives after an error.
                scope.spawn_fifo(move |_| drop(sender.send(map(item))));
                bytes += weight(item);
                begun.push_back((weight(item), receiver));
                continue;
            }
            let Some((weight, receiver)) = begun.pop_front() else { return Ok(()) };
            take(wait_for(&receiver))?;
            bytes -= weight;
        }
    })
}

/// The result of a task. A thread that is one of rayon's does other tasks meanwhile: there may be no other thread.
fn wait_for<R>(receiver: &Receiver<R>) -> R {
    const UNSENT: &str = "a task sends its result, or panics, which ends the scope";
    while rayon::current_thread_index().is_some() {
        match receiver.try_recv() {
            Ok(result) => return result,
            Err(TryRecvError::Empty) => drop(rayon::yield_now()),
            Err(TryRecvError::Disconnected) => panic!("{UNSENT}"),
        }
    }
    receiver.recv().expect(UNSENT)
}

/// The editions of a path, without those whose bytes are as those of the one before. `coders` is the cache of what coders have made; without it, identity
/// is the only coding.
pub(crate) fn editions(editions: &[Edition], coders: Option<&Cache>) -> Vec<EditionSpec> {
    let mut specs: Vec<EditionSpec> = Vec::with_capacity(editions.len());
    for Edition { from, base_url, route, output, inspections } in editions {
        let policy = inspections.get(route).and_then(|inspection| inspection.policy.as_deref());
        let policy = policy.unwrap_or(security_policy::NOTHING);
        let content = match output {
            Output::Document(document) => {
                let body = document.body();
                if specs.last().is_some_and(|last| has_body(last, &body)) {
                    continue;
                }
                ContentSpec::Page(PageSpec {
                    alternate: document.alternate.as_ref().map(|route| base_url.href(route).into_owned()),
                    ..page(document, body, policy, coders)
                })
            }
            Output::Redirect(location) => ContentSpec::Redirect(redirect(&base_url.href(location))),
        };
        specs.push(EditionSpec { from: *from, content });
    }
    specs
}

/// Whether an edition has these bytes. Its type and its fields follow from them and from its path.
fn has_body(edition: &EditionSpec, body: &[u8]) -> bool {
    let ContentSpec::Page(page) = &edition.content else { return false };
    page.variants.iter().any(|variant| variant.coding == Coding::Identity && variant.bytes == body)
}

fn redirect(location: &str) -> RedirectSpec {
    RedirectSpec {
        status: PERMANENT_REDIRECT,
        location: location.to_owned(),
        cache_control: Freshness::Hour.field_value().to_owned(),
    }
}

/// RFC 9110 §15.4.9: moved permanently; the method must not change.
const PERMANENT_REDIRECT: u16 = 308;

fn page(document: &Document, body: Cow<[u8]>, policy: &str, coders: Option<&Cache>) -> PageSpec {
    PageSpec {
        content_type: document.media_type.clone(),
        cache_control: document.freshness.field_value().to_owned(),
        security_policy: policy.to_owned(),
        class: document.class,
        alternate: None,
        variants: variants(document, body.into_owned(), coders),
    }
}

/// The codings of a document, identity first. The entity tags of compressible documents depend on the generation of the coders too. `coders` is the cache
/// of what they have made; without it, identity is the only coding.
fn variants(document: &Document, body: Vec<u8>, coders: Option<&Cache>) -> Vec<VariantSpec> {
    let Some(cache) = coders.filter(|_| is_compressible(&document.media_type)) else {
        return vec![variant(Coding::Identity, body, &[])];
    };
    let generation = compression::generation();
    let identity = variant(Coding::Identity, body, generation);
    let effort = if document.media_type.starts_with("text/javascript") { Effort::Most } else { Effort::Usual };
    let coded = codings::of(&identity.bytes, effort, cache).into_iter();
    let coded = coded.map(|(coding, bytes)| variant(coding, bytes, generation)).collect::<Vec<_>>();
    std::iter::once(identity).chain(coded).collect()
}

fn variant(coding: Coding, bytes: Vec<u8>, generation: &[u8]) -> VariantSpec {
    VariantSpec { coding, etag: format!("\"{}\"", fingerprint([generation, &bytes])), bytes }
}

/// Whether a type is worth compressing. Pictures, sound, video, fonts and archives are compressed already, and trying costs time.
fn is_compressible(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default();
    match essence.split_once('/') {
        Some(("image", subtype)) => matches!(subtype, "svg+xml" | "x-icon" | "vnd.microsoft.icon" | "bmp"),
        Some(("audio" | "video", _)) => false,
        Some(("font", subtype)) => !matches!(subtype, "woff" | "woff2"),
        Some(("application", _)) if essence == output::SEARCH_INDEX => false,
        Some(("application", subtype)) => !matches!(
            subtype,
            "zip" | "gzip" | "x-xz" | "x-bzip2" | "zstd" | "x-7z-compressed" | "font-woff" | "font-woff2"
        ),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Doubles 1,000 numbers, the first of which takes longest, until one is `end`. Returns what was taken, and the most that were done and not taken.
    fn doubled(end: usize) -> (Vec<usize>, usize) {
        let numbers: Vec<usize> = (0..1000).collect();
        let (done, mut taken, mut waiting) = (AtomicUsize::new(0), Vec::new(), 0);
        let double = |number: &usize| {
            if *number == 0 {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            done.fetch_add(1, Ordering::Relaxed);
            number * 2
        };
        let outcome = in_order(
            &numbers,
            |_| 0,
            double,
            |number| {
                waiting = waiting.max(done.load(Ordering::Relaxed) - taken.len());
                taken.push(number);
                if number / 2 == end { Err("the end") } else { Ok(()) }
            },
        );
        assert_eq!(outcome.is_err(), end < numbers.len());
        (taken, waiting)
    }

    #[test]
    fn results_come_in_order_and_few_of_them_wait() {
        let expected: Vec<usize> = (0..1000).map(|number| number * 2).collect();
        let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        // In a thread of a pool, which may be its only one, and in one of none.
        for (taken, waiting) in [doubled(1000), pool(1).install(|| doubled(1000)), pool(3).install(|| doubled(1000))] {
            assert_eq!(taken, expected);
            assert!(waiting <= IN_FLIGHT, "{waiting}");
        }
        assert_eq!(doubled(3).0, expected[..4], "nothing is taken after an error");
    }

    #[test]
    fn pictures_and_fonts_are_not_compressed_twice() {
        for (media_type, expected) in [
            ("text/html; charset=utf-8", true),
            ("image/svg+xml", true),
            ("image/png", false),
            ("font/woff2", false),
            ("font/ttf", true),
            ("video/mp4", false),
            ("application/wasm", true),
            ("application/zip", false),
            ("application/octet-stream", true),
        ] {
            assert_eq!(is_compressible(media_type), expected, "{media_type}");
        }
    }
}

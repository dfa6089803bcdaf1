//! `graven build`: content in, executable out, without a compiler. The content is pressed into a pack, and the pack attached to an engine:
//!
//! 1. [`engine::select`]: the engine of the target;
//! 2. [`content::press_into`]: the pack, in a file next to the output; what has not changed since an earlier build comes from the user's cache;
//! 3. [`attach`]: engine, pack and trailer, in another file next to the output, which then gets its name.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use graven_inspect::{Change, Scheduled, schedule};
use graven_pack::attachment::Trailer;
use graven_pack::{Class, Content, Pack, hex};
use sha2::{Digest as _, Sha256};

use crate::content;
use crate::engine::{self, Target};
use crate::error::{self, Error};
use crate::output::{Kind, refuse_to_replace};
use crate::stage::Stage;

/// Build the site: a folder of content becomes one executable, without a compiler.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    #[command(flatten)]
    site: Site,

    /// The executable to write; one that is there is replaced, even while it runs, and a file of another kind never
    #[arg(short, long, value_name = "FILE", default_value = "notes")]
    output: PathBuf,

    /// The machine that it is for, as a Rust target [default: this machine]
    #[arg(short, long, value_name = "TRIPLE")]
    target: Option<Target>,
}

/// What is built, and with what.
#[derive(Args, Debug)]
pub(crate) struct Site {
    /// The folder with the site's `site.toml` [default: this folder, or `content` in it]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,

    /// The engine to attach the site to, in place of the one in this command
    #[arg(short, long, value_name = "FILE")]
    engine: Option<PathBuf>,

    /// The address of the site, in place of `base_url` in `site.toml`
    #[arg(short, long, value_name = "URL", env = "NOTES_BASE_URL")]
    base_url: Option<String>,

    /// The time of the build in seconds since 1970; later posts are scheduled [default: the newest date in the content that is past]
    #[arg(long, value_name = "SECONDS", env = "SOURCE_DATE_EPOCH")]
    time: Option<i64>,
}

const EXAMPLES: &str = "\
The same content, options and engine give the same bytes, until a date of the content is past. A post that is dated in the future appears at its time, on
every page that names it, without another build. The executable is the site: run it, or copy it to where it shall run and install it there.

  target                           machine
  x86_64-unknown-linux-musl        PCs and servers
  aarch64-unknown-linux-musl       Raspberry Pi 5, 4, 3, Zero 2 W with a 64-bit system
  armv7-unknown-linux-musleabihf   Raspberry Pi 2 and newer with a 32-bit system
  arm-unknown-linux-musleabihf     Raspberry Pi 1 and Zero

Examples:
  graven build && ./notes
  graven build --target aarch64-unknown-linux-musl --output notes && scp notes pi@raspberrypi.local:
  graven build blog --base-url https://example.org --output blog.example.org
";

/// An executable that was built.
#[derive(Debug)]
pub(crate) struct Built {
    /// The pressed site in it.
    pub(crate) site: Vec<u8>,
    /// A line about it, for people, and one about what is scheduled, if anything is.
    pub(crate) summary: String,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    let built = build(&options.site, options.target.as_ref(), &options.output)?;
    error::print(format!("{}: {}\n", options.output.display(), built.summary))
}

/// Builds the executable `output`.
pub(crate) fn build(site: &Site, target: Option<&Target>, output: &Path) -> Result<Built, Error> {
    let start = Instant::now();
    let engine = engine::select(site.engine.as_deref(), target)?;
    if let Some(interpreter) = &engine.interpreter {
        warn(&format!(
            "the engine needs {interpreter}, so the site runs only where that is; one for a musl target runs everywhere"
        ));
    }
    let stage = stage(output)?;
    let path = stage.path().join("site.pack");
    let settings = graven_press::Options {
        base_url: site.base_url.clone(),
        now: site.time,
        clock: content::clock(),
        is_published: true,
        ..Default::default()
    };
    content::press_into(&content::folder(site.folder.as_deref()), &settings, &path)?;
    let site = fs::read(&path).map_err(|source| Error::file("read", &path, &source))?;
    let wrong = |error: &dyn Display| Error::new(format!("the pressed site: {error}"));
    let pack = Pack::open(&site).map_err(|error| wrong(&error))?;
    let scheduled = schedule(pack, pack.time()).map_err(|error| wrong(&error))?;

    let staged = stage.path().join("executable");
    let written = attach(&engine.bytes, (&site, pack.digest()), &staged);
    let written = written.and_then(|size| fs::rename(&staged, output).map(|()| size));
    let length = written.map_err(|source| Error::file("write", output, &source))?;
    let summary = format!(
        "{} KiB for {}, {} pages, content {}, {:.1} s{}",
        length.div_ceil(1024),
        engine.platform,
        pages(pack).map_err(|error| wrong(&error))?,
        hex(&pack.digest()),
        start.elapsed().as_secs_f64(),
        announcement(&scheduled)
    );
    Ok(Built { site, summary })
}

/// The line on scheduled posts, after the end of another: `2 posts are scheduled, the next for 2026-12-24T07:00:00Z`. Empty if there are none.
fn announcement(scheduled: &[Scheduled]) -> String {
    let posts = || scheduled.iter().filter(|edition| edition.is_post && edition.change == Change::New);
    let Some(next) = posts().next().map(|post| post.from) else { return String::new() };
    match posts().count() {
        1 => format!("\n1 post is scheduled, for {next}"),
        count => format!("\n{count} posts are scheduled, the next for {next}"),
    }
}

/// Refuses an output that cannot or must not be written.
fn refuse_output(output: &Path) -> Result<(), Error> {
    if output.is_dir() {
        return Err(Error::new(format!(
            "cannot write {0}: it is a folder; name a file, as in --output {0}/notes",
            output.display()
        )));
    }
    // Written as root, a device would become a file.
    if fs::metadata(output).is_ok_and(|there| !there.is_file()) {
        return Err(Error::new(format!(
            "cannot write {}: it is neither a file nor absent; name another",
            output.display()
        )));
    }
    refuse_to_replace(output, Kind::Executable)
}

/// A folder next to the output for what is not complete, on the same file system. It is removed at the end, also if that is Ctrl-C.
fn stage(output: &Path) -> Result<Stage, Error> {
    refuse_output(output)?;
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(Error::new(format!(
            "cannot write {}: there is no folder {}; create it first",
            output.display(),
            folder.display()
        )));
    }
    Stage::remove_abandoned(folder);
    let stage = Stage::create(folder).map_err(|source| Error::file("write into", folder, &source))?;
    stage.remove_on_interrupt();
    Ok(stage)
}

/// Writes the engine with the site and its digest into a new executable file. Returns its size.
fn attach(engine: &[u8], (site, digest): (&[u8], [u8; 32]), path: &Path) -> io::Result<u64> {
    let offset = Trailer::offset_after(engine.len() as u64);
    let zeros = vec![0; usize::try_from(offset).unwrap_or(usize::MAX) - engine.len()];
    let sum = Sha256::new().chain_update(engine).chain_update(&zeros).finalize();
    let trailer = Trailer { offset, length: site.len() as u64, engine: sum.into(), pack: digest };
    let mut file = File::create_new(path)?;
    for part in [engine, &zeros, site, &trailer.to_bytes()] {
        file.write_all(part)?;
    }
    executable(&file)?;
    // Before it gets its name, so that a power cut leaves the old file or the new one.
    file.sync_all()?;
    file.metadata().map(|metadata| metadata.len())
}

/// Lets everybody execute the file, whatever the user's mask.
#[cfg(unix)]
fn executable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    file.set_permissions(fs::Permissions::from_mode(0o755))
}

/// Windows has no such permission; `scp` and `install` set it on the other computer.
#[cfg(not(unix))]
fn executable(_: &File) -> io::Result<()> {
    Ok(())
}

/// The number of pages for people.
fn pages(pack: Pack) -> Result<usize, graven_pack::Error> {
    let mut pages = 0;
    for route in pack.routes() {
        if let Some(edition) = route?.editions().last() {
            let is_page = |content| matches!(content, Content::Page(page) if page.class() == Class::Page);
            pages += usize::from(is_page(edition?.content()));
        }
    }
    Ok(pages)
}

fn warn(message: &str) {
    error::say(format_args!("warning: {message}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_follows_the_engine_at_a_page_and_the_trailer_ends_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notes");
        let (engine, site) = (vec![7; 70_000], vec![9; 1234]);
        let length = attach(&engine, (&site, [3; 32]), &path).expect("it can be written");
        let file = fs::read(&path).expect("a file");
        assert_eq!((length, file.len()), (file.len() as u64, 131_072 + site.len() + Trailer::SIZE));
        assert!(file[..70_000] == engine && file[70_000..131_072].iter().all(|byte| *byte == 0));
        assert!(file[131_072..][..site.len()] == site);
        let engine = Sha256::digest(&file[..131_072]).into();
        let trailer = Trailer { offset: 131_072, length: 1234, engine, pack: [3; 32] };
        assert_eq!(file[131_072 + site.len()..], trailer.to_bytes());
    }
}

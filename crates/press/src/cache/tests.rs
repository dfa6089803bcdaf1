//! What a build gets from the cache is what it would make, whatever happened to the folder; and it makes what is there only once.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn key(number: u64) -> Key {
    Key::new("test", &[&number.to_le_bytes()])
}

/// What is made for a key: some bytes, which differ in number and value.
fn parts_of(number: u64) -> Vec<Vec<u8>> {
    let first = number.to_le_bytes().repeat(usize::try_from(number % 700).expect("it is small"));
    vec![first, Vec::new(), vec![1; 9]]
}

fn get(cache: &Cache, number: u64) -> Vec<Vec<u8>> {
    cache.get_or_make(&key(number), || parts_of(number))
}

/// The path of the only entry of a cache.
fn only_entry(folder: &Path) -> PathBuf {
    let folders = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files = folders.filter(|path| path.is_dir()).flat_map(|folder| fs::read_dir(folder).expect("a folder"));
    let file = files.next().expect("an entry").expect("an entry").path();
    assert!(files.next().is_none(), "there are more");
    file
}

#[test]
fn a_thing_is_made_once() {
    let folder = TempDir::new().expect("a temporary folder");
    for (number, made) in [(1, 1), (1, 1), (2, 2), (1, 2)] {
        let cache = Cache::at(folder.path());
        assert_eq!(get(&cache, number), parts_of(number));
        assert_eq!(get(&cache, number), parts_of(number));
        let all = get(&Cache::at(folder.path()), 1000 + made);
        assert_eq!((all, cache.problem()), (parts_of(1000 + made), None));
    }
    let again = Cache::at(folder.path());
    for number in [1, 2, 1001, 1002] {
        assert_eq!(get(&again, number), parts_of(number));
    }
    assert_eq!(again.made(), 0);
}

#[test]
fn a_cache_that_keeps_nothing_makes_everything() {
    let cache = Cache::none();
    assert_eq!((get(&cache, 1), get(&cache, 1)), (parts_of(1), parts_of(1)));
    cache.trim();
    assert_eq!((cache.made(), cache.problem()), (2, None));
}

#[test]
fn what_cannot_be_made_is_not_kept() {
    let folder = TempDir::new().expect("a temporary folder");
    let cache = Cache::at(folder.path());
    for _ in 0..2 {
        assert_eq!(cache.get_or_try(&key(1), || Err("damaged")), Err("damaged"));
    }
    assert_eq!((cache.made(), get(&cache, 1)), (0, parts_of(1)));
}

/// What may have become of a file, or of it and another.
type Damage = fn(&[u8], &[u8]) -> Vec<u8>;

#[test]
fn a_damaged_entry_is_made_again() {
    let other = entry::to_file(&key(2), &parts_of(2));
    let damages: [Damage; 5] = [
        |_, _| Vec::new(),
        |file, _| file[..file.len() - 1].to_vec(),
        |file, _| [&file[..100], &[file[100] ^ 1], &file[101..]].concat(),
        |file, _| vec![0; file.len()],
        |_, other| other.to_vec(),
    ];
    for (number, damage) in damages.iter().enumerate() {
        let folder = TempDir::new().expect("a temporary folder");
        get(&Cache::at(folder.path()), 99);
        let path = only_entry(folder.path());
        let sound = fs::read(&path).expect("it is there");
        fs::write(&path, damage(&sound, &other)).expect("written");
        let cache = Cache::at(folder.path());
        assert_eq!((get(&cache, 99), cache.made()), (parts_of(99), 1), "damage {number}");
        assert!(fs::read(&path).expect("it is there") == sound, "damage {number} is repaired");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_one_warning_and_no_error() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("file");
    fs::write(&file, "no folder").expect("written");
    let cache = Cache::at(file.join("cache"));
    for number in [1, 2, 1] {
        assert_eq!(get(&cache, number), parts_of(number));
    }
    cache.trim();
    assert_eq!(cache.made(), 3);
    let problem = cache.problem().expect("a warning");
    let start = format!("the cache in {}/file/cache cannot be written: ", folder.path().display());
    assert!(problem.starts_with(&start) && problem.contains("GRAVEN_CACHE"), "{problem}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_can_never_be_is_a_warning() {
    // The kernel says that it is not there, as it does of one that is being removed.
    let cache = Cache::at("/proc/graven");
    assert_eq!(get(&cache, 1), parts_of(1));
    assert!(cache.problem().is_some_and(|problem| problem.starts_with("the cache in /proc/graven cannot be written")));
}

#[test]
fn a_cache_that_can_only_be_read_still_helps() {
    let folder = TempDir::new().expect("a temporary folder");
    get(&Cache::at(folder.path()), 1);
    let path = only_entry(folder.path());
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(long_ago)).expect("a time");
    let mut permissions = fs::metadata(&path).expect("it is there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("they can be changed");
    let cache = Cache::at(folder.path());
    assert_eq!((get(&cache, 1), cache.made(), cache.problem()), (parts_of(1), 0, None));
}

#[test]
fn the_size_is_counted_once_and_then_added_up() {
    let folder = TempDir::new().expect("a temporary folder");
    let cache = Cache::at(folder.path());
    let size = |cache: &Cache| *cache.size.lock().expect("not poisoned");
    cache.trim();
    assert_eq!(size(&cache), None, "nothing was written");
    for (number, expected) in [(1, 4096), (2, 8192), (3, 12288)] {
        get(&cache, number);
        cache.trim_to(3 * 4096, 4096);
        assert_eq!(size(&cache), Some(expected));
    }
    get(&cache, 4);
    cache.trim_to(3 * 4096, 4096);
    assert_eq!(size(&cache), Some(4096), "it was more than the limit");
}

#[test]
fn the_folder_is_the_one_that_is_named_or_else_that_of_the_user() {
    let home = || Some(PathBuf::from("/home/a"));
    let of_user = match () {
        () if cfg!(target_os = "macos") => Some("/home/a/Library/Caches/graven"),
        () if cfg!(windows) => None,
        () => Some("/home/a/.cache/graven"),
    };
    let named = |name: &'static str, value: &'static str| vec![(name, value)];
    let mut cases = vec![
        (vec![], home(), of_user),
        (vec![], None, None),
        (vec![], Some(PathBuf::from("a")), None),
        (named(VARIABLE, ""), home(), None),
        (named(VARIABLE, "here"), home(), Some("here")),
    ];
    if cfg!(target_os = "linux") {
        cases.push((named("XDG_CACHE_HOME", "/caches"), None, Some("/caches/graven")));
        cases.push((named("XDG_CACHE_HOME", "caches"), home(), of_user));
    }
    for (variables, home, expected) in cases {
        let variable = |name: &str| variables.iter().find(|(found, _)| *found == name).map(|(_, value)| value.into());
        assert_eq!(folder_of_user(variable, home), expected.map(PathBuf::from), "{variables:?}");
    }
}

/// What may happen to a folder between two uses.
#[derive(Clone, Copy, Debug)]
enum Step {
    Get(u64),
    /// One byte of the file of an entry changes.
    Damage(u64, usize),
    Truncate(u64),
    Remove(u64),
    RemoveAll,
    Trim,
}

fn step() -> impl Strategy<Value = Step> {
    let key = || 0..6u64;
    prop_oneof![
        6 => key().prop_map(Step::Get),
        1 => (key(), any::<usize>()).prop_map(|(key, at)| Step::Damage(key, at)),
        1 => key().prop_map(Step::Truncate),
        1 => key().prop_map(Step::Remove),
        1 => Just(Step::RemoveAll),
        1 => Just(Step::Trim),
    ]
}

/// Replaces the file of an entry, if there is one.
fn change(folder: &Path, number: u64, change: impl FnOnce(&mut Vec<u8>)) {
    let name = key(number).name();
    let path = folder.join(&name[..2]).join(&name[2..]);
    if let Ok(mut bytes) = fs::read(&path) {
        change(&mut bytes);
        fs::write(&path, bytes).expect("written");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn two_builds_get_what_they_would_make_whatever_happens(steps in prop::collection::vec((0..2usize, step()), 1..40)) {
        let folder = TempDir::new().expect("a temporary folder");
        let folder = folder.path().join("cache");
        let builds = [Cache::at(&folder), Cache::at(&folder)];
        for (build, step) in steps {
            match step {
                Step::Get(number) => prop_assert_eq!(get(&builds[build], number), parts_of(number)),
                Step::Damage(number, at) => change(&folder, number, |bytes| {
                    let at = at % bytes.len().max(1);
                    bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 0x40);
                }),
                Step::Truncate(number) => change(&folder, number, |bytes| bytes.truncate(bytes.len() / 2)),
                Step::Remove(number) => {
                    let name = key(number).name();
                    let _ = fs::remove_file(folder.join(&name[..2]).join(&name[2..]));
                }
                Step::RemoveAll => drop(fs::remove_dir_all(&folder)),
                Step::Trim => builds[build].trim_to(3 * 4096, 4096),
            }
        }
        for build in &builds {
            prop_assert_eq!(build.problem(), None);
            // What was written can be read.
            get(build, 7);
            prop_assert_eq!(build.get_or_try(&key(7), || Err("it is not there")), Ok(parts_of(7)));
        }
    }
}

#[test]
fn builds_in_several_threads_fill_and_empty_one_folder() {
    let folder = TempDir::new().expect("a temporary folder");
    let limit = 20 * 4096;
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let path = folder.path();
            scope.spawn(move || {
                let cache = Cache::at(path);
                for round in 0..300 {
                    let number = (round * (thread + 3)) % 50;
                    assert_eq!(get(&cache, number), parts_of(number));
                    if round % 10 == thread {
                        // The other threads are unknown to the count of this one.
                        *cache.size.lock().expect("not poisoned") = None;
                        cache.trim_to(limit, limit / 2);
                    }
                }
                assert_eq!(cache.problem(), None);
            });
        }
    });
    let last = Cache::at(folder.path());
    get(&last, 99);
    last.trim_to(limit, limit / 2);
    assert!(last.size.lock().expect("not poisoned").is_some_and(|size| size <= limit));
}

/// The variable that names the folder for the other process.
const FOLDER: &str = "GRAVEN_TEST_CACHE";

/// A process that writes the same entries again and again, until it is killed. Started by the next test.
#[test]
#[ignore = "it does not end; another test starts it"]
fn endless_build() {
    let folder = PathBuf::from(env::var_os(FOLDER).expect("the next test names it"));
    fs::write(folder.join(format!("started-{}", std::process::id())), "").expect("the folder is there");
    loop {
        let cache = Cache::at(&folder);
        (0..50).for_each(|number| assert_eq!(get(&cache, number), parts_of(number)));
        let _ = fs::remove_dir_all(folder.join(&key(7).name()[..2]));
        cache.trim_to(20 * 4096, 10 * 4096);
    }
}

#[test]
fn builds_that_are_killed_leave_nothing_wrong() {
    let folder = TempDir::new().expect("a temporary folder");
    let start = || {
        let mut command = Command::new(env::current_exe().expect("this test"));
        command.args(["--exact", "cache::tests::endless_build", "--ignored"]).env(FOLDER, folder.path());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
    };
    for _ in 0..5 {
        let mut builds = [start(), start()];
        let cache = Cache::at(folder.path());
        let have_started =
            || builds.iter().all(|build: &Child| folder.path().join(format!("started-{}", build.id())).exists());
        let deadline = Instant::now() + Duration::from_millis(100);
        while Instant::now() < deadline || !have_started() {
            (0..50).for_each(|number| assert_eq!(get(&cache, number), parts_of(number)));
        }
        for build in &mut builds {
            assert_eq!(build.try_wait().expect("a child"), None, "it ended before it was killed");
            build.kill().and_then(|()| build.wait()).expect("a child");
        }
        (0..50).for_each(|number| assert_eq!(get(&cache, number), parts_of(number)));
        assert_eq!(cache.problem(), None);
    }
}

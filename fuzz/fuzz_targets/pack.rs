//! The pack's reader: any bytes are a pack or an error. A pack that passes `verify` is read without an error.

#![no_main]

use graven_pack::{Content, Error, Pack};
use libfuzzer_sys::fuzz_target;

/// Reads everything, up to the first error.
fn walk(pack: &Pack<'_>) -> Result<usize, Error> {
    let mut read = 0;
    for route in pack.routes() {
        let route = route?;
        pack.route(route.path())?;
        for time in [i64::MIN, 0, i64::MAX] {
            route.at(time)?;
            route.index_at(time)?;
        }
        for edition in route.editions() {
            match edition?.content() {
                Content::Page(page) => {
                    for variant in page.variants() {
                        read += variant?.checked_bytes()?.len();
                    }
                }
                Content::Redirect(redirect) => read += redirect.location().len(),
            }
        }
    }
    Ok(read)
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(pack) = Pack::open(bytes) else { return };
    let walked = walk(&pack);
    if pack.verify().is_ok() {
        assert!(walked.is_ok(), "{walked:?}");
    }
});

//! Executables in, the bytes of an OCI image archive out: an image layout (OCI Image Format Specification 1.0, image-layout.md) in a tar file. Each part
//! refers to the one before by its digest:
//!
//! 1. a *layer* for each executable: a tar file with one file in it;
//! 2. its *config*: its machine, and how it is run;
//! 3. its *manifest*: config and layer;
//! 4. the *image index*: the manifests by machine;
//! 5. `index.json`: the image index by name. containerd and podman each read the name from their own annotation.
//!
//! Layers are not compressed, because most of an executable is a pack, which is compressed. An image of one executable has an index too, so that all
//! images have the same structure. The bytes depend on the executables, the name and the time alone.

use std::collections::BTreeMap;

use graven_pack::hex;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tar::{EntryType, Header};

use super::reference::Reference;
use crate::elf::Platform;

/// The name of the file in the image, and of its entrypoint.
const EXECUTABLE: &str = "notes";

/// The customary user and group without rights. Kubernetes' `runAsNonRoot` needs their numbers.
const USER: &str = "65532:65532";

/// The server's default port.
const PORT: &str = "8080/tcp";

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// An executable and the machine that it is for.
pub(crate) struct Entry {
    /// The machine.
    pub(crate) platform: Platform,
    /// The executable's bytes.
    pub(crate) executable: Vec<u8>,
}

/// The archive of an image with these executables, in this order, and this name.
pub(crate) fn archive(entries: &[Entry], reference: &Reference, created: Timestamp) -> Vec<u8> {
    let mut blobs = Blobs::default();
    let manifests: Vec<Value> = entries.iter().map(|entry| image(&mut blobs, entry, reference, created)).collect();
    let mut index = blobs.add_json(INDEX, &json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests }));
    index["annotations"] = json!({
        "io.containerd.image.name": reference.to_string(),
        "org.opencontainers.image.ref.name": reference.tag(),
    });
    let named = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [index] });

    let mut tar = Tar::new(created);
    tar.file("oci-layout", 0o644, br#"{"imageLayoutVersion":"1.0.0"}"#);
    tar.file("index.json", 0o644, &json_bytes(&named));
    tar.folder("blobs/");
    tar.folder("blobs/sha256/");
    for (digest, bytes) in &blobs.by_digest {
        tar.file(&format!("blobs/sha256/{digest}"), 0o644, bytes);
    }
    tar.finish()
}

/// Adds layer, config and manifest of one executable; returns the manifest's descriptor.
fn image(blobs: &mut Blobs, entry: &Entry, reference: &Reference, created: Timestamp) -> Value {
    let mut layer = Tar::new(created);
    layer.file(EXECUTABLE, 0o755, &entry.executable);
    let layer = blobs.add(LAYER, layer.finish());

    let mut platform = json!({ "architecture": entry.platform.architecture, "os": "linux" });
    if let Some(variant) = entry.platform.variant {
        platform["variant"] = variant.into();
    }
    let config = blobs.add_json(CONFIG, &config(&platform, &layer["digest"], reference, created));
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer] });
    let mut descriptor = blobs.add_json(MANIFEST, &manifest);
    descriptor["platform"] = platform;
    descriptor
}

/// An image's config: the members of its platform, and how it is run.
fn config(platform: &Value, layer: &Value, reference: &Reference, created: Timestamp) -> Value {
    let mut config = platform.clone();
    config["created"] = created.to_string().into();
    config["config"] = json!({
        "User": USER,
        "ExposedPorts": { PORT: {} },
        "Entrypoint": [format!("/{EXECUTABLE}")],
        "WorkingDir": "/",
        "Labels": {
            "org.opencontainers.image.title": reference.title(),
            "org.opencontainers.image.version": reference.tag(),
        },
    });
    // The layer is not compressed, so the digest of its content is the digest of the stored bytes.
    config["rootfs"] = json!({ "type": "layers", "diff_ids": [layer] });
    config["history"] = json!([{ "created": created.to_string(), "created_by": "graven image" }]);
    config
}

/// The blobs of an image layout, by their digests.
#[derive(Default)]
struct Blobs {
    by_digest: BTreeMap<String, Vec<u8>>,
}

impl Blobs {
    /// Adds a blob; returns its descriptor.
    fn add(&mut self, media_type: &str, bytes: Vec<u8>) -> Value {
        let digest = hex(&Sha256::digest(&bytes));
        let descriptor = json!({ "mediaType": media_type, "digest": format!("sha256:{digest}"), "size": bytes.len() });
        self.by_digest.insert(digest, bytes);
        descriptor
    }

    fn add_json(&mut self, media_type: &str, value: &Value) -> Value {
        self.add(media_type, json_bytes(value))
    }
}

fn json_bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// A tar file in memory. All its entries belong to root and have the same time.
struct Tar {
    builder: tar::Builder<Vec<u8>>,
    time: u64,
}

impl Tar {
    fn new(time: Timestamp) -> Self {
        let time = u64::try_from(time.as_second()).expect("the time is not before 1970");
        Self { builder: tar::Builder::new(Vec::new()), time }
    }

    fn file(&mut self, path: &str, mode: u32, bytes: &[u8]) {
        self.append(EntryType::Regular, path, mode, bytes);
    }

    fn folder(&mut self, path: &str) {
        self.append(EntryType::Directory, path, 0o755, &[]);
    }

    fn append(&mut self, kind: EntryType, path: &str, mode: u32, bytes: &[u8]) {
        let mut header = Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(self.time);
        header.set_size(u64::try_from(bytes.len()).expect("a length has at most 64 bits"));
        self.builder
            .append_data(&mut header, path, bytes)
            .expect("the path is short, and writing to memory cannot fail");
    }

    fn finish(self) -> Vec<u8> {
        self.builder.into_inner().expect("writing to memory cannot fail")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::platform;
    use crate::elf::tests::{AARCH64, Elf, X86_64};
    use std::io::Read;

    fn entries(machines: &[u16]) -> Vec<Entry> {
        let entry = |&machine: &u16| {
            let executable = Elf::new(machine).bytes();
            Entry { platform: platform(&executable).expect("a valid executable"), executable }
        };
        machines.iter().map(entry).collect()
    }

    fn files(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
        let mut archive = tar::Archive::new(archive);
        let mut files = BTreeMap::new();
        for entry in archive.entries().expect("a tar file") {
            let mut entry = entry.expect("an entry");
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("its bytes");
            files.insert(entry.path().expect("its path").display().to_string(), bytes);
        }
        files
    }

    /// The blob of a descriptor, whose size and digest are checked.
    fn follow<'a>(files: &'a BTreeMap<String, Vec<u8>>, descriptor: &Value) -> &'a [u8] {
        let digest = descriptor["digest"].as_str().and_then(|digest| digest.strip_prefix("sha256:")).expect("a digest");
        let bytes = &files[&format!("blobs/sha256/{digest}")];
        assert_eq!(descriptor["size"], bytes.len());
        assert_eq!(hex(&Sha256::digest(bytes)), digest);
        bytes
    }

    fn follow_json(files: &BTreeMap<String, Vec<u8>>, descriptor: &Value) -> Value {
        serde_json::from_slice(follow(files, descriptor)).expect("JSON")
    }

    #[test]
    fn every_digest_leads_from_the_name_to_the_executable() {
        let entries = entries(&[X86_64, AARCH64]);
        let layout = files(&archive(&entries, &Reference::default(), Timestamp::UNIX_EPOCH));
        let named: Value = serde_json::from_slice(&layout["index.json"]).expect("JSON");
        assert_eq!(named["manifests"][0]["annotations"]["io.containerd.image.name"], "localhost/notes:latest");
        assert_eq!(named["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"], "latest");

        let index = follow_json(&layout, &named["manifests"][0]);
        for (n, (architecture, entry)) in ["amd64", "arm64"].into_iter().zip(&entries).enumerate() {
            let descriptor = &index["manifests"][n];
            assert_eq!(descriptor["platform"], json!({ "architecture": architecture, "os": "linux" }));
            let manifest = follow_json(&layout, descriptor);
            let config = follow_json(&layout, &manifest["config"]);
            assert_eq!(config["architecture"], architecture);
            assert_eq!(config["rootfs"]["diff_ids"][0], manifest["layers"][0]["digest"]);
            let layer = files(follow(&layout, &manifest["layers"][0]));
            assert_eq!(layer, BTreeMap::from([("notes".to_owned(), entry.executable.clone())]));
        }
        assert_eq!(index["manifests"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn the_executable_runs_as_a_user_without_rights() {
        let reference = "me/blog:7".parse().expect("a name");
        let arm = json!({ "architecture": "arm", "variant": "v7", "os": "linux" });
        let layer = json!("sha256:00");
        let expected = json!({
            "architecture": "arm",
            "variant": "v7",
            "os": "linux",
            "created": "2026-01-02T03:04:05Z",
            "config": {
                "User": "65532:65532",
                "ExposedPorts": { "8080/tcp": {} },
                "Entrypoint": ["/notes"],
                "WorkingDir": "/",
                "Labels": { "org.opencontainers.image.title": "blog", "org.opencontainers.image.version": "7" },
            },
            "rootfs": { "type": "layers", "diff_ids": ["sha256:00"] },
            "history": [{ "created": "2026-01-02T03:04:05Z", "created_by": "graven image" }],
        });
        assert_eq!(config(&arm, &layer, &reference, "2026-01-02T03:04:05Z".parse().expect("a time")), expected);
    }

    #[test]
    fn an_entry_has_its_mode_its_time_and_belongs_to_root() {
        let mut layer = Tar::new(Timestamp::from_second(86_400).expect("a time"));
        layer.file("notes", 0o755, b"executable");
        let layer = layer.finish();
        let mut layer = tar::Archive::new(&layer[..]);
        let entry = layer.entries().expect("a tar file").next().expect("an entry").expect("a sound one");
        let header = entry.header();
        assert_eq!((header.mode().ok(), header.uid().ok(), header.gid().ok()), (Some(0o755), Some(0), Some(0)));
        assert_eq!((header.mtime().ok(), header.entry_type()), (Some(86_400), EntryType::Regular));
    }

    #[test]
    fn the_same_executables_give_the_same_bytes_and_the_time_changes_them() {
        let archive = |seconds: i64| {
            archive(&entries(&[AARCH64]), &Reference::default(), Timestamp::from_second(seconds).expect("a time"))
        };
        assert_eq!(archive(0), archive(0));
        assert_ne!(archive(0), archive(1));
    }
}

//! Makes the files that pages offer, each picture once.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::encode::encode;
use super::metadata::{self, Format};
use super::pixels::Pixels;
use super::plan::{Picture, Variant, generation};
use crate::cache::{Cache, Key};
use crate::tree::{Contents, SourceTree};

/// A picture in a text.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) picture: Picture,
    /// The place of its destination in the text.
    pub(crate) place: std::ops::Range<usize>,
}

/// What was made of the pictures of a site.
#[derive(Debug, Default)]
pub(crate) struct Published {
    /// By the file of each picture that can be decoded.
    pictures: BTreeMap<String, Arc<Files>>,
    /// The file of each picture that cannot be decoded, and the reason.
    errors: BTreeMap<String, String>,
}

/// The files of a picture, and what they were made from.
#[derive(Debug)]
struct Files {
    contents: Option<Contents>,
    variants: Vec<Variant>,
    /// In the order of `variants`.
    bytes: Vec<Vec<u8>>,
}

impl Published {
    /// The files of a picture by their routes.
    pub(crate) fn files(&self, picture: &Picture) -> impl Iterator<Item = (&str, &[u8])> {
        let files = self.pictures.get(&picture.source).into_iter();
        let files = files.flat_map(|files| files.variants.iter().zip(&files.bytes));
        files.map(|(variant, bytes)| (variant.route.as_str(), bytes.as_slice()))
    }

    /// Why a picture cannot be decoded.
    pub(crate) fn error(&self, picture: &Picture) -> Option<&str> {
        self.errors.get(&picture.source).map(String::as_str)
    }

    /// The length of a picture in the width for the largest screens.
    pub(crate) fn largest(&self, picture: &Picture) -> Option<usize> {
        let Files { bytes, .. } = &**self.pictures.get(&picture.source)?;
        bytes.get(picture.variants.len().checked_sub(1)?).map(Vec::len)
    }
}

/// Makes the files of these pictures, or takes them over from the press `before`.
pub(crate) fn publish(pictures: &[&Picture], tree: &SourceTree, cache: &Cache, before: &Published) -> Published {
    // Several texts may show the same picture.
    let distinct: BTreeMap<&str, &Picture> = pictures.iter().map(|picture| (&*picture.source, *picture)).collect();
    let results: Vec<_> =
        distinct.into_par_iter().map(|(source, picture)| (source, files(picture, tree, cache, before))).collect();
    let mut published = Published::default();
    for (source, result) in results {
        match result {
            Ok(files) => drop(published.pictures.insert(source.to_owned(), files)),
            Err(error) => drop(published.errors.insert(source.to_owned(), error)),
        }
    }
    published
}

fn files(picture: &Picture, tree: &SourceTree, cache: &Cache, before: &Published) -> Result<Arc<Files>, String> {
    let contents = tree.contents(&picture.source);
    let variants: Vec<&Variant> = picture.variants.iter().chain(&picture.fallback).collect();
    let is_same = |before: &&Arc<Files>| {
        before.contents.as_ref() == contents && before.variants.iter().eq(variants.iter().copied())
    };
    if let Some(before) = before.pictures.get(&picture.source).filter(is_same) {
        return Ok(Arc::clone(before));
    }
    let bytes = tree.get(&picture.source).unwrap_or_default();
    let plan: Vec<_> = variants.iter().map(|variant| (variant.width, variant.format)).collect();
    let key = Key::new("picture", &[generation(), format!("{plan:?}").as_bytes(), bytes]);
    let bytes = cache.get_or_try(&key, || encoded(bytes, &variants, picture.variants.len()))?;
    let variants = variants.into_iter().cloned().collect();
    Ok(Arc::new(Files { contents: contents.cloned(), variants, bytes }))
}

/// The files of a picture, the first `widths` of them in one format, the narrowest first.
fn encoded(bytes: &[u8], variants: &[&Variant], widths: usize) -> Result<Vec<Vec<u8>>, String> {
    let (metadata, _) = metadata::read(bytes).ok_or("it is damaged")?;
    let pixels = Pixels::decode(bytes, &metadata)?;
    let is_photograph = metadata.format == Format::Jpeg || bytes.get(12..16) == Some(b"VP8 ");
    let encode = |variant: &&Variant| {
        let scaled = pixels.scaled(usize::try_from(variant.width).unwrap_or(usize::MAX));
        encode(&scaled, variant.format, is_photograph, metadata.profile.as_deref())
    };
    let mut files: Vec<Vec<u8>> = variants.par_iter().map(encode).collect();
    prefer_smaller(&mut files[..widths]);
    Ok(files)
}

/// Replaces a file that is larger than the one of the next width by that one. Scaling blurs the edges of screenshots, so that they compress worse.
fn prefer_smaller(files: &mut [Vec<u8>]) {
    for wider in (1..files.len()).rev() {
        if files[wider].len() < files[wider - 1].len() {
            let bytes = files[wider].clone();
            files[wider - 1] = bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pixels::tests::{jpeg_of, noise, png_of};
    use super::*;

    fn published(bytes: &[u8]) -> (Picture, BTreeMap<String, Vec<u8>>) {
        let mut tree = SourceTree::default();
        tree.insert("posts/a/b.png", bytes);
        let picture = Picture::plan("posts/a/b.png", bytes).expect("it can be read").expect("it is a picture");
        let published = publish(&[&picture, &picture], &tree, &Cache::none(), &Published::default());
        assert_eq!(published.error(&picture), None);
        let files = published.files(&picture).map(|(route, bytes)| (route.to_owned(), bytes.to_owned())).collect();
        (picture, files)
    }

    #[test]
    fn every_file_that_a_page_offers_is_made() {
        for bytes in [jpeg_of(&noise(1300, 90)), png_of(&noise(1300, 90))] {
            let (picture, files) = published(&bytes);
            assert_eq!(files.len(), 5);
            for variant in picture.variants.iter().chain(&picture.fallback) {
                let size = imagesize::blob_size(&files[&variant.route]).expect("a picture");
                assert_eq!(u32::try_from(size.width), Ok(variant.width), "{}", variant.route);
            }
        }
    }

    #[test]
    fn a_narrower_file_is_never_larger_than_a_wider_one() {
        let file = |size: usize| vec![0; size];
        let mut files = [file(3), file(9), file(8), file(5), file(7)];
        prefer_smaller(&mut files);
        assert_eq!(files.map(|bytes| bytes.len()), [3, 5, 5, 5, 7]);
    }

    #[test]
    fn a_damaged_picture_is_an_error() {
        let bytes = png_of(&noise(900, 90));
        let mut tree = SourceTree::default();
        let mut damaged = bytes.clone();
        let middle = bytes.len() / 2;
        damaged[middle..middle + 64].fill(0);
        tree.insert("a.png", damaged.clone());
        let picture = Picture::plan("a.png", &damaged).expect("its head is sound").expect("a picture");
        let published = publish(&[&picture], &tree, &Cache::none(), &Published::default());
        assert!(published.error(&picture).is_some());
        assert_eq!(published.files(&picture).count(), 0);
    }
}

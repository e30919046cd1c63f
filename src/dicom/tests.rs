//! Files that pydicom ships or wrote, against what pydicom reads of them: tests/golden/make_dicom.py.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::picture::{Limits, PictureChoices, PixelFile};
use crate::render::npy;

#[derive(Deserialize)]
struct Expected {
    size: [u32; 2],
    window: Option<[f64; 2]>,
    tolerance: u8,
    sha256: Option<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/dicom")
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name).with_added_extension("dcm")).unwrap()
}

fn read_file(bytes: &[u8]) -> Result<PixelFile, String> {
    let limits = Limits {
        min_side: 1,
        ..Limits::default()
    };
    let read = read(bytes, "scan.dcm", limits);
    read.map_err(|error| error.to_string())
}

/// What is different from pydicom's picture, if anything is.
fn difference(name: &str, expected: &Expected) -> Option<String> {
    let bytes = file(name);
    assert!(is_dicom(&bytes, &format!("{name}.dcm")), "{name}");
    let decoded = match read_file(&bytes) {
        Ok(read) => read.decoded(name, &PictureChoices::default()),
        Err(error) => return Some(error),
    };
    let picture = decoded.picture;
    if <[u32; 2]>::from(picture.dimensions()) != expected.size {
        return Some(format!("size {:?}", picture.dimensions()));
    }
    if let Some([low, high]) = expected.window {
        let window = decoded.levels.map(|levels| levels.window);
        let window = window.map(|window| (window.low - low).abs().max((window.high - high).abs()));
        if window.is_none_or(|off| off > 1e-9 * (high - low)) {
            return Some(format!("window off by {window:?} of {low}, {high}"));
        }
    }
    if let Some(sha256) = &expected.sha256 {
        let digest = Sha256::digest(picture.as_raw());
        let found: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        return (found != *sha256)
            .then(|| format!("other pixels, such as {:?}", &picture.as_raw()[..12]));
    }
    let npy = std::fs::read(folder().join(name).with_added_extension("npy")).unwrap();
    let (_, wanted) = npy::decode(&npy).unwrap();
    let found = picture.as_raw().iter().map(|byte| f32::from(*byte));
    let furthest = found
        .zip(&wanted)
        .map(|(found, wanted)| (found - wanted).abs());
    let furthest = furthest.fold(0.0, f32::max);
    (furthest > f32::from(expected.tolerance)).then(|| format!("off by {furthest}"))
}

#[test]
fn pictures_are_pydicoms() {
    let expected = std::fs::read(folder().join("expected.json")).unwrap();
    let expected: BTreeMap<String, Expected> = serde_json::from_slice(&expected).unwrap();
    assert!(expected.len() > 30);
    let wrong: Vec<(&String, String)> = expected
        .iter()
        .filter_map(|(name, expected)| Some((name, difference(name, expected)?)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_was_done_is_said() {
    let notes = |name: &str| read_file(&file(name)).unwrap().notes.join("; ");
    assert!(notes("frames").starts_with("'scan.dcm' has 3 frames; its first is used"));
    assert!(notes("film").contains("MONOCHROME1"));
    let two = notes("two-windows");
    assert!(
        two.contains("× 2 + -1024") && two.contains("-160 to 239"),
        "{two}"
    );
    assert!(notes("signed").contains("states no window"));
    assert!(notes("rtdose").contains("32 bits"));
}

#[test]
fn what_is_no_picture_is_said() {
    let error = |name: &str| read_file(&file(name)).unwrap_err();
    let report = error("reportsi");
    assert!(report.contains("without a picture"), "{report}");
    assert!(error("rtplan_truncated").contains("cut off"));
    assert!(error("MR_truncated").contains("fewer pixels"));
    let twelve = error("JPGExtended");
    assert!(twelve.contains("lossy JPEG in 12 bits"), "{twelve}");
    assert!(!is_dicom(b"Dear diary", "cat.dcm"));
    // A data set without what stands before it.
    let film = file("film");
    let is_first = |part: &[u8]| matches!(part, [8, 0, _, 0, b'A'..=b'Z', b'A'..=b'Z']);
    let place = film.windows(6).position(is_first).unwrap();
    let alone = &film[place..];
    assert!(is_dicom(alone, "A.DCM") && !is_dicom(alone, "a.png"));
    assert!(read_file(alone).is_ok());
}

/// A file whose transfer syntax is this one, of the same length.
fn with_syntax(uid: &str) -> Vec<u8> {
    let mut bytes = file("film");
    let own = b"1.2.840.10008.1.2.1\0";
    let place = bytes
        .windows(own.len())
        .position(|part| part == own)
        .unwrap();
    bytes[place - 2..place].copy_from_slice(&(uid.len() as u16).to_le_bytes());
    bytes.splice(place..place + own.len(), uid.bytes());
    bytes
}

#[test]
fn codecs_that_are_missing_are_named() {
    let error = |uid: &str| read_file(&with_syntax(uid)).unwrap_err();
    assert!(error("1.2.840.10008.1.2.4.102\0").contains("a video"));
    let mut bytes = with_syntax("1.2.840.10008.1.2.4.203\0");
    // Pixels in parts.
    let place = bytes
        .windows(4)
        .rposition(|part| part == [0xe0, 0x7f, 0x10, 0x00])
        .unwrap();
    bytes[place + 8..place + 12].fill(0xff);
    bytes.truncate(place + 12);
    for part in [&[][..], &[1, 2]] {
        bytes.extend([0xfe, 0xff, 0x00, 0xe0, part.len() as u8, 0, 0, 0]);
        bytes.extend(part);
    }
    let said = read_file(&bytes).unwrap_err();
    assert!(said.contains("High-Throughput JPEG 2000"), "{said}");
}

#[test]
fn absurd_sizes_are_refused_before_anything_is_reserved() {
    let mut bytes = file("film");
    for tag in [[0x28, 0, 0x10, 0], [0x28, 0, 0x11, 0]] {
        let place = bytes.windows(4).position(|part| part == tag).unwrap();
        bytes[place + 8..place + 10].fill(0xff);
    }
    let said = read_file(&bytes).unwrap_err();
    assert!(said.contains("megapixels"), "{said}");
}

/// The names and numbers of patients in the files, which all are made up.
const PRIVATE: [&str; 5] = [
    "Marmalade",
    "Orpheus",
    "ID-4711",
    "CompressedSamples",
    "Lastname",
];

#[test]
fn nothing_of_the_patient_comes_out() {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "dcm") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        seen += usize::from(bytes.windows(9).any(|part| part == b"Marmalade"));
        for end in [bytes.len(), bytes.len() / 2, 400, 300, 140] {
            let Some(part) = bytes.get(..end) else {
                continue;
            };
            let out = match read(part, "scan.dcm", Limits::default()) {
                Ok(read) => [read.to_bytes(), format!("{read:?}").into_bytes()].concat(),
                Err(error) => format!("{error} {error:?}").into_bytes(),
            };
            for private in PRIVATE {
                let found = out
                    .windows(private.len())
                    .any(|part| part == private.as_bytes());
                assert!(!found, "{private} of {}", path.display());
            }
        }
    }
    assert!(seen > 5, "files with a name in them");
}

/// Any byte may be any other: a sentence or a picture comes, and no panic.
#[test]
fn damaged_files_get_a_sentence() {
    for name in [
        "MR_small_RLE",
        "SC_rgb_gdcm_KY",
        "JPEGLSNearLossless_08",
        "palette",
        "image_dfl",
    ] {
        let whole = file(name);
        for step in 0..300 {
            let mut bytes = whole.clone();
            let place = step * 7919 % bytes.len();
            bytes[place] ^= 1 << (step % 8);
            let at_end = bytes.len() - 1 - step % 600;
            bytes[at_end] = bytes[at_end].wrapping_add(step as u8);
            let _ = read_file(&bytes);
            let _ = read_file(&whole[..whole.len() * step / 300]);
        }
    }
}

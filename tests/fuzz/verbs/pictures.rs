//! Pictures and input tensors: sound ones, hostile ones, and damage to both.

use std::io::Cursor;
use std::path::Path;

use gradcam::render::npy;
use image::codecs::{gif::GifEncoder, jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder};
use image::{DynamicImage, ExtendedColorType, ImageEncoder as _, ImageFormat};

use super::bytes::damage_bytes;
use super::random::Random;

const SIDE: u32 = 16;
const PNG_MAGIC: usize = 8;

/// One file of each format, and some that promise more than they hold.
pub fn seeds() -> Vec<Vec<u8>> {
    let pixels: Vec<u8> = (0..SIDE * SIDE * 8).map(|at| (at * 37) as u8).collect();
    let [rgb, deep] = [3, 8].map(|bytes| &pixels[..(SIDE * SIDE) as usize * bytes]);
    let (colour, wide) = (ExtendedColorType::Rgb8, ExtendedColorType::Rgba16);
    let picture = image::RgbImage::from_raw(SIDE, SIDE, rgb.to_vec()).unwrap();
    let mut files = Vec::new();
    let mut add = |write: &dyn Fn(&mut Vec<u8>) -> image::ImageResult<()>| {
        let mut file = Vec::new();
        write(&mut file).unwrap();
        files.push(file);
    };
    add(&|file| PngEncoder::new(file).write_image(rgb, SIDE, SIDE, colour));
    add(&|file| PngEncoder::new(file).write_image(deep, SIDE, SIDE, wide));
    add(&|file| JpegEncoder::new(file).write_image(rgb, SIDE, SIDE, colour));
    add(&|file| WebPEncoder::new_lossless(file).write_image(rgb, SIDE, SIDE, colour));
    add(&|file| GifEncoder::new(file).encode(rgb, SIDE, SIDE, colour));
    add(&|file| {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(picture.clone()).write_to(&mut bytes, ImageFormat::Bmp)?;
        *file = bytes.into_inner();
        Ok(())
    });
    for name in ["color-lzw", "color-deflate", "grey-10-bits", "pages"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/tiff");
        let read = std::fs::read(folder.join(format!("{name}.tif"))).unwrap();
        add(&|file| {
            file.clone_from(&read);
            Ok(())
        });
    }
    add(&|file| with_profile(PngEncoder::new(file), vec![0; 4 << 20], rgb));
    add(&|file| with_profile(JpegEncoder::new(file), vec![0; 1 << 20], rgb));
    files.push(claiming(&files[1], 7071, 7071));
    files.push(claiming(&files[0], 65_535, 8));
    for (shape, count) in [
        ("1, 3, 8, 8", 192),
        ("1, 3, 9, 8", 216),
        ("1, 8, 8, 3", 192),
    ] {
        files.push(tensor(shape, "<f4", &vec![0.5; count]));
        files.push(tensor(shape, "<f4", &vec![f32::NAN; count]));
    }
    files.push(tensor("4294967296, 4294967296, 3, 1", "<f4", &[0.0]));
    files.push(tensor(&"1, ".repeat(4000), "<f4", &[0.0]));
    files.push(tensor("1, 3, 8, 8", "|O", &[0.0; 192]));
    files.push(Vec::new());
    files
}

/// One of the files, as it is or damaged.
pub fn any(files: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut file = random.one_of(files).cloned().unwrap_or_default();
    if random.once_in(3) {
        (0..1 + random.below(3)).for_each(|_| damage_bytes(&mut file, files, random));
        // Wrong checksums would stop the reader at the first chunk.
        if random.once_in(2) {
            mend_checksums(&mut file);
        }
    }
    file
}

fn with_profile(
    mut encoder: impl image::ImageEncoder,
    profile: Vec<u8>,
    pixels: &[u8],
) -> image::ImageResult<()> {
    encoder.set_icc_profile(profile).unwrap();
    encoder.write_image(pixels, SIDE, SIDE, ExtendedColorType::Rgb8)
}

/// A PNG file that states another size.
fn claiming(png: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut file = png.to_vec();
    file[PNG_MAGIC + 8..PNG_MAGIC + 12].copy_from_slice(&width.to_be_bytes());
    file[PNG_MAGIC + 12..PNG_MAGIC + 16].copy_from_slice(&height.to_be_bytes());
    mend_checksums(&mut file);
    file
}

/// An NPY file that states this shape and type.
fn tensor(shape: &str, kind: &str, values: &[f32]) -> Vec<u8> {
    let plain = npy::encode(values, &[1, values.len()]);
    let data = &plain[plain.len() - values.len() * 4..];
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}\n");
    let mut file = npy::MAGIC.to_vec();
    file.extend([1, 0]);
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.bytes());
    file.extend(data);
    file
}

/// Gives each chunk of a PNG file the checksum of what it holds now.
fn mend_checksums(file: &mut [u8]) {
    let mut place = PNG_MAGIC;
    while let Some(&[a, b, c, d]) = file.get(place..place + 4) {
        let end = u32::from_be_bytes([a, b, c, d]) as usize + place + 8;
        let Some(held) = file.get(place + 4..end) else {
            return;
        };
        let checksum = crc32(held).to_be_bytes();
        let Some(stated) = file.get_mut(end..end + 4) else {
            return;
        };
        stated.copy_from_slice(&checksum);
        place = end + 4;
    }
}

/// The checksum of PNG's specification, annex D.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 * (sum & 1))
        })
    })
}

//! How much memory a picture's file can take, by an allocator with a meter.

#[path = "fuzz/memory.rs"]
mod memory;

use std::io::Cursor;

use gradcam::picture::{Limits, decode};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};

#[global_allocator]
static METER: memory::Metered = memory::Metered;

/// Bytes at the most that decoding takes beyond what was in use before.
fn peak_of_decoding(file: &[u8]) -> usize {
    let before = memory::restart();
    let decoded = decode(file, "cat.png", Limits::default());
    let peak = memory::peak() - before;
    assert!(decoded.is_ok(), "{:?}", decoded.err());
    peak
}

/// One test, since the meter is that of the whole process.
#[test]
fn pictures_take_no_more_than_their_pixels() {
    let mut bomb = Cursor::new(Vec::new());
    let mut encoder = PngEncoder::new(&mut bomb);
    encoder.set_icc_profile(vec![0; 256 << 20]).unwrap();
    let pixels = [7; 64 * 64 * 3];
    encoder
        .write_image(&pixels, 64, 64, ExtendedColorType::Rgb8)
        .unwrap();
    let peak = peak_of_decoding(&bomb.into_inner());
    // One of up to 4 MB is unpacked, into a buffer that grows twofold.
    assert!(peak < 16 << 20, "a profile of 256 MB takes {peak} bytes");

    // Orientation 6 of EXIF: a quarter turn.
    let turned = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let mut deep = Cursor::new(Vec::new());
    let mut encoder = PngEncoder::new(&mut deep);
    encoder.set_exif_metadata(turned.to_vec()).unwrap();
    let side = 1500;
    encoder
        .write_image(
            &vec![9; side * side * 8],
            side as u32,
            side as u32,
            ExtendedColorType::Rgba16,
        )
        .unwrap();
    let deep = deep.into_inner();
    assert_eq!(
        decode(&deep, "cat.png", Limits::default())
            .unwrap()
            .picture
            .dimensions(),
        (side as u32, side as u32)
    );
    let peak = peak_of_decoding(&deep);
    // With 50 megapixels, the limit of pictures, that is 400 MB.
    let limit = side * side * 8 + (4 << 20);
    assert!(peak < limit, "{peak} bytes of at most {limit}");
}

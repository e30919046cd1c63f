//! Decoding, resizing and orientation against Pillow.

mod common;

use common::{array, greatest_difference, path};
use gradcam::picture::{Channels, Filter, Layout, Limits, Preprocess, decode, prepare};
use ndarray::ArrayD;

/// Bytes as they are.
fn unscaled(size: [usize; 2], channels: Channels, resize: Filter) -> Preprocess {
    let count = channels.count();
    let (mean, std) = (vec![0.0; count], vec![1.0; count]);
    Preprocess {
        layout: Layout::Nhwc,
        size,
        channels,
        scale: 1.0,
        mean,
        std,
        resize,
    }
}

/// Every file `<picture>.<mode>.<height>x<width>.<filter>.npy` beside `<picture>.png`.
#[test]
fn the_prepared_tensor_is_pillows() {
    let mut compared = 0;
    for entry in std::fs::read_dir(path("tests/golden/prepare")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let parts: Vec<&str> = name.split('.').collect();
        let &[picture, mode, size, filter, "npy"] = parts.as_slice() else {
            continue;
        };
        let (height, width) = size.split_once('x').unwrap();
        let size = [height.parse().unwrap(), width.parse().unwrap()];
        let channels = if mode == "L" {
            Channels::Luma
        } else {
            Channels::Rgb
        };
        let filter = match filter {
            "nearest" => Filter::Nearest,
            "bilinear" => Filter::Bilinear,
            "bicubic" => Filter::Bicubic,
            other => panic!("an unknown filter {other}"),
        };
        let bytes = std::fs::read(path(&format!("tests/golden/prepare/{picture}.png"))).unwrap();
        let limits = Limits {
            min_side: 1,
            ..Limits::default()
        };
        let decoded = decode(&bytes, picture, limits).unwrap().picture;
        let tensor = prepare(&decoded, &unscaled(size, channels, filter)).unwrap();
        let wanted: ArrayD<u8> = array(&format!("tests/golden/prepare/{name}"));
        assert_eq!(tensor.len(), wanted.len(), "{name}");
        let wanted = wanted
            .mapv(f32::from)
            .into_shape_with_order(tensor.raw_dim())
            .unwrap();
        let off = greatest_difference(&tensor.into_dyn(), &wanted.into_dyn());
        // One level: exact ties of rounding, and how sixteen bits become eight.
        assert!(off <= 1.0, "{name}: off by {off} of 255");
        compared += 1;
    }
    assert!(compared >= 20, "only {compared} comparisons");
}

#[test]
fn pictures_come_upright_whatever_their_exif_orientation() {
    let wanted: ArrayD<u8> = array("tests/golden/prepare/exif/upright.npy");
    for orientation in 1..=8 {
        let file = format!("tests/golden/prepare/exif/orientation-{orientation}.jpg");
        let bytes = std::fs::read(path(&file)).unwrap();
        let upright = decode(&bytes, &file, Limits::default()).unwrap().picture;
        let (width, height) = upright.dimensions();
        assert_eq!(
            [height as usize, width as usize, 3],
            wanted.shape(),
            "{file}"
        );
        let off = upright
            .iter()
            .zip(&wanted)
            .map(|(a, b)| a.abs_diff(*b))
            .max()
            .unwrap();
        // What JPEG itself loses.
        assert!(off <= 4, "{file}: off by {off}");
    }
}

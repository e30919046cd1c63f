//! Decoding, resizing and orientation against Pillow.

mod common;

use common::{array, greatest_difference, path};
use gradcam::picture::{
    Channels, Filter, Fit, Layout, Limits, Preprocess, RgbImage, decode, prepare,
};
use gradcam::render::MapView;
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
        fit: Fit::Stretch,
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

/// Every file that `tests/golden/make_fit.py` made.
#[test]
fn pictures_are_fitted_as_torchvision_and_ultralytics_do() {
    let mut compared = 0;
    for entry in std::fs::read_dir(path("tests/golden/fit")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let parts: Vec<&str> = name.split('.').collect();
        let &[picture, fit, size, filter, "npy"] = parts.as_slice() else {
            panic!("{name}");
        };
        let (height, width) = size.split_once('x').unwrap();
        let fit = match fit.split_once('-') {
            Some((_, thousandths)) => Fit::Crop {
                thousandths: thousandths.parse().unwrap(),
            },
            None => fit.parse().unwrap(),
        };
        let size = [height.parse().unwrap(), width.parse().unwrap()];
        let filter = serde_json::from_value(filter.into()).unwrap();
        let preprocess = Preprocess {
            fit,
            ..unscaled(size, Channels::Rgb, filter)
        };
        let bytes = std::fs::read(path(&format!("tests/golden/prepare/{picture}.png"))).unwrap();
        let limits = Limits {
            min_side: 1,
            ..Limits::default()
        };
        let decoded = decode(&bytes, picture, limits).unwrap().picture;
        let tensor = prepare(&decoded, &preprocess).unwrap();
        let wanted: ArrayD<u8> = array(&format!("tests/golden/fit/{name}"));
        let wanted = wanted.mapv(f32::from);
        let wanted = wanted.into_shape_with_order(tensor.raw_dim()).unwrap();
        let off = greatest_difference(&tensor.into_dyn(), &wanted.into_dyn());
        assert!(off <= 1.0, "{name}: off by {off} of 255");
        compared += 1;
    }
    assert_eq!(compared, 30);
}

/// The input itself as a map: its peak must lie where the picture is bright.
#[test]
fn a_bright_square_is_found_where_it_is_for_every_fit_that_shows_it() {
    const SIDE: u32 = 30;
    let mut found = 0;
    for (width, height) in [(300, 100), (100, 300), (200, 200)] {
        for (left, top) in [
            (0, 0),
            (width - SIDE, 0),
            (0, height - SIDE),
            (width - SIDE, height - SIDE),
            ((width - SIDE) / 2, (height - SIDE) / 2),
        ] {
            let (columns, rows) = (left..left + SIDE, top..top + SIDE);
            let picture = RgbImage::from_fn(width, height, |x, y| {
                image::Rgb([255 * u8::from(columns.contains(&x) && rows.contains(&y)); 3])
            });
            for fit in ["stretch", "crop:1", "crop", "letterbox:0,0,0", "letterbox"] {
                let fit: Fit = fit.parse().unwrap();
                let preprocess = Preprocess {
                    fit,
                    ..unscaled([56, 64], Channels::Luma, Filter::Bilinear)
                };
                let tensor = prepare(&picture, &preprocess).unwrap();
                let values: Vec<f32> = tensor.iter().copied().collect();
                let frame = preprocess.frame((width, height));
                let [seen_left, seen_top, across, down] = frame.seen_pixels((width, height));
                let is_seen = columns.start + SIDE / 2 > seen_left
                    && columns.start + SIDE / 2 < seen_left + across
                    && rows.start + SIDE / 2 > seen_top
                    && rows.start + SIDE / 2 < seen_top + down;
                if !is_seen {
                    continue;
                }
                let map = MapView::new(&values, 56, 64).unwrap().on(frame);
                let (across, down) = map.peak().unwrap();
                let (x, y) = (across * f64::from(width), down * f64::from(height));
                assert!(columns.contains(&(x as u32)), "{fit} {width} {left}: {x}");
                assert!(rows.contains(&(y as u32)), "{fit} {height} {top}: {y}");
                found += 1;
            }
        }
    }
    assert!(found > 50, "only {found}");
}

/// Every file that `tests/golden/make_tiff.py` made.
#[test]
fn tiff_files_are_read_as_pillow_wrote_them() {
    let limits = Limits {
        min_side: 1,
        ..Limits::default()
    };
    let mut read = 0;
    for entry in std::fs::read_dir(path("tests/golden/tiff")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(stem) = name.strip_suffix(".tif") else {
            continue;
        };
        let bytes = std::fs::read(path(&format!("tests/golden/tiff/{name}"))).unwrap();
        let decoded = decode(&bytes, &name, limits).unwrap();
        let wanted: ArrayD<u8> = array(&format!("tests/golden/tiff/{stem}.npy"));
        assert_eq!(decoded.picture.len(), wanted.len(), "{name}");
        let pairs = decoded.picture.iter().zip(&wanted);
        let off = pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(off <= 1, "{name}: off by {off}");
        let notes = decoded.notes.join(" ");
        assert_eq!(notes.contains("several pages"), stem == "pages", "{name}");
        assert_eq!(
            notes.contains("0 to 1023"),
            stem == "grey-10-bits",
            "{name}"
        );
        assert!(decoded.is_shown_otherwise);
        // Cut off anywhere, it is refused or read, and nothing worse.
        for end in (0..bytes.len()).step_by(7) {
            let _ = decode(&bytes[..end], &name, limits);
        }
        // Damaged anywhere, too.
        let tight = Limits {
            max_pixels: 1_000_000,
            max_bytes: 4_000_000,
            ..limits
        };
        for place in 0..bytes.len() {
            for level in [0, 1, 0x7f, 0xff] {
                let mut damaged = bytes.clone();
                damaged[place] = level;
                let _ = decode(&damaged, &name, tight);
            }
        }
        read += 1;
    }
    assert_eq!(read, 7);
}

/// A TIFF's directory with a strip that claims more bytes than there are.
#[test]
fn a_tiff_that_claims_more_than_it_holds_is_refused() {
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    let entries: [(u16, u16, u32); 9] = [
        (256, 4, 7000),
        (257, 4, 7000),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (277, 3, 1),
        (278, 4, 7000),
        (279, 4, u32::MAX),
    ];
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(1u32.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    let refused = decode(&file, "huge.tif", Limits::default()).unwrap_err();
    assert!(refused.to_string().contains("'huge.tif'"), "{refused}");
}

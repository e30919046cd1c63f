//! JPEG 2000.

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};

use crate::dicom::attributes::Attributes;
use crate::dicom::error::{OTHER_SIZE, Problem};
use crate::dicom::samples::Samples;

const DAMAGED: Problem = Problem::Damaged("its JPEG 2000 picture cannot be decoded");

/// How a codestream begins; inside of a file there are boxes before it.
const START: &[u8] = &[0xff, 0x4f, 0xff, 0x51];

/// Where a codestream says the bits and the sign of its first component.
const FIRST_COMPONENT: usize = 42;

/// Most tiles that a picture may be cut into: each takes memory of its own.
const MAX_TILES: u64 = 4096;

pub fn decode(frame: &[u8], attributes: &Attributes) -> Result<Samples, Problem> {
    let start = frame.windows(START.len()).position(|part| part == START);
    let stream = &frame[start.ok_or(DAMAGED)?..];
    check_header(stream, attributes)?;
    let settings = DecodeSettings {
        resolve_palette_indices: false,
        ..DecodeSettings::default()
    };
    let image = Image::new(stream, &settings).map_err(|_| DAMAGED)?;
    if (image.width(), image.height()) != (attributes.width, attributes.height) {
        return Err(OTHER_SIZE);
    }
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(|_| DAMAGED)?;
    let components = decoded.components();
    let kinds = components.len();
    let pixels = attributes.pixels();
    if components.iter().any(|one| one.samples().len() != pixels) {
        return Err(OTHER_SIZE);
    }
    let said = *stream.get(FIRST_COMPONENT).ok_or(DAMAGED)?;
    let bits = u32::from(said & 0x7f) + 1;
    // Numbers with a sign come raised to above 0.
    let raised = if said & 0x80 == 0 {
        0
    } else {
        1i32 << (bits - 1)
    };
    let top = ((1i64 << bits) - 1) as f32;
    let mut values = vec![0; pixels * kinds];
    for (kind, component) in components.iter().enumerate() {
        let places = values.iter_mut().skip(kind).step_by(kinds);
        for (value, sample) in places.zip(component.samples()) {
            *value = sample.round().clamp(0.0, top) as i32 - raised;
        }
    }
    Ok(Samples { values, kinds })
}

/// Refuses what would take memory beyond that of the picture before anything is reserved.
fn check_header(stream: &[u8], attributes: &Attributes) -> Result<(), Problem> {
    let number = |place: usize| {
        let bytes = stream.get(place..place + 4)?.first_chunk()?;
        Some(u64::from(u32::from_be_bytes(*bytes)))
    };
    // Grid, its origin, tiles, their origin: as in ISO/IEC 15444-1, A.5.1.
    let numbers: Option<Vec<u64>> = (0..8).map(|place| number(8 + 4 * place)).collect();
    let numbers = numbers.ok_or(DAMAGED)?;
    let &[right, bottom, left, top, tile_width, tile_height, ..] = numbers.as_slice() else {
        return Err(DAMAGED);
    };
    let size = (right.saturating_sub(left), bottom.saturating_sub(top));
    if size != (attributes.width.into(), attributes.height.into()) {
        return Err(OTHER_SIZE);
    }
    if tile_width == 0 || tile_height == 0 {
        return Err(DAMAGED);
    }
    let tiles = right.div_ceil(tile_width) * bottom.div_ceil(tile_height);
    if tiles > MAX_TILES {
        return Err(Problem::Unsupported("number of tiles"));
    }
    let said = *stream.get(FIRST_COMPONENT).ok_or(DAMAGED)?;
    if said & 0x7f >= 24 {
        return Err(Problem::Unsupported("number of bits for a pixel"));
    }
    Ok(())
}

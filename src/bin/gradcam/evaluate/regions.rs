//! Where the object is, from a box, a mask or a folder of both.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use gradcam::engine::read_picture;
use gradcam::evaluate::{BoxArea, Region};
use gradcam::protocol::PictureOverrides;
use ndarray::Array2;

use crate::files;

/// A mask's pixel from this grey level on is the object's.
const OBJECT_LEVEL: u8 = 128;
/// A file of boxes has no more bytes.
const MAX_BOXES_BYTES: usize = 1 << 20;

/// Where objects are.
pub enum Regions {
    /// The same in every picture.
    Box(BoxArea),
    /// The same in every picture: a mask's file.
    Mask(PathBuf),
    /// A file for each picture.
    Folder(PathBuf),
}

impl Regions {
    /// What was given, if anything.
    ///
    /// # Errors
    /// For a box that is none, or a folder that is not there.
    pub fn new(
        object: Option<&str>,
        mask: Option<&Path>,
        folder: Option<&Path>,
    ) -> anyhow::Result<Option<Regions>> {
        if let Some(object) = object {
            return Ok(Some(Regions::Box(BoxArea::parse(object)?)));
        }
        if let Some(mask) = mask {
            return Ok(Some(Regions::Mask(mask.to_owned())));
        }
        let Some(folder) = folder else {
            return Ok(None);
        };
        if !folder.is_dir() {
            bail!("'{}' is no folder of boxes", files::shown(folder));
        }
        Ok(Some(Regions::Folder(folder.to_owned())))
    }

    /// Where the object of a picture of this width and height is.
    ///
    /// # Errors
    /// With the file's name: a box outside the picture, a mask of another size, nothing at all.
    pub fn of(&self, path: &Path, size: (u32, u32)) -> anyhow::Result<Region> {
        match self {
            Regions::Box(area) => Ok(Region::of_box(*area, size)?),
            Regions::Mask(mask) => read_mask(mask, size),
            Regions::Folder(folder) => {
                let stem = path.file_stem().unwrap_or_default();
                let file = |ending: &str| {
                    let mut name = stem.to_owned();
                    name.push(ending);
                    folder.join(name)
                };
                let (boxes, mask) = (file(".txt"), file(".png"));
                if boxes.exists() {
                    return read_boxes(&boxes, size);
                }
                if mask.exists() {
                    return read_mask(&mask, size);
                }
                bail!(
                    "neither '{}' nor '{}' is there to say where the object is",
                    files::shown(&boxes),
                    files::shown(&mask)
                );
            }
        }
    }
}

/// A box a line; several are one mask.
fn read_boxes(path: &Path, size: (u32, u32)) -> anyhow::Result<Region> {
    let text = files::read_text(path, MAX_BOXES_BYTES)?;
    let named = || format!("'{}'", files::shown(path));
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut regions = Vec::new();
    for line in lines {
        let area = BoxArea::parse(line).with_context(named)?;
        regions.push(Region::of_box(area, size).with_context(named)?);
    }
    match regions.as_slice() {
        [] => bail!(
            "'{}' has no box: write x,y,width,height in it",
            files::shown(path)
        ),
        [only] => Ok(only.clone()),
        several => {
            let (width, height) = (size.0 as usize, size.1 as usize);
            let mut mask = Array2::from_elem((height, width), false);
            for region in several {
                mask = mask | region.at_input(height, width).with_context(named)?;
            }
            Region::of_mask(mask, size).with_context(named)
        }
    }
}

fn read_mask(path: &Path, size: (u32, u32)) -> anyhow::Result<Region> {
    let bytes = files::read_picture(path)?;
    let name = files::shown(path);
    let mask = read_picture(&bytes, &name, &PictureOverrides::default())?.picture;
    let shape = (mask.height() as usize, mask.width() as usize);
    let mask = Array2::from_shape_fn(shape, |(row, column)| {
        let pixel = mask.get_pixel(column as u32, row as u32);
        pixel.0.iter().any(|&level| level >= OBJECT_LEVEL)
    });
    Region::of_mask(mask, size).with_context(|| format!("'{name}'"))
}

//! Windows that slide over the spatial axes, as the specification's formulas
//! have them, one axis at a time.

use super::call::Call;
use super::value::{MultiIndex, multi_indices};

/// How a window slides along one axis.
#[derive(Clone, Copy, Debug)]
pub struct Slide {
    pub input: usize,
    pub kernel: usize,
    pub stride: usize,
    pub dilation: usize,
    pub begin: usize,
    pub end: usize,
    pub output: usize,
}

impl Slide {
    /// Length that the window covers.
    pub fn extent(&self) -> usize {
        (self.kernel - 1) * self.dilation + 1
    }

    /// Where the window's `tap` lies for the output at `index`; before 0 and from
    /// `input` on it lies in the padding.
    fn position(&self, index: usize, tap: usize) -> i64 {
        (index * self.stride + tap * self.dilation) as i64 - self.begin as i64
    }
}

/// The windows of Conv and of the pools over an input with these spatial sizes.
pub fn slides(call: &Call, input: &[usize], kernel: &[usize]) -> Vec<Slide> {
    let count = input.len();
    let strides = call.sizes("strides", count, 1);
    let dilations = call.sizes("dilations", count, 1);
    let pads = call.sizes("pads", 2 * count, 0);
    let auto_pad = call.text("auto_pad", "NOTSET");
    let ceil = call.int("ceil_mode", 0) != 0;
    (0..count)
        .map(|axis| {
            let slide = Slide {
                input: input[axis],
                kernel: kernel[axis],
                stride: strides[axis],
                dilation: dilations[axis],
                begin: pads[axis],
                end: pads[count + axis],
                output: 0,
            };
            match auto_pad.as_str() {
                "SAME_UPPER" | "SAME_LOWER" => same(slide, auto_pad == "SAME_UPPER"),
                "VALID" => explicit(
                    Slide {
                        begin: 0,
                        end: 0,
                        ..slide
                    },
                    false,
                ),
                _ => explicit(slide, ceil),
            }
        })
        .collect()
}

/// floor or ceil of (input + pads − extent) / stride, plus 1. A window that
/// would start in the padding at the end is left out.
fn explicit(slide: Slide, ceil: bool) -> Slide {
    let free = slide.input + slide.begin + slide.end - slide.extent();
    let steps = if ceil {
        free.div_ceil(slide.stride)
    } else {
        free / slide.stride
    };
    let starts_in_padding = ceil && steps * slide.stride >= slide.input + slide.begin;
    let output = if starts_in_padding { steps } else { steps + 1 };
    Slide { output, ..slide }
}

/// ceil(input / stride), with as little padding as that needs.
fn same(slide: Slide, upper: bool) -> Slide {
    let output = slide.input.div_ceil(slide.stride);
    let reach = (output - 1) * slide.stride + slide.extent();
    let padding = reach.saturating_sub(slide.input);
    let (less, more) = (padding / 2, padding - padding / 2);
    let (begin, end) = if upper { (less, more) } else { (more, less) };
    Slide {
        output,
        begin,
        end,
        ..slide
    }
}

/// Sizes of the output.
pub fn output_sizes(slides: &[Slide]) -> Vec<usize> {
    slides.iter().map(|slide| slide.output).collect()
}

/// The window of one output: its taps with their position in the input, or `None`
/// for those in the padding.
pub fn taps(slides: &[Slide], index: &[usize]) -> Vec<(MultiIndex, Option<MultiIndex>)> {
    let kernel: Vec<usize> = slides.iter().map(|slide| slide.kernel).collect();
    let position = |tap: &MultiIndex| -> Option<MultiIndex> {
        let axes = slides.iter().zip(index).zip(tap);
        axes.map(|((slide, &index), &tap)| {
            let position = usize::try_from(slide.position(index, tap)).ok();
            position.filter(|&position| position < slide.input)
        })
        .collect()
    };
    multi_indices(&kernel)
        .map(|tap| (tap.clone(), position(&tap)))
        .collect()
}

/// How many taps of the window of one output lie in the input or its padding. With
/// ceil_mode the others lie beyond the padding.
pub fn taps_within_padding(slides: &[Slide], index: &[usize]) -> usize {
    let along = |(slide, &index): (&Slide, &usize)| {
        let limit = (slide.input + slide.end) as i64;
        (0..slide.kernel)
            .filter(|&tap| slide.position(index, tap) < limit)
            .count()
    };
    slides.iter().zip(index).map(along).product()
}

//! Occlusion (Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks",
//! section 4.2).

#[cfg(feature = "network")]
use ndarray::{Array2, Array3, s};

use crate::explain::method::{Family, Method};
use crate::explain::setting::{BASELINE, Setting, SettingKind};
#[cfg(feature = "network")]
use crate::explain::{
    context::Context, error::ExplainError, gradient::baselines::baseline, method::Explain,
    saliency::Saliency,
};

pub const METHOD: Method = Method {
    id: "occlusion",
    name: "Occlusion",
    plain_name: "which parts the answer needs",
    summary: "Covers one window of the picture after the other and sees how much the answer falls.",
    caution: "What is twice in the picture is needed by neither place alone; and a covered picture is unlike those that the network has learned from.",
    family: Family::Perturbation,
    cost: "one run for each window",
    settings: &[SETTINGS],
    is_slow: true,
    is_random: false,
    has_unit: true,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

const SETTINGS: &[Setting] = &[
    Setting {
        id: "window",
        name: "Window",
        summary: "Side of the square that is covered.",
        kind: SettingKind::Integer {
            min: 1,
            max: 4096,
            default: 48,
            unit: "pixels of the network's input",
        },
    },
    Setting {
        id: "stride",
        name: "Stride",
        summary: "How far the window moves each time.",
        kind: SettingKind::Integer {
            min: 1,
            max: 4096,
            default: 24,
            unit: "pixels of the network's input",
        },
    },
    BASELINE,
];

/// A map is shown after each of so many windows.
#[cfg(feature = "network")]
const SHOWN_EVERY: usize = 10;

/// Of each window the sum of y(x) − y(covered), spread over its pixels and divided by how many
/// windows cover a pixel, as captum does it. A picture smaller than the window is covered as
/// a whole.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let pixels = context.subject.pixels()?;
    let cover = baseline(context, context.settings.choice("baseline"))?;
    let (_, height, width) = pixels.dim();
    let windows = windows(context, height, width);
    let value = context.value();
    let mut sum = Array2::<f64>::zeros((height, width));
    let mut count = Array2::<f64>::zeros((height, width));
    let mut done = 0;
    for &window in &windows {
        let covered = window.covered(&pixels, &cover);
        let fall = value - context.value_of(covered, context.target).await?;
        let [rows, columns] = [window.rows, window.columns];
        let place = s![rows.0..rows.1, columns.0..columns.1];
        sum.slice_mut(place).map_inplace(|sum| *sum += fall);
        count.slice_mut(place).map_inplace(|count| *count += 1.0);
        done += 1;
        if done % SHOWN_EVERY == 0 && done < windows.len() {
            let early = map(context, &sum, &count);
            context.show(&early.of_steps(done, windows.len(), STEPS));
        }
        if !context.step(done, windows.len()) {
            break;
        }
    }
    Ok(map(context, &sum, &count).of_steps(done, windows.len(), STEPS))
}

#[cfg(feature = "network")]
fn map(context: &Context, sum: &Array2<f64>, count: &Array2<f64>) -> Saliency {
    let mean = ndarray::Zip::from(sum).and(count);
    let values = mean.map_collect(|&sum, &count: &f64| (sum / count.max(1.0)) as f32);
    context.input_map(values, None)
}

/// What [`Saliency::of_steps`] calls a step.
#[cfg(feature = "network")]
const STEPS: &str = "windows were covered";

/// A part of the picture: first row and the one behind its last, columns likewise.
#[cfg(feature = "network")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    rows: (usize, usize),
    columns: (usize, usize),
}

#[cfg(feature = "network")]
impl Window {
    fn covered(self, pixels: &Array3<f32>, cover: &Array3<f32>) -> Array3<f32> {
        let place = s![.., self.rows.0..self.rows.1, self.columns.0..self.columns.1];
        let mut covered = pixels.clone();
        covered.slice_mut(place).assign(&cover.slice(place));
        covered
    }
}

/// Every window, those of every other row and column first, so that a map of the first
/// quarter is a coarse one of the whole picture.
#[cfg(feature = "network")]
fn windows(context: &Context, height: usize, width: usize) -> Vec<Window> {
    let size = context.settings.integer("window").max(1);
    let stride = context.settings.integer("stride").max(1);
    let spans = |length: usize| -> Vec<(usize, usize)> {
        let last = length.saturating_sub(size).div_ceil(stride);
        let span = |number: usize| {
            let start = number * stride;
            (start, (start + size).min(length))
        };
        (0..=last).map(span).collect()
    };
    let (rows, columns) = (spans(height), spans(width));
    let mut all = Vec::with_capacity(rows.len() * columns.len());
    for (first_row, first_column) in [(0, 0), (1, 1), (0, 1), (1, 0)] {
        for &rows in rows.iter().skip(first_row).step_by(2) {
            for &columns in columns.iter().skip(first_column).step_by(2) {
                all.push(Window { rows, columns });
            }
        }
    }
    all
}

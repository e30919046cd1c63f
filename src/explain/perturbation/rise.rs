//! RISE (Petsiuk et al. 2018, "RISE: Randomized Input Sampling for Explanation of Black-box
//! Models").

#[cfg(feature = "network")]
use ndarray::Array2;

use crate::explain::method::{Family, Method};
use crate::explain::setting::{Setting, SettingKind};
#[cfg(feature = "network")]
use crate::explain::{
    context::Context, error::ExplainError, method::Explain, random::Random, saliency::Saliency,
};
#[cfg(feature = "network")]
use crate::render::MapView;

pub const METHOD: Method = Method {
    id: "rise",
    name: "RISE",
    plain_name: "which parts keep the class probable when others are covered at random",
    summary: "Covers the picture with many random masks and takes their mean, each weighed by the answer.",
    caution: "Random and slow: with few masks most of what is seen is chance.",
    family: Family::Perturbation,
    cost: "one run for each mask",
    settings: &[SETTINGS],
    is_slow: true,
    is_random: true,
    has_unit: true,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

const SETTINGS: &[Setting] = &[
    Setting {
        id: "masks",
        name: "Masks",
        summary: "How many random masks are tried.",
        kind: SettingKind::Integer {
            min: 1,
            max: 100_000,
            default: 1000,
            unit: "",
        },
    },
    Setting {
        id: "cells",
        name: "Cells",
        summary: "How many cells a mask has along each side.",
        kind: SettingKind::Integer {
            min: 1,
            max: 64,
            default: 7,
            unit: "",
        },
    },
    Setting {
        id: "probability",
        name: "Share that is seen",
        summary: "How probable it is that a cell is not covered.",
        kind: SettingKind::Real {
            min: 0.01,
            max: 1.0,
            default: 0.5,
            unit: "",
        },
    },
];

/// A map is shown after each of so many masks.
#[cfg(feature = "network")]
const SHOWN_EVERY: usize = 20;

/// Σ_i v_i M_i / (N p): masks times the target's value. For a class the value is its
/// probability, as in the paper. Masks are made one by one, each from its own random numbers.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let pixels = context.subject.pixels()?;
    let (_, height, width) = pixels.dim();
    let total = context.settings.integer("masks");
    let score = context.target.as_score();
    let mut sum = Array2::<f64>::zeros((height, width));
    let (mut done, mut goes_on) = (0, true);
    while done < total && goes_on {
        let mask = mask(context, done as u64, height, width);
        let mut masked = pixels.clone();
        for mut channel in masked.outer_iter_mut() {
            channel *= &mask;
        }
        let value = context.value_of(masked, score).await?;
        sum.zip_mut_with(&mask, |sum, &mask| *sum += value * f64::from(mask));
        done += 1;
        if done % SHOWN_EVERY == 0 && done < total {
            let early = map(context, &sum, done, total);
            context.show(&early);
        }
        goes_on = context.step(done, total);
    }
    Ok(map(context, &sum, done, total))
}

#[cfg(feature = "network")]
fn map(context: &Context, sum: &Array2<f64>, done: usize, total: usize) -> Saliency {
    let probability = context.settings.real("probability");
    let values = sum.mapv(|sum| (sum / (done.max(1) as f64 * probability)) as f32);
    let saliency = Saliency {
        seed: Some(context.seed),
        unit: context.target.as_score().unit(),
        ..context.input_map(values, None)
    };
    saliency.of_steps(done, total, "masks were tried")
}

/// A mask [H, W]: cells that are 1 with the probability, upsampled bilinearly to one cell more
/// than the picture has, and shifted by part of a cell, as the authors' program does it.
#[cfg(feature = "network")]
fn mask(context: &Context, number: u64, height: usize, width: usize) -> Array2<f32> {
    let mut random = Random::of_sample(context.seed, number);
    let cells = context.settings.integer("cells").max(1);
    let probability = context.settings.real("probability");
    let grid: Vec<f32> = (0..cells * cells)
        .map(|_| f32::from(u8::from(random.uniform() < probability)))
        .collect();
    let [cell_height, cell_width] = [height, width].map(|side| side.div_ceil(cells));
    let down = (random.uniform() * cell_height as f64) as usize;
    let across = (random.uniform() * cell_width as f64) as usize;
    let [tall, wide] = [cell_height, cell_width].map(|cell| (cells + 1) * cell);
    let Some(view) = MapView::new(&grid, cells, cells) else {
        return Array2::ones((height, width));
    };
    let upsampled = view.upsample(tall, wide, false);
    Array2::from_shape_fn((height, width), |(y, x)| {
        upsampled[(y + down) * wide + x + across]
    })
}

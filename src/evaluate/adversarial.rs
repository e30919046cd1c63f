//! Pictures that look the same and change the class: the fast gradient sign method (Goodfellow
//! et al. 2015, "Explaining and Harnessing Adversarial Examples") and its iterated form (Kurakin
//! et al. 2017, "Adversarial Examples in the Physical World").

use ndarray::{Array3, Zip};

use super::error::EvaluateError;
use crate::explain::{Context, ExplainError, InputScale};

/// How a picture is changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attack {
    /// How far each channel of a pixel may move at most, in grey levels of 255.
    pub size: f64,
    /// 1 is the fast gradient sign method; more steps take the gradient anew after each.
    pub steps: usize,
    /// Whether the target's value is to rise, and not to fall.
    pub towards: bool,
}

/// A picture that was changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Perturbed {
    /// The network's input, [C, H, W].
    pub pixels: Array3<f32>,
    /// The same in grey levels, whole numbers of 0…255.
    pub levels: Array3<u8>,
}

impl Attack {
    /// Whether it is one.
    ///
    /// # Errors
    /// [`EvaluateError::Attack`].
    pub fn check(self) -> Result<(), EvaluateError> {
        let wrong = |what, found: String, wanted| {
            Err(EvaluateError::Attack {
                what,
                found,
                wanted,
            })
        };
        if !(self.size > 0.0 && self.size <= 255.0) {
            let wanted = "a number of grey levels above 0, up to 255";
            return wrong("size", self.size.to_string(), wanted);
        }
        if !(1..=1000).contains(&self.steps) {
            return wrong(
                "steps",
                self.steps.to_string(),
                "a whole number from 1 to 1000",
            );
        }
        Ok(())
    }
}

/// Changes the picture so that the context's target rises or falls: each step moves every pixel
/// by size/steps in the sign of the gradient, or by nothing where that is 0. The result is a
/// picture of bytes: a value is rounded to the nearest grey level that is within the size of the
/// picture's own, and within 0…255.
///
/// # Errors
/// [`EvaluateError`]: an attack that is none, or the budget's owner said stop.
pub async fn perturb(
    context: &mut Context<'_>,
    attack: Attack,
) -> Result<Perturbed, EvaluateError> {
    attack.check()?;
    let scale = context.subject.scale.clone();
    // The first gradient is taken at the very numbers of the picture.
    let mut pixels = context.subject.pixels().map_err(ExplainError::from)?;
    let own = to_levels(&pixels, &scale);
    let direction = if attack.towards { 1.0 } else { -1.0 };
    let step_size = attack.size / attack.steps as f64;
    let mut levels = own.clone();
    for step in 0..attack.steps {
        let gradient = context.input_gradient_of(pixels).await?;
        move_by_sign(&mut levels, &gradient, &scale, direction * step_size);
        keep_within(&mut levels, &own, attack.size);
        pixels = to_pixels(&levels, &scale);
        if !context.step(step + 1, attack.steps) {
            break;
        }
    }
    let levels = Zip::from(&levels).and(&own).map_collect(|&level, &own| {
        let (low, high) = ((own - attack.size).max(0.0), (own + attack.size).min(255.0));
        level
            .round()
            .clamp(low.ceil(), high.floor().max(low.ceil())) as u8
    });
    let pixels = to_pixels(&levels.mapv(f64::from), &scale);
    Ok(Perturbed { pixels, levels })
}

/// Moves each grey level by `by` in the direction in which the gradient at the pixel rises.
fn move_by_sign(levels: &mut Array3<f64>, gradient: &Array3<f32>, scale: &InputScale, by: f64) {
    let channels = levels.outer_iter_mut().zip(gradient.outer_iter());
    for (channel, (mut levels, gradient)) in channels.enumerate() {
        // Where black is more than white, more grey is less of the tensor's value.
        let rising = (white(scale, channel) - black(scale, channel)).signum();
        Zip::from(&mut levels)
            .and(&gradient)
            .for_each(|level, &slope| {
                if slope != 0.0 && !slope.is_nan() {
                    *level += by * rising * f64::from(slope.signum());
                }
            });
    }
}

fn keep_within(levels: &mut Array3<f64>, own: &Array3<f64>, size: f64) {
    Zip::from(levels).and(own).for_each(|level, &own| {
        *level = level.clamp((own - size).max(0.0), (own + size).min(255.0));
    });
}

/// Pixels [C, H, W] as bytes from black to white.
pub fn grey_levels(pixels: &Array3<f32>, scale: &InputScale) -> Array3<u8> {
    to_levels(pixels, scale).mapv(|level| level.round().clamp(0.0, 255.0) as u8)
}

fn to_levels(pixels: &Array3<f32>, scale: &InputScale) -> Array3<f64> {
    Array3::from_shape_fn(pixels.dim(), |(channel, row, column)| {
        let (black, white) = (black(scale, channel), white(scale, channel));
        let level = 255.0 * (f64::from(pixels[[channel, row, column]]) - black) / (white - black);
        // The picture's own are bytes, up to rounding; those of a tensor need not be.
        if (level - level.round()).abs() < 1e-3 {
            level.round()
        } else {
            level
        }
    })
}

fn to_pixels(levels: &Array3<f64>, scale: &InputScale) -> Array3<f32> {
    Array3::from_shape_fn(levels.dim(), |(channel, row, column)| {
        let (black, white) = (black(scale, channel), white(scale, channel));
        (black + (white - black) * levels[[channel, row, column]] / 255.0) as f32
    })
}

fn black(scale: &InputScale, channel: usize) -> f64 {
    f64::from(scale.black.get(channel).copied().unwrap_or(0.0))
}

fn white(scale: &InputScale, channel: usize) -> f64 {
    f64::from(scale.white.get(channel).copied().unwrap_or(1.0))
}

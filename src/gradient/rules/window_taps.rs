//! The taps of a sliding window: the positions of its kernel.

use super::vjp_context::VjpContext;
use crate::gradient::error::GradientError;

/// Taps of a window for which a branch is still written out, tap by tap.
const MAX_TAPS: usize = 1024;

/// Refuses a kernel of too many taps; `kernel` is its size on each spatial axis.
///
/// # Errors
/// [`GradientError::Unsupported`] for more than [`MAX_TAPS`].
pub fn check_taps(context: &VjpContext, kernel: &[usize]) -> Result<(), GradientError> {
    let taps: usize = kernel
        .iter()
        .fold(1, |taps, &size| taps.saturating_mul(size));
    if taps > MAX_TAPS {
        return Err(context.unsupported(format!(
            "a window of {taps} pixels; the limit is {MAX_TAPS}"
        )));
    }
    Ok(())
}

/// All positions of a grid of this size, in row-major order.
pub fn grid_positions(size: &[usize]) -> impl Iterator<Item = Vec<usize>> + use<> {
    let size = size.to_vec();
    (0..size.iter().product::<usize>()).map(move |mut number| {
        let mut position = vec![0; size.len()];
        for axis in (0..size.len()).rev() {
            position[axis] = number % size[axis];
            number /= size[axis];
        }
        position
    })
}

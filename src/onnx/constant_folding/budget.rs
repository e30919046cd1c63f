//! How much constant folding computes at most.

use crate::onnx::attributes::MAX_AXES;
use crate::onnx::shapes::element_count;

/// Elements of one constant; larger ones are computed at run time.
pub const MAX_VALUES: usize = 1 << 25;

/// The shape, if a constant may have it.
pub fn within_limits(shape: Vec<usize>) -> Option<Vec<usize>> {
    let values = element_count(&shape)?;
    (values <= MAX_VALUES && shape.len() <= MAX_AXES).then_some(shape)
}

/// What all constants of a model together may take; what is beyond is computed at
/// run time. Without it a small file could ask for any amount of memory or time, by
/// doubling a tensor again and again.
pub struct Budget {
    /// Values kept.
    memory: usize,
    /// Values read and written on the way.
    work: usize,
}

impl Default for Budget {
    /// 64 Mi values kept (a quantised ResNet-152 has 60), 512 Mi touched.
    fn default() -> Self {
        Budget {
            memory: 1 << 26,
            work: 1 << 29,
        }
    }
}

impl Budget {
    /// Takes the work from what is left, if it suffices.
    pub(super) fn work(&mut self, values: usize) -> bool {
        let left = self.work.checked_sub(values);
        self.work = left.unwrap_or(0);
        left.is_some()
    }

    /// Values are kept no more.
    pub(super) fn give_back(&mut self, values: usize) {
        self.memory = self.memory.saturating_add(values);
    }

    /// Takes the memory from what is left, if it suffices.
    pub(super) fn keep(&mut self, values: usize) -> bool {
        let left = self.memory.checked_sub(values);
        self.memory = left.unwrap_or(self.memory);
        left.is_some()
    }
}

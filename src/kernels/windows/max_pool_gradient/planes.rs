//! What the gradient of max pooling of one plane is made from.

/// Windows without dilation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolWindows {
    /// Rows and columns.
    pub kernel: [usize; 2],
    pub strides: [usize; 2],
    /// Above and to the left.
    pub padding: [usize; 2],
}

impl PoolWindows {
    /// Pixels of a window, at most.
    pub const MAX_TAPS: usize = 1024;

    /// Height and width of a plane with its padding, which the windows do not leave.
    pub fn padded(&self, size: [usize; 2], output: [usize; 2]) -> [usize; 2] {
        [0, 1].map(|axis| {
            let reach = (output[axis] - 1) * self.strides[axis] + self.kernel[axis];
            reach.max(self.padding[axis] + size[axis])
        })
    }
}

/// One plane of each input, row-major.
pub struct Planes<'a> {
    pub pixels: &'a [f32],
    /// Height and width.
    pub size: [usize; 2],
    pub maxima: &'a [f32],
    pub cotangent: &'a [f32],
    /// Of maxima and cotangent.
    pub output: [usize; 2],
}

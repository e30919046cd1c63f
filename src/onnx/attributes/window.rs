//! The sliding window of convolutions and poolings: kernel, strides, padding.

use tract_onnx::pb;

use crate::onnx::error::OnnxError;
use crate::onnx::node;

/// Kernel sizes, strides, dilations and pads are below this, so that no product of
/// two overflows 32 bits.
const MAX_SIZE: usize = 1 << 15;

/// The window of a convolution or pooling, with defaults and auto_pad resolved; one
/// value for each spatial axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub kernel: Vec<usize>,
    pub strides: Vec<usize>,
    pub dilations: Vec<usize>,
    pub pads_begin: Vec<usize>,
    pub pads_end: Vec<usize>,
    /// Spatial size of the output.
    pub output: Vec<usize>,
}

impl Window {
    /// Resolves the window of a Conv, MaxPool or AveragePool node over an input
    /// of the spatial size `input`, as the ONNX specification says
    /// (auto_pad, ceil_mode, dilations).
    ///
    /// # Errors
    /// [`OnnxError::Node`] where attributes contradict each other or the input.
    pub fn of(node: &pb::NodeProto, input: &[usize], kernel: &[usize]) -> Result<Self, OnnxError> {
        let axes = input.len();
        let [strides, dilations] = strides_and_dilations(node, axes, kernel)?;
        let mut window = Window {
            kernel: kernel.to_vec(),
            strides,
            dilations,
            pads_begin: vec![0; axes],
            pads_end: vec![0; axes],
            output: vec![0; axes],
        };
        let auto_pad = node::text(node, "auto_pad").unwrap_or_default();
        match auto_pad.as_str() {
            "SAME_UPPER" | "SAME_LOWER" => window.pad_same(input, auto_pad == "SAME_LOWER"),
            "VALID" => {}
            _ => {
                let pads = sizes(node, "pads", 2 * axes, 0)?;
                window.pads_begin.copy_from_slice(&pads[..axes]);
                window.pads_end.copy_from_slice(&pads[axes..]);
            }
        }
        let ceil = node::int(node, "ceil_mode") == Some(1);
        for (axis, &size) in input.iter().enumerate() {
            let padded = size + window.pads_begin[axis] + window.pads_end[axis];
            let reach = window.reach(axis);
            let Some(room) = padded.checked_sub(reach) else {
                return Err(node::problem(
                    node,
                    format!("a window of {reach} does not fit into {padded} pixels"),
                ));
            };
            let stride = window.strides[axis];
            let mut count = if ceil {
                room.div_ceil(stride)
            } else {
                room / stride
            } + 1;
            // A last window that would begin in the end padding is left out.
            if ceil && count > 1 && (count - 1) * stride >= size + window.pads_begin[axis] {
                count -= 1;
            }
            window.output[axis] = count;
        }
        Ok(window)
    }

    /// Pixels that the window spans on this axis.
    pub fn reach(&self, axis: usize) -> usize {
        self.dilations[axis] * (self.kernel[axis] - 1) + 1
    }

    fn pad_same(&mut self, input: &[usize], lower: bool) {
        for (axis, &size) in input.iter().enumerate() {
            let output = size.div_ceil(self.strides[axis]).max(1);
            let needed = (output - 1) * self.strides[axis] + self.reach(axis);
            let total = needed.saturating_sub(size);
            let small = total / 2;
            self.pads_begin[axis] = if lower { total - small } else { small };
            self.pads_end[axis] = total - self.pads_begin[axis];
        }
    }
}

/// The window of a pooling node over an input of the shape [N, C, spatial axes].
///
/// # Errors
/// [`OnnxError::Node`] without spatial axes or `kernel_shape`, and as [`Window::of`].
pub fn pool_window(node: &pb::NodeProto, input: &[usize]) -> Result<Window, OnnxError> {
    if input.len() < 3 {
        return Err(node::problem(node, "its input has no height and width"));
    }
    let kernel: Option<Vec<usize>> = node::ints(node, "kernel_shape").and_then(|kernel| {
        kernel
            .iter()
            .map(|&size| usize::try_from(size).ok())
            .collect()
    });
    let kernel = kernel.ok_or_else(|| node::problem(node, "it has no kernel_shape"))?;
    Window::of(node, &input[2..], &kernel)
}

/// The window of a ConvTranspose node, with defaults and auto_pad resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransposedWindow {
    pub kernel: Vec<usize>,
    pub strides: Vec<usize>,
    pub dilations: Vec<usize>,
    /// Pixels cut from the full output; negative where pixels are added.
    pub pads_begin: Vec<i64>,
    pub pads_end: Vec<i64>,
    /// Spatial size of the output.
    pub output: Vec<usize>,
}

impl TransposedWindow {
    /// Resolves the window over an input of the spatial size `input`, as the ONNX
    /// specification says (auto_pad, output_shape, output_padding).
    ///
    /// # Errors
    /// [`OnnxError::Node`] where attributes contradict each other or the input.
    pub fn of(node: &pb::NodeProto, input: &[usize], kernel: &[usize]) -> Result<Self, OnnxError> {
        let axes = input.len();
        let [strides, dilations] = strides_and_dilations(node, axes, kernel)?;
        let extra = sizes(node, "output_padding", axes, 0)?;
        let pads = sizes(node, "pads", 2 * axes, 0)?;
        let target = sizes(node, "output_shape", axes, 0)?;
        let auto_pad = node::text(node, "auto_pad").unwrap_or_default();
        let mut window = TransposedWindow {
            kernel: kernel.to_vec(),
            strides,
            dilations,
            pads_begin: vec![0; axes],
            pads_end: vec![0; axes],
            output: vec![0; axes],
        };
        for axis in 0..axes {
            let reach = window.dilations[axis] * (kernel[axis] - 1) + 1;
            let full = window.strides[axis] as i64 * (input[axis] as i64 - 1)
                + (extra[axis] + reach) as i64;
            let same = matches!(auto_pad.as_str(), "SAME_UPPER" | "SAME_LOWER");
            let wanted = match (target[axis], same) {
                (0, true) => Some(input[axis] as i64 * window.strides[axis] as i64),
                (0, false) => None,
                (size, _) => Some(size as i64),
            };
            let (begin, end) = match wanted {
                Some(size) => {
                    let total = full - size;
                    let half = total.div_euclid(2);
                    match auto_pad.as_str() {
                        "SAME_UPPER" => (half, total - half),
                        _ => (total - half, half),
                    }
                }
                None if auto_pad == "VALID" => (0, 0),
                None => (pads[axis] as i64, pads[axis + axes] as i64),
            };
            window.pads_begin[axis] = begin;
            window.pads_end[axis] = end;
            window.output[axis] = usize::try_from(full - begin - end).unwrap_or(0);
        }
        Ok(window)
    }
}

/// The attributes `strides` and `dilations`, with defaults. The kernel is checked with
/// them.
fn strides_and_dilations(
    node: &pb::NodeProto,
    axes: usize,
    kernel: &[usize],
) -> Result<[Vec<usize>; 2], OnnxError> {
    let strides = sizes(node, "strides", axes, 1)?;
    let dilations = sizes(node, "dilations", axes, 1)?;
    let fits = |size: &usize| (1..MAX_SIZE).contains(size);
    if kernel.len() != axes || !kernel.iter().chain(&strides).chain(&dilations).all(fits) {
        let problem = "kernel, strides and dilations must be positive, one for each axis";
        return Err(node::problem(node, problem));
    }
    Ok([strides, dilations])
}

fn sizes(
    node: &pb::NodeProto,
    name: &str,
    count: usize,
    default: usize,
) -> Result<Vec<usize>, OnnxError> {
    let Some(values) = node::ints(node, name).filter(|values| !values.is_empty()) else {
        return Ok(vec![default; count]);
    };
    let sizes: Option<Vec<usize>> = values
        .iter()
        .map(|&value| usize::try_from(value).ok().filter(|&v| v < MAX_SIZE))
        .collect();
    sizes.filter(|sizes| sizes.len() == count).ok_or_else(|| {
        node::problem(
            node,
            format!("'{name}' should hold {count} small numbers, none negative"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::testing::GraphBuilder;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    type Set = for<'a> fn(&'a mut GraphBuilder) -> &'a mut GraphBuilder;

    fn window(input: usize, kernel: usize, stride: i64, set: Set) -> Window {
        let mut graph = GraphBuilder::new(&[]);
        graph
            .node("MaxPool", "pool", &["x"], "y")
            .ints("strides", &[stride]);
        Window::of(set(&mut graph).last(), &[input], &[kernel]).unwrap()
    }

    #[test]
    fn sizes_follow_the_specification() {
        assert_eq!(window(147, 3, 2, |g| g).output, [73]);
        assert_eq!(window(147, 3, 2, |g| g.int("ceil_mode", 1)).output, [73]);
        assert_eq!(window(148, 3, 2, |g| g.int("ceil_mode", 1)).output, [74]);
        assert_eq!(window(5, 2, 2, |g| g.ints("pads", &[1, 1])).output, [3]);
        // The third window would begin in the end padding.
        assert_eq!(
            window(3, 1, 2, |g| g.ints("pads", &[0, 1]).int("ceil_mode", 1)).output,
            [2]
        );
    }

    #[test]
    fn same_padding_puts_the_odd_pixel_where_its_name_says() {
        let odd = window(147, 3, 2, |g| g.text("auto_pad", "SAME_UPPER"));
        assert_eq!(
            (odd.output, odd.pads_begin, odd.pads_end),
            (vec![74], vec![1], vec![1])
        );
        let upper = window(8, 3, 2, |g| g.text("auto_pad", "SAME_UPPER"));
        assert_eq!((upper.pads_begin, upper.pads_end), (vec![0], vec![1]));
        let lower = window(8, 3, 2, |g| g.text("auto_pad", "SAME_LOWER"));
        assert_eq!((lower.pads_begin, lower.pads_end), (vec![1], vec![0]));
    }

    /// In 32 bits, 2^32 + 2^14 pixels would be 2^14.
    #[test]
    fn more_pixels_than_32_bits_count_are_not_fewer() {
        let mut graph = GraphBuilder::new(&[]);
        graph
            .node("ConvTranspose", "wide", &["x", "w"], "y")
            .ints("strides", &[1 << 14])
            .text("auto_pad", "SAME_UPPER");
        let window = TransposedWindow::of(graph.last(), &[(1 << 18) + 1], &[1]).unwrap();
        assert_ne!(window.output, [1 << 14]);
    }

    #[test]
    fn both_windows_refuse_the_same_strides_and_kernels() {
        let set = |name: &str, values: &[i64], kernel: &[usize]| {
            let mut graph = GraphBuilder::new(&[]);
            graph
                .node("Conv", "conv", &["x", "w"], "y")
                .ints(name, values);
            let node = graph.last();
            let refused = [
                Window::of(node, &[8, 8], kernel).is_err(),
                TransposedWindow::of(node, &[8, 8], kernel).is_err(),
            ];
            assert_eq!(refused[0], refused[1], "{name} {values:?}, {kernel:?}");
            refused[0]
        };
        assert!(!set("strides", &[2, 1], &[3, 3]));
        assert!(set("strides", &[0, 1], &[3, 3]) && set("strides", &[1], &[3, 3]));
        assert!(set("dilations", &[1, -1], &[3, 3]) && set("dilations", &[1 << 15, 1], &[3, 3]));
        assert!(set("strides", &[1, 1], &[0, 3]) && set("strides", &[1, 1], &[3]));
    }
}

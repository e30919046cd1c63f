//! Shapes of windows over pixels: convolutions, poolings, other sizes.

use super::{Found, Inference, Shape, one};
use crate::onnx::axes::pool_window;
use crate::onnx::node;
use crate::onnx::window::{TransposedWindow, Window};

impl Inference<'_> {
    pub(super) fn conv(&self, input: &[usize]) -> Found {
        let (Some(weights), true) = (self.input(1), input.len() > 2) else {
            return Ok(self.stated());
        };
        if weights.len() != input.len() {
            let problem = "weights and input differ in their number of axes";
            return Err(node::problem(self.node, problem));
        }
        let window = Window::of(self.node, &input[2..], &weights[2..])?;
        Ok(one(
            [&[input[0], weights[0]], window.output.as_slice()].concat()
        ))
    }

    pub(super) fn conv_transpose(&self, input: &[usize]) -> Found {
        let (Some(weights), true) = (self.input(1), input.len() > 2) else {
            return Ok(self.stated());
        };
        if weights.len() != input.len() {
            let problem = "weights and input differ in their number of axes";
            return Err(node::problem(self.node, problem));
        }
        let groups = node::int(self.node, "group").unwrap_or(1);
        let groups = usize::try_from(groups).unwrap_or(1);
        let window = TransposedWindow::of(self.node, &input[2..], &weights[2..])?;
        let channels = weights[1].saturating_mul(groups);
        Ok(one(
            [&[input[0], channels], window.output.as_slice()].concat()
        ))
    }

    pub(super) fn pool(&self, input: &[usize]) -> Found {
        if input.len() < 3 {
            return Ok(None);
        }
        let window = pool_window(self.node, input)?;
        let shape = [&input[..2], window.output.as_slice()].concat();
        Ok(Some(vec![shape; self.node.output.len()]))
    }

    /// By sizes, else by factors.
    pub(super) fn resize(&self, input: &[usize]) -> Found {
        let is_old = self.opset < 11;
        let factors = self.float_list(if is_old { 1 } else { 2 })?;
        let sizes = if is_old { None } else { self.int_list("", 3)? };
        let axes = match node::ints(self.node, "axes") {
            Some(axes) => crate::onnx::normal_axes(self.node, axes, input.len())?,
            None => (0..input.len()).collect(),
        };
        let mut shape: Shape = input.to_vec();
        let factors = factors.filter(|factors| !factors.is_empty());
        match (sizes, factors) {
            (Some(sizes), _) if sizes.len() == axes.len() => {
                if !matches!(
                    node::text(self.node, "keep_aspect_ratio_policy").as_deref(),
                    None | Some("stretch")
                ) {
                    return Ok(self.stated());
                }
                for (&axis, &size) in axes.iter().zip(&sizes) {
                    shape[axis] = usize::try_from(size).unwrap_or(0);
                }
            }
            (_, Some(factors)) if factors.len() == axes.len() => {
                for (&axis, &factor) in axes.iter().zip(&factors) {
                    // The specification's own formula, in float32 as the factors are.
                    shape[axis] = (input[axis] as f32 * factor).floor() as usize;
                }
            }
            _ => return Ok(self.stated()),
        }
        Ok(one(shape))
    }

    pub(super) fn blocks(&self, input: &[usize]) -> Found {
        let &[batch, channels, height, width] = input else {
            return Ok(None);
        };
        let block = node::int(self.node, "blocksize").unwrap_or(0);
        let block = usize::try_from(block).unwrap_or(0);
        let wrong = || {
            let problem = format!("blocks of {block} pixels do not fit {input:?}");
            Err(node::problem(self.node, problem))
        };
        if !(1..1 << 12).contains(&block) {
            return wrong();
        }
        let area = block * block;
        match self.node.op_type.as_str() {
            "DepthToSpace" if channels % area == 0 => {
                let sides = (height.checked_mul(block), width.checked_mul(block));
                let (Some(height), Some(width)) = sides else {
                    return wrong();
                };
                Ok(one(vec![batch, channels / area, height, width]))
            }
            "SpaceToDepth" if height % block == 0 && width % block == 0 => {
                let Some(channels) = channels.checked_mul(area) else {
                    return wrong();
                };
                Ok(one(vec![batch, channels, height / block, width / block]))
            }
            _ => wrong(),
        }
    }
}

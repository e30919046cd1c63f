//! A scale with its zero point: x = (q − z) · s.

use tract_onnx::pb::{self, tensor_proto::DataType};

use super::emitter::Emitter;
use crate::onnx::attributes::normal_axis;
use crate::onnx::error::OnnxError;
use crate::onnx::{node, tensor};

/// How values are quantised, as a whole or along one axis.
pub struct Scale {
    /// One, or one for each place of an axis.
    pub scales: Vec<f32>,
    /// As many.
    pub zero_points: Vec<f32>,
    /// The least and the greatest quantised value.
    pub range: (f32, f32),
}

impl Scale {
    /// What a node reads at two positions.
    ///
    /// # Errors
    /// [`OnnxError::Node`] where they are computed, disagree in size, or where a scale is no
    /// number or a zero point is beyond the range.
    pub fn read(
        emitter: &Emitter,
        reader: &pb::NodeProto,
        (scale, zero_point): (usize, usize),
    ) -> Result<Scale, OnnxError> {
        let problem = |text: String| Err(node::problem(reader, text));
        let Some(scale) = emitter.constant(reader, scale)? else {
            return problem("it has no scale".into());
        };
        let scales = tensor::floats(scale)?;
        let zero_point = emitter.constant(reader, zero_point)?;
        let (zero_points, data_type) = match zero_point {
            Some(zero) => (integers(zero)?, zero.data_type),
            None => (vec![0.0; scales.len()], DataType::Uint8 as i32),
        };
        let Some(range) = range(data_type) else {
            return problem(format!(
                "the element type {data_type} is not one of integers here"
            ));
        };
        if scales.is_empty() || zero_points.len() != scales.len() {
            let (scales, zeros) = (scales.len(), zero_points.len());
            return problem(format!("{scales} scales with {zeros} zero points"));
        }
        if let Some(scale) = scales.iter().find(|scale| !scale.is_finite()) {
            return problem(format!(
                "a scale of {scale}; it should be a positive number"
            ));
        }
        let is_within = |zero: &&f32| (range.0..=range.1).contains(*zero);
        if let Some(zero) = zero_points.iter().find(|zero| !is_within(zero)) {
            let (least, greatest) = range;
            return problem(format!(
                "a zero point of {zero}, beyond {least} to {greatest}"
            ));
        }
        Ok(Scale {
            scales,
            zero_points,
            range,
        })
    }

    /// The scale and zero point of the whole tensor.
    ///
    /// # Errors
    /// [`OnnxError::Node`] where there are several, or the scale is not positive.
    pub fn single(&self, reader: &pb::NodeProto) -> Result<(f32, f32), OnnxError> {
        match (self.scales.as_slice(), self.zero_points.as_slice()) {
            (&[scale], &[zero]) if scale > 0.0 => Ok((scale, zero)),
            (&[scale], _) => {
                let text = format!("a scale of {scale}; it should be a positive number");
                Err(node::problem(reader, text))
            }
            (several, _) => {
                let count = several.len();
                let text = format!("{count} scales for one tensor that is computed");
                Err(node::problem(reader, text))
            }
        }
    }

    /// The values x = (q − z) · s of quantised weights, along `axis` where there are several
    /// scales.
    ///
    /// # Errors
    /// [`OnnxError::Node`] where that axis has another size.
    pub fn dequantised(
        &self,
        reader: &pb::NodeProto,
        weights: &pb::TensorProto,
        axis: i64,
    ) -> Result<Vec<f32>, OnnxError> {
        let mut values = integers(weights)?;
        let run = self.run_length(reader, &tensor::dims(weights), axis)?;
        let channels = self.zero_points.iter().zip(&self.scales);
        for (values, (zero, scale)) in values.chunks_mut(run).zip(channels.cycle()) {
            for value in values {
                *value = (*value - zero) * scale;
            }
        }
        Ok(values)
    }

    /// Which of the scales belongs to the value at a place of a tensor of this size.
    ///
    /// # Errors
    /// [`OnnxError::Node`] where the axis has not as many places as there are scales.
    pub fn places(
        &self,
        reader: &pb::NodeProto,
        dims: &[usize],
        axis: i64,
    ) -> Result<impl Fn(usize) -> usize + use<>, OnnxError> {
        let (count, run) = (self.scales.len(), self.run_length(reader, dims, axis)?);
        Ok(move |at: usize| at / run % count)
    }

    /// How many values with the same scale follow each other.
    fn run_length(
        &self,
        reader: &pb::NodeProto,
        dims: &[usize],
        axis: i64,
    ) -> Result<usize, OnnxError> {
        let count = self.scales.len();
        if count <= 1 {
            return Ok(usize::MAX);
        }
        let axis = normal_axis(reader, axis, dims.len())?;
        if dims[axis] != count {
            let size = dims[axis];
            let text = format!("{count} scales along an axis of {size}");
            return Err(node::problem(reader, text));
        }
        Ok(dims[axis + 1..].iter().product::<usize>().max(1))
    }
}

/// The least and greatest value of a type of integers.
fn range(data_type: i32) -> Option<(f32, f32)> {
    Some(match DataType::try_from(data_type).ok()? {
        DataType::Uint8 => (0.0, 255.0),
        DataType::Int8 => (-128.0, 127.0),
        DataType::Uint16 => (0.0, 65_535.0),
        DataType::Int16 => (-32_768.0, 32_767.0),
        // Biases, and sums that are not rounded.
        DataType::Int32 => (i32::MIN as f32, i32::MAX as f32),
        DataType::Float => (f32::MIN, f32::MAX),
        _ => return None,
    })
}

/// The integers of a constant, which may be float32 already.
pub fn integers(constant: &pb::TensorProto) -> Result<Vec<f32>, OnnxError> {
    let bytes = constant.raw_data.iter();
    match DataType::try_from(constant.data_type) {
        Ok(DataType::Float) => return tensor::floats(constant),
        Ok(DataType::Int8) if bytes.len() > 0 => {
            return Ok(bytes.map(|&byte| f32::from(byte as i8)).collect());
        }
        Ok(DataType::Uint8) if bytes.len() > 0 => {
            return Ok(bytes.map(|&byte| f32::from(byte)).collect());
        }
        _ => {}
    }
    let values = tensor::ints(constant)?;
    Ok(values.into_iter().map(|value| value as f32).collect())
}

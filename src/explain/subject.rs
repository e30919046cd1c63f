//! A picture as the network sees it, and what was computed for it.

use std::rc::Rc;

use ndarray::Array3;

use super::output_context::OutputContext;
use crate::gradient::ReluPolicy;
use crate::network::{NetworkError, Run, Site};
use crate::picture::{Layout, Preprocess};
use crate::protocol::OutputActivation;

/// Bytes of gradients that are kept: those of one target at a few layers and at the input.
const MAX_KEPT_BYTES: usize = 8 << 20;
/// Gradients that are kept however large they are: one target's at the layer and, under each
/// policy, at the input.
const MIN_KEPT: usize = 4;

/// One input of a network: its run, and the gradients that were computed for it. Twelve
/// methods side by side cost the runs of their union.
pub struct Subject {
    pub run: Run,
    pub scale: InputScale,
    /// How targets read the outputs.
    pub outputs: OutputContext,
    gradients: Vec<KeptGradient>,
}

/// How the input tensor holds a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct InputScale {
    pub layout: Layout,
    /// The values of black and white pixels, for each channel.
    pub black: Vec<f32>,
    pub white: Vec<f32>,
}

struct KeptGradient {
    site: Site,
    policy: ReluPolicy,
    /// Bits of the cotangent.
    cotangent: Vec<u32>,
    gradient: Rc<Array3<f32>>,
}

impl InputScale {
    /// Of inputs that are preprocessed so.
    pub fn new(preprocess: &Preprocess) -> InputScale {
        let of_byte = |byte: f32| {
            let channels = preprocess.mean.iter().zip(&preprocess.std);
            channels
                .map(|(mean, std)| (byte * preprocess.scale - mean) / std)
                .collect()
        };
        InputScale {
            layout: preprocess.layout,
            black: of_byte(0.0),
            white: of_byte(255.0),
        }
    }

    /// White minus black, the mean of all channels.
    pub fn range(&self) -> f32 {
        let spans = self.white.iter().zip(&self.black);
        let sum: f32 = spans.map(|(white, black)| (white - black).abs()).sum();
        sum / self.black.len().max(1) as f32
    }
}

impl Subject {
    /// The subject of a run.
    pub fn new(run: Run, scale: InputScale, activation: OutputActivation) -> Subject {
        Subject {
            run,
            scale,
            outputs: OutputContext::new(activation),
            gradients: Vec::new(),
        }
    }

    /// The subject of another run, whose input and outputs are read alike.
    pub fn with_run(&self, run: Run) -> Subject {
        Subject {
            run,
            scale: self.scale.clone(),
            outputs: self.outputs.clone(),
            gradients: Vec::new(),
        }
    }

    /// The input tensor as [C, H, W].
    ///
    /// # Errors
    /// [`NetworkError::Run`] if the input has not four axes.
    pub fn pixels(&self) -> Result<Array3<f32>, NetworkError> {
        let input = self.run.input()?;
        let channels_first = match self.scale.layout {
            Layout::Nchw => input,
            Layout::Nhwc => input.permuted_axes([0, 3, 1, 2]),
        };
        let pixels = channels_first.index_axis_move(ndarray::Axis(0), 0);
        Ok(pixels.as_standard_layout().into_owned())
    }

    /// The input tensor, in the model's layout, that holds pixels [C, H, W].
    pub fn input_of(&self, pixels: Array3<f32>) -> ndarray::Array4<f32> {
        let input = pixels.insert_axis(ndarray::Axis(0));
        match self.scale.layout {
            Layout::Nchw => input,
            Layout::Nhwc => {
                let last = input.permuted_axes([0, 2, 3, 1]);
                last.as_standard_layout().into_owned()
            }
        }
    }

    /// A gradient that was computed before.
    pub fn kept_gradient(
        &mut self,
        site: &Site,
        policy: ReluPolicy,
        cotangent: &[f32],
    ) -> Option<Rc<Array3<f32>>> {
        let is_wanted = |kept: &KeptGradient| {
            kept.site == *site && kept.policy == policy && kept.is_of(cotangent)
        };
        let position = self.gradients.iter().position(is_wanted)?;
        // Those used last come first.
        self.gradients[..=position].rotate_right(1);
        self.gradients.first().map(|kept| Rc::clone(&kept.gradient))
    }

    /// Keeps a gradient, in place of those that were not asked for lately.
    pub fn keep_gradient(
        &mut self,
        site: Site,
        policy: ReluPolicy,
        cotangent: &[f32],
        gradient: &Rc<Array3<f32>>,
    ) {
        let kept = KeptGradient {
            site,
            policy,
            cotangent: cotangent.iter().map(|value| value.to_bits()).collect(),
            gradient: Rc::clone(gradient),
        };
        self.gradients.insert(0, kept);
        let (mut bytes, mut count) = (0, 0);
        self.gradients.retain(|kept| {
            bytes += kept.gradient.len() * size_of::<f32>();
            count += 1;
            bytes <= MAX_KEPT_BYTES || count <= MIN_KEPT
        });
    }
}

impl KeptGradient {
    fn is_of(&self, cotangent: &[f32]) -> bool {
        let bits = cotangent.iter().map(|value| value.to_bits());
        self.cotangent.iter().copied().eq(bits)
    }
}

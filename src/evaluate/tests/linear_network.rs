//! A linear network, and how it is asked.

use ndarray::{Array2, Array3, Array4};

use crate::evaluate::{self, EvaluateError, Measurement, MetricContext, Region};
use crate::explain::{
    self, Budget, Context, InputScale, Saliency, Settings, Subject, Target, Unlimited, block_on,
};
use crate::network::{Computation, Computed, Network, NetworkError, Normals, Run, Tape};
use crate::picture::Layout;
use crate::protocol::{MapUnit, OutputActivation};

/// logits = weights · pixels, for pictures of one channel.
pub struct Linear {
    /// [K, H · W].
    pub weights: Array2<f32>,
    pub size: (usize, usize),
    started: Option<Computation>,
    /// Whether a run pauses before it ends.
    pub pauses: bool,
}

impl Linear {
    pub fn new(weights: Array2<f32>, size: (usize, usize)) -> Linear {
        assert_eq!(weights.ncols(), size.0 * size.1);
        Linear {
            weights,
            size,
            started: None,
            pauses: false,
        }
    }

    /// Of one class against a class of nothing: its probability is the sigmoid of
    /// weights · pixels.
    pub fn of_one(weights: &[f64]) -> Linear {
        let count = weights.len();
        let values = weights.iter().map(|&value| value as f32);
        let values = values.chain(std::iter::repeat_n(0.0, count)).collect();
        let weights = Array2::from_shape_vec((2, count), values).unwrap();
        Linear::new(weights, (1, count))
    }

    pub fn logits(&self, input: &Array4<f32>) -> Vec<f32> {
        let rows = self.weights.outer_iter();
        let of_class = |row: ndarray::ArrayView1<f32>| {
            let terms = row
                .iter()
                .zip(input)
                .map(|(&a, &b)| f64::from(a) * f64::from(b));
            terms.sum::<f64>() as f32
        };
        rows.map(of_class).collect()
    }

    /// A picture of these pixels, row-major.
    pub fn subject(&self, pixels: &[f32]) -> Subject {
        let (height, width) = self.size;
        let input = Array4::from_shape_vec((1, 1, height, width), pixels.to_vec()).unwrap();
        let scale = InputScale {
            layout: Layout::Nchw,
            black: vec![0.0],
            white: vec![1.0],
        };
        let logits = self.logits(&input);
        Subject::new(Run::new(input, logits), scale, OutputActivation::Softmax)
    }

    /// A map [H, W] of class 0 that was made by a method.
    pub fn map(&self, method: &'static str, values: &[f32]) -> Saliency {
        Saliency {
            values: Array2::from_shape_vec(self.size, values.to_vec()).unwrap(),
            channels: None,
            target: Target::Logit(0),
            value: 0.0,
            method,
            settings: Settings::default(),
            seed: None,
            layer: "layer".into(),
            further_layers: Vec::new(),
            is_at_layer: false,
            unit: MapUnit::Logit,
            runs: 0,
            left_out: None,
            completeness: None,
            coincides_with: Vec::new(),
            channels_of_layer: Vec::new(),
        }
    }

    /// Explains class 0 by a method.
    pub fn explain(&mut self, method: &str, pixels: &[f32]) -> Saliency {
        let method = explain::method(method).unwrap();
        let settings = method.settings([]).unwrap();
        let mut subject = self.subject(pixels);
        let mut context = Context {
            network: self,
            subject: &mut subject,
            budget: &mut Unlimited,
            target: Target::Logit(0),
            layer: "layer",
            further_layers: &[],
            method: method.id,
            settings: &settings,
            seed: 0,
            runs: 0,
        };
        block_on(explain::explain(method, &mut context)).unwrap()
    }

    pub fn ask(
        &mut self,
        pixels: &[f32],
        map: &Saliency,
        question: &Asked<'_>,
        budget: &mut dyn Budget,
    ) -> Result<Measurement, EvaluateError> {
        let metric = evaluate::metric(question.metric)?;
        let settings = metric.settings(question.said.iter().copied())?;
        let mut subject = self.subject(pixels);
        let mut show = |_: &Measurement| ();
        let mut context = MetricContext {
            seed: question.seed,
            region: question.region,
            ..MetricContext::new(
                self,
                &mut subject,
                budget,
                &mut show,
                metric.names(),
                &settings,
            )
        };
        block_on(evaluate::evaluate(metric, &mut context, map))
    }

    /// Without chance.
    pub fn value(
        &mut self,
        pixels: &[f32],
        map: &Saliency,
        metric: &str,
        said: &[(&str, &str)],
        region: Option<&Region>,
    ) -> f64 {
        let said = [&[("random-maps", "0")], said].concat();
        let question = Asked {
            metric,
            said: &said,
            seed: 3,
            region,
        };
        let measured = self.ask(pixels, map, &question, &mut Unlimited);
        measured.unwrap().value
    }
}

#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub metric: &'a str,
    pub said: &'a [(&'a str, &'a str)],
    pub seed: u64,
    pub region: Option<&'a Region>,
}

impl Network for Linear {
    fn classes(&self) -> usize {
        self.weights.nrows()
    }

    fn start(&mut self, computation: Computation) -> Result<(), NetworkError> {
        self.started = Some(computation);
        Ok(())
    }

    fn advance(
        &mut self,
        may_continue: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Option<Computed>, NetworkError> {
        if self.pauses && !may_continue(0, 1) {
            return Ok(None);
        }
        let computation = self.started.take().ok_or(NetworkError::NoForward)?;
        let (height, width) = self.size;
        Ok(Some(match computation {
            Computation::Forward { input, .. } => {
                let activations = input.clone().index_axis_move(ndarray::Axis(0), 0);
                let run = Run::new(input.clone(), self.logits(&input));
                Computed::Run(run.with_activations("layer", activations))
            }
            Computation::TapedForward { input } => {
                let logits = self.logits(&input);
                Computed::Run(Run::new(input, logits).with_tape(Tape::new()))
            }
            Computation::Outputs { input } => Computed::Outputs(self.logits(&input)),
            Computation::OutputsFrom { activations, .. } => {
                Computed::Outputs(self.logits(&activations.insert_axis(ndarray::Axis(0))))
            }
            Computation::Gradient { cotangent, .. } => {
                let gradient = Array3::from_shape_fn((1, height, width), |(_, y, x)| {
                    let weights = self.weights.column(y * width + x);
                    weights.iter().zip(&cotangent).map(|(a, b)| a * b).sum()
                });
                Computed::Gradient(gradient)
            }
        }))
    }

    fn weighted_layers(&self) -> usize {
        1
    }

    fn with_random_weights(
        &self,
        _: usize,
        normals: &mut Normals,
    ) -> Result<Box<dyn Network>, NetworkError> {
        let mut normal = normals(0);
        let weights = self.weights.mapv(|_| normal() as f32);
        Ok(Box::new(Linear::new(weights, self.size)))
    }
}

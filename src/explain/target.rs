//! Targets: differentiable questions about a network's outputs.

use std::fmt;

use super::error::ExplainError;
use super::output_context::OutputContext;
use super::region::Area;
use super::target_kinds::{TARGET_KINDS, unknown};
use crate::network::{sigmoid, softmax};
use crate::protocol::{MapUnit, OutputActivation};

/// A question about the outputs of a network: a value, and its derivative by them, the
/// cotangent. Of outputs for places y_c is the sum over those that are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// y_c: what raises the class's logit.
    Logit(usize),
    /// p_c: what raises the class's probability, by softmax or sigmoid as the model ends.
    Probability(usize),
    /// y_a − y_b: why a and not b.
    Contrast(usize, usize),
    /// −y_c: what speaks against the class (the counterfactual explanation of Selvaraju et al.
    /// 2017, section 3.3).
    Against(usize),
    /// y_c − γ · the mean of the n logits nearest to it: what is the class's own (Finer-CAM,
    /// Zhang et al. 2025, with γ = 0.6 and n = 3 as in torchcam).
    Finer(usize),
    /// The cosine of the outputs and those of a second picture (reference-based explanation of
    /// embeddings, Chen et al. 2020). The class only says beside which one it is asked.
    Similarity(usize),
    /// y_c over these places of a segmentation (Seg-Grad-CAM, Vinogradova et al. 2020).
    Region(usize, Area),
}

/// γ of [`Target::Finer`].
const FINER_WEIGHT: f64 = 0.6;
/// n of [`Target::Finer`].
const FINER_CLASSES: usize = 3;

impl Target {
    /// The target of a kind, for a class and, where the kind compares, another.
    ///
    /// # Errors
    /// [`ExplainError::UnknownTarget`], also where the other class is missing.
    pub fn new(kind: &str, class: usize, other: Option<usize>) -> Result<Target, ExplainError> {
        match (kind, other) {
            ("logit", _) => Ok(Target::Logit(class)),
            ("probability", _) => Ok(Target::Probability(class)),
            ("contrast", Some(other)) => Ok(Target::Contrast(class, other)),
            ("against", _) => Ok(Target::Against(class)),
            ("finer", _) => Ok(Target::Finer(class)),
            ("similarity", _) => Ok(Target::Similarity(class)),
            ("region", _) => Ok(Target::Region(class, Area::default())),
            _ => Err(unknown(kind)),
        }
    }

    /// The target with this id, as [`Target`] is displayed: "logit:3", "contrast:3,5".
    ///
    /// # Errors
    /// [`ExplainError::UnknownTarget`].
    pub fn parse(id: &str) -> Result<Target, ExplainError> {
        let unknown = || unknown(id);
        let (kind, classes) = id.split_once(':').ok_or_else(unknown)?;
        let mut words: Vec<&str> = classes.split(',').collect();
        let area = if kind == "region" {
            Area::parse(&words.split_off(1)).ok_or_else(unknown)?
        } else {
            Area::default()
        };
        let classes: Vec<usize> = words
            .into_iter()
            .map(|class| class.trim().parse().map_err(|_| unknown()))
            .collect::<Result<_, _>>()?;
        let known = TARGET_KINDS.iter().find(|known| known.id == kind);
        if known.is_none_or(|known| known.classes != classes.len()) {
            return Err(unknown());
        }
        let class = classes.first().copied().ok_or_else(unknown)?;
        let target = Target::new(kind, class, classes.get(1).copied())?;
        Ok(target.with_area(area))
    }

    /// The target about another part of the places, if it asks about one.
    #[must_use]
    pub fn with_area(self, area: Area) -> Target {
        match self {
            Target::Region(class, _) => Target::Region(class, area),
            other => other,
        }
    }

    /// Which places it asks about, if the network gives outputs for places.
    pub fn area(self) -> Area {
        match self {
            Target::Region(_, area) => area,
            _ => Area::default(),
        }
    }

    /// The kind's id.
    pub fn kind(self) -> &'static str {
        match self {
            Target::Logit(_) => "logit",
            Target::Probability(_) => "probability",
            Target::Contrast(..) => "contrast",
            Target::Against(_) => "against",
            Target::Finer(_) => "finer",
            Target::Similarity(_) => "similarity",
            Target::Region(..) => "region",
        }
    }

    /// The class that is asked about.
    pub fn class(self) -> usize {
        match self {
            Target::Logit(class)
            | Target::Probability(class)
            | Target::Contrast(class, _)
            | Target::Against(class)
            | Target::Finer(class)
            | Target::Similarity(class)
            | Target::Region(class, _) => class,
        }
    }

    /// The class that it is compared with.
    pub fn other(self) -> Option<usize> {
        match self {
            Target::Contrast(_, other) => Some(other),
            _ => None,
        }
    }

    /// The target by which methods score a changed picture: for a class its probability.
    pub fn as_score(self) -> Target {
        match self {
            Target::Logit(class) => Target::Probability(class),
            other => other,
        }
    }

    /// The unit of its value, and of a signed map that adds up to it.
    pub fn unit(self) -> MapUnit {
        match self {
            Target::Probability(_) => MapUnit::Probability,
            Target::Similarity(_) => MapUnit::None,
            _ => MapUnit::Logit,
        }
    }

    /// Whether the value is linear in the outputs, so that the cotangent is the same for all.
    pub fn is_linear(self) -> bool {
        !matches!(
            self,
            Target::Probability(_) | Target::Finer(_) | Target::Similarity(_)
        )
    }

    /// Whether it names classes that a network of K classes has.
    ///
    /// # Errors
    /// [`ExplainError::UnknownClass`], or [`ExplainError::NothingToCompare`].
    pub fn check(self, classes: usize) -> Result<(), ExplainError> {
        for class in [Some(self.class()), self.other()].into_iter().flatten() {
            if class >= classes {
                return Err(ExplainError::UnknownClass { class, classes });
            }
        }
        let compares = matches!(self, Target::Contrast(..) | Target::Finer(_));
        if compares && (classes < 2 || self.other() == Some(self.class())) {
            return Err(ExplainError::NothingToCompare {
                target: self.to_string(),
            });
        }
        Ok(())
    }

    /// Whether it can be asked of outputs that are read so.
    ///
    /// # Errors
    /// [`ExplainError`] that says what is missing.
    pub fn check_outputs(self, context: &OutputContext) -> Result<(), ExplainError> {
        match self {
            Target::Similarity(_) if context.reference.is_none() => Err(ExplainError::NoReference),
            Target::Region(..) if context.region.is_none() => Err(ExplainError::NoPlaces {
                target: self.to_string(),
            }),
            Target::Probability(_) if context.region.is_some() => Err(ExplainError::NoProbability),
            _ => Ok(()),
        }
    }

    /// Its value for a network's outputs. NaN for a class that is not there.
    pub fn value(self, outputs: &[f32], context: &OutputContext) -> f64 {
        if let Target::Similarity(_) = self {
            return context.similarity(outputs).0;
        }
        let logits = context.logits(outputs);
        let logit = |class: usize| logits.get(class).copied().map_or(f64::NAN, f64::from);
        match self {
            Target::Against(class) => -logit(class),
            Target::Contrast(class, other) => logit(class) - logit(other),
            Target::Probability(class) => {
                let probabilities = probabilities(&logits, context.activation);
                probabilities
                    .get(class)
                    .copied()
                    .map_or(f64::NAN, f64::from)
            }
            Target::Finer(class) => {
                let others = nearest(&logits, class);
                let sum: f64 = others.iter().map(|&other| logit(other)).sum();
                logit(class) - FINER_WEIGHT * sum / others.len().max(1) as f64
            }
            _ => logit(self.class()),
        }
    }

    /// The derivative of the value by each of the outputs. All zero for a class that is not
    /// there.
    pub fn cotangent(self, outputs: &[f32], context: &OutputContext) -> Vec<f32> {
        if let Target::Similarity(_) = self {
            return context.similarity(outputs).1;
        }
        let logits = context.logits(outputs);
        context.cotangent(self.of_logits(&logits, context.activation))
    }

    /// The derivative of the value by each of K logits.
    fn of_logits(self, logits: &[f32], activation: OutputActivation) -> Vec<f32> {
        let mut cotangent = vec![0.0; logits.len()];
        let mut add = |class: usize, weight: f32| {
            if let Some(value) = cotangent.get_mut(class) {
                *value += weight;
            }
        };
        match self {
            Target::Logit(class) | Target::Region(class, _) => add(class, 1.0),
            Target::Similarity(_) => (),
            Target::Against(class) => add(class, -1.0),
            Target::Contrast(class, other) => {
                add(class, 1.0);
                add(other, -1.0);
            }
            Target::Probability(class) => {
                let probabilities = probabilities(logits, activation);
                let own = probabilities.get(class).copied().unwrap_or(0.0);
                match activation {
                    OutputActivation::Sigmoid => add(class, own * (1.0 - own)),
                    OutputActivation::Softmax => {
                        for (other, probability) in probabilities.iter().enumerate() {
                            add(other, -own * probability);
                        }
                        add(class, own);
                    }
                }
            }
            Target::Finer(class) => {
                add(class, 1.0);
                let others = nearest(logits, class);
                let weight = FINER_WEIGHT / others.len().max(1) as f64;
                for other in others {
                    add(other, -weight as f32);
                }
            }
        }
        cotangent
    }
}

/// Probabilities of K logits by this activation.
pub fn probabilities(logits: &[f32], activation: OutputActivation) -> Vec<f32> {
    match activation {
        OutputActivation::Softmax => softmax(logits),
        OutputActivation::Sigmoid => sigmoid(logits),
    }
}

/// The classes whose logits are nearest to that of `class`, equal ones by number.
fn nearest(logits: &[f32], class: usize) -> Vec<usize> {
    let own = logits.get(class).copied().unwrap_or(f32::NAN);
    let distance = |&other: &usize| (logits[other] - own).abs();
    let mut others: Vec<usize> = (0..logits.len()).filter(|&other| other != class).collect();
    others.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    others.truncate(FINER_CLASSES);
    others
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}:{}", self.kind(), self.class())?;
        match self.other() {
            Some(other) => write!(formatter, ",{other}"),
            None => self.area().fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Target; 7] = [
        Target::Logit(1),
        Target::Probability(1),
        Target::Contrast(1, 3),
        Target::Against(1),
        Target::Finer(1),
        Target::Similarity(1),
        Target::Region(1, Area::Called),
    ];

    fn context(activation: OutputActivation) -> OutputContext {
        OutputContext {
            reference: Some([0.5, 1.0, -1.0, 0.2, 3.0, -2.0].into()),
            ..OutputContext::new(activation)
        }
    }

    #[test]
    fn ids_name_their_targets() {
        for target in ALL {
            assert_eq!(Target::parse(&target.to_string()).unwrap(), target);
        }
        for wrong in [
            "",
            "logit",
            "logit:",
            "logit:a",
            "contrast:1",
            "logit:1,2",
            "loud:1",
            "region:1,2",
            "region:1,mask,2",
        ] {
            let error = Target::parse(wrong).unwrap_err().to_string();
            assert!(error.contains("contrast:A,B"), "{error}");
        }
    }

    #[test]
    fn cotangents_are_the_derivatives_of_values() {
        let logits = [0.3f32, 1.25, -2.0, 0.9, 4.0, 1.0];
        for activation in [OutputActivation::Softmax, OutputActivation::Sigmoid] {
            for target in ALL {
                let context = context(activation);
                let cotangent = target.cotangent(&logits, &context);
                for class in 0..logits.len() {
                    let moved = |step: f32| {
                        let mut logits = logits;
                        logits[class] += step;
                        target.value(&logits, &context)
                    };
                    let step = 1.0 / 64.0;
                    let difference = (moved(step) - moved(-step)) / (2.0 * f64::from(step));
                    let off = (difference - f64::from(cotangent[class])).abs();
                    assert!(off < 1e-4, "{target} by {class}: off by {off}");
                }
            }
        }
    }

    #[test]
    fn a_region_is_asked_for_what_it_sums() {
        let mut context = OutputContext::new(OutputActivation::Softmax);
        context.region = Some([true, false].into());
        let outputs = [1.0, 5.0, 0.25, 7.0];
        assert!((Target::Contrast(0, 1).value(&outputs, &context) - 0.75).abs() < 1e-12);
        let cotangent = Target::Contrast(0, 1).cotangent(&outputs, &context);
        assert_eq!(cotangent, [1.0, 0.0, -1.0, 0.0]);
        let region = Target::Region(0, Area::Called);
        assert!(region.check_outputs(&context).is_ok());
        assert!(Target::Probability(0).check_outputs(&context).is_err());
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        assert!(Target::Logit(2).check(2).is_err());
        assert!(Target::Contrast(0, 2).check(2).is_err());
        assert!(Target::Contrast(1, 1).check(2).is_err());
        assert!(Target::Finer(0).check(1).is_err());
        assert!(Target::Against(0).check(1).is_ok());
        let (softmax, similarity) = (OutputActivation::Softmax, Target::Similarity(0));
        let region = Target::Region(0, Area::Called);
        assert!(region.check_outputs(&context(softmax)).is_err());
        assert!(similarity.check_outputs(&context(softmax)).is_ok());
        let bare = OutputContext::new(softmax);
        assert!(similarity.check_outputs(&bare).is_err());
    }
}

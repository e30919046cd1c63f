//! Targets: differentiable questions about a network's outputs.

use std::fmt;

use super::error::ExplainError;
use crate::network::{sigmoid, softmax};
use crate::protocol::{MapUnit, OutputActivation};

/// A question about the K logits y of a network: a value, and the cotangent ∂value/∂y.
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
}

/// γ of [`Target::Finer`].
const FINER_WEIGHT: f64 = 0.6;
/// n of [`Target::Finer`].
const FINER_CLASSES: usize = 3;

/// What a kind of target is called, for people and in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetKind {
    /// Before the colon of a target's id.
    pub id: &'static str,
    /// The question, with "the class" for the class.
    pub question: &'static str,
    /// How many classes it names.
    pub classes: usize,
}

/// Every kind of target, the default first.
pub const TARGET_KINDS: &[TargetKind] = &[
    TargetKind {
        id: "logit",
        question: "What speaks for the class?",
        classes: 1,
    },
    TargetKind {
        id: "probability",
        question: "What makes the class more probable?",
        classes: 1,
    },
    TargetKind {
        id: "contrast",
        question: "Why this class and not another?",
        classes: 2,
    },
    TargetKind {
        id: "against",
        question: "What speaks against the class?",
        classes: 1,
    },
    TargetKind {
        id: "finer",
        question: "What sets the class apart from those nearest to it?",
        classes: 1,
    },
];

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
        let classes: Vec<usize> = classes
            .split(',')
            .map(|class| class.trim().parse().map_err(|_| unknown()))
            .collect::<Result<_, _>>()?;
        let known = TARGET_KINDS.iter().find(|known| known.id == kind);
        if known.is_none_or(|known| known.classes != classes.len()) {
            return Err(unknown());
        }
        let class = classes.first().copied().ok_or_else(unknown)?;
        Target::new(kind, class, classes.get(1).copied())
    }

    /// The kind's id.
    pub fn kind(self) -> &'static str {
        match self {
            Target::Logit(_) => "logit",
            Target::Probability(_) => "probability",
            Target::Contrast(..) => "contrast",
            Target::Against(_) => "against",
            Target::Finer(_) => "finer",
        }
    }

    /// The class that is asked about.
    pub fn class(self) -> usize {
        match self {
            Target::Logit(class)
            | Target::Probability(class)
            | Target::Contrast(class, _)
            | Target::Against(class)
            | Target::Finer(class) => class,
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
            _ => MapUnit::Logit,
        }
    }

    /// Whether the value is linear in the logits, so that the cotangent is the same for all.
    pub fn is_linear(self) -> bool {
        !matches!(self, Target::Probability(_) | Target::Finer(_))
    }

    /// Whether a network of K classes can be asked this.
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

    /// Its value for K logits. NaN for a class that is not there.
    pub fn value(self, logits: &[f32], activation: OutputActivation) -> f64 {
        let logit = |class: usize| logits.get(class).copied().map_or(f64::NAN, f64::from);
        match self {
            Target::Logit(class) => logit(class),
            Target::Against(class) => -logit(class),
            Target::Contrast(class, other) => logit(class) - logit(other),
            Target::Probability(class) => {
                let probabilities = probabilities(logits, activation);
                probabilities
                    .get(class)
                    .copied()
                    .map_or(f64::NAN, f64::from)
            }
            Target::Finer(class) => {
                let others = nearest(logits, class);
                let sum: f64 = others.iter().map(|&other| logit(other)).sum();
                logit(class) - FINER_WEIGHT * sum / others.len().max(1) as f64
            }
        }
    }

    /// The derivative of the value by each of K logits. All zero for a class that is not
    /// there.
    pub fn cotangent(self, logits: &[f32], activation: OutputActivation) -> Vec<f32> {
        let mut cotangent = vec![0.0; logits.len()];
        let mut add = |class: usize, weight: f32| {
            if let Some(value) = cotangent.get_mut(class) {
                *value += weight;
            }
        };
        match self {
            Target::Logit(class) => add(class, 1.0),
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

fn unknown(wanted: &str) -> ExplainError {
    let form = |kind: &TargetKind| {
        let classes = ["A", "B"].iter().take(kind.classes).copied();
        format!("{}:{}", kind.id, classes.collect::<Vec<_>>().join(","))
    };
    let known: Vec<String> = TARGET_KINDS.iter().map(form).collect();
    ExplainError::UnknownTarget {
        wanted: wanted.to_owned(),
        known: known.join(", "),
    }
}

fn probabilities(logits: &[f32], activation: OutputActivation) -> Vec<f32> {
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
        let (kind, class) = (self.kind(), self.class());
        match self.other() {
            Some(other) => write!(formatter, "{kind}:{class},{other}"),
            None => write!(formatter, "{kind}:{class}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Target; 5] = [
        Target::Logit(1),
        Target::Probability(1),
        Target::Contrast(1, 3),
        Target::Against(1),
        Target::Finer(1),
    ];

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
                let cotangent = target.cotangent(&logits, activation);
                for class in 0..logits.len() {
                    let moved = |step: f32| {
                        let mut logits = logits;
                        logits[class] += step;
                        target.value(&logits, activation)
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
    fn a_class_that_is_not_there_and_a_comparison_with_itself_are_refused() {
        assert!(Target::Logit(2).check(2).is_err());
        assert!(Target::Contrast(0, 2).check(2).is_err());
        assert!(Target::Contrast(1, 1).check(2).is_err());
        assert!(Target::Finer(0).check(1).is_err());
        assert!(Target::Against(0).check(1).is_ok());
    }
}

//! Methods on networks of a few lines.

use ndarray::{Array2, Array3, Array4, arr3};

use super::*;
use crate::gradient::ReluPolicy;
use crate::network::{Bias, Computation, Computed, Network, NetworkError, Run, Site, Tape};
use crate::picture::Layout;
use crate::protocol::{MapState, OutputActivation};

const LAYER: &str = "relu1";

/// captum's toy: two 3×3 filters of ones over 0…15, biases −50 and −75, ReLU, then a dense
/// layer of ones and minus ones, and an output that is cut at 0.
struct Toy {
    /// Of the dense layer, [2, 2, 2].
    weights: Array3<f32>,
    started: Option<Computation>,
}

impl Toy {
    fn new() -> Toy {
        Toy {
            weights: arr3(&[[[1.0, 1.0], [1.0, 1.0]], [[1.0, -1.0], [-1.0, -1.0]]]),
            started: None,
        }
    }

    fn activations(input: &Array4<f32>) -> Array3<f32> {
        Array3::from_shape_fn((2, 2, 2), |(channel, y, x)| {
            let window = (0..9).map(|n| input[[0, 0, y + n / 3, x + n % 3]]);
            let sum: f32 = window.sum::<f32>() - [50.0, 75.0][channel];
            sum.max(0.0)
        })
    }

    fn logit(&self, activations: &Array3<f32>) -> f32 {
        (activations * &self.weights).sum()
    }

    fn gradient(&self, run: &Run, site: &Site, policy: ReluPolicy, cotangent: f32) -> Array3<f32> {
        let at_layer = &self.weights * cotangent;
        if *site != Site::Input {
            return at_layer;
        }
        let activations = Toy::activations(&run.input().unwrap());
        let mut gradient = Array3::zeros((1, 4, 4));
        for ((channel, y, x), &value) in at_layer.indexed_iter() {
            let is_open = activations[[channel, y, x]] > 0.0;
            let passed = match policy {
                ReluPolicy::Plain if is_open => value,
                ReluPolicy::Guided if is_open => value.max(0.0),
                ReluPolicy::Deconvnet => value.max(0.0),
                _ => 0.0,
            };
            for n in 0..9 {
                gradient[[0, y + n / 3, x + n % 3]] += passed;
            }
        }
        gradient
    }
}

impl Network for Toy {
    fn classes(&self) -> usize {
        1
    }

    fn biases(&self) -> Result<Vec<Bias>, NetworkError> {
        let (layer, values) = (LAYER.to_owned(), vec![-50.0, -75.0]);
        Ok(vec![Bias { layer, values }])
    }

    fn start(&mut self, computation: Computation) -> Result<(), NetworkError> {
        self.started = Some(computation);
        Ok(())
    }

    fn advance(
        &mut self,
        _: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Option<Computed>, NetworkError> {
        let computation = self.started.take().ok_or(NetworkError::NoForward)?;
        Ok(Some(match computation {
            Computation::Forward { input, .. } => Computed::Run(run(self, input)),
            Computation::TapedForward { input } => {
                Computed::Run(run(self, input).with_tape(Tape::new()))
            }
            Computation::Outputs { input } => {
                Computed::Outputs(vec![self.logit(&Toy::activations(&input))])
            }
            Computation::OutputsFrom { activations, .. } => {
                Computed::Outputs(vec![self.logit(&activations)])
            }
            Computation::Gradient {
                run,
                site,
                policy,
                cotangent,
            } => {
                let at = |site: &Site| self.gradient(&run, site, policy, cotangent[0]);
                match &site {
                    Site::Biases => {
                        let layer = Site::Layer(LAYER.to_owned());
                        Computed::Gradients(vec![at(&Site::Input), at(&layer)])
                    }
                    site => Computed::Gradient(at(site)),
                }
            }
        }))
    }
}

fn run(toy: &Toy, input: Array4<f32>) -> Run {
    let activations = Toy::activations(&input);
    let logits = vec![toy.logit(&activations)];
    Run::new(input, logits).with_activations(LAYER, activations)
}

fn subject(toy: &Toy) -> Subject {
    let input = Array4::from_shape_fn((1, 1, 4, 4), |(_, _, y, x)| (y * 4 + x) as f32);
    let scale = InputScale {
        layout: Layout::Nchw,
        black: vec![0.0],
        white: vec![15.0],
    };
    Subject::new(run(toy, input), scale, OutputActivation::Softmax)
}

fn ask(
    toy: &mut Toy,
    budget: &mut dyn Budget,
    id: &str,
    target: Target,
    said: &[(&str, &str)],
) -> Result<Saliency, ExplainError> {
    let method = method(id)?;
    let settings = method.settings(said.iter().copied())?;
    let mut subject = subject(toy);
    let mut context = Context {
        network: toy,
        subject: &mut subject,
        budget,
        target,
        layer: LAYER,
        further_layers: &[],
        method: method.id,
        settings: &settings,
        seed: 7,
        runs: 0,
    };
    block_on(explain(method, &mut context))
}

fn map_of(id: &str, said: &[(&str, &str)]) -> Saliency {
    ask(&mut Toy::new(), &mut Unlimited, id, Target::Logit(0), said).unwrap()
}

fn near(found: &Array2<f32>, wanted: &[f32]) {
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter().zip(wanted) {
        let off = (found - wanted).abs();
        assert!(off <= 1e-5 * wanted.abs().max(1.0), "{found} and {wanted}");
    }
}

/// A method, its settings, and the map that it must give.
type Row = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [f32],
);

#[test]
fn the_toy_of_captum() {
    let rows: [Row; 9] = [
        ("grad-cam", &[], &[0.0, 4.0, 28.0, 32.5]),
        ("hirescam", &[], &[0.0, 4.0, 25.0, 25.0]),
        ("xgrad-cam", &[], &[0.0, 4.0, 25.0, 25.0]),
        ("layer-cam", &[], &[0.0, 4.0, 31.0, 40.0]),
        ("elementwise-cam", &[], &[0.0, 4.0, 31.0, 40.0]),
        ("grad-cam++", &[], &[0.0, 0.207_792, 1.871_259, 2.730_096]),
        ("ablation-cam", &[], &[0.0, 5.555_556, 40.722_22, 49.722_22]),
        (
            "eigen-cam",
            &[],
            &[-19.441_9, -15.654_904, 11.839_155, 23.257_649],
        ),
        (
            "guided-grad-cam",
            &[("interpolation", "nearest")],
            &[
                0.0, 0.0, 4.0, 4.0, 0.0, 0.0, 12.0, 8.0, 28.0, 84.0, 97.5, 65.0, 28.0, 56.0, 65.0,
                32.5,
            ],
        ),
    ];
    for (method, said, wanted) in rows {
        println!("{method}");
        near(&map_of(method, said).values, wanted);
    }
}

#[test]
fn what_speaks_against_is_the_map_turned_over() {
    let ask = |target| ask(&mut Toy::new(), &mut Unlimited, "grad-cam", target, &[]).unwrap();
    let (forward, against) = (ask(Target::Logit(0)), ask(Target::Against(0)));
    assert_eq!(against.values, -&forward.values);
    assert_eq!(against.value, -54.0);
    assert_eq!(against.state(), MapState::NoPositiveEvidence);
}

#[test]
fn hirescam_adds_up_to_the_answer() {
    // Grad-CAM's completeness is asked for where the head is flat, which this one is not.
    assert_eq!(map_of("hirescam", &[]).completeness, None);
    let mut flat = Toy::new();
    flat.weights = Array3::from_shape_fn((2, 2, 2), |(channel, _, _)| [1.0, -0.5][channel]);
    let map = ask(&mut flat, &mut Unlimited, "hirescam", Target::Logit(0), &[]).unwrap();
    let completeness = map.completeness.unwrap();
    assert!(completeness.gap() < 1e-4, "{completeness:?}");
}

#[test]
fn what_coincides_is_said() {
    let mut flat = Toy::new();
    flat.weights = Array3::from_shape_fn((2, 2, 2), |(channel, _, _)| [1.0, -0.5][channel]);
    let map = ask(&mut flat, &mut Unlimited, "grad-cam", Target::Logit(0), &[]).unwrap();
    assert_eq!(map.coincides_with, ["cam", "hirescam", "xgrad-cam"]);
    let cam = ask(&mut flat, &mut Unlimited, "cam", Target::Logit(0), &[]).unwrap();
    assert_eq!(cam.values, &map.values * 4.0);
    assert!(map_of("grad-cam", &[]).coincides_with.is_empty());
    let error = ask(
        &mut Toy::new(),
        &mut Unlimited,
        "cam",
        Target::Logit(0),
        &[],
    );
    assert!(error.unwrap_err().to_string().contains("Grad-CAM"));
}

#[test]
fn integrated_gradients_add_up() {
    for baseline in ["black", "grey", "mean-colour", "blurred", "zero"] {
        let map = map_of("integrated-gradients", &[("baseline", baseline)]);
        let completeness = map.completeness.as_ref().unwrap();
        // The toy has kinks, which a sum of 50 points meets to some percent.
        let share = completeness.gap() / completeness.expected.abs();
        assert!(share < 0.05, "{baseline}: {completeness:?}");
    }
}

#[test]
fn occlusion_of_the_whole_picture_is_the_whole_fall() {
    let said = [("window", "4"), ("stride", "4"), ("baseline", "zero")];
    let map = map_of("occlusion", &said);
    near(&map.values, &[54.0; 16]);
    assert_eq!((map.runs, map.is_at_layer), (1, false));
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    for (method, said) in [
        ("rise", [("masks", "30"), ("cells", "2")].as_slice()),
        ("smoothgrad", &[("samples", "6")]),
        ("smooth-grad-cam++", &[]),
    ] {
        let (first, again) = (map_of(method, said), map_of(method, said));
        assert_eq!(first.values, again.values, "{method}");
        assert_eq!(first.seed, Some(7));
    }
}

/// Allows a number of runs, or says stop; keeps what is shown.
#[derive(Default)]
struct Limited {
    runs: usize,
    is_stopped: bool,
    shown: Vec<Saliency>,
}

impl Budget for Limited {
    fn is_pause_due(&mut self) -> bool {
        true
    }

    fn pause(&mut self) -> LocalFuture<'_, Result<(), Stopped>> {
        let is_stopped = self.is_stopped;
        Box::pin(async move { if is_stopped { Err(Stopped) } else { Ok(()) } })
    }

    fn step(&mut self, done: usize, _: usize) -> bool {
        done < self.runs
    }

    fn show(&mut self, saliency: &Saliency) {
        self.shown.push(saliency.clone());
    }
}

#[test]
fn an_unfinished_map_says_what_is_left_out() {
    for (method, words) in [
        ("rise", "25 of 1000 masks"),
        ("smoothgrad", "25 of 60 noisy copies"),
        ("integrated-gradients", "25 of 60 steps"),
    ] {
        let said: &[(&str, &str)] = match method {
            "smoothgrad" => &[("samples", "60")],
            "integrated-gradients" => &[("steps", "60")],
            _ => &[],
        };
        let mut budget = Limited {
            runs: 25,
            ..Limited::default()
        };
        let map = ask(&mut Toy::new(), &mut budget, method, Target::Logit(0), said).unwrap();
        let left_out = map.left_out.unwrap();
        assert!(left_out.contains(words), "{left_out}");
        assert!(!budget.shown.is_empty(), "{method} shows nothing early");
    }
}

#[test]
fn arrays_of_a_fixed_picture_are_refused_by_words() {
    let error = |target| ask(&mut Toy::new(), &mut Unlimited, "grad-cam", target, &[]).unwrap_err();
    assert!(error(Target::Logit(7)).to_string().contains("class 7"));
    assert!(
        error(Target::Contrast(0, 0))
            .to_string()
            .contains("another class")
    );
}

#[test]
fn every_method_has_its_own_id_and_says_what_it_needs_to() {
    let mut ids: Vec<&str> = METHODS.iter().map(|method| method.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), METHODS.len());
    for method in METHODS {
        let texts = [
            method.name,
            method.plain_name,
            method.summary,
            method.caution,
            method.cost,
        ];
        assert!(texts.iter().all(|text| !text.is_empty()), "{}", method.id);
        assert!(
            method.caution.ends_with('.') && method.summary.ends_with('.'),
            "{}",
            method.id
        );
        let map = ask(
            &mut Toy::new(),
            &mut Unlimited,
            method.id,
            Target::Logit(0),
            &[],
        );
        match map {
            Ok(map) => assert!(
                map.values.iter().all(|value| value.is_finite()),
                "{}",
                method.id
            ),
            Err(error) => assert_eq!(method.id, "cam", "{error}"),
        }
    }
}

//! Sessions on networks of a few lines: segmentation, and a second picture.

use ndarray::{Array4, ArrayD};
use prost::Message as _;

use super::question::Question;
use super::session::Session;
use crate::explain::{
    Area, Budget, LocalFuture, Mask, Saliency, Stopped, Target, Unlimited, block_on,
};
use crate::gradient::AttachOptions;
use crate::onnx::testing::{GraphBuilder, model};
use crate::protocol::PictureChange;
use crate::render::npy;

/// Weights of the two classes, one value for each of three channels.
const WEIGHTS: [[f32; 3]; 2] = [[1.0, -0.5, 0.25], [-1.0, 2.0, 0.5]];

/// ReLU, then two classes for each of 4 × 5 places.
fn segmentation(channels_last: bool) -> Session {
    let mut graph = if channels_last {
        let mut graph = GraphBuilder::new(&[("x", &[1, 4, 5, 3])]);
        graph
            .node("Transpose", "in", &["x"], "t")
            .ints("perm", &[0, 3, 1, 2])
            .node("Relu", "keep", &["t"], "l");
        graph
    } else {
        let mut graph = GraphBuilder::new(&[("x", &[1, 3, 4, 5])]);
        graph.node("Relu", "keep", &["x"], "l");
        graph
    };
    graph.floats("w", &[2, 3, 1, 1], WEIGHTS.as_flattened());
    graph.node("Conv", "head", &["l", "w"], "y");
    let graph = if channels_last {
        graph
            .node("Transpose", "out", &["y"], "z")
            .ints("perm", &[0, 2, 3, 1]);
        graph.output("z", &[1, 4, 5, 2])
    } else {
        graph.output("y", &[1, 2, 4, 5])
    };
    session(graph)
}

fn session(graph: GraphBuilder) -> Session {
    let mut session = Session::default();
    let options = AttachOptions {
        layers: vec!["l".into()],
        ..AttachOptions::default()
    };
    let file = model(graph).encode_to_vec();
    session.load(file, &options, &mut |_, _, _| ()).unwrap();
    session
}

/// Positive values [1, 3, 4, 5].
fn picture() -> Array4<f32> {
    Array4::from_shape_fn((1, 3, 4, 5), |(_, channel, row, column)| {
        0.2 + ((channel * 31 + row * 17 + column * 7) % 13) as f32 / 10.0
    })
}

/// ReLU, then the mean of each channel as a class.
fn pooled() -> Session {
    let mut graph = GraphBuilder::new(&[("x", &[1, 3, 4, 5])]);
    graph.node("Relu", "keep", &["x"], "l");
    graph.node("GlobalAveragePool", "pool", &["l"], "p");
    graph.node("Flatten", "flatten", &["p"], "y");
    session(graph.output("y", &[1, 3]))
}

fn ask(session: &mut Session, target: Target) -> Result<Saliency, String> {
    let question = Question {
        method: "hirescam",
        target,
        layer: None,
        settings: &[],
        seed: 0,
    };
    let asked = block_on(session.ask(&question, &mut Unlimited));
    asked.map(|(map, _)| map).map_err(|error| error.to_string())
}

/// The logit of a class at a place of the picture.
fn logit(class: usize, row: usize, column: usize) -> f32 {
    let values = (0..3).map(|channel| picture()[[0, channel, row, column]]);
    values.zip(WEIGHTS[class]).map(|(a, b)| a * b).sum()
}

#[test]
fn a_segmentation_is_asked_about_its_places() {
    for channels_last in [false, true] {
        let mut session = segmentation(channels_last);
        let input = if channels_last {
            let last = picture().permuted_axes([0, 2, 3, 1]);
            last.as_standard_layout().into_owned()
        } else {
            picture()
        };
        let prediction = session.predict_tensor(input, &mut |_, _, _| ()).unwrap();
        let is_of =
            |class: usize, row, column| logit(class, row, column) > logit(1 - class, row, column);
        let places: Vec<(usize, usize)> = (0..20).map(|at| (at / 5, at % 5)).collect();
        let own = |class: usize| places.iter().filter(move |at| is_of(class, at.0, at.1));
        for class in 0..2 {
            let share = own(class).count() as f32 / 20.0;
            assert!((prediction.probabilities[class] - share).abs() < 1e-6);
            let map = ask(&mut session, Target::Logit(class)).unwrap();
            for &(row, column) in &places {
                let inside = is_of(class, row, column);
                let wanted = if inside {
                    logit(class, row, column)
                } else {
                    0.0
                };
                assert!((map.values[[row, column]] - wanted).abs() < 1e-5);
            }
            let sum: f32 = own(class).map(|at| logit(class, at.0, at.1)).sum();
            assert!((map.value - f64::from(sum)).abs() < 1e-4);
        }
        let pixel = Target::Region(1, Area::parse(&["3", "2"]).unwrap());
        let map = ask(&mut session, pixel).unwrap();
        assert!((map.values[[2, 3]] - logit(1, 2, 3)).abs() < 1e-5);
        assert_eq!(map.values.iter().filter(|value| **value != 0.0).count(), 1);
        let contrast = ask(&mut session, Target::Contrast(0, 1)).unwrap();
        let (row, column) = *own(0).next().unwrap();
        let wanted = logit(0, row, column) - logit(1, row, column);
        assert!((contrast.values[[row, column]] - wanted).abs() < 1e-5);
    }
}

#[test]
fn what_a_segmentation_cannot_be_asked_is_said() {
    let mut session = segmentation(false);
    session
        .predict_tensor(picture(), &mut |_, _, _| ())
        .unwrap();
    let error = ask(&mut session, Target::Region(0, Area::Mask)).unwrap_err();
    assert!(error.contains("no mask"), "{error}");
    session.set_mask(Mask {
        height: 8,
        width: 10,
        is_inside: vec![false; 80],
    });
    let error = ask(&mut session, Target::Region(0, Area::Mask)).unwrap_err();
    assert!(error.contains("no place"), "{error}");
    let beyond = Target::Region(0, Area::parse(&["5", "0"]).unwrap());
    let error = ask(&mut session, beyond).unwrap_err();
    assert!(error.contains("5 × 4"), "{error}");
    let error = ask(&mut session, Target::Probability(0)).unwrap_err();
    assert!(error.contains("not defined"), "{error}");
}

#[test]
fn similarity_is_asked_to_a_second_picture() {
    let mut session = pooled();
    let prediction = session
        .predict_tensor(picture(), &mut |_, _, _| ())
        .unwrap();
    let error = ask(&mut session, Target::Similarity(0)).unwrap_err();
    assert!(error.contains("second picture"), "{error}");
    let second: ArrayD<f32> = picture().mapv(|value| (value - 0.9).abs()).into_dyn();
    let bytes = npy::encode(&second.iter().copied().collect::<Vec<_>>(), second.shape());
    session
        .set_reference(&bytes, "second.npy", &mut |_, _, _| ())
        .unwrap();
    let map = ask(&mut session, Target::Similarity(0)).unwrap();
    // By central differences of the cosine along the picture's own values.
    let means = |input: &Array4<f32>| -> Vec<f64> {
        let channels = input.index_axis(ndarray::Axis(0), 0);
        let means = channels
            .outer_iter()
            .map(|channel| f64::from(channel.sum()) / 20.0);
        means.collect()
    };
    let cosine = |a: &[f64], b: &[f64]| {
        let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(x, y)| x * y).sum() };
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    };
    let reference = means(&second.into_dimensionality().unwrap());
    let value = cosine(&means(&picture()), &reference);
    assert!((map.value - value).abs() < 1e-6);
    let total = |sum: f64| -> f64 {
        (0..3)
            .map(|channel| {
                let mut moved = means(&picture());
                moved[channel] *= 1.0 + sum;
                cosine(&moved, &reference) - value
            })
            .sum()
    };
    let step = 1e-4;
    let wanted = (total(step) - total(-step)) / (2.0 * step);
    let found: f64 = map.values.iter().map(|&value| f64::from(value)).sum();
    assert!((found - wanted).abs() < 1e-5, "{found} and {wanted}");
    // The first picture is still the one that is explained.
    let subject = session.subject().unwrap();
    assert_eq!(subject.run.logits(), prediction.logits);
}

/// Says stop at the first pause.
struct Stopping;

impl Budget for Stopping {
    fn is_pause_due(&mut self) -> bool {
        true
    }

    fn pause(&mut self) -> LocalFuture<'_, Result<(), Stopped>> {
        Box::pin(async { Err(Stopped) })
    }

    fn step(&mut self, _: usize, _: usize) -> bool {
        true
    }

    fn show(&mut self, _: &Saliency) {}
}

#[test]
fn a_changed_picture_can_be_stopped_within_its_run_and_the_picture_stays() {
    let mut session = pooled();
    let prediction = session
        .predict_tensor(picture(), &mut |_, _, _| ())
        .unwrap();
    let map = ask(&mut session, Target::Logit(1)).unwrap();
    let change = PictureChange::Cover {
        area: [0.0, 0.0, 1.0, 0.5],
    };
    let question = Question {
        method: "hirescam",
        target: Target::Logit(1),
        layer: None,
        settings: &[],
        seed: 0,
    };
    let runs = session.runs();
    let stopped = block_on(session.explain_changed(&change, &map, &question, &mut Stopping));
    let error = stopped.err().unwrap().to_string();
    assert!(error.contains("stopped"), "{error}");
    assert_eq!(session.runs(), runs, "no run ended");
    assert_eq!(
        ask(&mut session, Target::Logit(1)).unwrap().values,
        map.values
    );
    // With time enough it is another picture's answer, and the picture stays as well.
    let changed = block_on(session.explain_changed(&change, &map, &question, &mut Unlimited));
    assert_ne!(changed.unwrap().prediction.logits, prediction.logits);
    assert_eq!(
        ask(&mut session, Target::Logit(1)).unwrap().values,
        map.values
    );
}

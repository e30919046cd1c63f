//! Numbers against Keras itself: same weights, same input tensors.
#![cfg(feature = "network")]

mod common;

use common::{Golden, goldens, greatest, greatest_difference, path, skipped};
use gradcam::engine::Session;
use gradcam::gradient::AttachOptions;
use ndarray::{Array4, ArrayD, Axis};

fn session(model: &std::path::Path) -> Session {
    let bytes = std::fs::read(model).unwrap_or_else(|error| panic!("{}: {error}", model.display()));
    let mut session = Session::default();
    session
        .load(&bytes, &AttachOptions::default(), &mut |_, _, _| ())
        .unwrap();
    session
}

fn tensor(array: ArrayD<f32>) -> Array4<f32> {
    array.into_dimensionality().unwrap()
}

/// Logits within 1e-3; activations, gradients and map within 1e-4 of their
/// greatest value.
fn compare(session: &mut Session, case: &Golden) {
    let name = format!("{}/{}", case.folder, case.picture);
    let prediction = session
        .predict_tensor(tensor(case.array("input")), &mut |_, _, _| ())
        .unwrap();
    let logits =
        ArrayD::from_shape_vec(vec![1, prediction.logits.len()], prediction.logits).unwrap();
    let off = greatest_difference(&logits, &case.array("logits"));
    assert!(off < 1e-3, "{name}: logits are off by {off}");

    let near = |what: &str, found: ArrayD<f32>| {
        let wanted = case.array(what);
        let off = greatest_difference(&found, &wanted) / greatest(&wanted);
        println!("{name}: {what} off by {off:e} of the maximum");
        assert!(
            off < 1e-4,
            "{name}: {what} are off by {off} of their maximum"
        );
    };
    let activations = common::activations(session);
    near("activations", activations.insert_axis(Axis(0)).into_dyn());
    let class = case.class();
    let gradients = common::gradients(session, class);
    near("gradients", gradients.insert_axis(Axis(0)).into_dyn());
    near(
        "map",
        session
            .explain("grad-cam", class)
            .unwrap()
            .0
            .values
            .into_dyn(),
    );
}

#[test]
fn everything_agrees_with_keras() {
    let mut current: Option<(std::path::PathBuf, Session)> = None;
    for case in goldens() {
        if current
            .as_ref()
            .is_none_or(|(model, _)| *model != case.model)
        {
            current = Some((case.model.clone(), session(&case.model)));
        }
        if let Some((_, session)) = &mut current {
            compare(session, &case);
        }
    }
}

/// Pearson's correlation.
fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let mean = |v: &[f32]| v.iter().map(|&x| f64::from(x)).sum::<f64>() / v.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (&x, &y) in a.iter().zip(b) {
        let (x, y) = (f64::from(x) - mean_a, f64::from(y) - mean_b);
        (ab, aa, bb) = (ab + x * y, aa + x * x, bb + y * y);
    }
    ab / (aa * bb).sqrt()
}

#[test]
fn float16_weights_change_next_to_nothing() {
    for model in ["xception-kitchenware", "xception-brain-mri"] {
        let half = path(&format!("www/models/{model}.onnx"));
        let cases: Vec<Golden> = goldens()
            .into_iter()
            .filter(|case| case.folder.ends_with(model))
            .collect();
        if cases.is_empty() || !half.exists() {
            skipped(
                &format!("{model} in float16 against float32"),
                "make models golden",
            );
            continue;
        }
        let mut session = session(&half);
        for case in cases {
            let input = tensor(case.array("input"));
            let logits = session
                .predict_tensor(input, &mut |_, _, _| ())
                .unwrap()
                .logits;
            let top = (0..logits.len())
                .max_by(|&a, &b| logits[a].total_cmp(&logits[b]))
                .unwrap();
            assert_eq!(top, case.class(), "{model} {}: another class", case.picture);
            let map = session.explain("grad-cam", top).unwrap().0.values;
            let found: Vec<f32> = map.iter().copied().collect();
            let wanted: Vec<f32> = case.array("map").iter().copied().collect();
            let correlation = correlation(&found, &wanted);
            println!("{model} {}: maps correlate at {correlation}", case.picture);
            assert!(
                correlation >= 0.999,
                "{model} {}: {correlation}",
                case.picture
            );
        }
    }
}

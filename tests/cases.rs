//! Files in the forms in which exporters write them, each against what onnxruntime gives for it,
//! and its map against that of the same network in the plain form.
#![cfg(feature = "network")]

mod common;

use common::{greatest, greatest_difference, path};
use gradcam::engine::{MetricQuestion, Prediction, Question, Session};
use gradcam::evaluate::Measurement;
use gradcam::explain::{Saliency, Target, Unlimited, block_on};
use gradcam::gradient::AttachOptions;
use gradcam::onnx::{ExternalFile, Limits, embed_external_data};
use gradcam::picture::Channels;
use gradcam::render::npy;
use ndarray::ArrayD;

fn file(name: &str) -> Vec<u8> {
    std::fs::read(path(&format!("tests/cases/{name}"))).unwrap()
}

fn values(name: &str) -> ArrayD<f32> {
    let (shape, values) = npy::decode(&file(name)).unwrap();
    ArrayD::from_shape_vec(shape, values).unwrap()
}

/// A session with a model that has seen an input, and its logits.
fn seen(model: &[u8], input: &str, options: &AttachOptions) -> (Session, Vec<f32>) {
    let mut session = Session::default();
    session.load(model, options, &mut |_, _, _| ()).unwrap();
    let prediction = predicted(&mut session, input);
    (session, prediction.logits)
}

fn predicted(session: &mut Session, input: &str) -> Prediction {
    session
        .predict(&file(input), input, &mut |_, _, _| ())
        .unwrap()
}

fn grad_cam(session: &mut Session, class: usize) -> Saliency {
    let question = Question {
        method: "grad-cam",
        target: Target::Logit(class),
        layer: None,
        settings: &[],
        seed: 0,
    };
    block_on(session.ask(&question, &mut Unlimited)).unwrap().0
}

/// Fails unless logits are within `tolerance` of the expected.
fn check_logits(what: &str, logits: &[f32], tolerance: f32) {
    let expected = values(&format!("{what}.expected.npy"));
    assert_eq!(logits.len(), expected.len(), "{what}");
    for (found, wanted) in logits.iter().zip(&expected) {
        assert!(
            (found - wanted).abs() <= tolerance,
            "{what}: {found}, {wanted} wanted"
        );
    }
}

/// The class and map of the plain form.
fn plain() -> (Session, usize, Saliency) {
    let (mut session, logits) = seen(
        &file("plain.onnx"),
        "plain.x.npy",
        &AttachOptions::default(),
    );
    let class = most(&logits);
    let map = grad_cam(&mut session, class);
    (session, class, map)
}

fn most(logits: &[f32]) -> usize {
    (0..logits.len())
        .max_by(|&a, &b| logits[a].total_cmp(&logits[b]))
        .unwrap()
}

/// Fails unless the file has the logits that onnxruntime gives for `expected`, and the plain
/// network's likeliest class and map.
fn check_like_plain(expected: &str, model: &[u8], input: &str, tolerance: f32) {
    let (_, class, wanted) = plain();
    let (mut session, logits) = seen(model, input, &AttachOptions::default());
    check_logits(expected, &logits, tolerance);
    assert_eq!(most(&logits), class, "{expected}");
    let map = grad_cam(&mut session, class);
    let (map, wanted) = (map.values.into_dyn(), wanted.values.into_dyn());
    let off = greatest_difference(&map, &wanted) / greatest(&wanted);
    assert!(off <= tolerance, "{expected}: {off}");
}

#[test]
fn types_of_weights() {
    check_like_plain("plain", &file("plain.onnx"), "plain.x.npy", 1e-5);
    let data = file("external.onnx.data");
    let beside = ExternalFile {
        name: "external.onnx.data",
        bytes: &data,
    };
    let embedded = embed_external_data(&file("external.onnx"), &[beside], Limits::default());
    check_like_plain("plain", &embedded.unwrap(), "plain.x.npy", 1e-5);
    for what in ["float16", "float16-inside"] {
        let (model, input) = (file(&format!("{what}.onnx")), format!("{what}.x.npy"));
        check_like_plain(what, &model, &input, 1e-2);
    }
    let dynamic = file("int8-dynamic.onnx");
    check_like_plain("int8-dynamic", &dynamic, "plain.x.npy", 2e-2);
}

/// Within one step of the output's scale, which the files state.
#[test]
fn quantised_activations() {
    let (_, class, wanted) = plain();
    for (what, step) in [
        ("int8-qdq", 0.028_650_615),
        ("int8-qoperator", 0.028_399_855),
    ] {
        let model = file(&format!("{what}.onnx"));
        let (mut session, logits) =
            seen(&model, &format!("{what}.x.npy"), &AttachOptions::default());
        check_logits(what, &logits, step * 1.001);
        assert_eq!(most(&logits), class, "{what}");
        let map = grad_cam(&mut session, class);
        let correlation =
            gradcam::evaluate::rank_correlation(map.values.view(), wanted.values.view());
        assert!(correlation > 0.98, "{what}: {correlation}");
    }
}

#[test]
fn inputs_of_every_form() {
    let options = AttachOptions::default();
    for (what, input) in [
        ("input-uint8-nhwc", "img"),
        ("input-three-axes", "img"),
        ("input-four-channels", "x"),
    ] {
        let model = file(&format!("{what}.onnx"));
        let (mut session, logits) = seen(&model, &format!("{what}.{input}.npy"), &options);
        check_logits(what, &logits, 1e-4);
        assert!(
            greatest(&grad_cam(&mut session, 0).values.into_dyn()) > 0.0,
            "{what}"
        );
    }
    let batch = file("input-batch-8.onnx");
    check_like_plain("plain", &batch, "plain.x.npy", 1e-5);
    let mut session = Session::default();
    let four = file("input-four-channels.onnx");
    let description = session.load(&four, &options, &mut |_, _, _| ()).unwrap();
    assert_eq!(description.preprocess.channels, Channels::Bands(4));
    let uint8 = file("input-uint8-nhwc.onnx");
    let description = session.load(&uint8, &options, &mut |_, _, _| ()).unwrap();
    assert_eq!(description.preprocess.channels, Channels::Rgb);
    assert_eq!(description.preprocess.scale, 1.0);
    assert!(description.notes.iter().any(|note| note.contains("uint8")));
}

#[test]
fn a_second_input_is_zero_unless_given() {
    let model = file("input-and-vector.onnx");
    let input = "input-and-vector.x.npy";
    let (session, without) = seen(&model, input, &AttachOptions::default());
    let notes = &session.description().unwrap().notes;
    assert!(
        notes.iter().any(|note| note.contains("'meta'")),
        "{notes:?}"
    );
    let meta = values("input-and-vector.meta.npy");
    let given = |values: Vec<f32>| AttachOptions {
        inputs: vec![("meta".into(), values)],
        ..AttachOptions::default()
    };
    let zeros = given(vec![0.0; meta.len()]);
    assert_eq!(seen(&model, input, &zeros).1, without);
    let (_, logits) = seen(&model, input, &given(meta.iter().copied().collect()));
    check_logits("input-and-vector", &logits, 1e-4);
    let mut session = Session::default();
    for (name, count, words) in [("meta", 1, "takes"), ("age", 1, "no such input")] {
        let options = AttachOptions {
            inputs: vec![(name.into(), vec![1.0; count])],
            ..AttachOptions::default()
        };
        let error = session
            .load(&model, &options, &mut |_, _, _| ())
            .unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn a_signal_is_explained_along_time() {
    let (model, input) = (file("signal-12-leads.onnx"), "signal-12-leads.x.npy");
    let (mut session, logits) = seen(&model, input, &AttachOptions::default());
    check_logits("signal-12-leads", &logits, 1e-4);
    let map = grad_cam(&mut session, most(&logits));
    assert_eq!(map.values.dim(), (1, 125));
    assert!(greatest(&map.values.into_dyn()) > 0.0);
}

#[test]
fn outputs_of_every_form() {
    let options = AttachOptions::default();
    for what in ["output-features-first", "output-without-batch"] {
        let model = file(&format!("{what}.onnx"));
        let (_, logits) = seen(&model, &format!("{what}.x.npy"), &options);
        check_logits(what, &logits, 1e-4);
        check_like_plain("plain", &model, "plain.x.npy", 1e-5);
    }
    let mut session = Session::default();
    let features_first = file("output-features-first.onnx");
    let description = session
        .load(&features_first, &options, &mut |_, _, _| ())
        .unwrap();
    assert_eq!(
        (
            &*description.selection.logits,
            description.outputs.as_slice()
        ),
        ("y", ["f".to_owned()].as_slice())
    );
    let notes = &description.notes;
    assert!(
        notes
            .iter()
            .any(|note| note.contains("'y'") && note.contains("'f'")),
        "{notes:?}"
    );

    let zip_map = file("output-zipmap.onnx");
    let description = session.load(&zip_map, &options, &mut |_, _, _| ()).unwrap();
    assert_eq!(description.labels, ["ant", "bee", "fly"]);
    assert_eq!(description.selection.classes, 3);

    let sigmoid = file("output-one-sigmoid.onnx");
    session.load(&sigmoid, &options, &mut |_, _, _| ()).unwrap();
    let prediction = predicted(&mut session, "output-one-sigmoid.x.npy");
    check_logits("output-one-sigmoid", &prediction.probabilities, 1e-5);
    let segmentation = file("output-segmentation.onnx");
    let (session, _) = seen(&segmentation, "output-segmentation.x.npy", &options);
    assert!(session.description().unwrap().selection.places.is_some());
}

#[test]
fn what_metadata_of_others_say() {
    let options = AttachOptions::default();
    let mut session = Session::default();
    let ultralytics = file("metadata-ultralytics.onnx");
    let description = session
        .load(&ultralytics, &options, &mut |_, _, _| ())
        .unwrap();
    assert_eq!(description.labels, ["ant", "bee", "fly"]);
    assert_eq!(description.preprocess.scale, 1.0 / 255.0);
    assert_eq!(description.scaling_assumed, None);
    let image = file("metadata-onnx-image.onnx");
    let description = session.load(&image, &options, &mut |_, _, _| ()).unwrap();
    assert_eq!(description.preprocess.channels, Channels::Bgr);
    assert_eq!(description.preprocess.scale, 1.0);
    session
        .load(&ultralytics, &options, &mut |_, _, _| ())
        .unwrap();
    let prediction = predicted(&mut session, "metadata-ultralytics.x.npy");
    // That file ends with a softmax.
    check_logits("metadata-ultralytics", &prediction.probabilities, 1e-4);
    let (_, logits) = seen(&image, "metadata-onnx-image.x.npy", &options);
    check_logits("metadata-onnx-image", &logits, 1e-4);
}

#[test]
fn features_of_length_one_have_a_gradient() {
    let (model, input) = (file("rule-reduce-l2.onnx"), "rule-reduce-l2.x.npy");
    let (mut session, logits) = seen(&model, input, &AttachOptions::default());
    check_logits("rule-reduce-l2", &logits, 1e-4);
    assert!(greatest(&grad_cam(&mut session, 0).values.into_dyn()) > 0.0);
}

#[test]
fn a_vision_transformer_is_explained_at_its_last_block() {
    let (mut session, logits) = seen(&file("vit.onnx"), "vit.x.npy", &AttachOptions::default());
    check_logits("vit", &logits, 1e-4);
    let map = grad_cam(&mut session, 2);
    assert!(map.layer.contains("norm1_1"), "{}", map.layer);
    let wanted = values("vit.grad-cam.npy");
    let off = greatest_difference(&map.values.into_dyn(), &wanted) / greatest(&wanted);
    assert!(off <= 1e-4, "{off}");
}

/// The same network with random weights is read as the file was: its tokens lie on their grid, and
/// its second input has its values.
#[test]
fn random_weights_leave_the_rest_of_a_network_as_it_was_read() {
    let given = AttachOptions {
        inputs: vec![("meta".into(), vec![1.0, 2.0, 3.0, 4.0])],
        ..AttachOptions::default()
    };
    for (name, input, options) in [
        ("vit.onnx", "vit.x.npy", AttachOptions::default()),
        (
            "signal-12-leads.onnx",
            "signal-12-leads.x.npy",
            AttachOptions::default(),
        ),
        ("input-and-vector.onnx", "input-and-vector.x.npy", given),
    ] {
        let (mut session, _) = seen(&file(name), input, &options);
        let wanted = session.description().unwrap().layers.clone();
        let map = grad_cam(&mut session, 0);
        let asked = MetricQuestion {
            metric: "cascading-randomisation",
            settings: &[],
            seed: 0,
            region: None,
        };
        let (mut budget, mut show) = (Unlimited, |_: &Measurement| ());
        let measured = session.measure(&asked, &map, &mut budget, &mut show);
        let measured = block_on(measured).unwrap();
        // The maps of the randomised networks have the grid of the map.
        let sizes = measured.maps.iter().map(ndarray::Array2::dim);
        assert!(
            sizes.clone().count() > 1 && sizes.clone().all(|size| size == map.values.dim()),
            "{name}"
        );
        assert_eq!(session.description().unwrap().layers, wanted, "{name}");
    }
}

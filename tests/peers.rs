//! Maps by three libraries' own code: pytorch-grad-cam, torchcam and captum, on two small
//! networks. `tests/golden/peers/index.json` lists them with versions and options.
//!
//! Where this project's formula differs on purpose the row is named in [`OTHER_FORMULA`].
#![cfg(feature = "network")]

mod common;

use common::{array, greatest, greatest_difference, path};
use gradcam::engine::{Question, Session};
use gradcam::explain::{Saliency, Target, Unlimited, block_on};
use gradcam::gradient::AttachOptions;
use gradcam::render::MapView;
use ndarray::{ArrayD, Axis, IxDyn};
use serde_json::Value;

/// Maps whose formula is another one on purpose: library, method, why.
const OTHER_FORMULA: &[(&str, &str, &str)] = &[
    (
        "pytorch-grad-cam",
        "ScoreCAM",
        "masks are upsampled with corners aligned; here half-pixel centres, as the authors' program",
    ),
    (
        "torchcam",
        "ScoreCAM",
        "masks are scaled to 0…1 before they are upsampled; here after, as the authors' program",
    ),
    (
        "pytorch-grad-cam",
        "GradCAM.aug_smooth",
        "makes the map of each changed picture equally large first; here maps keep their scale",
    ),
    (
        "torchcam",
        "GradCAMpp",
        "activations are summed with the cubes of the gradient; here by themselves, as in the paper",
    ),
    (
        "torchcam",
        "RefineCAM",
        "of torchcam's own Grad-CAM++; a test below makes it of torchcam's maps",
    ),
];

/// Largest difference, as a share of the maximum.
const TOLERANCE: f32 = 1e-4;

/// How a library's map is made here.
struct Row {
    method: &'static str,
    settings: &'static [(&'static str, &'static str)],
    /// Whether the library's map went through a ReLU.
    is_rectified: bool,
    /// Whether the library's array holds the channels.
    has_channels: bool,
}

fn row(library: &str, method: &str) -> Option<Row> {
    let plain = |method| Row {
        method,
        settings: &[],
        is_rectified: library == "torchcam",
        has_channels: false,
    };
    let channels = |method| Row {
        has_channels: true,
        ..plain(method)
    };
    Some(match method {
        // torchcam rectifies the maps of its gradient methods only.
        "CAM" => Row {
            is_rectified: false,
            ..plain("cam")
        },
        "GradCAM" | "LayerGradCam" | "FinerCAM" => plain("grad-cam"),
        "HiResCAM" => plain("hirescam"),
        "GradCAMElementWise" => plain("elementwise-cam"),
        "XGradCAM" => plain("xgrad-cam"),
        "LayerCAM" => plain("layer-cam"),
        "GradCAMPlusPlus" => plain("grad-cam++"),
        "EigenCAM" => plain("eigen-cam"),
        "EigenGradCAM" => plain("eigen-grad-cam"),
        "AblationCAM" => plain("ablation-cam"),
        "ScoreCAM" => Row {
            settings: &[("score", "softmax")],
            ..plain("score-cam")
        },
        "GradCAM.eigen_smooth" => Row {
            settings: &[("smoothing", "principal-component")],
            ..plain("grad-cam")
        },
        "Saliency" => channels("saliency"),
        "InputXGradient" => channels("gradient-x-input"),
        "GuidedBackprop" => channels("guided-backprop"),
        "Deconvolution" => channels("deconvnet"),
        "IntegratedGradients.gausslegendre.50" => Row {
            settings: &[("baseline", "zero")],
            ..channels("integrated-gradients")
        },
        "Occlusion.8.4" => Row {
            settings: &[("window", "8"), ("stride", "4"), ("baseline", "zero")],
            ..plain("occlusion")
        },
        "FullGrad" => plain("full-grad"),
        "LayerCAM.two-layers" => plain("fused-layers"),
        "GuidedGradCam" => Row {
            settings: &[("interpolation", "nearest")],
            ..channels("guided-grad-cam")
        },
        _ => return None,
    })
}

fn session(head: &str) -> Session {
    let file = std::fs::read(path(&format!("tests/golden/peers/{head}.onnx"))).unwrap();
    let mut session = Session::default();
    session
        .load(&file, &AttachOptions::default(), &mut |_, _, _| ())
        .unwrap();
    let input = array(&format!("tests/golden/peers/{head}.input.npy"));
    let input = input.into_dimensionality().unwrap();
    let prediction = session.predict_tensor(input, &mut |_, _, _| ()).unwrap();
    let wanted: ArrayD<f32> = array(&format!("tests/golden/peers/{head}.logits.npy"));
    let logits = ArrayD::from_shape_vec(wanted.shape(), prediction.logits).unwrap();
    assert!(greatest_difference(&logits, &wanted) < 1e-4 * greatest(&wanted));
    session
}

fn explain(session: &mut Session, row: &Row, target: Target, layer: &str) -> Saliency {
    let settings = row.settings.iter();
    let settings: Vec<(String, String)> = settings
        .map(|(id, value)| ((*id).to_owned(), (*value).to_owned()))
        .collect();
    let layer = format!("/{layer}/Relu_output_0");
    let question = Question {
        method: row.method,
        target,
        layer: Some(&layer),
        settings: &settings,
        seed: 0,
    };
    let asked = block_on(session.ask(&question, &mut Unlimited));
    asked
        .unwrap_or_else(|error| panic!("{}: {error}", row.method))
        .0
}

/// The map at the stage at which the library gives it.
fn staged(saliency: &Saliency, row: &Row, wanted: &ArrayD<f32>, stage: &str) -> ArrayD<f32> {
    if row.has_channels {
        return saliency.channels.clone().unwrap().into_dyn();
    }
    let map = saliency.values.clone();
    if stage.starts_with("as returned") {
        return as_returned(&map, wanted.shape());
    }
    let map = if row.is_rectified {
        map.mapv(|value| value.max(0.0))
    } else {
        map
    };
    match wanted.ndim() {
        // captum spreads a window's fall over all channels.
        3 => {
            let channels = wanted.shape()[0];
            let map = map.insert_axis(Axis(0));
            map.broadcast((channels, map.shape()[1], map.shape()[2]))
                .unwrap()
                .to_owned()
                .into_dyn()
        }
        _ => map.into_dyn(),
    }
}

/// pytorch-grad-cam's own last steps: ReLU, to 0…1, to the picture's size, to 0…1.
fn as_returned(map: &ndarray::Array2<f32>, shape: &[usize]) -> ArrayD<f32> {
    let scaled = |values: Vec<f32>| -> Vec<f32> {
        let min = values.iter().copied().fold(f32::INFINITY, f32::min);
        let max = values.iter().map(|value| value - min).fold(0.0, f32::max);
        values
            .iter()
            .map(|value| (value - min) / (1e-7 + max))
            .collect()
    };
    let rectified: Vec<f32> = map.iter().map(|value| value.max(0.0)).collect();
    let (rows, columns) = map.dim();
    let small = scaled(rectified);
    let view = MapView::new(&small, rows, columns).unwrap();
    let large = view.upsample(shape[0], shape[1], false);
    ArrayD::from_shape_vec(IxDyn(shape), scaled(large)).unwrap()
}

/// The difference as a share of the maximum.
fn off(found: &ArrayD<f32>, wanted: &ArrayD<f32>) -> f32 {
    greatest_difference(found, wanted) / greatest(wanted)
}

#[test]
fn maps_are_those_of_three_libraries() {
    let index = std::fs::read_to_string(path("tests/golden/peers/index.json")).unwrap();
    let index: Value = serde_json::from_str(&index).unwrap();
    let mut sessions = ["affine", "hidden"].map(session);
    let (mut compared, mut failures) = (0, Vec::new());
    for map in index["maps"].as_array().unwrap() {
        let text = |key: &str| map[key].as_str().unwrap_or_default();
        let (library, method) = (text("library"), text("method"));
        // The same map through the library's own last steps.
        let method = method.trim_end_matches(".final");
        if OTHER_FORMULA
            .iter()
            .any(|row| (row.0, row.1) == (library, method))
        {
            continue;
        }
        let row = row(library, method).unwrap_or_else(|| panic!("{method}: which method is it?"));
        let session = &mut sessions[usize::from(text("head") == "hidden")];
        let class = map["class"].as_u64().unwrap() as usize;
        let target = if method == "FinerCAM" {
            Target::Finer(class)
        } else {
            Target::Logit(class)
        };
        let layer = map["layer"].as_str().unwrap_or("relu4");
        let saliency = explain(session, &row, target, layer);
        let wanted: ArrayD<f32> = array(&format!("tests/golden/peers/{}", text("file")));
        let found = staged(&saliency, &row, &wanted, text("stage"));
        let mut difference = off(&found, &wanted);
        if method.to_lowercase().contains("eigen") {
            // The sign is arbitrary, and the ReLU comes after it.
            let values = -saliency.values.clone();
            let turned = Saliency { values, ..saliency };
            let found = staged(&turned, &row, &wanted, text("stage"));
            difference = difference.min(off(&found, &wanted));
        }
        println!("{}: {difference:e}", text("file"));
        compared += 1;
        if difference >= TOLERANCE || difference.is_nan() {
            let file = text("file");
            failures.push(format!("{file}: off by {difference:e} of the maximum"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(compared >= 95, "only {compared} maps were compared");
}

#[test]
fn refined_maps_are_the_product_of_torchcams() {
    for head in ["affine", "hidden"] {
        let read = |name: &str| {
            let file = format!("tests/golden/peers/{head}.torchcam.{name}.npy");
            let map: ArrayD<f32> = array(&file);
            map.into_dimensionality::<ndarray::Ix2>().unwrap()
        };
        let maps = ["GradCAMpp.relu3", "GradCAMpp.relu4"].map(|name| {
            let map = read(name);
            let least = map.iter().copied().fold(f32::INFINITY, f32::min);
            let greatest = map.iter().copied().fold(0.0, f32::max);
            map.mapv(|value| (value - least) / (greatest - least))
        });
        let wanted = read("RefineCAM").into_dyn();
        let found = gradcam::explain::combine::refine_cam::product(&maps).into_dyn();
        let off = greatest_difference(&found, &wanted) / greatest(&wanted);
        assert!(off < TOLERANCE, "{head}: {off}");
    }
}

#[test]
fn a_contrast_is_the_difference_of_its_logits() {
    let mut session = session("hidden");
    let linear = ["grad-cam", "hirescam", "xgrad-cam", "gradient-x-input"];
    for method in linear {
        let row = Row {
            method,
            settings: &[],
            is_rectified: false,
            has_channels: false,
        };
        let mut map = |target| {
            explain(&mut session, &row, target, "relu4")
                .values
                .into_dyn()
        };
        let (a, b) = (map(Target::Logit(6)), map(Target::Logit(4)));
        let contrast = map(Target::Contrast(6, 4));
        let off = greatest_difference(&contrast, &(&a - &b)) / greatest(&a);
        assert!(off < 1e-5, "{method}: {off}");
        let off = greatest_difference(&map(Target::Against(6)), &-a);
        assert!(off == 0.0, "{method}: {off}");
    }
}

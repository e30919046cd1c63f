//! A page in the states that the tests begin with.

use std::rc::Rc;

use yew::Reducible as _;

use crate::app::state::{
    Action, AppState, EngineEvent, EngineStep, MapKey, ModelAction, OverrideChange, PictureAction,
    PredictionReply, SaliencyMap,
};
use crate::explain::Target;
use crate::protocol::{FailureKind, Manifest, ManifestEntry, ModelSummary};

fn entry(id: &str) -> ManifestEntry {
    serde_json::from_value(serde_json::json!({
        "id": id, "name": format!("Model {id}"), "description": "", "file": "m.onnx", "bytes": 1,
        "sha256": "", "classes": 7, "samples": ["cup.png"], "source": "", "license": "",
    }))
    .expect("an entry")
}

pub fn act(state: Rc<AppState>, actions: impl IntoIterator<Item: Into<Action>>) -> Rc<AppState> {
    actions
        .into_iter()
        .fold(state, |state, action| state.reduce(action.into()))
}

pub fn change_override(state: Rc<AppState>, change: OverrideChange) -> Rc<AppState> {
    act(state, [ModelAction::Override(change)])
}

pub fn failed(step: EngineStep, kind: FailureKind) -> Action {
    let message = "No.".into();
    Action::Engine(EngineEvent::Failed {
        step,
        kind,
        message,
    })
}

pub fn begun(hash: &str) -> Rc<AppState> {
    let manifest = Manifest {
        models: vec![entry("a"), entry("b")],
    };
    act(
        Rc::new(AppState::new(hash)),
        [ModelAction::ManifestFetched(Ok(manifest))],
    )
}

/// A page whose model has these labels and samples, before there is a picture.
pub fn with_labels(labels: &[&str], samples: &[&str]) -> Rc<AppState> {
    let mut model = entry("a");
    model.samples = samples.iter().map(|&file| file.to_owned()).collect();
    let listed = samples.iter().map(|file| {
        let sample = serde_json::json!({
            "file": file, "name": "", "alt": "", "source": "", "license": "",
        });
        serde_json::from_value(sample).expect("a sample")
    });
    let manifest = Manifest {
        models: vec![model],
    };
    let fetched: [Action; 2] = [
        ModelAction::ManifestFetched(Ok(manifest)).into(),
        PictureAction::SamplesFetched(listed.collect()).into(),
    ];
    let state = act(Rc::new(AppState::new("")), fetched);
    let mut is_ready = ready(&state);
    if let Action::Engine(EngineEvent::Ready { summary, .. }) = &mut is_ready {
        summary.classes = labels.len();
        summary.labels = labels.iter().map(|&label| label.to_owned()).collect();
    }
    act(state, [is_ready])
}

pub fn ready(state: &AppState) -> Action {
    let desired = state.model.desired.clone().expect("a model is desired");
    let summary: ModelSummary = serde_json::from_value(serde_json::json!({
        "name": "m", "sha256": "a".repeat(64), "classes": 7, "labels": [],
        "input": {
            "name": "x", "shape": [1, 3, 8, 8], "channelsLast": false, "layoutIsOpen": false, "channels": 3, "size": [8, 8],
            "sizeIsChosen": false, "scaling": "imagenet", "scalingAssumed": "as PyTorch does",
        },
        "output": { "logits": "y", "activation": null, "probabilities": "softmax", "others": [] },
        "layer": "last", "layers": [
            { "name": "first", "alias": "block 1", "operator": "Relu", "shape": [1, 2, 4] },
            { "name": "last", "alias": null, "operator": "Relu", "shape": [1, 1, 2] },
        ],
        "source": null, "license": null, "notes": [], "cacheNote": null,
    }))
    .expect("a summary");
    Action::Engine(EngineEvent::Ready {
        desired,
        summary,
        timings: Default::default(),
    })
}

pub fn predicted(state: &AppState) -> Action {
    let picture = state
        .picture
        .current
        .as_ref()
        .expect("a picture was chosen");
    Action::Engine(EngineEvent::Predicted {
        picture: picture.key,
        model: state
            .model
            .desired
            .as_ref()
            .expect("a model is desired")
            .key,
        reply: PredictionReply {
            logits: vec![0.0, 1.0, 5.0, 2.0, f32::NAN, 3.0, 4.0],
            probabilities: vec![0.01, 0.02, 0.6, 0.05, f32::NAN, 0.1, 0.2],
            width: 8,
            height: 8,
            preview: None,
            notes: vec![],
            reading: Default::default(),
            timings: Default::default(),
        },
    })
}

pub fn key(class: usize) -> MapKey {
    MapKey {
        method: "grad-cam",
        target: Target::Logit(class),
        layer: "last".into(),
        settings: Vec::new(),
        seed: 0,
        region: 0,
    }
}

pub fn mapped(state: &AppState, class: usize, values: [f32; 2]) -> Action {
    let picture = state
        .picture
        .current
        .as_ref()
        .expect("a picture was chosen");
    let key = key(class);
    let summary = serde_json::from_value(serde_json::json!({
        "class": class, "target": format!("logit:{class}"), "value": 1.0, "method": "grad-cam",
        "settings": [], "layer": "last", "isAtLayer": true, "height": 1, "width": 2,
        "unit": "logit", "runs": 0, "coincidesWith": [], "channels": [], "furtherLayers": [],
        "min": values[0].min(values[1]), "max": values[0].max(values[1]), "state": "evidence",
    }))
    .expect("a summary");
    let map = SaliencyMap::new(
        summary,
        [values.to_vec(), Vec::new()],
        1,
        Default::default(),
    );
    let model = state
        .model
        .desired
        .as_ref()
        .expect("a model is desired")
        .key;
    Action::Engine(EngineEvent::Mapped {
        picture: picture.key,
        model,
        key,
        map,
        is_early: false,
    })
}

/// A page that shows the map of class 2, the most probable.
pub fn explained() -> Rc<AppState> {
    let mut state = act(
        begun(""),
        [PictureAction::Choose {
            file: 1,
            name: "cup.png".into(),
        }],
    );
    for step in [ready, predicted, |state: &AppState| {
        mapped(state, 2, [-3.0, 1.0])
    }] {
        let action = step(&state);
        state = act(state, [action]);
    }
    state
}

pub fn shown(state: &AppState) -> Option<usize> {
    Some(state.on_stage()?.map()?.summary.class)
}

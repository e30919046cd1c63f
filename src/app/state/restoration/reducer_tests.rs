use serde_json::json;

use super::*;
use crate::app::state::{AppState, PictureAction};
use crate::app::testing::{act, explained, mapped, predicted};
use crate::protocol::RECORD_VERSION;
use crate::text::html_escaped;

fn saved(changes: &[(&str, serde_json::Value)]) -> RestorationAction {
    let mut record = json!({
        "version": RECORD_VERSION, "gradcam_version": "0.1.0",
        "image": { "name": "cup.png", "sha256": "c" },
        "model": { "name": "m", "sha256": "a".repeat(64), "scaling": null },
        "method": "grad-cam", "target": "logit:3", "value": 1.0, "settings": {}, "seed": null,
        "layer": "last", "map": { "min": -3.0, "max": 1.0 },
        "overlay": { "colour_map": "viridis", "opacity": 0.5, "signed": false, "raw_cells": true },
    });
    for (field, value) in changes {
        record[field] = value.clone();
    }
    let text = record.to_string();
    assert!(is_saved_explanation(&text));
    RestorationAction::Open {
        name: "cup.json".into(),
        text: text.into(),
    }
}

fn checked(file: u32, sha256: &str) -> RestorationAction {
    let sha256 = Some(sha256.to_owned());
    RestorationAction::Checked { file, sha256 }
}

fn sentence(state: &AppState) -> String {
    state.restoration_sentence().unwrap_or_default()
}

#[test]
fn the_rest_is_restored_and_the_map_compared() {
    let state = act(explained(), [saved(&[])]);
    assert_eq!(state.picture_to_check(), Some(1));
    assert!(sentence(&state).contains("of the picture cup.png"));
    let state = act(state, [checked(1, "c")]);
    assert_eq!(state.picture_to_check(), None);
    assert_eq!(
        (state.settings.class, state.settings.opacity),
        (Some(3), 50)
    );
    assert!(state.settings.cells);
    assert_eq!(state.desired_state().map.unwrap().class(), 3);
    let answer = mapped(&state, 3, [-3.0, 1.0]);
    let same = act(state.clone(), [answer]);
    assert!(
        sentence(&same).contains("are the same"),
        "{}",
        sentence(&same)
    );
    let answer = mapped(&state, 3, [-3.0, 1.5]);
    let other = act(state, [answer]);
    assert!(sentence(&other).contains("not the saved one"));
    let left = act(other, [RestorationAction::Leave]);
    assert_eq!(sentence(&left), "");
}

#[test]
fn another_picture_or_model_is_told_apart() {
    let state = act(explained(), [saved(&[]), checked(1, "d")]);
    assert!(sentence(&state).contains("not the picture"));
    // The right one is compared when it comes.
    let choose = PictureAction::Choose {
        file: 2,
        name: "x.png".into(),
    };
    let state = act(state, [choose]);
    assert_eq!(state.picture_to_check(), Some(2));
    let state = act(state, [checked(2, "c")]);
    let answer = predicted(&state);
    let state = act(state, [answer]);
    let answer = mapped(&state, 3, [-3.0, 1.0]);
    let state = act(state, [answer]);
    assert!(sentence(&state).contains("are the same"));
    let model = json!({ "name": "other.onnx", "sha256": "b", "scaling": null });
    let state = act(state, [saved(&[("model", model)])]);
    assert!(sentence(&state).contains("of the model other.onnx"));
}

#[test]
fn what_cannot_be_restored_is_said() {
    let refused = |changes: &[(&str, serde_json::Value)]| {
        let state = act(explained(), [saved(changes)]);
        assert!(state.restoration.is_none());
        let notices = state.notices.shown.values();
        let words: Vec<String> = notices.map(|notice| notice.message.clone()).collect();
        words.join(" ")
    };
    assert!(refused(&[("version", 1.into())]).contains("the format 1"));
    assert!(refused(&[("method", "magic".into())]).contains("no method “magic”"));
    assert!(refused(&[("target", "loud:1".into())]).contains("contrast:A,B"));
    assert!(refused(&[("layer", json!([]))]).contains("cannot be restored"));
    assert!(!is_saved_explanation("{\"version\": 2}"));
    // One that is cut off is told apart from a list of names, and refused.
    let text = "{\"version\": 2, \"gradcam_version\": \"0";
    assert!(is_saved_explanation(text));
    let cut = RestorationAction::Open {
        name: "cut.json".into(),
        text: text.into(),
    };
    let state = act(explained(), [saved(&[]), cut]);
    assert!(state.restoration.is_none());
}

#[test]
fn a_report_holds_its_explanation_at_its_end() {
    let record = "{\"gradcam_version\": \"0\", \"name\": \"a&lt;b <'c'>.png\"}";
    let escaped = html_escaped(record);
    let end = format!("ABCD\"><pre>former</pre>\n<pre>{escaped}</pre>\n</body>\n</html>");
    assert_eq!(in_report(&end).as_deref(), Some(record));
    // Other pages, and a report that is cut off.
    assert_eq!(in_report("<pre>cargo build</pre>"), None);
    assert_eq!(in_report(&end[..end.len() - 30]), None);
    assert_eq!(in_report(""), None);
}

#[test]
fn what_the_model_does_not_have_is_said_and_nothing_is_applied() {
    for (field, value, words) in [
        ("target", json!("logit:500"), "500"),
        ("target", json!("contrast:3,500"), "500"),
        ("target", json!("contrast:3,3"), "contrast:3,3"),
        ("target", json!("region:3"), "classes to places"),
        ("layer", json!("nowhere"), "no layer nowhere"),
        ("settings", json!({ "smoothing": "bogus" }), "smoothing"),
    ] {
        let state = act(explained(), [saved(&[(field, value)]), checked(1, "c")]);
        let sentence = sentence(&state);
        assert!(
            sentence.contains("cannot be restored"),
            "{field} {words}: {sentence} {:?}",
            state.notices
        );
        assert!(sentence.contains(words), "{sentence}");
        assert_eq!(state.settings.class, None);
        assert!(state.notices.shown.values().next().is_none());
    }
    let similar = [("target", json!("similarity:3"))];
    let state = act(explained(), [saved(&similar), checked(1, "c")]);
    assert!(sentence(&state).contains("second picture"));
}

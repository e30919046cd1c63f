//! The command line: how far maps can be trusted (`evaluate`), pictures that change the class
//! (`perturb`), and maps that are made again (`reproduce`).
#![cfg(feature = "cli")]

mod common;

use std::path::Path;

use common::{empty_folder, gradcam, path, stderr, stdout};
use serde_json::Value;

fn tiny() -> String {
    path("models/xception-tiny.onnx").display().to_string()
}

fn sample(name: &str) -> String {
    path(&format!("www/samples/{name}.png"))
        .display()
        .to_string()
}

fn lines(text: &str) -> Vec<Value> {
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// What is printed by a command that ends well.
fn json_of(arguments: &[&str], folder: &Path) -> Vec<Value> {
    let output = gradcam(arguments, folder);
    assert!(output.status.success(), "{}", stderr(&output));
    lines(&stdout(&output))
}

/// What is said by a command that fails.
fn refusal(arguments: &[&str], folder: &Path) -> String {
    let output = gradcam(arguments, folder);
    assert!(!output.status.success(), "{}", stdout(&output));
    let said = stderr(&output);
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[test]
fn every_metric_is_measured_with_its_protocol_and_chance() {
    let folder = empty_folder("evaluate");
    let (model, boot, bag) = (tiny(), sample("fashion-boot"), sample("fashion-bag"));
    let fixed = ["evaluate", &model, &boot, &bag, "--json", "--metric", "all"];
    let more = [
        "--method",
        "grad-cam,integrated-gradients",
        "--box",
        "2,4,20,20",
    ];
    let few = [
        "--set",
        "steps=4",
        "--set",
        "stages=2",
        "--method-set",
        "steps=5",
    ];
    let found = json_of(&[&fixed[..], &more, &few].concat(), &folder);
    let measured: Vec<&Value> = found
        .iter()
        .filter(|line| line.get("value").is_some())
        .collect();
    // 17 metrics; Grad-CAM does not promise to add up.
    assert_eq!(measured.len(), 2 * (17 + 16));
    for line in &measured {
        assert!(line["value"].is_f64(), "{line}");
        assert!(line["chance"]["centre"].is_f64(), "{line}");
        assert!(
            line["protocol"]
                .as_object()
                .is_some_and(|protocol| !protocol.is_empty())
        );
        assert_eq!(line["image"]["sha256"].as_str().unwrap().len(), 64);
    }
    let means: Vec<&Value> = found
        .iter()
        .filter(|line| line.get("mean").is_some())
        .collect();
    assert_eq!(means.len(), 17 + 16);
    assert!(means.iter().all(|mean| mean["pictures"] == 2));
    let again = json_of(&[&fixed[..], &more, &few].concat(), &folder);
    let values = |found: &[Value]| -> Vec<Value> {
        found.iter().map(|line| line["value"].clone()).collect()
    };
    assert_eq!(values(&found), values(&again));
}

#[test]
fn boxes_and_masks_that_do_not_fit_get_a_sentence() {
    let folder = empty_folder("boxes");
    let (model, boot) = (tiny(), sample("fashion-boot"));
    let mask = |name: &str, width, height, level: u8| {
        let mask = image::GrayImage::from_pixel(width, height, image::Luma([level]));
        mask.save(folder.join(name)).unwrap();
    };
    mask("empty.png", 28, 28, 0);
    mask("small.png", 10, 9, 255);
    mask("all.png", 28, 28, 255);
    std::fs::create_dir(folder.join("boxes")).unwrap();
    let game = ["evaluate", &model, &boot, "--metric", "pointing-game"];
    let said = |more: &[&str]| refusal(&[&game[..], more].concat(), &folder);
    assert!(said(&[]).contains("--box"));
    assert!(said(&["--box", "1,2,3"]).contains("x,y,width,height"));
    assert!(said(&["--box", "20,0,10,10"]).contains("28 × 28 pixels"));
    assert!(said(&["--box", "-1,0,10,10"]).contains("28 × 28 pixels"));
    assert!(said(&["--mask", "empty.png"]).contains("marks no pixel"));
    assert!(said(&["--mask", "small.png"]).contains("10 × 9 pixels"));
    assert!(said(&["--mask", "nowhere.png"]).contains("nowhere.png"));
    assert!(said(&["--boxes", "boxes"]).contains("fashion-boot.txt"));
    assert!(said(&["--boxes", "nowhere"]).contains("no folder"));
    let energy = [
        "evaluate",
        &model,
        &boot,
        "--json",
        "--metric",
        "energy-pointing-game",
    ];
    let value =
        |more: &[&str]| json_of(&[&energy[..], more].concat(), &folder)[0]["value"].as_f64();
    assert_eq!(value(&["--mask", "all.png"]), Some(1.0));
    let of_box = value(&["--box", "0,0,14,28"]).unwrap();
    std::fs::write(
        folder.join("boxes/fashion-boot.txt"),
        "0,0,14,14\n0,14,14,14\n",
    )
    .unwrap();
    assert_eq!(value(&["--boxes", "boxes"]), Some(of_box));
    let unknown = refusal(&["evaluate", &model, &boot, "--metric", "magic"], &folder);
    assert!(unknown.contains("deletion"), "{unknown}");
    let wrong = refusal(&["evaluate", &model, &boot, "--steps", "0"], &folder);
    assert!(wrong.contains("from 1 to 1000"), "{wrong}");
}

#[test]
fn a_changed_picture_gives_the_logits_that_were_printed() {
    let folder = empty_folder("perturb");
    let (model, boot) = (tiny(), sample("fashion-boot"));
    for (out, more) in [
        ("away.png", &["--size", "12"][..]),
        (
            "towards.png",
            &["--size", "12", "--steps", "5", "--towards", "bag"],
        ),
    ] {
        let fixed = ["perturb", &model, &boot, "--json", "--out", out];
        let found = &json_of(&[&fixed[..], more].concat(), &folder)[0];
        let logits = found["after"]["logits"].as_array().unwrap();
        let before = found["before"]["logits"].as_array().unwrap();
        let asked = found["before"]["asked"]["id"].as_u64().unwrap() as usize;
        let bag = found["before"]["logits"].as_array().unwrap().len() - 2;
        let logit = |logits: &[Value], class: usize| logits[class].as_f64().unwrap();
        if found["towards"] == false {
            assert!(logit(logits, asked) < logit(before, asked), "{found}");
        } else {
            assert!(logit(logits, bag) > logit(before, bag), "{found}");
        }
        assert!(found["rank_correlation"].as_f64().unwrap().abs() <= 1.0);
        let (old, new) = (
            image::open(&boot).unwrap(),
            image::open(folder.join(out)).unwrap(),
        );
        let pairs = old
            .to_rgb8()
            .into_raw()
            .into_iter()
            .zip(new.to_rgb8().into_raw());
        let most = pairs.map(|(old, new)| old.abs_diff(new)).max().unwrap();
        assert!((1..=12).contains(&most), "{most} grey levels");
        let read = &json_of(&["explain", &model, out, "--json"], &folder)[0];
        for class in read["top_classes"].as_array().unwrap() {
            let id = class["id"].as_u64().unwrap() as usize;
            let off = (class["logit"].as_f64().unwrap() - logit(logits, id)).abs();
            assert!(off < 1e-4, "class {id} is off by {off}");
        }
    }
    let said = |more: &[&str]| {
        let fixed = ["perturb", &model, &boot, "--out", "x.png"];
        refusal(&[&fixed[..], more].concat(), &folder)
    };
    assert!(said(&["--size", "0"]).contains("above 0"));
    assert!(said(&["--size", "NaN"]).contains("above 0"));
    assert!(said(&["--steps", "0"]).contains("from 1 to 1000"));
    assert!(said(&["--towards", "unicorn"]).contains("'unicorn'"));
    assert!(said(&["--method", "all"]).contains("name one"));
    let nowhere = ["perturb", &model, &boot, "--out", "nowhere/x.png"];
    assert!(refusal(&nowhere, &folder).contains("nowhere/x.png"));
}

/// Half of a long picture lies outside of what a crop keeps.
#[test]
fn a_picture_is_changed_as_it_was_fitted() {
    let folder = empty_folder("perturb-fit");
    let model = tiny();
    let level = |x: u32, y: u32| if x < 28 { 0 } else { (5 * x + 3 * y) as u8 };
    let long = image::RgbImage::from_fn(112, 56, |x, y| image::Rgb([level(x, y); 3]));
    long.save(folder.join("long.png")).unwrap();
    let seen = |fit: &str| {
        let asked = [
            "perturb", &model, "long.png", "--fit", fit, "--json", "--out", "x.png",
        ];
        let changed = json_of(&asked, &folder)[0].clone();
        let asked = [
            "evaluate", &model, "long.png", "--fit", fit, "--metric", "deletion", "--json",
        ];
        let measured = json_of(&asked, &folder)[0].clone();
        assert!(
            measured["fit"].as_str().unwrap().starts_with(fit),
            "{measured}"
        );
        let asked = ["explain", &model, "long.png", "--fit", fit, "--json"];
        let read = json_of(&asked, &folder)[0].clone();
        for class in read["top_classes"].as_array().unwrap() {
            let id = class["id"].as_u64().unwrap() as usize;
            let logit = changed["before"]["logits"][id].as_f64().unwrap();
            assert!(
                (class["logit"].as_f64().unwrap() - logit).abs() < 1e-4,
                "{fit}: {class}"
            );
        }
        changed["before"]["logits"].clone()
    };
    assert_ne!(seen("stretch"), seen("crop"));
}

#[test]
fn maps_are_made_again_bit_for_bit() {
    let folder = empty_folder("reproduce");
    let (model, boot) = (tiny(), sample("fashion-boot"));
    for (method, more) in [
        ("grad-cam", &[][..]),
        ("rise", &["--set", "masks=30", "--seed", "7"]),
        ("rise", &["--budget-runs", "12"]),
        (
            "smoothgrad",
            &["--target", "contrast:bag", "--layer", "block 2"],
        ),
    ] {
        let fixed = ["explain", &model, &boot, "--json", "--method", method];
        let found = &json_of(&[&fixed[..], more].concat(), &folder)[0];
        std::fs::write(folder.join("m.json"), found.to_string()).unwrap();
        let npy = found["map"]["npy"].as_str().unwrap();
        let again = [
            "reproduce",
            "m.json",
            "--model",
            &model,
            "--image",
            &boot,
            "--json",
        ];
        let made = &json_of(
            &[&again[..], &["--map", npy, "--out", "again.npy"]].concat(),
            &folder,
        )[0];
        assert_eq!(made["reproduced"]["same_bits"], true, "{method}: {made}");
        let bytes = |name: &str| std::fs::read(folder.join(name)).unwrap();
        assert_eq!(bytes(npy), bytes("again.npy"), "{method}");
        // Without the map, its checksum tells.
        let made = &json_of(&again, &folder)[0];
        assert_eq!(made["reproduced"]["same_bits"], true, "{method}: {made}");
        for field in [
            "settings",
            "seed",
            "layer",
            "target",
            "preprocessing",
            "engine",
        ] {
            assert_eq!(made[field], found[field], "{field}");
        }
    }
}

#[test]
fn manifests_that_do_not_fit_get_a_sentence() {
    let folder = empty_folder("manifests");
    let (model, boot, bag) = (tiny(), sample("fashion-boot"), sample("fashion-bag"));
    let found = &json_of(&["explain", &model, &boot, "--json"], &folder)[0];
    let said = |text: &str, image: &str| {
        std::fs::write(folder.join("m.json"), text).unwrap();
        let arguments = ["reproduce", "m.json", "--model", &model, "--image", image];
        refusal(&arguments, &folder)
    };
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value = found.clone();
        change(&mut value);
        value.to_string()
    };
    let text = found.to_string();
    assert!(said(&text[..text.len() / 2], &boot).contains("cut off"));
    assert!(said(&text, &bag).contains("picture is another"));
    assert!(said(&" ".repeat(10 << 20), &boot).contains("longer than"));
    let version = changed(&|value| value["version"] = 9.into());
    assert!(said(&version, &boot).contains("of version 9"));
    let hash = changed(&|value| value["model"]["sha256"] = "00".into());
    assert!(said(&hash, &boot).contains("model is another"));
    let method = changed(&|value| value["method"] = "magic".into());
    assert!(said(&method, &boot).contains("'magic'"));
    let layer = changed(&|value| value["layer"] = "nowhere".into());
    assert!(said(&layer, &boot).contains("nowhere"));
    let target = changed(&|value| value["target"] = "logit:99".into());
    assert!(said(&target, &boot).contains("class 99"));
    let setting = changed(&|value| value["settings"]["smoothing"] = "../../x".into());
    assert!(said(&setting, &boot).contains("smoothing"));
    let other = changed(&|value| {
        value["map"]["max"] = 1e6.into();
        value["map"]["sha256"] = "00".into();
        value["gradcam_version"] = "0.0.1".into();
    });
    let said_of_other = said(&other, &boot);
    assert!(
        said_of_other.contains("another map") && said_of_other.contains("version 0.0.1"),
        "{said_of_other}"
    );
    // A name in a manifest opens no file, and a map of another build may differ by rounding.
    let max = found["map"]["max"].as_f64().unwrap();
    let near = changed(&|value| {
        value["image"]["name"] = "/etc/passwd".into();
        value["map"]["npy"] = "/etc/passwd".into();
        value["map"]["sha256"] = "00".into();
        value["map"]["max"] = (max * (1.0 + 1e-5)).into();
        value["engine"]["variant"] = "threads".into();
    });
    std::fs::write(folder.join("m.json"), near).unwrap();
    let arguments = ["reproduce", "m.json", "--model", &model, "--image", &boot];
    let output = gradcam(&arguments, &folder);
    assert!(output.status.success(), "{}", stderr(&output));
    let said = stdout(&output);
    assert!(
        said.contains("within rounding") && said.contains("build threads"),
        "{said}"
    );
    assert!(!said.contains("passwd"));
}

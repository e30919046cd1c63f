//! Every metric, by hand.

use super::linear_network::Linear;
use crate::evaluate::{BoxArea, Region};
use crate::explain::{Completeness, Random};

const ONES: [f32; 3] = [1.0, 1.0, 1.0];

fn ln3() -> f64 {
    3f64.ln()
}

fn near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-6, "{found} and {wanted}");
}

/// A box around one of three pixels in a row.
fn pixel(number: usize) -> Region {
    let area = BoxArea::parse(&format!("{number},0,1,1")).unwrap();
    Region::of_box(area, (3, 1)).unwrap()
}

#[test]
fn deletion_and_insertion() {
    // Order 0, 2, 1. Logits 0, −ln 3, 0, 0 as pixels go; 0, ln 3, 0, 0 as they come.
    let mut network = Linear::of_one(&[ln3(), 0.0, -ln3()]);
    let map = network.map("", &[3.0, 1.0, 2.0]);
    let said = [("baseline", "zero"), ("steps", "3")];
    let deletion = network.value(&ONES, &map, "deletion", &said, None);
    near(deletion, (0.375 + 0.375 + 0.5) / 3.0);
    let insertion = network.value(&ONES, &map, "insertion", &said, None);
    near(insertion, (0.625 + 0.625 + 0.5) / 3.0);
}

#[test]
fn road() {
    // Of pixels 1, 5, 3 the first decides. Most relevant first it becomes 5, then 5; least
    // relevant first it stays.
    let mut network = Linear::of_one(&[ln3() / 5.0, 0.0, 0.0]);
    let map = network.map("", &[3.0, 1.0, 2.0]);
    let pixels = [1.0, 5.0, 3.0];
    let said = [("steps", "2"), ("noise", "0")];
    let stays = 1.0 / (1.0 + (-ln3() / 5.0).exp());
    let mut value = |metric| network.value(&pixels, &map, metric, &said, None);
    near(value("road-most-relevant"), 0.75);
    near(value("road-least-relevant"), stays);
    near(value("road-combined"), (stays - 0.75) / 2.0);
}

#[test]
fn road_fills_in_what_is_missing_between_missing_pixels() {
    // The middle of 1, ?, ? , 4 by thirds: 2 and 3.
    let mut network = Linear::of_one(&[0.0, ln3() / 2.0, 0.0, 0.0]);
    let map = network.map("", &[0.0, 9.0, 8.0, 1.0]);
    let said = [("steps", "1"), ("noise", "0")];
    let pixels = [1.0, -7.0, -7.0, 4.0];
    near(
        network.value(&pixels, &map, "road-most-relevant", &said, None),
        0.75,
    );
}

#[test]
fn drop_increase_and_gain() {
    // The map keeps 1, ½ and 0 of the pixels.
    let marked = [4.0, 2.0, -4.0];
    let mut network = Linear::of_one(&[ln3(), 0.0, ln3()]);
    let map = network.map("", &marked);
    near(
        network.value(&ONES, &map, "average-drop", &[], None),
        1.0 / 6.0,
    );
    near(
        network.value(&ONES, &map, "average-increase", &[], None),
        0.0,
    );
    let mut network = Linear::of_one(&[ln3(), 0.0, -ln3()]);
    near(network.value(&ONES, &map, "average-drop", &[], None), 0.0);
    near(
        network.value(&ONES, &map, "average-increase", &[], None),
        1.0,
    );
    near(network.value(&ONES, &map, "average-gain", &[], None), 0.5);
    // Half of the second pixel counts: ln 3 · (1 + ½ · 2 − 0).
    let mut network = Linear::of_one(&[ln3(), 2.0 * ln3(), -3.0 * ln3()]);
    near(network.value(&ONES, &map, "average-gain", &[], None), 0.8);
}

#[test]
fn adcc() {
    // The map marks the first pixel alone, which gives the same map: coherency 1, complexity ⅓,
    // drop 0.
    let mut network = Linear::of_one(&[ln3(), 0.0, -ln3()]);
    let map = network.explain("gradient-x-input", &ONES);
    near(network.value(&ONES, &map, "adcc", &[], None), 6.0 / 7.0);
    // Where all of the probability is lost it is 0.
    let nothing = network.map("gradient-x-input", &[0.0, 0.0, 0.0]);
    let mut network = Linear::of_one(&[900.0, 900.0, 900.0]);
    assert!(network.value(&ONES, &nothing, "adcc", &[], None) < 0.9);
}

#[test]
fn completeness() {
    let mut network = Linear::of_one(&[1.0, 2.0, 3.0]);
    let mut map = network.map("", &[5.0, 2.0, 0.5]);
    map.completeness = Some(Completeness {
        sum: 0.0,
        expected: 10.0,
        meaning: "",
    });
    near(network.value(&ONES, &map, "completeness", &[], None), 2.5);
    let own = network.explain("integrated-gradients", &ONES);
    near(network.value(&ONES, &own, "completeness", &[], None), 0.0);
}

#[test]
fn pointing_games_and_boxes() {
    let mut network = Linear::of_one(&[0.0, 0.0, 0.0]);
    let map = network.map("", &[1.0, 2.0, -3.0]);
    let mut value = |metric, said: &[(&str, &str)], object: usize| {
        network.value(&ONES, &map, metric, said, Some(&pixel(object)))
    };
    near(value("pointing-game", &[("tolerance", "0")], 1), 1.0);
    near(value("pointing-game", &[("tolerance", "0")], 2), 0.0);
    near(value("pointing-game", &[("tolerance", "1")], 2), 1.0);
    // Without its negative part and scaled it is ½, 1, 0.
    near(value("energy-pointing-game", &[], 1), 2.0 / 3.0);
    near(value("box-overlap", &[], 1), 0.5);
    near(value("box-overlap", &[("threshold", "0.6")], 1), 1.0);
    near(value("box-overlap", &[], 2), 0.0);
    near(value("localisation-accuracy", &[], 1), 1.0);
    near(
        value("localisation-accuracy", &[("overlap", "0.51")], 1),
        0.0,
    );
}

#[test]
fn random_logit() {
    let rows = [1.0, 2.0, 3.0, 3.0, 2.0, 1.0, 10.0, 11.0, 20.0];
    let weights = ndarray::Array2::from_shape_vec((3, 3), rows.to_vec()).unwrap();
    let mut network = Linear::new(weights, (1, 3));
    let map = network.explain("gradient-x-input", &ONES);
    // −1 with the second class, 1 with the third.
    near(network.value(&ONES, &map, "random-logit", &[], None), 0.0);
}

#[test]
fn stability() {
    let mut network = Linear::of_one(&[1.0, 2.0, 3.0]);
    let map = network.explain("gradient-x-input", &ONES);
    near(
        network.value(&ONES, &map, "stability", &[("noise", "0.001")], None),
        1.0,
    );
    near(
        network.value(&ONES, &map, "stability", &[("noise", "0")], None),
        1.0,
    );
}

#[test]
fn cascading_randomisation() {
    let mut network = Linear::of_one(&[1.0, 2.0, 3.0]);
    let map = network.explain("gradient-x-input", &ONES);
    let mut random = Random::of_sample(3, 0);
    let drawn: Vec<f32> = (0..3).map(|_| random.normal() as f32).collect();
    let drawn = ndarray::ArrayView2::from_shape((1, 3), &drawn).unwrap();
    let wanted = crate::evaluate::rank_correlation(map.values.view(), drawn);
    near(
        network.value(&ONES, &map, "cascading-randomisation", &[], None),
        wanted,
    );
}

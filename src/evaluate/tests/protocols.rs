//! Chance, budgets and refusals.

use super::linear_network::{Asked, Linear};
use crate::evaluate::{BoxArea, METRICS, Needs, Region};
use crate::explain::{Budget, Completeness, LocalFuture, Saliency, Stopped, Target, Unlimited};

const SIDE: usize = 12;

/// Weights in a blob beside the centre, and a picture of ones: the truth is the weights.
fn blob() -> (Linear, Vec<f32>, Saliency) {
    let weight = |number: usize| {
        let (row, column) = ((number / SIDE) as f32, (number % SIDE) as f32);
        let distance = (row - 2.5).powi(2) + (column - 8.5).powi(2);
        0.2 * (-distance / 8.0).exp()
    };
    let weights = (0..2 * SIDE * SIDE).map(|number| {
        if number < SIDE * SIDE {
            weight(number)
        } else {
            0.0
        }
    });
    let weights = ndarray::Array2::from_shape_vec((2, SIDE * SIDE), weights.collect()).unwrap();
    let truth: Vec<f32> = weights.row(0).to_vec();
    let network = Linear::new(weights, (SIDE, SIDE));
    let mut map = network.map("gradient-x-input", &truth);
    let sum: f64 = truth.iter().map(|&value| f64::from(value)).sum();
    map.completeness = Some(Completeness {
        sum,
        expected: sum,
        meaning: "",
    });
    // A picture with some structure, so that imputation changes it.
    let pixels = (0..SIDE * SIDE).map(|number| 1.0 + 0.01 * ((number * 7) % 5) as f32);
    (network, pixels.collect(), map)
}

fn object() -> Region {
    let area = BoxArea::parse("5,0,7,6").unwrap();
    Region::of_box(area, (SIDE as u32, SIDE as u32)).unwrap()
}

#[test]
fn the_truth_beats_random_maps_for_every_seed() {
    let (mut network, pixels, map) = blob();
    let region = object();
    for (metric, said) in [
        (
            "deletion",
            [("steps", "12"), ("baseline", "zero")].as_slice(),
        ),
        ("insertion", &[("steps", "12"), ("baseline", "zero")]),
        ("completeness", &[("random-maps", "1")]),
        ("energy-pointing-game", &[("random-maps", "1")]),
        ("box-overlap", &[("random-maps", "1")]),
    ] {
        let is_higher_better = !matches!(metric, "deletion" | "completeness");
        let wins = (0..100).filter(|&seed| {
            let question = Asked {
                metric,
                said,
                seed,
                region: Some(&region),
            };
            let found = network.ask(&pixels, &map, &question, &mut Unlimited);
            let found = found.unwrap();
            let chance = found.chance.unwrap().random;
            if is_higher_better {
                found.value > chance
            } else {
                found.value < chance
            }
        });
        assert_eq!(wins.count(), 100, "{metric}");
    }
}

#[test]
fn road_tells_the_truth_from_random_maps_where_neighbours_cannot_tell() {
    let (mut network, _, map) = blob();
    // Bright where the weights are, dark elsewhere: what is filled in is darker.
    let pixels: Vec<f32> = map.values.iter().map(|value| 20.0 * value).collect();
    let wins = (0..100).filter(|&seed| {
        let question = Asked {
            metric: "road-combined",
            said: &[("noise", "0.001")],
            seed,
            region: None,
        };
        let found = network
            .ask(&pixels, &map, &question, &mut Unlimited)
            .unwrap();
        found.value > found.chance.unwrap().random
    });
    assert_eq!(wins.count(), 100);
}

#[test]
fn every_metric_says_what_chance_gives_and_repeats_itself() {
    let (mut network, pixels, map) = blob();
    let region = object();
    for metric in METRICS {
        let question = Asked {
            metric: metric.id,
            said: &[("random-maps", "3")],
            seed: 5,
            region: Some(&region),
        };
        let first = network
            .ask(&pixels, &map, &question, &mut Unlimited)
            .unwrap();
        let again = network
            .ask(&pixels, &map, &question, &mut Unlimited)
            .unwrap();
        assert_eq!(first, again, "{}", metric.id);
        let chance = first.chance.unwrap();
        assert!(
            first.value.is_finite() && chance.random.is_finite(),
            "{}",
            metric.id
        );
        assert!(
            chance.centre.is_finite() && chance.random_maps == 3,
            "{}",
            metric.id
        );
        assert_eq!(
            first.runs > 0,
            metric.is_slow,
            "{}: {}",
            metric.id,
            first.runs
        );
        assert!(first.protocol.iter().count() > 0 && first.seed == 5);
    }
}

#[test]
fn texts_are_there_and_ids_differ() {
    let mut ids: Vec<&str> = METRICS.iter().map(|metric| metric.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), METRICS.len());
    for metric in METRICS {
        assert!(
            metric.question.ends_with('?') && metric.caution.ends_with('.'),
            "{}",
            metric.id
        );
        assert!(
            !metric.name.is_empty() && !metric.cost.is_empty(),
            "{}",
            metric.id
        );
    }
    let error = crate::evaluate::metric("magic").err().unwrap().to_string();
    assert!(error.contains("deletion, insertion"), "{error}");
}

/// Allows a number of steps, or says stop after a number of pauses.
#[derive(Default)]
struct Limited {
    steps: usize,
    pauses: Option<usize>,
    told: Vec<(usize, usize)>,
}

impl Budget for Limited {
    fn is_pause_due(&mut self) -> bool {
        self.pauses.is_some()
    }

    fn pause(&mut self) -> LocalFuture<'_, Result<(), Stopped>> {
        let left = self.pauses.unwrap_or(0);
        self.pauses = Some(left.saturating_sub(1));
        Box::pin(async move { if left == 0 { Err(Stopped) } else { Ok(()) } })
    }

    fn step(&mut self, done: usize, total: usize) -> bool {
        self.told.push((done, total));
        done < self.steps
    }

    fn show(&mut self, _: &Saliency) {}
}

#[test]
fn a_budget_that_ends_leaves_a_coarse_curve_and_says_so() {
    let (mut network, pixels, map) = blob();
    let question = Asked {
        metric: "deletion",
        said: &[("steps", "16"), ("baseline", "zero")],
        seed: 0,
        region: None,
    };
    let whole = network
        .ask(&pixels, &map, &question, &mut Unlimited)
        .unwrap();
    let mut budget = Limited {
        steps: 8,
        ..Limited::default()
    };
    let coarse = network.ask(&pixels, &map, &question, &mut budget).unwrap();
    assert!(coarse.left_out.unwrap().contains("8 of 16 steps"));
    assert_eq!((coarse.chance, coarse.curves[0].points.len()), (None, 9));
    assert!((coarse.value - whole.value).abs() < 0.05);
    // The map, a random one and the blob: three times as many steps.
    assert_eq!(budget.told.last(), Some(&(8, 48)));
}

#[test]
fn every_slow_metric_can_be_stopped() {
    let (mut network, pixels, map) = blob();
    network.pauses = true;
    let region = object();
    for metric in METRICS {
        let question = Asked {
            metric: metric.id,
            said: &[],
            seed: 0,
            region: Some(&region),
        };
        let mut budget = Limited {
            steps: usize::MAX,
            pauses: Some(1),
            ..Limited::default()
        };
        let stopped = network.ask(&pixels, &map, &question, &mut budget);
        assert!(stopped.unwrap_err().is_stop(), "{}", metric.id);
    }
}

#[test]
fn what_cannot_be_measured_is_said() {
    let (mut network, pixels, mut map) = blob();
    let mut error = |map: &Saliency, metric| {
        let question = Asked {
            metric,
            said: &[],
            seed: 0,
            region: None,
        };
        let found = network.ask(&pixels, map, &question, &mut Unlimited);
        found.unwrap_err().to_string()
    };
    for metric in METRICS
        .iter()
        .filter(|metric| metric.needs == Needs::Region)
    {
        assert!(error(&map, metric.id).contains("box or a mask"));
    }
    map.completeness = None;
    assert!(error(&map, "completeness").contains("Integrated Gradients"));
    map.target = Target::Against(0);
    assert!(error(&map, "average-drop").contains("against"));
    map.target = Target::Logit(7);
    assert!(error(&map, "deletion").contains("class 7"));
    map.target = Target::Logit(0);
    map.values[[0, 0]] = f32::NAN;
    assert!(error(&map, "deletion").contains("not numbers"));
}

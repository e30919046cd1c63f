//! Pictures that change the class.

use super::linear_network::Linear;
use crate::evaluate::{Attack, EvaluateError, Perturbed, perturb};
use crate::explain::{Context, Settings, Target, Unlimited, block_on};

fn changed(levels: &[f32], attack: Attack) -> Result<Perturbed, EvaluateError> {
    let mut network = Linear::of_one(&[2.0, -1.0, 0.0, 5.0]);
    let pixels: Vec<f32> = levels.iter().map(|level| level / 255.0).collect();
    let mut subject = network.subject(&pixels);
    let settings = Settings::default();
    let mut context = Context {
        network: &mut network,
        subject: &mut subject,
        budget: &mut Unlimited,
        target: Target::Logit(0),
        layer: "",
        further_layers: &[],
        method: "",
        settings: &settings,
        seed: 0,
        runs: 0,
    };
    block_on(perturb(&mut context, attack))
}

#[test]
fn pixels_move_by_the_sign_of_the_gradient_within_bytes() {
    let levels = [100.0, 100.0, 100.0, 1.0];
    for steps in [1, 4] {
        let away = Attack {
            size: 2.0,
            steps,
            towards: false,
        };
        let found = changed(&levels, away).unwrap();
        let bytes: Vec<u8> = found.levels.iter().copied().collect();
        assert_eq!(bytes, [98, 102, 100, 0], "{steps} steps");
        let towards = Attack {
            towards: true,
            ..away
        };
        let found = changed(&[254.0, 1.0, 0.0, 255.0], towards).unwrap();
        let bytes: Vec<u8> = found.levels.iter().copied().collect();
        assert_eq!(bytes, [255, 0, 0, 255], "{steps} steps");
        assert!((found.pixels[[0, 0, 0]] - 1.0).abs() < 1e-6);
    }
}

#[test]
fn a_size_below_a_grey_level_changes_no_byte() {
    let attack = Attack {
        size: 0.4,
        steps: 1,
        towards: false,
    };
    let found = changed(&[7.0, 8.0, 9.0, 10.0], attack).unwrap();
    assert!(found.levels.iter().copied().eq([7, 8, 9, 10]));
}

#[test]
fn attacks_that_are_none_are_refused() {
    let attack = Attack {
        size: 1.0,
        steps: 1,
        towards: false,
    };
    for size in [0.0, -1.0, 256.0, f64::NAN, f64::INFINITY] {
        let error = changed(&[0.0; 4], Attack { size, ..attack }).unwrap_err();
        assert!(error.to_string().contains("up to 255"), "{error}");
    }
    for steps in [0, 1001] {
        assert!(changed(&[0.0; 4], Attack { steps, ..attack }).is_err());
    }
}

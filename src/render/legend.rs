//! The colour bar beside a map.

use super::colormap::ColorMap;
use super::overlay::Sign;

/// Numbers for a colour bar that ends at `scale`, ascending, with zero and both
/// ends' round neighbours: multiples of 1, 2 or 5 times a power of ten. Empty
/// if the scale is not a positive number.
pub fn ticks(scale: f32, sign: Sign) -> Vec<f32> {
    if !(scale.is_finite() && scale > 0.0) {
        return Vec::new();
    }
    let scale = f64::from(scale);
    // A signed bar has twice the numbers on the same length.
    let step = round_step(match sign {
        Sign::Positive => scale / 3.0,
        Sign::Signed => scale / 1.5,
    });
    let count = (scale / step + 1e-9) as i32;
    let first = if sign == Sign::Signed { -count } else { 0 };
    let mut ticks: Vec<f32> = (first..=count)
        .map(|index| (f64::from(index) * step) as f32)
        .collect();
    // Near the smallest float several ticks round to the same number.
    ticks.dedup();
    ticks
}

/// Where `value` stands on the bar, 0…1.
pub fn position(value: f32, scale: f32, sign: Sign) -> f64 {
    let part = f64::from(value) / f64::from(scale);
    let part = match sign {
        Sign::Positive => part,
        Sign::Signed => 0.5 + part / 2.0,
    };
    if part.is_nan() {
        0.0
    } else {
        part.clamp(0.0, 1.0)
    }
}

/// `steps` colours along the bar, from its low end, as "#rrggbb".
pub fn stops(colormap: ColorMap, steps: usize) -> Vec<String> {
    let last = steps.saturating_sub(1).max(1) as f64;
    (0..steps)
        .map(|step| {
            let [red, green, blue] = colormap.color(step as f64 / last);
            format!("#{red:02x}{green:02x}{blue:02x}")
        })
        .collect()
}

fn round_step(wanted: f64) -> f64 {
    let power = 10_f64.powf(wanted.log10().floor());
    let factor = match wanted / power {
        part if part < 1.5 => 1.0,
        part if part < 3.5 => 2.0,
        part if part < 7.5 => 5.0,
        _ => 10.0,
    };
    factor * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within() {
        assert_eq!(ticks(3.2, Sign::Positive), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(ticks(3.2, Sign::Signed), [-2.0, 0.0, 2.0]);
        for scale in [1e-6, 0.013, 0.5, 7.7, 1234.0, 1e30] {
            let ticks = ticks(scale, Sign::Positive);
            assert!((2..=7).contains(&ticks.len()), "{scale}: {ticks:?}");
            assert!(ticks.iter().all(|tick| *tick <= scale * 1.000001));
        }
        assert!(ticks(0.0, Sign::Positive).is_empty() && ticks(f32::NAN, Sign::Signed).is_empty());
    }

    #[test]
    fn positions_are_on_the_bar() {
        assert_eq!(position(1.0, 2.0, Sign::Positive), 0.5);
        assert_eq!(position(-2.0, 2.0, Sign::Signed), 0.0);
        assert_eq!(position(9.0, 2.0, Sign::Signed), 1.0);
        assert_eq!(position(0.0, 0.0, Sign::Positive), 0.0);
    }

    #[test]
    fn stops_run_from_end_to_end() {
        let stops = stops(ColorMap::Jet, 3);
        assert_eq!(
            (stops[0].as_str(), stops[2].as_str()),
            ("#000080", "#800000")
        );
    }
}

//! What of a map that was made again is the same, and what is not.

use gradcam::explain::Saliency;
use gradcam::protocol::ExplanationRecord;
use ndarray::Array2;

/// Of the map's greatest absolute value.
const TOLERANCE: f64 = 1e-4;

/// A map beside what is known of the one that was made before.
pub struct Comparison {
    /// Whether every bit is the same; `None` where the manifest has no checksum of the values.
    pub same_bits: Option<bool>,
    /// The greatest difference, as a share of the greatest absolute value. Of all values where
    /// the map was given, else of the least, the greatest and the answer. Infinite for another
    /// size.
    pub greatest: f64,
    /// Whether all values were compared.
    is_whole: bool,
}

impl Comparison {
    /// Compares. `saved` is the map as it was saved.
    pub fn of(
        wanted: &ExplanationRecord,
        made: &ExplanationRecord,
        saliency: &Saliency,
        saved: Option<Array2<f32>>,
    ) -> Comparison {
        let sha256 = wanted.map.sha256.as_ref();
        let mut same_bits = sha256.map(|wanted| Some(wanted) == made.map.sha256.as_ref());
        let is_whole = saved.is_some();
        let greatest = match saved {
            Some(saved) => {
                let bits = |map: &Array2<f32>| {
                    map.iter()
                        .map(|value| value.to_bits())
                        .collect::<Vec<u32>>()
                };
                let is_same =
                    saved.dim() == saliency.values.dim() && bits(&saved) == bits(&saliency.values);
                same_bits = Some(is_same);
                of_maps(&saved, &saliency.values)
            }
            None => of_records(wanted, made),
        };
        Comparison {
            same_bits,
            greatest,
            is_whole,
        }
    }

    /// Whether it is the same map, but for rounding on another machine.
    pub fn is_same(&self) -> bool {
        self.same_bits == Some(true) || self.greatest <= TOLERANCE
    }

    /// In a sentence.
    pub fn sentence(&self) -> String {
        let what = if self.is_whole {
            "its values"
        } else {
            "its range and its answer"
        };
        match (self.same_bits, self.is_same()) {
            (Some(true), _) => "the same map, bit for bit".to_owned(),
            (_, true) => format!(
                "the same map within rounding: {what} differ by at most {:.1e} of its maximum",
                self.greatest
            ),
            (_, false) if self.greatest.is_infinite() => {
                "another map: its size is another".to_owned()
            }
            (_, false) => format!(
                "another map: {what} differ by {:.1e} of its maximum, and {TOLERANCE:.0e} is \
                 allowed",
                self.greatest
            ),
        }
    }
}

fn of_maps(saved: &Array2<f32>, made: &Array2<f32>) -> f64 {
    if saved.dim() != made.dim() {
        return f64::INFINITY;
    }
    let pairs = saved.iter().zip(made);
    let pairs = pairs.map(|(&a, &b)| (f64::from(a), f64::from(b)));
    share(pairs.collect())
}

fn of_records(wanted: &ExplanationRecord, made: &ExplanationRecord) -> f64 {
    let size = |record: &ExplanationRecord| (record.map.height, record.map.width);
    if size(wanted) != size(made) || wanted.map.state != made.map.state {
        return f64::INFINITY;
    }
    let range = |record: &ExplanationRecord| [record.map.min, record.map.max];
    let pairs = range(wanted).into_iter().zip(range(made));
    let number = |value: Option<f32>| value.map_or(f64::NAN, f64::from);
    let of_map = share(pairs.map(|(a, b)| (number(a), number(b))).collect());
    let answer = |record: &ExplanationRecord| record.value.unwrap_or(f64::NAN);
    of_map.max(share(vec![(answer(wanted), answer(made))]))
}

/// The greatest difference over the greatest absolute value. What is no number in both does not
/// differ, and in one of them differs without end.
fn share(pairs: Vec<(f64, f64)>) -> f64 {
    let greatest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
    let of = greatest(&mut pairs.iter().map(|(a, _)| a.abs()).filter(|a| a.is_finite()));
    let off = greatest(
        &mut pairs
            .iter()
            .map(|(a, b)| match (a.is_finite(), b.is_finite()) {
                (true, true) => (a - b).abs(),
                (false, false) => 0.0,
                _ => f64::INFINITY,
            }),
    );
    if off == 0.0 { 0.0 } else { off / of }
}

/// What else differs: sentences.
pub fn differences(wanted: &ExplanationRecord, made: &ExplanationRecord) -> Vec<String> {
    let mut sentences = Vec::new();
    let (theirs, own) = (&wanted.gradcam_version, &made.gradcam_version);
    if theirs != own {
        sentences.push(format!(
            "it was made by version {theirs}, and this is {own}"
        ));
    }
    if wanted.engine != made.engine {
        let build = |record: &ExplanationRecord| match &record.engine {
            Some(engine) => format!("{} on {} threads", engine.variant, engine.threads),
            None => "an unknown build".to_owned(),
        };
        let (theirs, own) = (build(wanted), build(made));
        sentences.push(format!(
            "it was made by the build {theirs}, and this is {own}"
        ));
    }
    if wanted.preprocessing.is_some() && wanted.preprocessing != made.preprocessing {
        sentences.push("the picture is prepared in another way".to_owned());
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_shares_of_the_greatest() {
        assert_eq!(share(vec![(-4.0, -4.0), (1.0, 2.0)]), 0.25);
        assert_eq!(share(vec![(f64::NAN, f64::NAN), (1.0, 1.0)]), 0.0);
        assert_eq!(share(vec![(f64::NAN, 1.0), (1.0, 1.0)]), f64::INFINITY);
        assert_eq!(share(vec![(0.0, 0.0)]), 0.0);
        let other = Array2::zeros((2, 3));
        assert_eq!(of_maps(&Array2::zeros((3, 2)), &other), f64::INFINITY);
    }
}

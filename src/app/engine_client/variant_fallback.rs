//! Which build of the engine runs, and which comes after it when it cannot start.

use crate::app::state::EngineVariant;

/// The builds that may be tried, and the one in use. It goes down, never up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantFallback {
    /// Never empty; the last is in use.
    remaining: Vec<EngineVariant>,
}

impl VariantFallback {
    /// `offered` are the names that `boot.js` found: what the site has and the
    /// browser can run. With `highest`, nothing more demanding is tried. The
    /// baseline is always among them.
    pub fn new(offered: &str, highest: Option<EngineVariant>) -> Self {
        let mut remaining: Vec<EngineVariant> = offered
            .split_whitespace()
            .filter_map(|id| id.parse().ok())
            .filter(|variant| highest.is_none_or(|highest| *variant >= highest))
            .chain([EngineVariant::Simd128])
            .collect();
        remaining.sort_by(|one, other| other.cmp(one));
        remaining.dedup();
        Self { remaining }
    }

    /// The build to start.
    pub fn current(&self) -> EngineVariant {
        self.remaining
            .last()
            .copied()
            .unwrap_or(EngineVariant::Simd128)
    }

    /// Gives the current build up for the next simpler one; false if it was the
    /// last.
    pub fn fall_back(&mut self) -> bool {
        let is_possible = self.remaining.len() > 1;
        if is_possible {
            self.remaining.pop();
        }
        is_possible
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(mut fallback: VariantFallback) -> Vec<&'static str> {
        let mut tried = vec![fallback.current().id()];
        while fallback.fall_back() {
            tried.push(fallback.current().id());
        }
        tried
    }

    #[test]
    fn the_most_demanding_comes_first_and_the_baseline_last() {
        let all = "simd128 threads relaxed";
        assert_eq!(
            steps(VariantFallback::new(all, None)),
            ["threads", "relaxed", "simd128"]
        );
        assert_eq!(
            steps(VariantFallback::new("threads", None)),
            ["threads", "simd128"]
        );
        assert_eq!(steps(VariantFallback::new("", None)), ["simd128"]);
    }

    #[test]
    fn a_forced_build_is_the_highest() {
        let all = "threads relaxed simd128";
        let forced = |variant| steps(VariantFallback::new(all, Some(variant)));
        assert_eq!(forced(EngineVariant::Relaxed), ["relaxed", "simd128"]);
        assert_eq!(forced(EngineVariant::Simd128), ["simd128"]);
        // What is not offered cannot be forced.
        assert_eq!(
            steps(VariantFallback::new(
                "relaxed",
                Some(EngineVariant::Threads)
            )),
            ["relaxed", "simd128"]
        );
    }

    #[test]
    fn names_that_do_not_exist_are_ignored() {
        assert_eq!(
            steps(VariantFallback::new("threads2 gpu relaxed", None)),
            ["relaxed", "simd128"]
        );
        assert!("Threads".parse::<EngineVariant>().is_err());
    }
}

//! The builds of the engine, and which of them this page runs.

use std::str::FromStr;

/// A build of the engine, the most demanding first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variant {
    /// Relaxed SIMD and several threads on shared memory.
    Threads,
    /// Relaxed SIMD, one thread.
    Relaxed,
    /// What every browser with SIMD runs.
    Simd128,
}

impl Variant {
    /// Its name in addresses and in `index.html`.
    pub fn id(self) -> &'static str {
        match self {
            Variant::Threads => "threads",
            Variant::Relaxed => "relaxed",
            Variant::Simd128 => "simd128",
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("there is no engine '{0}'")]
pub struct UnknownVariant(String);

impl FromStr for Variant {
    type Err = UnknownVariant;

    fn from_str(id: &str) -> Result<Self, UnknownVariant> {
        [Variant::Threads, Variant::Relaxed, Variant::Simd128]
            .into_iter()
            .find(|variant| variant.id() == id)
            .ok_or_else(|| UnknownVariant(id.to_owned()))
    }
}

/// The builds that may be tried, and the one in use. It goes down, never up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// Never empty; the last is in use.
    rungs: Vec<Variant>,
}

impl Ladder {
    /// `offered` are the names that `boot.js` found: what the site has and the
    /// browser can run. With `highest`, nothing more demanding is tried. The
    /// baseline is always among them.
    pub fn new(offered: &str, highest: Option<Variant>) -> Self {
        let mut rungs: Vec<Variant> = offered
            .split_whitespace()
            .filter_map(|id| id.parse().ok())
            .filter(|variant| highest.is_none_or(|highest| *variant >= highest))
            .chain([Variant::Simd128])
            .collect();
        rungs.sort_by(|one, other| other.cmp(one));
        rungs.dedup();
        Self { rungs }
    }

    /// The build to start.
    pub fn current(&self) -> Variant {
        self.rungs.last().copied().unwrap_or(Variant::Simd128)
    }

    /// Gives the current build up for the next simpler one; false if it was the
    /// last.
    pub fn step_down(&mut self) -> bool {
        let is_possible = self.rungs.len() > 1;
        if is_possible {
            self.rungs.pop();
        }
        is_possible
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(mut ladder: Ladder) -> Vec<&'static str> {
        let mut tried = vec![ladder.current().id()];
        while ladder.step_down() {
            tried.push(ladder.current().id());
        }
        tried
    }

    #[test]
    fn the_most_demanding_comes_first_and_the_baseline_last() {
        let all = "simd128 threads relaxed";
        assert_eq!(
            steps(Ladder::new(all, None)),
            ["threads", "relaxed", "simd128"]
        );
        assert_eq!(steps(Ladder::new("threads", None)), ["threads", "simd128"]);
        assert_eq!(steps(Ladder::new("", None)), ["simd128"]);
    }

    #[test]
    fn a_forced_build_is_the_highest() {
        let all = "threads relaxed simd128";
        let forced = |variant| steps(Ladder::new(all, Some(variant)));
        assert_eq!(forced(Variant::Relaxed), ["relaxed", "simd128"]);
        assert_eq!(forced(Variant::Simd128), ["simd128"]);
        // What is not offered cannot be forced.
        assert_eq!(
            steps(Ladder::new("relaxed", Some(Variant::Threads))),
            ["relaxed", "simd128"]
        );
    }

    #[test]
    fn names_that_do_not_exist_are_ignored() {
        assert_eq!(
            steps(Ladder::new("threads2 gpu relaxed", None)),
            ["relaxed", "simd128"]
        );
        assert!("Threads".parse::<Variant>().is_err());
    }
}

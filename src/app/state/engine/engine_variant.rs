//! The builds of the engine.

use std::str::FromStr;

/// A build of the engine, the most demanding first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EngineVariant {
    /// Relaxed SIMD and several threads on shared memory.
    Threads,
    /// Relaxed SIMD, one thread.
    Relaxed,
    /// What every browser with SIMD runs.
    Simd128,
}

impl EngineVariant {
    /// Its name in addresses and in `index.html`.
    pub fn id(self) -> &'static str {
        match self {
            EngineVariant::Threads => "threads",
            EngineVariant::Relaxed => "relaxed",
            EngineVariant::Simd128 => "simd128",
        }
    }
}

/// No build has this name.
#[derive(Debug, thiserror::Error)]
#[error("there is no engine '{0}'")]
pub struct UnknownEngineVariant(String);

impl FromStr for EngineVariant {
    type Err = UnknownEngineVariant;

    fn from_str(id: &str) -> Result<Self, UnknownEngineVariant> {
        [
            EngineVariant::Threads,
            EngineVariant::Relaxed,
            EngineVariant::Simd128,
        ]
        .into_iter()
        .find(|variant| variant.id() == id)
        .ok_or_else(|| UnknownEngineVariant(id.to_owned()))
    }
}

//! What is asked about a map.

use crate::app::state::explanation::MapKey;

/// Places are rounded to so many parts of the picture's width and height.
pub const PARTS: u32 = 10_000;

/// A question about a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestRequest {
    pub map: MapKey,
    pub question: TestQuestion,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestQuestion {
    /// A metric by its id; the number of the marked region for one that needs it, else 0.
    Measure { metric: &'static str, region: u32 },
    /// The picture of a point of a metric's curve.
    CurvePicture {
        metric: &'static str,
        curve: usize,
        /// The point's x in [`PARTS`].
        share: u32,
    },
    /// The picture with a grey patch: left, top, width and height in [`PARTS`] of the picture's.
    Cover { area: [u32; 4] },
    /// The picture whose pixels moved for or against a class.
    Attack {
        /// In tenths of grey levels.
        size: u32,
        steps: usize,
        class: usize,
        /// Whether its logit is to rise.
        towards: bool,
    },
}

impl TestQuestion {
    /// Whether a newer answer to such a question takes the older one's place: there are many,
    /// and only the last is looked at.
    pub fn is_passing(&self) -> bool {
        !matches!(self, TestQuestion::Measure { .. })
    }

    /// Whether somebody waits for the answer, so that a measure gives way to it.
    pub fn is_urgent(&self) -> bool {
        matches!(
            self,
            TestQuestion::Cover { .. } | TestQuestion::Attack { .. }
        )
    }

    /// Whether both are of one kind.
    pub fn is_alike(&self, other: &TestQuestion) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

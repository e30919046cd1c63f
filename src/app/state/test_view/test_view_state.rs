//! The part of the state that is about testing a map.

use std::rc::Rc;

use super::test_request::PARTS;
use crate::protocol::DrawnRegion;

/// What the view shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TestTool {
    /// What the network does with changed pictures.
    #[default]
    Faithfulness,
    /// A patch that a person drags.
    Cover,
    /// A picture that looks the same and is taken for something else.
    Attack,
    /// Agreement with a marked object.
    Object,
    /// Whether the map depends on network and class.
    Sanity,
}

impl TestTool {
    /// Every tool, in the order in which they are offered.
    pub const ALL: [TestTool; 5] = [
        TestTool::Faithfulness,
        TestTool::Cover,
        TestTool::Attack,
        TestTool::Object,
        TestTool::Sanity,
    ];
}

/// A part of the picture that a person marked.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkedRegion {
    /// Another for each change; never 0.
    pub number: u32,
    pub shape: DrawnRegion,
    /// Of a mask, row by row: 1 where it is marked.
    pub marks: Rc<[u8]>,
}

/// How the picture is to be changed so that it is taken for something else.
#[derive(Clone, Debug, PartialEq)]
pub struct AttackChoice {
    /// In tenths of grey levels.
    pub size: u32,
    pub steps: usize,
    /// The class whose logit is to rise; `None` for the explained one's to fall.
    pub towards: Option<usize>,
}

/// What is tested.
#[derive(Clone, Debug, PartialEq)]
pub struct TestViewState {
    pub tool: TestTool,
    /// Counts marked parts of pictures.
    pub(super) last_region: u32,
    /// The patch: left, top, width and height in [`PARTS`] of the picture's.
    pub cover: [u32; 4],
    pub attack: AttackChoice,
}

impl Default for TestViewState {
    fn default() -> Self {
        let (place, side) = (PARTS * 2 / 5, PARTS / 5);
        Self {
            tool: TestTool::default(),
            last_region: 0,
            cover: [place, place, side, side],
            attack: AttackChoice {
                size: 20,
                steps: 1,
                towards: None,
            },
        }
    }
}

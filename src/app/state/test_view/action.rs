//! What the user chooses to test.

use std::rc::Rc;

use super::test_request::TestQuestion;
use super::test_view_state::{AttackChoice, TestTool};
use crate::protocol::DrawnRegion;

/// The choice of what is tested.
#[derive(Clone, Debug)]
pub enum TestAction {
    ChooseTool(TestTool),
    /// Measures the shown map by these metrics.
    Measure(Vec<&'static str>),
    /// Looks at the picture of a point of a curve.
    Point(TestQuestion),
    /// Puts the patch here, in parts of the picture.
    Cover([u32; 4]),
    ChooseAttack(AttackChoice),
    /// Changes the picture as was chosen.
    Attack,
    /// Marks a part of the picture; `None` marks nothing.
    Mark(Option<(DrawnRegion, Rc<[u8]>)>),
}

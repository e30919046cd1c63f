//! Whether a map can be believed: measures of it, and the picture with a change.

mod action;
mod reducer;
#[cfg(test)]
mod reducer_tests;
mod selectors;
mod test_request;
mod test_result;
mod test_view_state;

pub use self::action::TestAction;
pub use self::test_request::{PARTS, TestQuestion, TestRequest};
pub use self::test_result::{ChangedPicture, Measurement, TestResult};
pub use self::test_view_state::{AttackChoice, MarkedRegion, TestTool, TestViewState};

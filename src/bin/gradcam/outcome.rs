//! How a command ended.

/// How a command ended that ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Some pictures of a list could not be done, and their lines say so.
    SomeFailed,
    /// A person said stop.
    Interrupted,
}

impl Outcome {
    /// The exit status.
    pub fn code(self) -> u8 {
        match self {
            Outcome::Done => 0,
            Outcome::SomeFailed => 3,
            Outcome::Interrupted => 130,
        }
    }
}

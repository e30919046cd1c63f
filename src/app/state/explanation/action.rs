//! What the user chooses to see explained.

/// The choice of class, layer and method.
#[derive(Clone, Debug)]
pub enum ExplanationAction {
    ChooseClass(usize),
    /// A class that the pictures to come begin with; `None` for each one's most probable.
    PinClass(Option<usize>),
    /// By its name in the model's file.
    ChooseLayer(String),
    /// The id of a method in the catalogue.
    ChooseMethod(&'static str),
    ExplainAgain,
}

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
    /// A setting of the chosen method, by id.
    ChooseSetting(&'static str, String),
    /// The id of a kind of target.
    ChooseTarget(&'static str),
    /// The class that a comparing target compares with.
    ChooseOther(usize),
    /// Other random numbers.
    ChooseSeed(u32),
    ExplainAgain,
}

//! Ids of elements that one view draws and another sends the user to.

/// The panel with what is known of the model.
pub const ABOUT: &str = "about";
/// What went wrong with names of classes and other things said of the model.
pub const ABOUT_NOTICES: &str = "about-notices";
/// The search field over all classes.
pub const CLASS_SEARCH: &str = "search";
/// The file input for a list of class labels.
pub const LABEL_FILE: &str = "labels-file";
/// The file input for a model.
pub const MODEL_FILE: &str = "model-file";
/// What is offered where a model is chosen: the file, its weights, its configurations and labels.
pub const MODEL_FILES: &str = ".onnx,.data,.onnx_data,.bin,.txt,.json,.csv,.html";
/// The heading of the stage.
pub const STAGE_TITLE: &str = "stage-title";
/// The file input for a picture.
pub const PICTURE_FILE: &str = "picture-file";

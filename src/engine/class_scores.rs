//! What stands beside the classes of a picture.

use crate::explain;
use crate::gradient::Places;
use crate::network::Description;

/// Logits and probabilities of the K classes, and what a person should know of them. Of a
/// network that gives classes for places the logit is the mean over those that it gives to the class
/// (0 for none), and the probability their share.
pub fn class_scores(
    description: &Description,
    outputs: &[f32],
) -> (Vec<f32>, Vec<f32>, Vec<String>) {
    let Some(Places { height, width, .. }) = description.selection.places else {
        let probabilities = description.probabilities(outputs);
        return (outputs.to_vec(), probabilities, Vec::new());
    };
    let classes = description.selection.classes;
    let called = explain::called(outputs, classes);
    let scores = (0..classes).map(|class| {
        let logits = outputs.chunks_exact(called.len().max(1)).nth(class);
        let own = logits.unwrap_or_default().iter().zip(&called);
        let own = own.filter(|(_, found)| **found == class);
        let (count, sum) = own.fold((0, 0.0), |(count, sum), (&logit, _)| {
            (count + 1, sum + f64::from(logit))
        });
        let share = f64::from(count) / called.len().max(1) as f64;
        ((sum / f64::from(count.max(1))) as f32, share as f32)
    });
    let (logits, shares) = scores.unzip();
    let note = format!(
        "The network gives a class to each of {width} × {height} places: what stands beside a class \
         is its share of them."
    );
    (logits, shares, vec![note])
}

//! What is said of an explanation in saved files: in a figure's caption, in a PNG's metadata.

use super::exported_map::ExportedMap;
use crate::app::number_format;
use crate::app::state::method_name;
use crate::protocol::MapUnit;
use crate::text::shown_name;

/// The parts of it, each in words.
pub struct ExportedTexts {
    /// "ankle boot, 97 %"
    pub class: String,
    pub model: String,
    pub layer: String,
    pub method: &'static str,
    /// The least and the greatest value of the map, with their unit.
    pub range: String,
}

impl ExportedTexts {
    /// Of what is saved.
    pub fn of(exported: &ExportedMap<'_>) -> Self {
        let (prediction, summary) = (exported.prediction, &exported.map.summary);
        let probability = prediction.probabilities.get(summary.class);
        let percent = number_format::percent(probability.copied().unwrap_or(f32::NAN));
        let layer = prediction.model.layer(&summary.layer);
        let layer = layer.map_or_else(|| shown_name(&summary.layer), |layer| layer.title());
        let [least, greatest] = [summary.min, summary.max].map(number_format::value);
        Self {
            class: format!("{}, {percent}", prediction.label(summary.class)),
            model: prediction.model.desired.source.name().to_owned(),
            layer: layer.into_owned(),
            method: method_name(&summary.method),
            range: format!("{least} … {greatest}{}", unit_words(summary.unit)),
        }
    }

    /// For a PNG's metadata.
    pub fn metadata(&self) -> [(&str, &str); 6] {
        [
            ("Software", concat!("gradcam ", env!("CARGO_PKG_VERSION"))),
            ("Class", &self.class),
            ("Model", &self.model),
            ("Layer", &self.layer),
            ("Method", self.method),
            ("Value range", &self.range),
        ]
    }
}

fn unit_words(unit: MapUnit) -> &'static str {
    match unit {
        MapUnit::Logit => " in logit units",
        MapUnit::Probability => " in parts of a probability",
        MapUnit::None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::explained;

    #[test]
    fn all_that_a_reader_of_the_file_asks_is_said() {
        let state = explained();
        let texts = ExportedTexts::of(&ExportedMap::of(&state).unwrap());
        let metadata = texts.metadata();
        let (software, rest) = metadata.split_first().unwrap();
        assert!(software.1.starts_with("gradcam 0"));
        assert_eq!(
            rest,
            [
                ("Class", "class 2, 60 %"),
                ("Model", "Model a"),
                ("Layer", "last"),
                ("Method", "Grad-CAM"),
                ("Value range", "−3.00 … 1.00 in logit units"),
            ]
        );
    }
}

//! What is asked, as arguments: methods and their settings by name, a target and a class.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use gradcam::engine::Prediction;
use gradcam::explain::{self, METHODS, Method, Target};
use gradcam::gradient::AttachOptions;
use gradcam::network::Description;
use gradcam::picture::{Background, Fit, LevelWindow};
use gradcam::protocol::PictureOverrides;

use super::model_options::ModelOptions;
use super::question::{find_class, find_target};

#[derive(clap::Args, Clone)]
pub struct QuestionArguments {
    /// How to explain: ids of methods with commas between, or `all`; `gradcam methods` lists
    /// them.
    #[arg(long, default_value = METHODS[0].id)]
    pub method: String,
    /// What is asked: logit, probability, contrast:A,B, against, finer, similarity (with
    /// --reference), region:C, region:C,x,y,w,h or region:C,mask; A, B and C are classes.
    #[arg(long, default_value = "logit")]
    pub target: String,
    /// The second picture of `--target similarity`.
    #[arg(long, value_name = "IMAGE")]
    pub reference: Option<PathBuf>,
    /// A picture whose bright pixels are the region of `--target region:C,mask`.
    #[arg(long, value_name = "IMAGE")]
    pub region_mask: Option<PathBuf>,
    /// Class to explain, by number or label; the likeliest if left out.
    #[arg(long)]
    pub class: Option<String>,
    /// Layer to explain, by tensor or node; found by itself if left out. Several, with commas
    /// between, for methods that combine layers.
    #[arg(long)]
    pub layer: Option<String>,
    #[command(flatten)]
    pub model: ModelOptions,
    /// How a picture that is not of the network's shape is fitted: stretch, crop (its middle) or
    /// letterbox (a grey border; letterbox:R,G,B for another colour). As the model's file says, or
    /// else stretch, if left out.
    #[arg(long, value_name = "FIT")]
    pub fit: Option<String>,
    /// The network's size divided by that of the picture's shorter side, for --fit crop: 0.875 if
    /// left out.
    #[arg(long, value_name = "PART")]
    pub crop_fraction: Option<f64>,
    /// The values that become black and white, of grey pictures of more than 8 bits and of DICOM
    /// files: two numbers, such as 0,1023. If left out, the window that the file states, or else
    /// the range of its values.
    #[arg(long, value_name = "LOW,HIGH", allow_hyphen_values = true)]
    pub window: Option<String>,
    /// What is behind pictures that are transparent in places: as-is (the colours that are hidden
    /// there), white, black or grey.
    #[arg(long, value_name = "BACKGROUND")]
    pub background: Option<String>,
    /// What is done with colours that a file states to be other than sRGB's, by a profile or a
    /// gamma: ignore, as frameworks do, or convert.
    #[arg(long, value_name = "HOW", default_value = "ignore", value_parser = ["ignore", "convert"])]
    pub color_profile: String,
    /// What random numbers begin with.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Number of steps (runs of the network, mostly) after which a method ends with what it has.
    #[arg(long, value_name = "N")]
    pub budget_runs: Option<usize>,
    /// Seconds after which a method ends with what it has.
    #[arg(long, value_name = "S")]
    pub budget_seconds: Option<f64>,
}

impl QuestionArguments {
    /// # Errors
    /// With a sentence, for a budget that allows nothing.
    pub fn check_budget(&self) -> anyhow::Result<()> {
        if self.budget_runs == Some(0) {
            return Err(explain::ExplainError::NoBudget.into());
        }
        if let Some(seconds) = self.budget_seconds
            && !(seconds.is_finite() && seconds > 0.0)
        {
            bail!("--budget-seconds wants a number above 0, and got {seconds}");
        }
        Ok(())
    }

    /// The fit that was named, if one was.
    ///
    /// # Errors
    /// With a sentence, for a fit or a fraction that is none.
    pub fn fit(&self) -> anyhow::Result<Option<Fit>> {
        let said = self.fit.as_deref().map(str::parse::<Fit>);
        let said = said.transpose().map_err(anyhow::Error::msg)?;
        match (said, self.crop_fraction) {
            (said, None) => Ok(said),
            (None | Some(Fit::Crop { .. }), Some(fraction)) => {
                let fit = Fit::crop(fraction);
                let wrong = || format!("--crop-fraction wants 0.05 to 1, and got {fraction}");
                Ok(Some(fit.with_context(wrong)?))
            }
            (Some(_), Some(_)) => bail!("--crop-fraction is for --fit crop; leave one of them out"),
        }
    }

    /// How pictures are read, as was named.
    ///
    /// # Errors
    /// With a sentence, for a window or a background that is none.
    pub fn picture_overrides(&self) -> anyhow::Result<PictureOverrides> {
        let window = self.window.as_deref().map(str::parse::<LevelWindow>);
        let window = window.transpose().map_err(anyhow::Error::msg)?;
        let background = self.background.as_deref().map(str::parse::<Background>);
        let background = background.transpose().map_err(anyhow::Error::msg)?;
        Ok(PictureOverrides {
            window: window.map(|window| [window.low, window.high]),
            background: background.map(|background| background.to_string()),
            bands: None,
            converts_colors: self.color_profile == "convert",
        })
    }

    /// How the model is prepared: for the layer that is named, unless there are several.
    ///
    /// # Errors
    /// As [`ModelOptions::attach_options`].
    pub fn attach_options(&self) -> anyhow::Result<AttachOptions> {
        let layer = self.layer.as_deref().filter(|layer| !layer.contains(','));
        self.model.attach_options(layer)
    }

    /// The target for a picture: of the class that was named, or of the likeliest.
    ///
    /// # Errors
    /// With what there is, for a class or target that is not there.
    pub fn find_target(
        &self,
        description: &Description,
        prediction: &Prediction,
    ) -> anyhow::Result<Target> {
        let class = match &self.class {
            Some(wanted) => find_class(&description.labels, wanted)?,
            None => {
                let order = explain::rank_classes(&prediction.probabilities, &prediction.logits);
                order.first().copied().context("the model has no class")?
            }
        };
        find_target(&description.labels, &self.target, class)
    }
}

/// The methods with these ids, with commas between, or all.
pub fn chosen_methods(wanted: &str) -> anyhow::Result<Vec<&'static Method>> {
    if wanted == "all" {
        return Ok(METHODS.iter().collect());
    }
    let mut found: Vec<&'static Method> = Vec::new();
    for id in wanted.split(',') {
        let method = explain::method(id.trim())?;
        if found.iter().all(|other| other.id != method.id) {
            found.push(method);
        }
    }
    Ok(found)
}

/// `ID=VALUE`, as an option of this name wants it.
pub fn split_setting<'a>(option: &str, text: &'a str) -> anyhow::Result<(&'a str, &'a str)> {
    let found = text.split_once('=');
    found.with_context(|| format!("{option} wants ID=VALUE, and got '{text}'"))
}

/// Settings by id, each of at least one of the methods and in its range. `option` is the name
/// that they were given by.
pub fn method_settings(
    methods: &[&'static Method],
    option: &str,
    said: &[String],
) -> anyhow::Result<Vec<(String, String)>> {
    let mut settings = Vec::new();
    for text in said {
        let (id, value) = split_setting(option, text)?;
        let has = |method: &&&Method| method.declared().any(|setting| setting.id == id);
        let owners: Vec<&&'static Method> = methods.iter().filter(has).collect();
        match (owners.as_slice(), methods.first()) {
            // The first method says what it has.
            ([], Some(first)) => {
                first.settings([(id, value)])?;
            }
            (owners, _) => {
                for owner in owners {
                    owner.settings([(id, value)])?;
                }
            }
        }
        settings.push((id.to_owned(), value.to_owned()));
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_and_settings_that_are_not_there_are_refused() {
        assert_eq!(chosen_methods("all").unwrap().len(), METHODS.len());
        let methods = chosen_methods("grad-cam,rise,grad-cam").unwrap();
        assert_eq!(methods.len(), 2);
        assert!(chosen_methods("magic").is_err());
        let error = |said: &str| {
            method_settings(&methods, "--set", &[said.to_owned()])
                .unwrap_err()
                .to_string()
        };
        assert!(error("masks").contains("ID=VALUE"));
        assert!(error("masks=0").contains("from 1"));
        assert!(error("windows=3").contains("no setting"));
        assert!(method_settings(&methods, "--set", &["masks=3".to_owned()]).is_ok());
    }
}

//! The model that is ready, and pictures that it sees.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use gradcam::engine::{
    ModelOrigin, Prediction, Question, Session, read_picture, read_signal, read_tensor,
};
use gradcam::explain::{Mask, Method, Saliency, Target, block_on};
use gradcam::gradient::AttachOptions;
use gradcam::network::{Description, SharedNetwork};
use gradcam::picture::{Channels, Preprocess};
use gradcam::protocol::{ExplainTimings, ModelSummary, PictureOverrides, PredictionOverrides};
use gradcam::render::npy;
use image::RgbImage;
use indicatif::ProgressBar;
use ndarray::Array4;

use super::budget::RunBudget;
use super::choice::QuestionArguments;
use crate::files;

/// A model that is ready.
pub struct Engine {
    pub session: Session,
    pub description: Description,
    /// What is known of its file.
    pub summary: ModelSummary,
    /// What a person chose in place of what the file states.
    pub overrides: PredictionOverrides,
    given: Given,
}

/// What a question names besides the model and the picture.
#[derive(Clone, Default)]
struct Given {
    /// Bytes and name of the second picture.
    reference: Option<(Arc<Vec<u8>>, String)>,
    mask: Option<Mask>,
}

impl Given {
    fn give_to(&self, session: &mut Session) -> anyhow::Result<()> {
        if let Some((bytes, name)) = &self.reference {
            let set = session.set_reference(bytes, name, &mut |_, _, _| ());
            set.with_context(|| format!("--reference '{name}'"))?;
        }
        if let Some(mask) = &self.mask {
            session.set_mask(mask.clone());
        }
        Ok(())
    }
}

/// A model that other threads can have; copies share its weights.
#[derive(Clone)]
pub struct SharedEngine {
    network: SharedNetwork,
    summary: ModelSummary,
    overrides: PredictionOverrides,
    given: Given,
}

impl SharedEngine {
    /// The model for the thread that asks.
    ///
    /// # Errors
    /// As the network's engine gives it.
    pub fn engine(self) -> anyhow::Result<Engine> {
        let mut session = Session::default();
        let description = session.install(self.network.network()?).clone();
        self.given.give_to(&mut session)?;
        Ok(Engine {
            session,
            description,
            summary: self.summary,
            overrides: self.overrides,
            given: self.given,
        })
    }
}

/// A picture that the network has seen.
pub struct Seen {
    pub prediction: Prediction,
    /// Of the file's bytes, lower-case hexadecimal.
    pub sha256: String,
    pub picture: Picture,
}

/// What the network was shown.
pub enum Picture {
    Rgb(RgbImage),
    /// The input tensor itself.
    Tensor(Array4<f32>),
}

impl Engine {
    /// Makes a model ready from its file.
    ///
    /// # Errors
    /// With the file's name.
    pub fn load(path: &Path, options: &AttachOptions) -> anyhow::Result<Engine> {
        let bytes = files::read_model(path)?;
        let mut session = Session::default();
        let options = &AttachOptions {
            configurations: files::configurations(path),
            ..options.clone()
        };
        let description = session
            .load(&bytes, options, &mut |_, _, _| ())
            .with_context(|| format!("'{}'", files::shown(path)))?
            .clone();
        let name = path.file_name().unwrap_or_default();
        let summary = description.summary(ModelOrigin {
            name: name.to_string_lossy().into_owned(),
            sha256: files::sha256(&bytes),
            size_is_chosen: options.size.is_some(),
            notes: Vec::new(),
            cache_note: None,
        });
        Ok(Engine {
            session,
            description,
            summary,
            overrides: PredictionOverrides::default(),
            given: Given::default(),
        })
    }

    /// Reads the second picture and the mask that a question names.
    ///
    /// # Errors
    /// With the option and the file's name.
    pub fn give(&mut self, question: &QuestionArguments) -> anyhow::Result<()> {
        self.overrides.fit = question.fit()?.map(|fit| fit.to_string());
        self.overrides.picture = question.picture_overrides()?;
        if let Some(path) = &question.reference {
            let bytes = files::read_picture(path)?;
            self.given.reference = Some((Arc::new(bytes), files::shown(path)));
        }
        if let Some(path) = &question.region_mask {
            let read = read_mask(path);
            let mask = read.with_context(|| format!("--region-mask '{}'", files::shown(path)))?;
            self.given.mask = Some(mask);
        }
        self.given.give_to(&mut self.session)
    }

    /// All that is done to a picture: what the file states, with what was chosen.
    pub fn preprocess(&self) -> Preprocess {
        let known = gradcam::engine::preprocess(&self.description, &self.overrides);
        // No picture is seen with overrides that are none.
        known.unwrap_or_else(|_| self.description.preprocess.clone())
    }

    /// The model for other threads.
    ///
    /// # Errors
    /// If there is none.
    pub fn share(&self) -> anyhow::Result<SharedEngine> {
        let network = self.session.shared_network().context("no model is ready")?;
        Ok(SharedEngine {
            network,
            summary: self.summary.clone(),
            overrides: self.overrides.clone(),
            given: self.given.clone(),
        })
    }

    /// Runs the network on a picture's file.
    ///
    /// # Errors
    /// Without the file's name, which whoever asked says.
    pub fn see(&mut self, path: &Path) -> anyhow::Result<Seen> {
        let bytes = files::read_picture(path)?;
        let name = files::shown(Path::new(path.file_name().unwrap_or_default()));
        self.see_bytes(&bytes, &name)
    }

    /// The same for a file's bytes.
    ///
    /// # Errors
    /// As [`Engine::see`].
    pub fn see_bytes(&mut self, bytes: &[u8], name: &str) -> anyhow::Result<Seen> {
        let (session, overrides) = (&mut self.session, &self.overrides);
        let prediction = session.predict_with(bytes, name, overrides, &mut |_, _, _| ())?;
        let is_npy = bytes.starts_with(npy::MAGIC);
        let shape = &self.description.selection.picture.shape;
        let picture = if is_npy && prediction.size == (0, 0) {
            Picture::Tensor(read_tensor(bytes, name, shape)?)
        } else if self.description.is_signal {
            Picture::Tensor(read_signal(bytes, name, shape)?)
        } else if let (Channels::Bands(_), Some(shown)) =
            (self.description.preprocess.channels, &prediction.preview)
        {
            Picture::Rgb(shown.clone())
        } else {
            Picture::Rgb(read_picture(bytes, name, &self.overrides.picture)?.picture)
        };
        Ok(Seen {
            prediction,
            sha256: files::sha256(bytes),
            picture,
        })
    }

    /// Explains the picture seen last by a method. `settings` are of all methods, by id.
    ///
    /// # Errors
    /// If this method cannot explain it.
    pub fn explain(
        &mut self,
        arguments: &QuestionArguments,
        method: &'static Method,
        target: Target,
        settings: &[(String, String)],
        (bar, name): (&ProgressBar, String),
    ) -> anyhow::Result<(Saliency, ExplainTimings)> {
        let has = |id: &str| method.declared().any(|setting| setting.id == id);
        let own = settings.iter().filter(|(id, _)| has(id)).cloned();
        let own: Vec<(String, String)> = own.collect();
        let question = Question {
            method: method.id,
            target,
            layer: arguments.layer.as_deref(),
            settings: &own,
            seed: arguments.seed,
        };
        let (runs, seconds) = (arguments.budget_runs, arguments.budget_seconds);
        let mut budget = RunBudget::new(runs, seconds, bar, name);
        Ok(block_on(self.session.ask(&question, &mut budget))?)
    }
}

/// The bright half of a picture's values.
fn read_mask(path: &Path) -> anyhow::Result<Mask> {
    let bytes = files::read_picture(path)?;
    let name = files::shown(path);
    let picture = read_picture(&bytes, &name, &PictureOverrides::default())?.picture;
    let grey = image::DynamicImage::from(picture).into_luma8();
    let (width, height) = grey.dimensions();
    Ok(Mask {
        height: height as usize,
        width: width as usize,
        is_inside: grey.pixels().map(|pixel| pixel.0[0] > 127).collect(),
    })
}

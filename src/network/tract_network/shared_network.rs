//! One model for several threads: each has its own runs, and all have the same weights.

use std::sync::Arc;

use super::TractNetwork;
use super::forward_pass::{ForwardPass, KeptLayer};
use super::gradient_branch::{BranchStart, GradientBranch, PlanKey};
use super::plans::Plans;
use crate::gradient::{AttachOptions, Layer};
use crate::network::description::Description;
use crate::network::execution_plan::SharedPlan;
use crate::network::load_error::LoadError;
use crate::network::lowering::PackedWeights;
use crate::onnx::Model;

/// A model that is ready, without the state of its runs. Copies share the weights.
#[derive(Clone)]
pub struct SharedNetwork {
    description: Description,
    file: Arc<Model>,
    options: AttachOptions,
    layers: Vec<Layer>,
    weights: PackedWeights,
    forward: (SharedPlan, Vec<KeptLayer>),
    branches: Vec<SharedBranch>,
}

/// A gradient branch without the state of its runs.
#[derive(Clone)]
struct SharedBranch {
    key: PlanKey,
    plan: SharedPlan,
    start: BranchStart,
}

impl TractNetwork {
    /// The model for other threads, with the plans that are ready.
    pub fn share(&self) -> SharedNetwork {
        let plans = &self.plans;
        let branch = |branch: &GradientBranch| SharedBranch {
            key: branch.key.clone(),
            plan: branch.plan.share(),
            start: branch.start.clone(),
        };
        SharedNetwork {
            description: self.description.clone(),
            file: Arc::clone(&plans.file),
            options: plans.options.clone(),
            layers: plans.layers.clone(),
            weights: plans.weights.clone(),
            forward: (plans.forward.plan.share(), plans.forward.kept.clone()),
            branches: plans.branches.iter().map(branch).collect(),
        }
    }
}

impl SharedNetwork {
    /// What is known of the model besides its weights.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The model for the thread that asks.
    ///
    /// # Errors
    /// [`LoadError::Engine`].
    pub fn network(self) -> Result<TractNetwork, LoadError> {
        let (plan, kept) = self.forward;
        let branches = self.branches.into_iter().map(|branch| {
            Ok(GradientBranch {
                key: branch.key,
                plan: branch.plan.spawn().map_err(LoadError::Engine)?,
                start: branch.start,
            })
        });
        let plans = Plans {
            file: self.file,
            options: self.options,
            layers: self.layers,
            weights: self.weights,
            forward: ForwardPass {
                plan: plan.spawn().map_err(LoadError::Engine)?,
                kept,
            },
            taped_forward: None,
            branches: branches.collect::<Result<_, LoadError>>()?,
            behind: None,
        };
        Ok(TractNetwork {
            description: self.description,
            plans,
            current: None,
        })
    }
}

//! The plans of a model for other threads: each has its own runs, and all have the same weights.

use std::sync::Arc;

use super::forward_pass::{ForwardPass, KeptLayer};
use super::gradient_branch::{BranchStart, GradientBranch, PlanKey};
use super::plans::Plans;
use crate::gradient::{AttachOptions, Layer};
use crate::network::execution_plan::SharedPlan;
use crate::network::load_error::LoadError;
use crate::network::lowering::PackedWeights;
use crate::onnx::Model;

/// The plans that were ready, without the state of their runs. Copies share the weights.
#[derive(Clone)]
pub struct SharedPlans {
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

impl SharedPlans {
    /// Of plans that go on being this thread's.
    pub fn of(plans: &Plans) -> SharedPlans {
        let branch = |branch: &GradientBranch| SharedBranch {
            key: branch.key.clone(),
            plan: branch.plan.share(),
            start: branch.start.clone(),
        };
        SharedPlans {
            file: Arc::clone(&plans.file),
            options: plans.options.clone(),
            layers: plans.layers.clone(),
            weights: plans.weights.clone(),
            forward: (plans.forward.plan.share(), plans.forward.kept.clone()),
            branches: plans.branches.iter().map(branch).collect(),
        }
    }

    /// Plans for the thread that asks.
    ///
    /// # Errors
    /// [`LoadError::Engine`].
    pub fn plans(self) -> Result<Plans, LoadError> {
        let (plan, kept) = self.forward;
        let branches = self.branches.into_iter().map(|branch| {
            Ok(GradientBranch {
                key: branch.key,
                plan: branch.plan.spawn().map_err(LoadError::Engine)?,
                start: branch.start,
            })
        });
        Ok(Plans {
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
        })
    }
}

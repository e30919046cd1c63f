//! The plans of a model for other threads: each has its own runs, and all have the same weights.

use std::sync::Arc;

use super::forward_pass::{ForwardPass, KeptLayer};
use super::gradient_branch::GradientBranch;
use super::plans::Plans;
use crate::gradient::{AttachOptions, Layer, ReluPolicy};
use crate::network::execution_plan::SharedPlan;
use crate::network::load_error::LoadError;
use crate::network::lowering::PackedWeights;
use crate::network::network_trait::Site;

/// The plans that were ready, without the state of their runs. Copies share the weights.
#[derive(Clone)]
pub struct SharedPlans {
    file: Arc<Vec<u8>>,
    options: AttachOptions,
    layers: Vec<Layer>,
    weights: PackedWeights,
    forward: (SharedPlan, Vec<KeptLayer>),
    branches: Vec<SharedBranch>,
}

/// A gradient branch without the state of its runs.
#[derive(Clone)]
struct SharedBranch {
    site: Site,
    policy: ReluPolicy,
    plan: SharedPlan,
    starts_at_layer: bool,
}

impl SharedPlans {
    /// Of plans that go on being this thread's.
    pub fn of(plans: &Plans) -> SharedPlans {
        let branch = |branch: &GradientBranch| SharedBranch {
            site: branch.site.clone(),
            policy: branch.policy,
            plan: branch.plan.share(),
            starts_at_layer: branch.starts_at_layer,
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
                site: branch.site,
                policy: branch.policy,
                plan: branch.plan.spawn().map_err(LoadError::Engine)?,
                starts_at_layer: branch.starts_at_layer,
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
            branches: branches.collect::<Result<_, LoadError>>()?,
            behind: None,
        })
    }
}

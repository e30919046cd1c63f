//! What a rectifier passes backwards.

use std::str::FromStr;

use super::builder::Builder;

/// The rule for every rectifier of a branch. Everything else about the branch is
/// the same under each policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReluPolicy {
    /// The gradient: x̄ = ȳ where x > 0.
    #[default]
    Plain,
    /// Guided Backpropagation (Springenberg et al. 2015): x̄ = ȳ where x > 0 and ȳ > 0.
    Guided,
    /// The deconvolutional network (Zeiler and Fergus 2014): x̄ = max(ȳ, 0),
    /// whatever x was.
    Deconvnet,
}

impl ReluPolicy {
    /// Every policy, in the order in which they are offered.
    pub const ALL: [ReluPolicy; 3] = [ReluPolicy::Plain, ReluPolicy::Guided, ReluPolicy::Deconvnet];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            ReluPolicy::Plain => "plain",
            ReluPolicy::Guided => "guided",
            ReluPolicy::Deconvnet => "deconvnet",
        }
    }

    /// The cotangent of a rectifier's input, from that of its output. `mask` adds
    /// the nodes of a tensor that is 1 where the rectifier passes its input on,
    /// else 0: engines run a product faster than a Where. An infinite cotangent gives NaN
    /// where it is 0 (`docs/gradient-branch.md`).
    pub(super) fn vjp(
        self,
        builder: &mut Builder,
        cotangent: &str,
        mask: impl FnOnce(&mut Builder) -> String,
    ) -> String {
        let cotangent = match self {
            ReluPolicy::Plain => cotangent.to_owned(),
            ReluPolicy::Guided | ReluPolicy::Deconvnet => builder.unary("Relu", cotangent),
        };
        match self {
            ReluPolicy::Deconvnet => cotangent,
            ReluPolicy::Plain | ReluPolicy::Guided => {
                let mask = mask(builder);
                builder.mul(&cotangent, &mask)
            }
        }
    }
}

impl FromStr for ReluPolicy {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = ReluPolicy::ALL
            .into_iter()
            .find(|policy| policy.name() == name);
        let names = ReluPolicy::ALL.map(ReluPolicy::name).join(", ");
        found.ok_or_else(|| format!("there is no policy '{name}'; there are: {names}"))
    }
}

//! The registry of operators: the one place that lists them.
//!
//! `table` has one row for each operator. From it follow which shape function and
//! which gradient rule a node gets, what belongs to a classifier head, where no
//! gradient passes, and what the tests and the tables of `docs/gradient-branch.md` must
//! cover.
//!
//! To add an operator:
//! 1. its row in `table`;
//! 2. its shape function in `shape_inference`, named in the row;
//! 3. its gradient rule in `gradient::rules`, named in the row;
//! 4. its case in `gradient::rules::tests`, which needs the operator in f64 in
//!    `evaluator`;
//! 5. its line in the tables of `docs/gradient-branch.md`.
//!
//! The tests fail where 4 or 5 is missing. An operator by which exporters compute shapes
//! or store weights may also be folded: see `constant_folding`.

pub mod foreign;
mod table;

use tract_onnx::pb::{self, tensor_proto::DataType};

use super::node;
pub(crate) use table::{expand_rows, operators};

/// What is known of an operator, apart from its functions.
#[derive(Clone, Copy, Debug)]
pub struct Operator {
    pub name: &'static str,
    /// The first version of the standard operator set that has it.
    pub since: i64,
    /// The last version that has it; `None` where it is still there.
    pub until: Option<i64>,
    /// The operator that canonicalisation makes of it.
    pub rewritten_as: Option<&'static str>,
    flags: &'static [Flag],
}

/// A property that some operators have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flag {
    /// Part of a classifier head: it pools or reorders what the last layer found, and
    /// so is not the layer that is explained unless it is asked for.
    Head,
    /// Small changes of its inputs never change its outputs: it reads shapes only,
    /// returns integers, compares, or is piecewise constant.
    ZeroGradient,
}

impl Operator {
    /// Whether it only pools or reorders what another layer found, as the operators
    /// of a classifier head do.
    pub fn is_head(&self) -> bool {
        self.flags.contains(&Flag::Head)
    }
}

macro_rules! optional {
    () => {
        None
    };
    ($value:expr) => {
        Some($value)
    };
}

macro_rules! registry {
    ($({
        $name:literal $since:literal [$($until:literal)?] $_shape:tt $_rule:tt
        [$($rewritten_as:literal)?] [$($flag:ident)*]
    })*) => {
        /// All operators, in the order of the table.
        pub const OPERATORS: &[Operator] = &[$(
            Operator {
                name: $name,
                since: $since,
                until: optional!($($until)?),
                rewritten_as: optional!($($rewritten_as)?),
                flags: &[$(Flag::$flag),*],
            },
        )*];
    };
}
operators!(registry);

/// The row of an operator of the standard domain; `None` if it has none.
pub fn operator(name: &str) -> Option<&'static Operator> {
    OPERATORS.iter().find(|operator| operator.name == name)
}

/// Whether small changes of a node's inputs never change its output, so that no
/// gradient passes. A Cast is one where its type is not a float.
pub fn has_zero_gradient(node: &pb::NodeProto) -> bool {
    if node.op_type == "Cast" {
        return !matches!(
            node::int(node, "to").and_then(|to| DataType::try_from(to as i32).ok()),
            Some(DataType::Float | DataType::Float16 | DataType::Double | DataType::Bfloat16)
        );
    }
    operator(&node.op_type).is_some_and(|operator| operator.flags.contains(&Flag::ZeroGradient))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_operator_has_one_row() {
        for (number, Operator { name, .. }) in OPERATORS.iter().enumerate() {
            let others = &OPERATORS[number + 1..];
            assert!(others.iter().all(|other| other.name != *name), "{name}");
        }
    }

    #[test]
    fn a_cast_has_a_gradient_between_floats_only() {
        let cast = |to: DataType| {
            let mut cast = node::new("Cast", &["x"], "y");
            cast.attribute = vec![node::int_attribute("to", to as i64)];
            cast
        };
        assert!(has_zero_gradient(&cast(DataType::Int64)));
        assert!(!has_zero_gradient(&cast(DataType::Float16)));
    }
}

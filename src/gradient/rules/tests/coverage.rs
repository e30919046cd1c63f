//! What the registry of operators demands of the tests and of the documentation.

use std::collections::BTreeSet;

use super::OPERATORS as CASES;
use crate::gradient::rules::rule;
use crate::onnx::operators::{OPERATORS, operator};

/// The operators through which a gradient passes.
fn differentiable() -> BTreeSet<&'static str> {
    let has_rule = |name: &str| rule(name).is_some();
    let operators = OPERATORS
        .iter()
        .filter(|operator| has_rule(operator.rewritten_as.unwrap_or(operator.name)));
    operators.map(|operator| operator.name).collect()
}

/// Fails with the names that are in one set only.
fn assert_same(found: &BTreeSet<&str>, wanted: &BTreeSet<&str>) {
    let missing: Vec<_> = wanted.difference(found).collect();
    let unknown: Vec<_> = found.difference(wanted).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
    assert!(unknown.is_empty(), "without a rule: {unknown:?}");
}

#[test]
fn every_operator_with_a_rule_has_a_case() {
    let cases: BTreeSet<&str> = CASES.iter().map(|(name, _)| *name).collect();
    assert_same(&cases, &differentiable());
}

/// The rows of the tables of rules: operators and names of tests.
fn documented() -> Vec<(Vec<&'static str>, Vec<&'static str>)> {
    let page = include_str!("../../../../docs/gradient-branch.md");
    let (_, rules) = page.split_once("\n## The rules\n").unwrap();
    let rules = rules.split("\n## ").next().unwrap();
    let mut rows = Vec::new();
    let mut is_table_of_rules = false;
    for line in rules.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        if !line.starts_with('|') {
            is_table_of_rules = false;
        } else if cells[0] == "operator" {
            is_table_of_rules = true;
        } else if is_table_of_rules && !line.starts_with("|--") {
            let names = cells[0].split(", ").filter(|name| operator(name).is_some());
            let tests = cells.last().unwrap().split('`').skip(1).step_by(2);
            rows.push((names.collect(), tests.collect()));
        }
    }
    rows
}

#[test]
fn the_documentation_lists_every_operator_with_a_rule() {
    let rows = documented();
    let names: BTreeSet<&str> = rows.iter().flat_map(|(names, _)| names).copied().collect();
    assert_same(&names, &differentiable());
    for (names, tests) in rows {
        assert!(
            !names.is_empty() && !tests.is_empty(),
            "{names:?} {tests:?}"
        );
        for test in tests {
            assert!(exists(test), "{test}");
        }
    }
}

/// Whether a test is where the documentation says: a line of `operators!`, or a function
/// of the module that its path names.
fn exists(test: &str) -> bool {
    let functions = |source: &str, name: &str| source.contains(&format!("fn {name}("));
    match test.rsplit_once("::") {
        None => include_str!("mod.rs").contains(&format!("    {test}: \"")),
        Some(("nondifferentiable", name)) => functions(include_str!("nondifferentiable.rs"), name),
        Some(("resize", name)) => functions(include_str!("resize.rs"), name),
        Some(("network::tests::central_differences", name)) => functions(
            include_str!("../../../network/tests/central_differences.rs"),
            name,
        ),
        Some(_) => false,
    }
}

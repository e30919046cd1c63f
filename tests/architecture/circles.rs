//! Strongly connected components of the imports (Tarjan 1972, in the form of Kosaraju
//! and Sharir, which needs no low-links).

use std::collections::{BTreeMap, BTreeSet};

use crate::crate_tree::Import;
use crate::source_file::Segments;

type Graph<'a> = BTreeMap<&'a Segments, BTreeSet<&'a Segments>>;

/// Groups of two or more files that use each other, directly or by way of others.
pub fn circles(imports: &BTreeSet<Import>) -> Vec<BTreeSet<Segments>> {
    let (mut forward, mut backward) = (Graph::new(), Graph::new());
    for import in imports {
        for (graph, from, to) in [
            (&mut forward, &import.from, &import.to),
            (&mut backward, &import.to, &import.from),
        ] {
            graph.entry(from).or_default().insert(to);
            graph.entry(to).or_default();
        }
    }
    let (mut seen, mut finished) = (BTreeSet::new(), Vec::new());
    for module in forward.keys() {
        visit(&forward, module, &mut seen, &mut finished);
    }
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for module in finished.into_iter().rev() {
        let mut component = Vec::new();
        visit(&backward, module, &mut seen, &mut component);
        if component.len() > 1 {
            found.push(component.into_iter().cloned().collect());
        }
    }
    found
}

/// Depth first; a module is finished after all that it leads to.
fn visit<'a>(
    graph: &Graph<'a>,
    module: &'a Segments,
    seen: &mut BTreeSet<&'a Segments>,
    finished: &mut Vec<&'a Segments>,
) {
    if !seen.insert(module) {
        return;
    }
    for next in &graph[module] {
        visit(graph, next, seen, finished);
    }
    finished.push(module);
}

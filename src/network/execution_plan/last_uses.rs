//! The order of a plan's steps, and when values are read for the last time.

use tract_onnx::prelude::*;

/// When the values of a plan's nodes are read for the last time.
#[derive(Clone, Debug)]
pub struct LastUses {
    /// The nodes that the plan computes, step by step.
    pub order: Vec<usize>,
    /// For each step of the plan, the nodes whose values nobody reads after it. The graph's
    /// outputs and constants stay.
    pub of_steps: Vec<Vec<usize>>,
    /// For each output of the graph, the number of steps after which no other reads its node;
    /// `None` for an output that no step computes.
    pub of_outputs: Vec<Option<usize>>,
}

impl LastUses {
    pub fn of(plan: &TypedRunnableModel) -> LastUses {
        let (model, order) = (plan.model(), lazy_order(plan));
        let mut last_step = vec![None; model.nodes().len()];
        let mut is_computed = vec![false; model.nodes().len()];
        for (step, &node) in order.iter().enumerate() {
            last_step[node] = last_step[node].max(Some(step));
            is_computed[node] = true;
            for input in &model.node(node).inputs {
                last_step[input.node] = Some(step);
            }
        }
        let of_outputs = model.outputs.iter().map(|output| {
            let end = last_step[output.node].map(|step| step + 1);
            end.filter(|_| is_computed[output.node])
        });
        let of_outputs = of_outputs.collect();
        for output in &model.outputs {
            last_step[output.node] = None;
        }
        let mut of_steps = vec![Vec::new(); order.len()];
        for (node, step) in last_step.into_iter().enumerate() {
            if let Some(step) = step.filter(|_| is_computed[node]) {
                of_steps[step].push(node);
            }
        }
        LastUses {
            order,
            of_steps,
            of_outputs,
        }
    }
}

/// The nodes in tract's order, except that those which do not depend on the graph's last input
/// come right before the first of the others that reads them. In a gradient branch, whose last
/// input is the cotangent, these are masks and pixels made of the tape: tract computes many of
/// them long before they are read.
fn lazy_order(plan: &TypedRunnableModel) -> Vec<usize> {
    let (model, order) = (plan.model(), plan.order_without_consts());
    let Some(last_input) = model.inputs.last() else {
        return order.to_vec();
    };
    let mut depends = vec![false; model.nodes().len()];
    let mut is_waiting = vec![false; model.nodes().len()];
    depends[last_input.node] = true;
    for &node in order {
        let mut inputs = model.node(node).inputs.iter();
        depends[node] |= inputs.any(|input| depends[input.node]);
        is_waiting[node] = !depends[node];
    }
    let mut lazy = Vec::with_capacity(order.len());
    let (dependent, others): (Vec<usize>, Vec<usize>) =
        order.iter().partition(|&&node| depends[node]);
    // What no other node reads is an output, and comes last.
    for node in dependent.into_iter().chain(others) {
        if !depends[node] && !is_waiting[node] {
            continue;
        }
        let mut stack = vec![node];
        while let Some(&top) = stack.last() {
            let mut inputs = model.node(top).inputs.iter();
            match inputs.find(|input| is_waiting[input.node] && input.node != top) {
                Some(waiting) => stack.push(waiting.node),
                None => {
                    stack.pop();
                    is_waiting[top] = false;
                    lazy.push(top);
                }
            }
        }
    }
    lazy
}

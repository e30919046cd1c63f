//! Cases for pooling and reductions.

use super::case_generator::CaseGenerator;
use super::operator_case::OperatorCase;

/// A window along one axis.
struct Axis {
    input: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
    begin: usize,
    end: usize,
}

impl Axis {
    fn extent(&self) -> usize {
        (self.kernel - 1) * self.dilation + 1
    }

    /// Whether every possible window contains a value of the input.
    fn is_sound(&self) -> bool {
        let whole = self.input + self.begin + self.end;
        let holds_value = |start: usize| {
            let taps = (0..self.kernel).map(|tap| start + tap * self.dilation);
            taps.into_iter()
                .any(|at| (self.begin..self.begin + self.input).contains(&at))
        };
        let mut starts = (0..self.input + self.begin).step_by(self.stride);
        self.extent() <= whole && starts.all(|start| start > whole || holds_value(start))
    }
}

fn axis(generator: &mut CaseGenerator, max_size: usize, dilated: bool, padded: bool) -> Axis {
    let kernel = generator.number(1..=3);
    let mut axis = Axis {
        input: generator.number(1..=max_size),
        kernel,
        stride: generator.number(1..=3),
        dilation: if dilated { generator.number(1..=2) } else { 1 },
        // Padding is less than the kernel.
        begin: if padded {
            generator.number(0..=kernel - 1)
        } else {
            0
        },
        end: if padded {
            generator.number(0..=kernel - 1)
        } else {
            0
        },
    };
    if !axis.is_sound() {
        (axis.begin, axis.end) = (0, 0);
        axis.input = axis.input.max(axis.extent());
    }
    if !axis.is_sound() {
        axis.dilation = 1;
    }
    axis
}

fn pool(generator: &mut CaseGenerator, operator: &str, dilations_since: i64) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let rank = generator.pick(&[2, 1, 2, 3]);
    let max_size = [9, 6, 3][rank - 1];
    let padding = generator.pick(&[
        "pads",
        "",
        "SAME_UPPER",
        "SAME_LOWER",
        "VALID",
        "NOTSET",
        "pads",
    ]);
    let explicit = matches!(padding, "pads" | "NOTSET");
    // onnxruntime ignores dilations when it computes the pads of SAME.
    let same = padding.starts_with("SAME");
    let dilated = case.opset >= dilations_since && !same && generator.boolean();
    let axes: Vec<Axis> = (0..rank)
        .map(|_| axis(generator, max_size, dilated, explicit))
        .collect();
    let spatial: Vec<usize> = axes.iter().map(|axis| axis.input).collect();
    let shape = [generator.numbers(2, 1..=2), spatial].concat();
    let values = generator.values(shape.iter().product(), -2.0, 2.0);
    let x = case.active(&shape, values);
    let list = |size: fn(&Axis) -> usize| {
        axes.iter()
            .map(|axis| size(axis) as i64)
            .collect::<Vec<_>>()
    };
    case.node(operator, &[x])
        .ints("kernel_shape", &list(|axis| axis.kernel));
    if axes.iter().any(|axis| axis.stride > 1) || generator.boolean() {
        case.graph.ints("strides", &list(|axis| axis.stride));
    }
    if dilated {
        case.graph.ints("dilations", &list(|axis| axis.dilation));
    }
    if explicit {
        let pads = [list(|axis| axis.begin), list(|axis| axis.end)].concat();
        case.graph.ints("pads", &pads);
    }
    if !matches!(padding, "pads" | "") {
        case.graph.text("auto_pad", padding);
    }
    // With SAME and VALID, which are deprecated, the checker and the specification
    // differ about ceil_mode.
    let named = matches!(padding, "SAME_UPPER" | "SAME_LOWER" | "VALID");
    if case.opset >= 10 && !named && generator.boolean() {
        case.graph.int("ceil_mode", 1);
    }
    case
}

pub fn max(generator: &mut CaseGenerator) -> OperatorCase {
    pool(generator, "MaxPool", 10)
}

pub fn average(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = pool(generator, "AveragePool", 19);
    if generator.boolean() {
        case.graph.int("count_include_pad", 1);
    }
    case
}

fn global(generator: &mut CaseGenerator, operator: &str) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let shape = generator.shape(3..=5);
    let values = generator.values(shape.iter().product(), -2.0, 2.0);
    let x = case.active(&shape, values);
    case.node(operator, &[x]);
    case
}

pub fn global_average(generator: &mut CaseGenerator) -> OperatorCase {
    global(generator, "GlobalAveragePool")
}

pub fn global_max(generator: &mut CaseGenerator) -> OperatorCase {
    global(generator, "GlobalMaxPool")
}

/// Axes as an attribute, as an input from operator set `since` on, or none.
fn reduce(generator: &mut CaseGenerator, operator: &str, since: i64) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let shape = generator.shape(1..=4);
    let count = shape.iter().product();
    let values = match operator {
        "ReduceLogSum" => generator.values(count, 0.2, 2.0),
        "ReduceL1" | "ReduceL2" => generator.values_away_from_zero(count),
        _ => generator.values(count, -2.0, 2.0),
    };
    let mut inputs = vec![case.active(&shape, values)];
    let axes = generator.axes(shape.len());
    let axes: Vec<i64> = axes
        .into_iter()
        .map(|axis| generator.maybe_from_end(axis, shape.len(), case.opset))
        .collect();
    let named = generator.number(0..=3);
    let as_input = case.opset >= since;
    if as_input && named > 0 {
        inputs.push(case.ints(if named == 1 { &[] } else { &axes }));
    }
    case.node(operator, &inputs);
    if !as_input && named > 0 {
        case.graph.ints("axes", &axes);
    }
    if let Some(flag) = generator.pick(&[None, Some(0), Some(1)]) {
        case.graph.int("keepdims", flag);
    }
    // What the others do without axes the specification does not say.
    let has_noop = matches!(operator, "ReduceMean" | "ReduceSum" | "ReduceMax");
    if has_noop && as_input && generator.number(0..=3) == 3 {
        case.graph.int("noop_with_empty_axes", 1);
    }
    case
}

pub fn reduce_mean(generator: &mut CaseGenerator) -> OperatorCase {
    reduce(generator, "ReduceMean", 18)
}

pub fn reduce_sum(generator: &mut CaseGenerator) -> OperatorCase {
    reduce(generator, "ReduceSum", 13)
}

pub fn reduce_max(generator: &mut CaseGenerator) -> OperatorCase {
    reduce(generator, "ReduceMax", 18)
}

pub fn reduce_min(generator: &mut CaseGenerator) -> OperatorCase {
    reduce(generator, "ReduceMin", 18)
}

pub fn reduce_l1(generator: &mut CaseGenerator) -> OperatorCase {
    reduce(generator, "ReduceL1", 18)
}

pub fn reduce_l2(generator: &mut CaseGenerator) -> OperatorCase {
    reduce(generator, "ReduceL2", 18)
}

pub fn reduce_sum_square(generator: &mut CaseGenerator) -> OperatorCase {
    reduce(generator, "ReduceSumSquare", 18)
}

pub fn reduce_log_sum(generator: &mut CaseGenerator) -> OperatorCase {
    reduce(generator, "ReduceLogSum", 18)
}

pub fn reduce_log_sum_exp(generator: &mut CaseGenerator) -> OperatorCase {
    reduce(generator, "ReduceLogSumExp", 18)
}

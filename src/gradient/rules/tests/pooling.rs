//! Cases for pools.

use super::case::Case;
use super::dice::Dice;

/// What slides along one axis.
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

    /// Whether every window that could be there holds a value of the input.
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

fn axis(dice: &mut Dice, most: usize, dilated: bool, padded: bool) -> Axis {
    let kernel = dice.number(1..=3);
    let mut axis = Axis {
        input: dice.number(1..=most),
        kernel,
        stride: dice.number(1..=3),
        dilation: if dilated { dice.number(1..=2) } else { 1 },
        // Padding is less than the kernel.
        begin: if padded {
            dice.number(0..=kernel - 1)
        } else {
            0
        },
        end: if padded {
            dice.number(0..=kernel - 1)
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

fn pool(dice: &mut Dice, operator: &str, dilations_since: i64) -> Case {
    let mut case = Case::new(dice.opset(9));
    let rank = dice.pick(&[2, 1, 2, 3]);
    let most = [9, 6, 3][rank - 1];
    let padding = dice.pick(&[
        "pads",
        "",
        "SAME_UPPER",
        "SAME_LOWER",
        "VALID",
        "NOTSET",
        "pads",
    ]);
    let explicit = matches!(padding, "pads" | "NOTSET");
    // onnxruntime leaves dilations out of account where it finds the pads of SAME.
    let same = padding.starts_with("SAME");
    let dilated = case.opset >= dilations_since && !same && dice.coin();
    let axes: Vec<Axis> = (0..rank)
        .map(|_| axis(dice, most, dilated, explicit))
        .collect();
    let spatial: Vec<usize> = axes.iter().map(|axis| axis.input).collect();
    let shape = [dice.numbers(2, 1..=2), spatial].concat();
    let values = dice.values(shape.iter().product(), -2.0, 2.0);
    let x = case.active(&shape, values);
    let list = |size: fn(&Axis) -> usize| {
        axes.iter()
            .map(|axis| size(axis) as i64)
            .collect::<Vec<_>>()
    };
    case.node(operator, &[x])
        .ints("kernel_shape", &list(|axis| axis.kernel));
    if axes.iter().any(|axis| axis.stride > 1) || dice.coin() {
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
    if case.opset >= 10 && !named && dice.coin() {
        case.graph.int("ceil_mode", 1);
    }
    case
}

pub fn max(dice: &mut Dice) -> Case {
    pool(dice, "MaxPool", 10)
}

pub fn average(dice: &mut Dice) -> Case {
    let mut case = pool(dice, "AveragePool", 19);
    if dice.coin() {
        case.graph.int("count_include_pad", 1);
    }
    case
}

fn global(dice: &mut Dice, operator: &str) -> Case {
    let mut case = Case::new(dice.opset(9));
    let shape = dice.shape(3..=5);
    let values = dice.values(shape.iter().product(), -2.0, 2.0);
    let x = case.active(&shape, values);
    case.node(operator, &[x]);
    case
}

pub fn global_average(dice: &mut Dice) -> Case {
    global(dice, "GlobalAveragePool")
}

pub fn global_max(dice: &mut Dice) -> Case {
    global(dice, "GlobalMaxPool")
}

/// Axes as an attribute, as an input from operator set `since` on, or none.
fn reduce(dice: &mut Dice, operator: &str, since: i64) -> Case {
    let mut case = Case::new(dice.opset(9));
    let shape = dice.shape(1..=4);
    let values = dice.values(shape.iter().product(), -2.0, 2.0);
    let mut inputs = vec![case.active(&shape, values)];
    let axes = dice.axes(shape.len());
    let axes: Vec<i64> = axes
        .into_iter()
        .map(|axis| dice.signed(axis, shape.len(), case.opset))
        .collect();
    let named = dice.number(0..=3);
    let as_input = case.opset >= since;
    if as_input && named > 0 {
        inputs.push(case.ints(if named == 1 { &[] } else { &axes }));
    }
    case.node(operator, &inputs);
    if !as_input && named > 0 {
        case.graph.ints("axes", &axes);
    }
    if let Some(flag) = dice.pick(&[None, Some(0), Some(1)]) {
        case.graph.int("keepdims", flag);
    }
    if as_input && dice.number(0..=3) == 3 {
        case.graph.int("noop_with_empty_axes", 1);
    }
    case
}

pub fn reduce_mean(dice: &mut Dice) -> Case {
    reduce(dice, "ReduceMean", 18)
}

pub fn reduce_sum(dice: &mut Dice) -> Case {
    reduce(dice, "ReduceSum", 13)
}

pub fn reduce_max(dice: &mut Dice) -> Case {
    reduce(dice, "ReduceMax", 18)
}

//! Strided copies by themselves.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{EvalContext, EvalOp, tvec};

use super::super::copies::{StridedCopy, StridedView};
use super::random_tensor;

/// A part of the columns, transposed and padded.
#[test]
fn a_strided_copy_is_its_view() {
    for (rows, columns) in [(3, 5), (9, 21), (8, 16)] {
        let x = random_tensor(&[rows, columns], 3);
        let mut view = StridedView::of(&[rows, columns]);
        view.slice(1, 1, columns);
        view.move_axis(0, 1);
        let op = StridedCopy::new(rows * columns, view, vec![(2, 1), (0, 1)], -1.0).unwrap();
        let output = op.eval(&EvalContext::out_of_plan(), tvec![x.clone().into_tvalue()]);
        let output = output.unwrap().remove(0);
        assert_eq!(output.shape(), [columns + 2, rows + 1]);
        let (x, y) = (
            x.try_as_plain_ram().unwrap(),
            output.try_as_plain_ram().unwrap(),
        );
        let (x, y) = (x.as_slice::<f32>().unwrap(), y.as_slice::<f32>().unwrap());
        for (index, &found) in y.iter().enumerate() {
            let (line, row) = (index / (rows + 1), index % (rows + 1));
            let is_padding = line < 2 || line == columns + 1 || row == rows;
            let wanted = if is_padding {
                -1.0
            } else {
                x[row * columns + line - 1]
            };
            assert_eq!(found, wanted, "{line} {row}");
        }
    }
}

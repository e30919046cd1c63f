use proptest::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::tract_linalg::BinOp;
use tract_onnx::tract_core::tract_linalg::generic::mmm::generic_f32_4x4;
use tract_onnx::tract_core::tract_linalg::mmm::{AsInputValue, FusedSpec, MatMatMul};

use super::super::matmul::KernelShape;
use super::super::tract::tract_kernel;
use super::{close, random_tensor};

/// What a test does to a product before it is stored.
#[derive(Clone, Copy, Debug)]
enum Epilogue {
    Nothing,
    Scalar(BinOp),
    PerRow(BinOp),
    PerColumn(BinOp),
    Outer,
    LeakyRelu,
    /// Adds a tensor whose rows, else whose columns, are contiguous.
    Elements {
        row_major: bool,
    },
}

fn epilogues() -> impl Strategy<Value = Epilogue> {
    let operation = prop::sample::select(vec![
        BinOp::Min,
        BinOp::Max,
        BinOp::Add,
        BinOp::Mul,
        BinOp::Sub,
        BinOp::SubF,
    ]);
    prop_oneof![
        Just(Epilogue::Nothing),
        operation.clone().prop_map(Epilogue::Scalar),
        operation.clone().prop_map(Epilogue::PerRow),
        operation.prop_map(Epilogue::PerColumn),
        Just(Epilogue::Outer),
        Just(Epilogue::LeakyRelu),
        any::<bool>().prop_map(|row_major| Epilogue::Elements { row_major }),
    ]
}

#[derive(Clone, Debug)]
struct Product {
    m: usize,
    k: usize,
    n: usize,
    epilogues: Vec<Epilogue>,
    /// Of the result in memory: 0 row-major, 1 column-major, 2 with gaps.
    layout: usize,
    seed: u64,
}

fn products() -> impl Strategy<Value = Product> {
    let sizes = (1_usize..40, 0_usize..50, 1_usize..60);
    let epilogues = prop::collection::vec(epilogues(), 0..4);
    (sizes, epilogues, 0_usize..3, any::<u64>()).prop_map(|((m, k, n), epilogues, layout, seed)| {
        Product {
            m,
            k,
            n,
            epilogues,
            layout,
            seed,
        }
    })
}

impl Product {
    /// Row stride, column stride and length of the result, in elements.
    fn strides(&self) -> (usize, usize, usize) {
        let Product { m, n, .. } = *self;
        match self.layout {
            0 => (n, 1, m * n),
            1 => (1, m, m * n),
            _ => (3 * n, 3, 3 * m * n),
        }
    }

    /// The result as [m, n], computed by a kernel.
    fn run(&self, kernel: &dyn MatMatMul) -> Tensor {
        let Product { m, k, n, seed, .. } = *self;
        let (a, b) = (
            random_tensor(&[m, k], seed),
            random_tensor(&[k, n], seed ^ 0x9e37),
        );
        let (pack_a, pack_b) = &kernel.packings()[0];
        let packed_a = pack_a.prepare_one(&a, 1, 0).unwrap();
        let packed_b = pack_b.prepare_one(&b, 0, 1).unwrap();
        let (row, column, span) = self.strides();
        let mut result = Tensor::zero::<f32>(&[span]).unwrap();
        let scalar = tensor0(0.75_f32);
        let (rows, columns) = (
            random_tensor(&[m], seed ^ 0xa1),
            random_tensor(&[n], seed ^ 0xb2),
        );
        let elements = random_tensor(&[m * n], seed ^ 0xc3);
        let store = |tensor: &Tensor, row: usize, column: usize| unsafe {
            let view = kernel.c_from_data_and_strides(4, row as isize, column as isize);
            view.wrap(&tensor.view())
        };
        let mut specs = vec![FusedSpec::AddMatMul {
            a: AsInputValue::Borrowed(&*packed_a),
            b: AsInputValue::Borrowed(&*packed_b),
            packing: 0,
        }];
        for epilogue in &self.epilogues {
            specs.push(match *epilogue {
                Epilogue::Nothing => continue,
                Epilogue::Scalar(operation) => FusedSpec::BinScalar(&scalar, operation),
                Epilogue::PerRow(operation) => FusedSpec::BinPerRow(rows.view(), operation),
                Epilogue::PerColumn(operation) => FusedSpec::BinPerCol(columns.view(), operation),
                Epilogue::Outer => FusedSpec::AddRowColProducts(&rows, &columns),
                Epilogue::LeakyRelu => FusedSpec::LeakyRelu(&scalar),
                Epilogue::Elements { row_major: true } => {
                    FusedSpec::AddUnicast(store(&elements, n, 1))
                }
                Epilogue::Elements { row_major: false } => {
                    FusedSpec::AddUnicast(store(&elements, 1, m))
                }
            });
        }
        specs.push(FusedSpec::Store(store(&result, row, column)));
        unsafe { kernel.run(m, n, &specs).unwrap() };
        let all = result.try_as_plain_ram_mut().unwrap();
        let all = all.as_slice::<f32>().unwrap();
        let elements = (0..m * n).map(|index| all[index / n * row + index % n * column]);
        Tensor::from_shape(&[m, n], &elements.collect::<Vec<_>>()).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_tile_agrees_with_the_generic_kernel(product in products()) {
        let wanted = product.run(&*generic_f32_4x4.mmm());
        for shape in KernelShape::ALL {
            close(&product.run(&*tract_kernel(shape)), &wanted)?;
        }
    }
}

#[test]
fn shapes_have_their_own_names_and_sizes() {
    for shape in KernelShape::ALL {
        let kernel = tract_kernel(shape);
        assert_eq!((kernel.name(), kernel.mr()), (shape.name(), shape.rows()));
        assert_eq!(kernel.nr(), shape.columns());
        let columns = format!("{}x{}", shape.rows(), kernel.nr());
        assert!(shape.name().ends_with(&columns), "{}", shape.name());
    }
}

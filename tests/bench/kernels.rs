//! `cargo bench`: the kernels by themselves, natively, on shapes of Xception. In a
//! browser the same code runs on other vectors: `make bench` measures there.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gradcam::network::kernels::{
    Clamp, Convolution, ConvolutionWeights, Depthwise, Geometry, KernelShape, MaxPooling,
    WeightReader, tract_kernel,
};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{EvalContext, EvalOp};
use tract_onnx::tract_core::tract_linalg::mmm::{AsInputValue, FusedSpec};

fn numbers(shape: &[usize]) -> Tensor {
    let count: usize = shape.iter().product();
    let values: Vec<f32> = (0..count)
        .map(|place| (place % 17) as f32 / 8.0 - 1.0)
        .collect();
    Tensor::from_shape(shape, &values).unwrap()
}

fn run(op: &dyn EvalOp, inputs: &[&Tensor]) {
    let inputs = inputs.iter().map(|&input| input.clone().into_tvalue());
    let outputs = op.eval(&EvalContext::out_of_plan(), inputs.collect());
    black_box(outputs.unwrap());
}

/// Every shape of tile on one product of matrices.
fn tiles(criterion: &mut Criterion) {
    let (rows, depth, columns) = (728, 728, 361);
    let (a, b) = (numbers(&[rows, depth]), numbers(&[depth, columns]));
    let mut group = criterion.benchmark_group("tile, 728 × 728 × 361");
    group.throughput(Throughput::Elements(2 * (rows * depth * columns) as u64));
    for shape in KernelShape::ALL {
        let kernel = tract_kernel(shape);
        let (of_rows, of_columns) = &kernel.packings()[0];
        let a = of_rows.prepare_one(&a, 1, 0).unwrap();
        let b = of_columns.prepare_one(&b, 0, 1).unwrap();
        let output = numbers(&[rows, columns]);
        group.bench_function(shape.name(), |bencher| {
            bencher.iter(|| {
                // Safety: the output is of the product's size.
                unsafe {
                    let store = kernel.c_view(Some(0), Some(1)).wrap(&output.view());
                    let product = FusedSpec::AddMatMul {
                        a: AsInputValue::Borrowed(&*a),
                        b: AsInputValue::Borrowed(&*b),
                        packing: 0,
                    };
                    let steps = [product, FusedSpec::Store(store)];
                    kernel.run(rows, columns, &steps).unwrap();
                }
            });
        });
    }
    group.finish();
}

/// Convolutions of Xception, with the kernel that is the best one natively.
fn convolutions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("convolution");
    for (name, channels, rows, size, kernel, stride) in [
        ("stem, 3 × 3", 32, 64, 149, 3, 1),
        ("shortcut, 1 × 1 of stride 2", 256, 728, 37, 1, 2),
        ("middle, 1 × 1", 728, 728, 19, 1, 1),
        ("last, 1 × 1", 1536, 2048, 10, 1, 1),
    ] {
        let depth = channels * kernel * kernel;
        let weights = vec![0.25; rows * depth];
        let geometry = Geometry::square(size, kernel, stride, kernel / 2);
        let stored = WeightReader::of_floats(&weights, [rows, depth]);
        let panels =
            ConvolutionWeights::pack(&stored, geometry.has_unit_stride_3x3(), None, None).unwrap();
        let operations = 2 * rows * depth * geometry.output_len();
        let op = Convolution {
            weights: Arc::new(panels),
            geometry,
            adds: false,
            clamp: Clamp::RELU,
        };
        let input = numbers(&[1, channels, size, size]);
        group.throughput(Throughput::Elements(operations as u64));
        group.bench_function(name, |bencher| bencher.iter(|| run(&op, &[&input])));
    }
    group.finish();
}

/// Weights of a layer, from a file's bytes to panels.
fn packing(criterion: &mut Criterion) {
    let (rows, depth) = (1536, 1024);
    let weights = vec![0.25; rows * depth];
    let mut group = criterion.benchmark_group("packing");
    group.throughput(Throughput::Bytes((rows * depth * size_of::<f32>()) as u64));
    group.bench_function("1536 × 1024", |bencher| {
        let stored = WeightReader::of_floats(&weights, [rows, depth]);
        bencher.iter(|| black_box(ConvolutionWeights::pack(&stored, false, None, None).unwrap()));
    });
    group.finish();
}

fn windows(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("windows");
    for (name, channels, size, kernel, stride) in [
        ("depthwise 3 × 3, 19 × 19", 728, 19, 3, 1),
        ("depthwise 3 × 3 of stride 2, 112 × 112", 96, 112, 3, 2),
        ("depthwise 5 × 5, 14 × 14", 480, 14, 5, 1),
    ] {
        let op = Depthwise {
            geometry: Geometry::square(size, kernel, stride, kernel / 2),
            input_min: 0.0,
            clamp: Clamp { min: 0.0, max: 6.0 },
        };
        let input = numbers(&[1, channels, size, size]);
        let weights = numbers(&[channels, kernel * kernel]);
        let bias = numbers(&[channels]);
        group.bench_function(name, |bencher| {
            bencher.iter(|| run(&op, &[&input, &weights, &bias]));
        });
    }
    let op = MaxPooling {
        geometry: Geometry::square(147, 3, 2, 1),
    };
    let input = numbers(&[1, 128, 147, 147]);
    group.bench_function("max pooling 3 × 3 of stride 2, 147 × 147", |bencher| {
        bencher.iter(|| run(&op, &[&input]));
    });
    group.finish();
}

criterion_group!(kernels, tiles, convolutions, packing, windows);
criterion_main!(kernels);

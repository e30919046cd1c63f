//! The usual ways from pixel values to the numbers a network was trained with.

use super::fit::Fit;
use super::preprocessing::{Channels, Filter, Layout, Preprocess};

/// A usual scaling. A file that says nothing leaves it to a person to know which.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// Short and stable, for messages and for what a browser remembers.
    pub id: &'static str,
    pub name: &'static str,
    /// Who scales so.
    pub summary: &'static str,
    channels: Channels,
    scale: f32,
    /// As in [`Preprocess`]; the first value alone where there is one channel.
    mean: [f32; 3],
    std: [f32; 3],
}

/// All of them, those for colour first.
pub const SCALINGS: &[Scaling] = &[
    rgb(
        "minus-one-to-one",
        "−1 … 1",
        "Keras: Xception, Inception, MobileNet, ResNet V2",
        1.0 / 127.5,
        [1.0; 3],
        [1.0; 3],
    ),
    rgb(
        "zero-to-one",
        "0 … 1",
        "values divided by 255",
        1.0 / 255.0,
        [0.0; 3],
        [1.0; 3],
    ),
    rgb(
        "imagenet",
        "ImageNet mean and deviation",
        "PyTorch: torchvision, timm; Keras: DenseNet",
        1.0 / 255.0,
        [0.485, 0.456, 0.406],
        [0.229, 0.224, 0.225],
    ),
    Scaling {
        channels: Channels::Bgr,
        ..rgb(
            "caffe",
            "Caffe: BGR less its mean",
            "Keras: VGG, ResNet V1",
            1.0,
            [103.939, 116.779, 123.68],
            [1.0; 3],
        )
    },
    rgb(
        "bytes",
        "0 … 255",
        "networks that scale by themselves, such as Keras’s EfficientNet",
        1.0,
        [0.0; 3],
        [1.0; 3],
    ),
    grey(
        "grey-minus-one-to-one",
        "Grey, −1 … 1",
        "",
        1.0 / 127.5,
        1.0,
        1.0,
    ),
    grey(
        "grey-zero-to-one",
        "Grey, 0 … 1",
        "values divided by 255",
        1.0 / 255.0,
        0.0,
        1.0,
    ),
    grey(
        "grey-mnist",
        "Grey, MNIST mean and deviation",
        "PyTorch’s MNIST examples",
        1.0 / 255.0,
        0.1307,
        0.3081,
    ),
    grey(
        "grey-bytes",
        "Grey, 0 … 255",
        "networks that scale by themselves",
        1.0,
        0.0,
        1.0,
    ),
];

const fn rgb(
    id: &'static str,
    name: &'static str,
    summary: &'static str,
    scale: f32,
    mean: [f32; 3],
    std: [f32; 3],
) -> Scaling {
    let channels = Channels::Rgb;
    Scaling {
        id,
        name,
        summary,
        channels,
        scale,
        mean,
        std,
    }
}

const fn grey(
    id: &'static str,
    name: &'static str,
    summary: &'static str,
    scale: f32,
    mean: f32,
    std: f32,
) -> Scaling {
    Scaling {
        channels: Channels::Luma,
        ..rgb(id, name, summary, scale, [mean; 3], [std; 3])
    }
}

impl Scaling {
    /// The scaling with this `id`.
    pub fn find(id: &str) -> Option<&'static Scaling> {
        SCALINGS.iter().find(|scaling| scaling.id == id)
    }

    /// The scaling that a description states in full, if it is one of the usual.
    pub fn of(preprocess: &Preprocess) -> Option<&'static Scaling> {
        SCALINGS.iter().find(|scaling| {
            let same = scaling.preprocess(preprocess.layout, preprocess.size);
            let (resize, fit) = (preprocess.resize, preprocess.fit);
            Preprocess {
                resize,
                fit,
                ..same
            } == *preprocess
        })
    }

    /// How many channels a network has that takes it: 3, or 1 for grey.
    pub fn channels(&self) -> usize {
        self.channels.count()
    }

    /// The whole description, for a network of this layout and of this height
    /// and width in pixels.
    pub fn preprocess(&self, layout: Layout, size: [usize; 2]) -> Preprocess {
        let count = self.channels.count();
        Preprocess {
            layout,
            size,
            channels: self.channels,
            scale: self.scale,
            mean: self.mean[..count].to_vec(),
            std: self.std[..count].to_vec(),
            resize: Filter::Bilinear,
            fit: Fit::Stretch,
        }
    }
}

impl Preprocess {
    /// The description with what a person chose in its place.
    #[must_use]
    pub fn with_choices(self, scaling: Option<&Scaling>, fit: Option<Fit>) -> Preprocess {
        let fit = fit.unwrap_or(self.fit);
        match scaling {
            Some(scaling) => Preprocess {
                resize: self.resize,
                fit,
                ..scaling.preprocess(self.layout, self.size)
            },
            None => Preprocess { fit, ..self },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scaling_is_sound_and_found_again() {
        for scaling in SCALINGS {
            let preprocess = scaling.preprocess(Layout::Nchw, [8, 9]);
            preprocess.check().unwrap();
            assert_eq!(Scaling::of(&preprocess), Some(scaling));
            assert_eq!(Scaling::find(scaling.id), Some(scaling));
        }
        assert_eq!(Scaling::find("magic"), None);
    }

    #[test]
    fn caffe_swaps_the_channels_and_scales_nothing() {
        let caffe = Scaling::find("caffe").map(|caffe| caffe.preprocess(Layout::Nhwc, [1, 1]));
        let picture = image::RgbImage::from_pixel(1, 1, image::Rgb([10, 20, 30]));
        let tensor = crate::picture::prepare(&picture, &caffe.unwrap()).unwrap();
        let values: Vec<f32> = tensor.into_iter().collect();
        assert_eq!(values, [30.0 - 103.939, 20.0 - 116.779, 10.0 - 123.68]);
    }

    #[test]
    fn keras_is_the_first() {
        let keras = SCALINGS[0].preprocess(Layout::Nhwc, [4, 4]);
        assert_eq!(keras, Preprocess::keras([4, 4]));
    }
}

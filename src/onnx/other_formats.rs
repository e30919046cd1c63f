//! Model files of other kinds, told by how they begin, and how each becomes an ONNX file.

/// A kind of model file that is not ONNX.
struct Format {
    name: &'static str,
    /// Lines of a shell or of Python.
    conversion: &'static str,
}

const PYTORCH: Format = Format {
    name: "a PyTorch file",
    conversion: "in Python: import torch; model.load_state_dict(torch.load('FILE')); \
                 torch.onnx.export(model.eval(), torch.zeros(1, 3, 224, 224), 'model.onnx')",
};
const KERAS: Format = Format {
    name: "a Keras file",
    conversion: "in Python: import keras; model = keras.saving.load_model('FILE'); \
                 model.export('model.onnx', format='onnx')",
};
const TENSORFLOW_LITE: Format = Format {
    name: "a TensorFlow Lite file",
    conversion: "in a shell: pip install tf2onnx; \
                 python -m tf2onnx.convert --tflite FILE --output model.onnx",
};
const SAFETENSORS: Format = Format {
    name: "a safetensors file, weights without their network",
    conversion: "in a shell: pip install optimum[onnxruntime]; \
                 optimum-cli export onnx --model FOLDER onnx/",
};

/// Name of the format that a file begins as, and the lines that turn it into ONNX; `None` for any
/// other.
pub fn other_format(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let Format { name, conversion } = format(bytes)?;
    Some((name, conversion))
}

fn format(bytes: &[u8]) -> Option<Format> {
    /// A zip archive names its first files early.
    const HEAD_BYTES: usize = 1 << 12;
    let head = bytes.get(..HEAD_BYTES.min(bytes.len()))?;
    let names = |text: &[u8]| head.windows(text.len()).any(|window| window == text);
    match bytes {
        [b'P', b'K', 3, 4, ..] if names(b"data.pkl") || names(b"/version") => Some(PYTORCH),
        [b'P', b'K', 3, 4, ..] if names(b"metadata.json") || names(b"config.json") => Some(KERAS),
        [0x89, b'H', b'D', b'F', ..] => Some(KERAS),
        // Python's pickle, in which PyTorch wrote its files before 2020.
        [0x80, 2..=5, ..] => Some(PYTORCH),
        [_, _, _, _, b'T', b'F', b'L', b'3', ..] => Some(TENSORFLOW_LITE),
        [_, _, _, _, 0, 0, 0, 0, b'{', b'"', ..] => Some(SAFETENSORS),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::{Limits, Model};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn each_is_told_how_to_become_onnx() {
        let files: [(&[u8], &str); 6] = [
            (b"PK\x03\x04....archive/data.pkl....", "torch.onnx.export"),
            (b"\x80\x02\x8a\nl\xfc", "torch.onnx.export"),
            (b"PK\x03\x04....metadata.json....", "model.export"),
            (b"\x89HDF\r\n\x1a\n", "model.export"),
            (b"\x1c\0\0\0TFL3", "tf2onnx"),
            (b"\x40\x01\0\0\0\0\0\0{\"a\":", "optimum-cli"),
        ];
        for (bytes, words) in files {
            let error = Model::decode(bytes, Limits::default())
                .unwrap_err()
                .to_string();
            assert!(error.contains(words), "{error}");
        }
        assert!(other_format(b"").is_none() && other_format(b"PK\x03\x04").is_none());
    }
}

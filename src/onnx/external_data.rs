//! Weights in files beside the model: PyTorch's exporters write them so by default, and models
//! over 2 GB, the most that protobuf allows, cannot do without.
//!
//! [ONNX External Data](https://onnx.ai/onnx/repo-docs/ExternalData.html): a tensor names a file
//! by a path relative to the model's folder, and a range of its bytes.

use std::collections::BTreeMap;

use prost::Message as _;
use prost::bytes::Bytes;
use tract_onnx::pb::{self, tensor_proto::DataLocation};

use super::error::OnnxError;
use super::size_limits::{self, Limits};
use super::tensor;

/// A file with weights.
#[derive(Clone, Copy, Debug)]
pub struct ExternalFile<'a> {
    /// Its path from the model's folder, or its name alone.
    pub name: &'a str,
    pub bytes: &'a [u8],
}

/// The range of a file that holds a tensor.
struct Place {
    file: String,
    start: usize,
    end: usize,
}

/// The files that a model's weights are in, each with the bytes that it must have at least. Empty
/// for a model that is one file, and for what is no model.
///
/// # Errors
/// [`OnnxError::ExternalPath`], [`OnnxError::ExternalRange`], [`OnnxError::ManyParts`].
pub fn external_files(model: &[u8], limits: Limits) -> Result<BTreeMap<String, usize>, OnnxError> {
    match size_limits::check_structure(model, limits.structure_bytes) {
        Ok(false) | Err(OnnxError::NotOnnx { .. }) => return Ok(BTreeMap::new()),
        Ok(true) => {}
        Err(other) => return Err(other),
    }
    // Of `Bytes` as everywhere: of a second kind of buffer the decoder would be compiled once more.
    let proto = pb::ModelProto::decode(Bytes::copy_from_slice(model)).unwrap_or_default();
    proto
        .graph
        .as_ref()
        .map_or_else(|| Ok(BTreeMap::new()), files_of)
}

/// The same of a decoded graph.
fn files_of(graph: &pb::GraphProto) -> Result<BTreeMap<String, usize>, OnnxError> {
    let mut files: BTreeMap<String, usize> = BTreeMap::new();
    for tensor in external_tensors(graph) {
        let Place { file, end, .. } = place(tensor)?;
        let least = files.entry(file).or_default();
        *least = end.max(*least);
    }
    Ok(files)
}

/// Refuses a graph whose weights are in other files.
///
/// # Errors
/// [`OnnxError::ExternalData`], which names the first of them; as [`external_files`].
pub fn check_embedded(graph: &pb::GraphProto) -> Result<(), OnnxError> {
    match files_of(graph)?.into_iter().next() {
        Some((file, bytes)) => Err(OnnxError::ExternalData { file, bytes }),
        None => Ok(()),
    }
}

/// The model as one file, its weights taken from the files beside it.
///
/// # Errors
/// [`OnnxError`]: a file is missing or too short, a path leaves the folder, or the whole would be
/// larger than the limit.
pub fn embed_external_data(
    model: &[u8],
    files: &[ExternalFile],
    limits: Limits,
) -> Result<Vec<u8>, OnnxError> {
    size_limits::check_structure(model, limits.structure_bytes)?;
    let mut proto =
        pb::ModelProto::decode(Bytes::copy_from_slice(model)).map_err(|_| OnnxError::NotOnnx {
            reason: "a field of it is not what the format has there".into(),
        })?;
    let graph = proto.graph.get_or_insert_default();
    check_total(graph, model.len(), limits)?;
    let least = files_of(graph)?;
    for tensor in external_tensors_mut(graph) {
        let place = place(tensor)?;
        let file = find(files, &place.file).ok_or_else(|| OnnxError::ExternalData {
            bytes: least.get(&place.file).copied().unwrap_or(place.end),
            file: place.file.clone(),
        })?;
        let bytes = file.bytes.get(place.start..place.end);
        let bytes = bytes.ok_or_else(|| OnnxError::ExternalFileShort {
            file: place.file.clone(),
            tensor: tensor.name.clone(),
            wanted: place.end,
            found: file.bytes.len(),
        })?;
        tensor.raw_data = bytes.to_vec();
        tensor.data_location = None;
        tensor.external_data.clear();
    }
    Ok(proto.encode_to_vec())
}

/// Refuses what would be larger as one file than a file may be. Tensors that claim the same
/// bytes again and again need no file of that size, and could exhaust the memory.
fn check_total(graph: &pb::GraphProto, own: usize, limits: Limits) -> Result<(), OnnxError> {
    let mut bytes = own;
    for tensor in external_tensors(graph) {
        let Place { start, end, .. } = place(tensor)?;
        bytes = bytes.saturating_add(end - start);
    }
    let limit = limits.file_bytes;
    if bytes > limit {
        return Err(OnnxError::TooLarge { bytes, limit });
    }
    Ok(())
}

/// The file of this path: by the whole path, else by its last part, as files that were dropped
/// or picked have no folder.
fn find<'a>(files: &[ExternalFile<'a>], path: &str) -> Option<ExternalFile<'a>> {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let by_path = files.iter().find(|file| file.name == path);
    let by_name = || files.iter().find(|file| name(file.name) == name(path));
    by_path.or_else(by_name).copied()
}

fn is_external(tensor: &pb::TensorProto) -> bool {
    tensor.data_location == Some(DataLocation::External as i32) || !tensor.external_data.is_empty()
}

/// Where an external tensor is.
fn place(tensor: &pb::TensorProto) -> Result<Place, OnnxError> {
    let entry = |key: &str| {
        let mut entries = tensor.external_data.iter();
        entries
            .find(|entry| entry.key == key)
            .map(|entry| entry.value.as_str())
    };
    let location = entry("location").unwrap_or_default();
    let file = path_within_folder(location).ok_or_else(|| OnnxError::ExternalPath {
        tensor: tensor.name.clone(),
        path: location.to_owned(),
    })?;
    let range = || -> Option<(usize, usize)> {
        let number = |text: &str| text.trim().parse::<usize>().ok();
        let start = entry("offset").map_or(Some(0), number)?;
        let values = tensor::element_count(tensor)?;
        let bytes = values.checked_mul(tensor::bytes_each(tensor)?)?;
        let length = entry("length").map_or(Some(bytes), number)?;
        Some((
            start,
            start.checked_add(length).filter(|_| length == bytes)?,
        ))
    };
    let (start, end) = range().ok_or_else(|| OnnxError::ExternalRange {
        tensor: tensor.name.clone(),
        file: file.clone(),
    })?;
    Ok(Place { file, start, end })
}

/// A relative path that stays in its folder, with slashes; `None` for any other.
fn path_within_folder(location: &str) -> Option<String> {
    let path = location.replace('\\', "/");
    let is_absolute = path.starts_with('/') || path.contains(':') || path.contains('\0');
    let mut parts = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            return None;
        }
        parts.push(part);
    }
    (!is_absolute && !parts.is_empty()).then(|| parts.join("/"))
}

/// Initialisers and attributes of nodes that are in other files.
fn external_tensors(graph: &pb::GraphProto) -> impl Iterator<Item = &pb::TensorProto> {
    let attributes = graph.node.iter().flat_map(|node| &node.attribute);
    let constants = attributes.filter_map(|attribute| attribute.t.as_ref());
    let tensors = graph.initializer.iter().chain(constants);
    tensors.filter(|tensor| is_external(tensor))
}

fn external_tensors_mut(graph: &mut pb::GraphProto) -> impl Iterator<Item = &mut pb::TensorProto> {
    let attributes = graph.node.iter_mut().flat_map(|node| &mut node.attribute);
    let constants = attributes.filter_map(|attribute| attribute.t.as_mut());
    let tensors = graph.initializer.iter_mut().chain(constants);
    tensors.filter(|tensor| is_external(tensor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::Model;
    use crate::onnx::testing::{GraphBuilder, model};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn entry(key: &str, value: impl ToString) -> pb::StringStringEntryProto {
        pb::StringStringEntryProto {
            key: key.into(),
            value: value.to_string(),
        }
    }

    /// A classifier with its weights in 'weights/w.data', and that file.
    fn split() -> (pb::ModelProto, Vec<u8>) {
        let mut proto = model(GraphBuilder::linear_classifier());
        let mut data = vec![0; 3];
        for weights in &mut proto.graph.as_mut().unwrap().initializer {
            let bytes = std::mem::take(&mut weights.raw_data);
            weights.data_location = Some(DataLocation::External as i32);
            weights.external_data = vec![
                entry("location", "./weights/w.data"),
                entry("offset", data.len()),
                entry("length", bytes.len()),
            ];
            data.extend(bytes);
        }
        (proto, data)
    }

    fn change(proto: &mut pb::ModelProto, key: &str, value: &str) {
        let weights = &mut proto.graph.as_mut().unwrap().initializer[0];
        weights.external_data.retain(|entry| entry.key != key);
        weights.external_data.push(entry(key, value));
    }

    fn embed(proto: &pb::ModelProto, name: &str, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let file = ExternalFile { name, bytes };
        let embedded = embed_external_data(&proto.encode_to_vec(), &[file], Limits::default());
        embedded.map_err(|error| error.to_string())
    }

    #[test]
    fn weights_of_a_second_file_are_those_of_the_whole() {
        let whole = model(GraphBuilder::linear_classifier()).encode_to_vec();
        let (proto, data) = split();
        for name in ["weights/w.data", "w.data"] {
            let embedded = embed(&proto, name, &data).unwrap();
            let decoded = Model::decode(&embedded, Limits::default()).unwrap();
            let wanted = Model::decode(&whole, Limits::default()).unwrap();
            assert_eq!(decoded.graph(), wanted.graph());
        }
        let files = external_files(&proto.encode_to_vec(), Limits::default()).unwrap();
        assert_eq!(
            files,
            BTreeMap::from([("weights/w.data".to_owned(), data.len())])
        );
        assert!(
            external_files(&whole, Limits::default())
                .unwrap()
                .is_empty()
        );
        assert!(
            external_files(b"<html>", Limits::default())
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn a_file_that_is_missing_or_short_is_named_with_its_size() {
        let (proto, data) = split();
        let text = embed(&proto, "other.data", &data).unwrap_err();
        assert!(text.contains("weights/w.data"), "{text}");
        let alone = Model::decode(&proto.encode_to_vec(), Limits::default());
        let text = alone.unwrap_err().to_string();
        assert!(text.contains("weights/w.data") && text.contains(&data.len().to_string()));
        let text = embed(&proto, "w.data", &data[..data.len() - 1]).unwrap_err();
        assert!(text.contains("cut off"), "{text}");
    }

    #[test]
    fn no_path_leaves_the_folder() {
        for path in [
            "../w.data",
            "/etc/passwd",
            "a/../../b",
            "C:\\w.data",
            "",
            ".",
        ] {
            let (mut proto, data) = split();
            change(&mut proto, "location", path);
            let text = embed(&proto, "w.data", &data).unwrap_err();
            assert!(text.contains("not in the model's folder"), "{path}: {text}");
        }
    }

    #[test]
    fn ranges_that_cannot_be_are_refused() {
        for (key, value) in [
            ("length", "3"),
            ("offset", "-1"),
            ("offset", "18446744073709551615"),
            ("length", "a lot"),
        ] {
            let (mut proto, data) = split();
            change(&mut proto, key, value);
            let text = embed(&proto, "w.data", &data).unwrap_err();
            assert!(text.contains("does not fit"), "{key} {value}: {text}");
        }
        let (proto, data) = split();
        let file = ExternalFile {
            name: "w.data",
            bytes: &data,
        };
        let limits = Limits {
            file_bytes: 100,
            ..Limits::default()
        };
        let error = embed_external_data(&proto.encode_to_vec(), &[file], limits);
        assert!(matches!(error, Err(OnnxError::TooLarge { limit: 100, .. })));
    }
}

//! How much a file may hold, and the memory that its structure would take,
//! estimated from its bytes before any of it is decoded.
//!
//! In protobuf's wire format two bytes can stand for a message of a thousand bytes
//! in memory, so that a small hostile file could exhaust the memory.
//! [`check_structure`] scans the messages once, without keeping any, and adds up
//! what their structs will take. Weights as raw bytes are not counted: they are as
//! large as the file.
//!
//! The format: <https://protobuf.dev/programming-guides/encoding/>.

use tract_onnx::pb;

use super::error::OnnxError;

/// Upper limits for a model file, checked before memory is allocated for it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Size of the file.
    pub file_bytes: usize,
    /// Number of values of one tensor.
    pub tensor_values: usize,
    /// Memory that its messages take, without the weights' raw bytes.
    pub structure_bytes: usize,
}

impl Default for Limits {
    /// 1 GiB a file, 256 Mi values (1 GiB as float32) a tensor and 512 MiB of
    /// messages: what still fits beside its working copies in the 4 GiB of a
    /// wasm32 memory. A network of a thousand nodes has some 10 MiB of messages.
    fn default() -> Self {
        Limits {
            file_bytes: 1 << 30,
            tensor_values: 1 << 28,
            structure_bytes: 1 << 29,
        }
    }
}

/// A growing `Vec` may have a capacity of twice its length.
const SPARE_CAPACITY: usize = 2;
/// A scalar field, or the header of a string or list, without its contents.
const FIELD_BYTES: usize = SPARE_CAPACITY * size_of::<String>();
/// Memory for each byte of a packed list: a number takes at least one byte in the
/// file, and at most eight in memory.
const PACKED_BYTES_PER_BYTE: usize = SPARE_CAPACITY * size_of::<i64>();
/// Memory for each byte of the small messages (shapes, metadata entries), at most:
/// two bytes can be one dimension of a shape.
const SMALL_BYTES_PER_BYTE: usize =
    SPARE_CAPACITY * size_of::<pb::tensor_shape_proto::Dimension>() / 2;

/// Number of the field `external_data` of a tensor.
const EXTERNAL_DATA: u64 = 13;

/// The messages of `onnx.proto` that can contain large ones.
#[derive(Clone, Copy)]
enum Message {
    Model,
    Training,
    Function,
    Graph,
    Node,
    Attribute,
    Tensor,
    SparseTensor,
}

/// What a length-delimited field contains.
enum Contents {
    /// A message to scan, and the size of its struct in memory.
    Nested(Message, usize),
    /// A message counted by [`SMALL_BYTES_PER_BYTE`].
    Small,
    /// A packed list of integers.
    Numbers,
    Bytes,
}

impl Message {
    /// By the field numbers of `onnx.proto`.
    fn field(self, number: u64) -> Contents {
        let message = |kind: Message| Contents::Nested(kind, kind.size());
        match (self, number) {
            (Message::Model, 7) | (Message::Training, 1 | 2) | (Message::Attribute, 6 | 11) => {
                message(Message::Graph)
            }
            (Message::Model, 20) => message(Message::Training),
            (Message::Model, 25) => message(Message::Function),
            (Message::Graph, 1) | (Message::Function, 7) => message(Message::Node),
            (Message::Node, 5) => message(Message::Attribute),
            (Message::Graph, 5) | (Message::Attribute, 5 | 10) | (Message::SparseTensor, 1 | 2) => {
                message(Message::Tensor)
            }
            (Message::Graph, 15) | (Message::Attribute, 22 | 23) => message(Message::SparseTensor),
            (Message::Model, 8 | 14)
            | (Message::Training, 3 | 4)
            | (Message::Function, 9)
            | (Message::Graph, 11..=14)
            | (Message::Attribute, 14 | 15)
            | (Message::Tensor, 3 | 13) => Contents::Small,
            (Message::Attribute, 8)
            | (Message::Tensor, 1 | 5 | 7 | 11)
            | (Message::SparseTensor, 3) => Contents::Numbers,
            _ => Contents::Bytes,
        }
    }

    fn size(self) -> usize {
        match self {
            Message::Model => size_of::<pb::ModelProto>(),
            Message::Training => size_of::<pb::TrainingInfoProto>(),
            Message::Function => size_of::<pb::FunctionProto>(),
            Message::Graph => size_of::<pb::GraphProto>(),
            Message::Node => size_of::<pb::NodeProto>(),
            Message::Attribute => size_of::<pb::AttributeProto>(),
            Message::Tensor => size_of::<pb::TensorProto>(),
            Message::SparseTensor => size_of::<pb::SparseTensorProto>(),
        }
    }
}

/// Refuses a file whose structure, without the weights' raw bytes, would take
/// more than `limit` bytes of memory. Takes time in proportion to the file. Whether it names
/// weights in other files.
///
/// # Errors
/// [`OnnxError::ManyParts`]; [`OnnxError::NotOnnx`] where a field does not end.
pub fn check_structure(file: &[u8], limit: usize) -> Result<bool, OnnxError> {
    let broken = || OnnxError::NotOnnx {
        reason: "a field does not end".into(),
    };
    let mut total = Message::Model.size();
    let mut has_external_data = false;
    let mut bytes = Reader { file, at: 0 };
    // Messages that are open, each with its end.
    let mut open = vec![(Message::Model, file.len())];
    while let Some(&(kind, end)) = open.last() {
        if bytes.at >= end {
            open.pop();
            continue;
        }
        let key = bytes.number().ok_or_else(broken)?;
        let cost = match key & 7 {
            0 => bytes.number().map(|_| FIELD_BYTES),
            1 => bytes.skip(8, end).map(|_| FIELD_BYTES),
            5 => bytes.skip(4, end).map(|_| FIELD_BYTES),
            2 => bytes.number().and_then(|length| {
                let length = usize::try_from(length).ok()?;
                let begin = bytes.at;
                bytes.skip(length, end)?;
                has_external_data |= matches!((kind, key >> 3), (Message::Tensor, EXTERNAL_DATA));
                Some(match kind.field(key >> 3) {
                    Contents::Nested(inner, size) => {
                        bytes.at = begin;
                        open.push((inner, begin + length));
                        SPARE_CAPACITY * size
                    }
                    Contents::Small => {
                        SPARE_CAPACITY * size_of::<pb::ValueInfoProto>()
                            + SMALL_BYTES_PER_BYTE * length
                    }
                    Contents::Numbers => FIELD_BYTES + PACKED_BYTES_PER_BYTE * length,
                    Contents::Bytes => FIELD_BYTES,
                })
            }),
            // Groups, which ONNX does not have.
            _ => None,
        };
        total = total.saturating_add(cost.ok_or_else(broken)?);
        if total > limit {
            return Err(OnnxError::ManyParts { limit });
        }
    }
    Ok(has_external_data)
}

struct Reader<'a> {
    file: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// A number of variable length: seven bits a byte, the lowest first.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for position in 0..10 {
            let byte = *self.file.get(self.at)?;
            self.at += 1;
            number |= u64::from(byte & 0x7f) << (7 * position);
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// Goes on by so many bytes, unless that is beyond `end`.
    fn skip(&mut self, count: usize, end: usize) -> Option<()> {
        self.at = self.at.checked_add(count).filter(|at| *at <= end)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::onnx::Model;
    use crate::onnx::testing::{GraphBuilder, model};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// A message as a field of the message around it.
    fn wrapped(field: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        prost::encoding::encode_varint(u64::from(field) << 3 | 2, &mut bytes);
        prost::encoding::encode_varint(payload.len() as u64, &mut bytes);
        bytes.extend(payload);
        bytes
    }

    /// A graph of which a part has so many fields of two bytes.
    fn hostile(way: &[u8], field: u8, count: usize) -> Vec<u8> {
        let payload = [field << 3 | 2, 0].repeat(count);
        way.iter()
            .rev()
            .fold(payload, |payload, &field| wrapped(field, &payload))
    }

    #[test]
    fn many_small_parts_are_refused_before_they_are_decoded() {
        // Nodes, attributes of one node, weights, shapes' axes, dimensions.
        let ways: [(&[u8], u8); 6] = [
            (&[7], 1),
            (&[7, 1], 5),
            (&[7], 5),
            (&[7, 11], 1),
            (&[7, 1], 1),
            (&[7, 1, 5], 10),
        ];
        for (way, field) in ways {
            // Where pointers have 4 bytes, parts have half the size.
            let file = hostile(way, field, (96 << 20) / size_of::<usize>());
            let limit = Limits::default().structure_bytes;
            let error = Model::decode(&file, Limits::default()).unwrap_err();
            let is_meant = matches!(error, OnnxError::ManyParts { .. });
            let text = error.to_string();
            assert!(
                is_meant && text.contains(&limit.to_string()),
                "{way:?}: {text}"
            );
        }
        // One byte each in the file, eight in memory.
        let packed = wrapped(7, &wrapped(5, &wrapped(7, &vec![1; 40 << 20])));
        let error = Model::decode(&packed, Limits::default()).unwrap_err();
        assert!(matches!(error, OnnxError::ManyParts { .. }), "{error}");
    }

    #[test]
    fn what_is_counted_is_no_less_than_what_is_taken() {
        let ways: [(&[u8], usize); 8] = [
            (&[7], size_of::<pb::GraphProto>()),
            (&[7, 1], size_of::<pb::NodeProto>()),
            (&[7, 1, 5], size_of::<pb::AttributeProto>()),
            (&[7, 5], size_of::<pb::TensorProto>()),
            (&[7, 11], size_of::<pb::ValueInfoProto>()),
            (&[7, 15], size_of::<pb::SparseTensorProto>()),
            (&[20], size_of::<pb::TrainingInfoProto>()),
            (&[25], size_of::<pb::FunctionProto>()),
        ];
        for (way, taken) in ways {
            let file = hostile(way, 0, 0);
            let min_bytes = Message::Model.size() + taken;
            assert!(check_structure(&file, min_bytes).is_err(), "{way:?}");
            assert!(check_structure(&file, 1 << 14).is_ok(), "{way:?}");
        }
    }

    #[test]
    fn weights_as_raw_bytes_count_nothing() {
        let mut graph = GraphBuilder::linear_classifier();
        graph.floats("large", &[1 << 20], &vec![1.0; 1 << 20]);
        let file = model(graph).encode_to_vec();
        assert!(file.len() > 4 << 20);
        check_structure(&file, 1 << 16).unwrap();
    }

    #[test]
    fn what_does_not_end_is_no_model() {
        for file in [
            &[0x3a][..],
            &[0x3a, 0x05, 0x0a],
            &[0xff; 12],
            &[0x3b, 0x3c],
            &[0x3a, 0x02, 0x0a, 0x05, 0, 0, 0, 0, 0],
        ] {
            let error = check_structure(file, 1 << 20).unwrap_err();
            assert!(matches!(error, OnnxError::NotOnnx { .. }), "{error}");
        }
    }
}

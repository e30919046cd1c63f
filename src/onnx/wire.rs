//! What a file would take in memory, told from its bytes before any of it is
//! decoded.
//!
//! In protobuf's wire format two bytes can stand for a whole message of a
//! thousand bytes in memory, so a small hostile file could ask for all there is.
//! [`check`] walks over the messages once, without keeping any, and adds up what
//! their structures will take. Weights as raw bytes count nothing here: they are
//! as large as the file.
//!
//! The format: <https://protobuf.dev/programming-guides/encoding/>.

use super::{OnnxError, pb};

/// A growing list may have room for twice as many.
const SPARE: usize = 2;
/// A number, a string or a list of its own, without what it holds.
const FIELD: usize = SPARE * size_of::<String>();
/// A packed number has at least one byte in the file, and at most eight here.
const PACKED: usize = SPARE * size_of::<i64>();
/// No byte of the small messages (shapes, entries of metadata) takes more: two
/// of them can be an axis of a shape.
const SMALL: usize = SPARE * size_of::<pb::tensor_shape_proto::Dimension>() / 2;

/// A kind of message that holds large ones.
#[derive(Clone, Copy)]
enum Kind {
    Model,
    Training,
    Function,
    Graph,
    Node,
    Attribute,
    Tensor,
    SparseTensor,
}

/// What a field of variable length holds.
enum Holds {
    /// A message to walk through, and its own size in memory.
    Message(Kind, usize),
    /// A message whose bytes each take so much at most.
    Small,
    /// Whole numbers, packed.
    Numbers,
    Bytes,
}

impl Kind {
    /// By the numbers of `onnx.proto`.
    fn field(self, number: u64) -> Holds {
        let message = |kind: Kind| Holds::Message(kind, kind.size());
        match (self, number) {
            (Kind::Model, 7) | (Kind::Training, 1 | 2) | (Kind::Attribute, 6 | 11) => {
                message(Kind::Graph)
            }
            (Kind::Model, 20) => message(Kind::Training),
            (Kind::Model, 25) => message(Kind::Function),
            (Kind::Graph, 1) | (Kind::Function, 7) => message(Kind::Node),
            (Kind::Node, 5) => message(Kind::Attribute),
            (Kind::Graph, 5) | (Kind::Attribute, 5 | 10) | (Kind::SparseTensor, 1 | 2) => {
                message(Kind::Tensor)
            }
            (Kind::Graph, 15) | (Kind::Attribute, 22 | 23) => message(Kind::SparseTensor),
            (Kind::Model, 8 | 14)
            | (Kind::Training, 3 | 4)
            | (Kind::Function, 9)
            | (Kind::Graph, 11..=14)
            | (Kind::Attribute, 14 | 15)
            | (Kind::Tensor, 3 | 13) => Holds::Small,
            (Kind::Attribute, 8) | (Kind::Tensor, 1 | 5 | 7 | 11) | (Kind::SparseTensor, 3) => {
                Holds::Numbers
            }
            _ => Holds::Bytes,
        }
    }

    fn size(self) -> usize {
        match self {
            Kind::Model => size_of::<pb::ModelProto>(),
            Kind::Training => size_of::<pb::TrainingInfoProto>(),
            Kind::Function => size_of::<pb::FunctionProto>(),
            Kind::Graph => size_of::<pb::GraphProto>(),
            Kind::Node => size_of::<pb::NodeProto>(),
            Kind::Attribute => size_of::<pb::AttributeProto>(),
            Kind::Tensor => size_of::<pb::TensorProto>(),
            Kind::SparseTensor => size_of::<pb::SparseTensorProto>(),
        }
    }
}

/// Refuses a file whose structure, without the weights' raw bytes, would take
/// more than `limit` bytes of memory. Takes time in proportion to the file.
///
/// # Errors
/// [`OnnxError::ManyParts`]; [`OnnxError::NotOnnx`] where a field does not end.
pub fn check(file: &[u8], limit: usize) -> Result<(), OnnxError> {
    let broken = || OnnxError::NotOnnx {
        reason: "a field does not end".into(),
    };
    let mut total = Kind::Model.size();
    let mut bytes = Reader { file, at: 0 };
    // Messages that are open, each with its end.
    let mut open = vec![(Kind::Model, file.len())];
    while let Some(&(kind, end)) = open.last() {
        if bytes.at >= end {
            open.pop();
            continue;
        }
        let key = bytes.number().ok_or_else(broken)?;
        let cost = match key & 7 {
            0 => bytes.number().map(|_| FIELD),
            1 => bytes.skip(8, end).map(|_| FIELD),
            5 => bytes.skip(4, end).map(|_| FIELD),
            2 => bytes.number().and_then(|length| {
                let length = usize::try_from(length).ok()?;
                let begin = bytes.at;
                bytes.skip(length, end)?;
                Some(match kind.field(key >> 3) {
                    Holds::Message(inner, size) => {
                        bytes.at = begin;
                        open.push((inner, begin + length));
                        SPARE * size
                    }
                    Holds::Small => SPARE * size_of::<pb::ValueInfoProto>() + SMALL * length,
                    Holds::Numbers => FIELD + PACKED * length,
                    Holds::Bytes => FIELD,
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
    Ok(())
}

struct Reader<'a> {
    file: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// A number of variable length: seven bits a byte, the lowest first.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for place in 0..10 {
            let byte = *self.file.get(self.at)?;
            self.at += 1;
            number |= u64::from(byte & 0x7f) << (7 * place);
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

    use super::super::testing::{GraphBuilder, model};
    use super::*;
    use crate::onnx::{Limits, Model};

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
            let file = hostile(way, field, 12 << 20);
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
            let least = Kind::Model.size() + taken;
            assert!(check(&file, least).is_err(), "{way:?}");
            assert!(check(&file, 1 << 14).is_ok(), "{way:?}");
        }
    }

    #[test]
    fn weights_as_raw_bytes_count_nothing() {
        let mut graph = GraphBuilder::linear_classifier();
        graph.floats("large", &[1 << 20], &vec![1.0; 1 << 20]);
        let file = model(graph).encode_to_vec();
        assert!(file.len() > 4 << 20);
        check(&file, 1 << 16).unwrap();
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
            let error = check(file, 1 << 20).unwrap_err();
            assert!(matches!(error, OnnxError::NotOnnx { .. }), "{error}");
        }
    }
}

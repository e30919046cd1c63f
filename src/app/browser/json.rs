//! JSON as the browser itself reads and writes it: a parser of the page's own would be
//! a tenth of the page. Natively, where the tests run, `serde_json` stands in for it.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

#[cfg(target_arch = "wasm32")]
pub use self::browser::{read, write};
#[cfg(not(target_arch = "wasm32"))]
pub use self::native::{read, write};

#[cfg(target_arch = "wasm32")]
mod browser {
    use js_sys::JSON;
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use crate::app::browser::error_text::error_text;
    use crate::app::browser::js_reader;
    use crate::app::browser::json::js;

    /// Reads a text.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
        let value = JSON::parse(text).map_err(|error| error_text(&error))?;
        js_reader::read(value).map_err(|error| error.to_string())
    }

    /// Writes a value in one line; nothing if it cannot be written.
    pub fn write<T: Serialize>(value: &T) -> String {
        let text = JSON::stringify(&js(value));
        text.map(String::from).unwrap_or_default()
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    /// As in the browser.
    ///
    /// # Errors
    /// What is wrong with the text, in words.
    pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
        let value: Result<serde_json::Value, _> = serde_json::from_str(text);
        value
            .and_then(serde_json::from_value)
            .map_err(|error| error.to_string())
    }

    /// As in the browser.
    pub fn write<T: Serialize>(value: &T) -> String {
        serde_json::to_string(value).unwrap_or_default()
    }
}

/// A value as JavaScript's own.
pub fn js<T: serde::Serialize + ?Sized>(value: &T) -> wasm_bindgen::JsValue {
    // Of what the page has, nothing fails.
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .unwrap_or_default()
}

/// Any JSON, as far as lists of names go.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    /// `None` if it is no whole number from 0 on.
    Number(Option<u64>),
    List(Vec<Value>),
    Table(Vec<(String, Value)>),
    /// Something else, or too deep inside of other values.
    Other,
}

/// How deep values may lie in each other: a file must not exhaust the stack.
const MAX_DEPTH: u8 = 8;

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Depth(MAX_DEPTH).deserialize(deserializer)
    }
}

/// How much deeper a value may go.
struct Depth(u8);

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.0 {
            0 => IgnoredAny::deserialize(deserializer).map(|_| Value::Other),
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(Some(number)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.try_into().ok()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Number(None))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Depth(self.0 - 1))? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut table = Vec::new();
        while let Some(key) = items.next_key()? {
            table.push((key, items.next_value_seed(Depth(self.0 - 1))?));
        }
        Ok(Value::Table(table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_json_is_read_and_what_is_too_deep_left_out() {
        let text = r#"{"a": ["x", 1, -1, 0.5, null, true]}"#;
        let list = vec![
            Value::Text("x".into()),
            Value::Number(Some(1)),
            Value::Number(None),
            Value::Number(None),
            Value::Other,
            Value::Other,
        ];
        let table = Value::Table(vec![("a".into(), Value::List(list))]);
        assert_eq!(read::<Value>(text), Ok(table));
        assert!(read::<Value>("{]").is_err());
        let mut deep: Value = read(&format!("{}{}", "[".repeat(20), "]".repeat(20))).unwrap();
        for _ in 0..MAX_DEPTH {
            deep = match deep {
                Value::List(mut list) => list.remove(0),
                other => panic!("{other:?}"),
            };
        }
        assert_eq!(deep, Value::Other);
    }
}

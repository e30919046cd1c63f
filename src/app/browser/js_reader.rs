//! Reads serde's types from JavaScript's values. It knows the forms that the page's types
//! have and no others: structs field by field in their order, enums by their number, one
//! error for all that is wrong. A general reader would take three times the code.

use std::fmt;

use js_sys::{Array, Object, Reflect};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer as _, MapAccess,
    SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use wasm_bindgen::{JsCast as _, JsValue};

/// Reads a value. Of an enum it reads variants without fields as their name, others as an
/// object that has the name as its `type`.
///
/// # Errors
/// [`Malformed`], where something is missing or has another form.
pub fn read<T: DeserializeOwned>(value: JsValue) -> Result<T, Malformed> {
    T::deserialize(Reader(value))
}

/// The field that is missing or has another form; empty if it is the whole value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Malformed(&'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => formatter.write_str("it has another form"),
            field => write!(formatter, "its “{field}” is missing or has another form"),
        }
    }
}

impl std::error::Error for Malformed {}

impl serde::de::Error for Malformed {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::default()
    }
}

struct Reader(JsValue);

impl Reader {
    fn fields<'de, V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        if !self.0.is_object() {
            return Err(Malformed::default());
        }
        let mut fields = Fields {
            object: self.0,
            names: names.iter(),
            last: "",
        };
        let read = visitor.visit_seq(&mut fields);
        read.map_err(|Malformed(inner)| {
            Malformed(if inner.is_empty() { fields.last } else { inner })
        })
    }
}

impl<'de> Deserializer<'de> for Reader {
    type Error = Malformed;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        let value = self.0;
        if let Some(text) = value.as_string() {
            visitor.visit_string(text)
        } else if let Some(number) = value.as_f64() {
            match number {
                whole if whole.fract() == 0.0 && whole >= 0.0 => visitor.visit_u64(whole as u64),
                whole if whole.fract() == 0.0 => visitor.visit_i64(whole as i64),
                number => visitor.visit_f64(number),
            }
        } else if let Some(is_true) = value.as_bool() {
            visitor.visit_bool(is_true)
        } else if let Some(list) = value.dyn_ref::<Array>() {
            let list = list.clone();
            visitor.visit_seq(Items { list, next: 0 })
        } else if let Some(object) = value.dyn_ref::<Object>() {
            visitor.visit_map(Entries {
                list: Object::entries(object),
                next: 0,
            })
        } else {
            visitor.visit_unit()
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        if self.0.is_null() || self.0.is_undefined() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        self.fields(names, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        let tag = || Reflect::get(&self.0, &"type".into()).ok()?.as_string();
        let name = self.0.as_string().or_else(tag).unwrap_or_default();
        let number = variants.iter().position(|variant| *variant == name);
        visitor.visit_enum(Variant {
            number: number.ok_or_else(Malformed::default)? as u32,
            content: self,
        })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier
    }
}

/// A struct's fields, in the order of their names.
struct Fields {
    object: JsValue,
    names: std::slice::Iter<'static, &'static str>,
    last: &'static str,
}

impl<'de> SeqAccess<'de> for Fields {
    type Error = Malformed;

    /// `None` for a field that is not there, which then has its default if it has one.
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Malformed> {
        self.last = self.names.next().copied().unwrap_or_default();
        let value = Reflect::get(&self.object, &self.last.into()).unwrap_or_default();
        if value.is_undefined() {
            return Ok(None);
        }
        seed.deserialize(Reader(value)).map(Some)
    }
}

struct Items {
    list: Array,
    next: u32,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Malformed;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Malformed> {
        if self.next >= self.list.length() {
            return Ok(None);
        }
        self.next += 1;
        seed.deserialize(Reader(self.list.get(self.next - 1)))
            .map(Some)
    }
}

/// An object's names and values.
struct Entries {
    list: Array,
    next: u32,
}

impl Entries {
    fn part(&self, place: u32, part: u32) -> Reader {
        Reader(self.list.get(place).unchecked_into::<Array>().get(part))
    }
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Malformed;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Malformed> {
        if self.next >= self.list.length() {
            return Ok(None);
        }
        self.next += 1;
        seed.deserialize(self.part(self.next - 1, 0)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Malformed> {
        seed.deserialize(self.part(self.next - 1, 1))
    }
}

struct Variant {
    number: u32,
    content: Reader,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Malformed;
    type Variant = Reader;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Reader), Malformed> {
        let number = seed.deserialize(self.number.into_deserializer())?;
        Ok((number, self.content))
    }
}

impl<'de> VariantAccess<'de> for Reader {
    type Error = Malformed;

    fn unit_variant(self) -> Result<(), Malformed> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Malformed> {
        Err(Malformed::default())
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Malformed> {
        Err(Malformed::default())
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        self.fields(names, visitor)
    }
}

//! The schema of an Avro file: JSON that says how the bytes of a record follow each other.
//!
//! Types that have a name may be used again by it, also inside themselves, so types are numbers in one list.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::super::shown::{Kind, json};
use super::super::{COLUMNS_MAX, Form};

/// Number of a type.
pub(super) type TypeId = usize;

/// Most types of a schema.
const TYPES_MAX: usize = 4 * COLUMNS_MAX;

/// How a value is written.
pub(super) enum Type {
    Null,
    Truth,
    Integer(Kind),
    Float,
    Double,
    Bytes(Kind),
    Fixed(usize, Kind),
    Enum(Vec<String>),
    Array(TypeId),
    Map(TypeId),
    Union(Vec<TypeId>),
    Record(Vec<Field>),
}

/// A field of a record.
#[derive(Clone)]
pub(super) struct Field {
    /// Its name, as it stands in the schema.
    pub(super) name: String,
    /// The same as a JSON string.
    pub(super) key: String,
    pub(super) of: TypeId,
}

impl Field {
    fn new(name: &str, of: TypeId) -> Field {
        Field {
            name: name.to_owned(),
            key: json(name),
            of,
        }
    }
}

/// A schema.
pub(super) struct Schema {
    types: Vec<Type>,
    root: TypeId,
    /// The name of the record.
    pub(super) name: Option<String>,
}

impl Schema {
    /// Reads a schema; none if it makes no sense.
    pub(super) fn read(text: &[u8]) -> Option<Schema> {
        let value: Value = serde_json::from_slice(text).ok()?;
        let mut reading = Reading::default();
        let root = reading.of(&value, "")?;
        let name = value.get("name").and_then(Value::as_str);
        // What stands before the last point is the space of names.
        let name = name.map(|name| name.rsplit('.').next().unwrap_or(name).to_owned());
        Some(Schema {
            types: reading.types,
            root,
            name: name.filter(|name| !name.is_empty()),
        })
    }

    pub(super) fn of(&self, id: TypeId) -> &Type {
        &self.types[id]
    }

    /// The columns: fields of the record, or the one value that every row is.
    pub(super) fn columns(&self) -> Vec<Field> {
        match self.of(self.root) {
            Type::Record(fields) => fields.clone(),
            _ => vec![Field::new("value", self.root)],
        }
    }

    /// How rows are written.
    pub(super) fn form(&self) -> Form {
        match self.columns().iter().all(|field| self.is_value(field.of)) {
            true => Form::Cells,
            false => Form::Objects,
        }
    }

    /// Whether it is one value a row.
    fn is_value(&self, id: TypeId) -> bool {
        let is_simple = |id: &TypeId| {
            !matches!(
                self.of(*id),
                Type::Array(_) | Type::Map(_) | Type::Record(_) | Type::Union(_)
            )
        };
        match self.of(id) {
            Type::Union(choices) => choices.iter().all(is_simple),
            _ => is_simple(&id),
        }
    }
}

#[derive(Default)]
struct Reading {
    types: Vec<Type>,
    /// Types by their full name.
    named: HashMap<String, TypeId>,
}

impl Reading {
    /// Reads a type; `space` is the space of names it stands in.
    fn of(&mut self, value: &Value, space: &str) -> Option<TypeId> {
        match value {
            Value::String(name) => self.simple(name, None, space),
            Value::Array(choices) => {
                let choices: Option<Vec<TypeId>> = choices
                    .iter()
                    .map(|choice| self.of(choice, space))
                    .collect();
                self.add(Type::Union(choices?))
            }
            Value::Object(object) => self.object(object, space),
            _ => None,
        }
    }

    fn object(&mut self, object: &Map<String, Value>, space: &str) -> Option<TypeId> {
        let of = match object.get("type")? {
            Value::String(of) => of.as_str(),
            // A type around a type says nothing of its own.
            other => return self.of(other, space),
        };
        match of {
            "array" => {
                let items = self.of(object.get("items")?, space)?;
                self.add(Type::Array(items))
            }
            "map" => {
                let values = self.of(object.get("values")?, space)?;
                self.add(Type::Map(values))
            }
            "record" | "error" => self.record(object, space),
            "enum" => {
                let symbols = object.get("symbols")?.as_array()?.iter();
                let symbols: Option<Vec<String>> = symbols
                    .map(|symbol| symbol.as_str().map(str::to_owned))
                    .collect();
                let id = self.add(Type::Enum(symbols?))?;
                self.name(object, space, id)?;
                Some(id)
            }
            "fixed" => {
                let size = usize::try_from(object.get("size")?.as_u64()?).ok()?;
                let id = self.add(Type::Fixed(size, bytes_kind(object)))?;
                self.name(object, space, id)?;
                Some(id)
            }
            simple => self.simple(simple, Some(object), space),
        }
    }

    fn record(&mut self, object: &Map<String, Value>, space: &str) -> Option<TypeId> {
        // Its number is known before its fields are, which may name it.
        let id = self.add(Type::Record(Vec::new()))?;
        let space = self.name(object, space, id)?;
        let mut fields = Vec::new();
        for field in object.get("fields")?.as_array()? {
            let name = field.get("name")?.as_str()?;
            let of = self.of(field.get("type")?, &space)?;
            fields.push(Field::new(name, of));
        }
        if fields.len() > COLUMNS_MAX {
            return None;
        }
        self.types[id] = Type::Record(fields);
        Some(id)
    }

    /// Keeps a type by its name, and says in which space of names what is in it stands.
    fn name(&mut self, object: &Map<String, Value>, space: &str, id: TypeId) -> Option<String> {
        let name = object.get("name")?.as_str()?;
        let own = object.get("namespace").and_then(Value::as_str);
        let full = full_name(name, own.unwrap_or(space));
        let space = full.rsplit_once('.').map_or("", |(space, _)| space);
        let space = space.to_owned();
        self.named.insert(full, id);
        Some(space)
    }

    fn simple(
        &mut self,
        name: &str,
        object: Option<&Map<String, Value>>,
        space: &str,
    ) -> Option<TypeId> {
        let logical = object.and_then(|object| object.get("logicalType")?.as_str());
        let of = match name {
            "null" => Type::Null,
            "boolean" => Type::Truth,
            "int" | "long" => Type::Integer(match logical {
                Some("date") => Kind::Days,
                Some("time-millis") => Kind::Clock(1_000),
                Some("time-micros") => Kind::Clock(1_000_000),
                Some("timestamp-millis" | "local-timestamp-millis") => Kind::Moment(1_000),
                Some("timestamp-micros" | "local-timestamp-micros") => Kind::Moment(1_000_000),
                Some("timestamp-nanos" | "local-timestamp-nanos") => Kind::Moment(1_000_000_000),
                _ => Kind::Plain,
            }),
            "float" => Type::Float,
            "double" => Type::Double,
            "bytes" => Type::Bytes(object.map_or(Kind::Plain, bytes_kind)),
            "string" => Type::Bytes(Kind::Text),
            _ => {
                let known = self.named.get(&full_name(name, space));
                return known.or_else(|| self.named.get(name)).copied();
            }
        };
        self.add(of)
    }

    fn add(&mut self, of: Type) -> Option<TypeId> {
        self.types.push(of);
        (self.types.len() <= TYPES_MAX).then(|| self.types.len() - 1)
    }
}

fn full_name(name: &str, space: &str) -> String {
    match name.contains('.') || space.is_empty() {
        true => name.to_owned(),
        false => format!("{space}.{name}"),
    }
}

/// What bytes stand for.
fn bytes_kind(object: &Map<String, Value>) -> Kind {
    match object.get("logicalType").and_then(Value::as_str) {
        Some("decimal") => {
            let scale = object.get("scale").and_then(Value::as_i64).unwrap_or(0);
            i32::try_from(scale).map_or(Kind::Plain, Kind::Decimal)
        }
        Some("uuid") => Kind::Uuid,
        Some("duration") => Kind::Span,
        _ => Kind::Plain,
    }
}

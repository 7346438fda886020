//! Elements as objects: members are named by elements and attributes, several of one name are a list.
//!
//! An element that names what it holds by an attribute (`<field name="phone">`) is a member of that name. One with text beside
//! elements is a text, with all that is in it.

use std::collections::HashMap;

use super::shape::{NAMING, PathId, short};

/// An element while it is read.
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    /// All text in it, that of its elements too where they stand among text.
    pub(super) text: String,
    members: Vec<Own>,
    pub(super) path: PathId,
    pub(super) has_elements: bool,
    /// Whether elements in it stand among text.
    pub(super) is_mixed: bool,
}

/// A member: its name and what it is.
pub(super) struct Own {
    name: String,
    value: Value,
}

enum Value {
    Text(String),
    Object(Object),
}

/// Members in their order.
#[derive(Default)]
pub(super) struct Object(Vec<Own>);

impl Element {
    pub(super) fn new<'a>(
        name: &str,
        attributes: impl Iterator<Item = (&'a str, String)>,
        (path, is_mixed): (PathId, bool),
    ) -> Element {
        Element {
            path,
            is_mixed,
            name: short(name).to_owned(),
            attributes: attributes
                .map(|(name, value)| (short(name).to_owned(), value))
                .collect(),
            text: String::new(),
            members: Vec::new(),
            has_elements: false,
        }
    }

    /// Bytes of its names and attributes.
    pub(super) fn n_bytes(&self) -> usize {
        let attributes = self
            .attributes
            .iter()
            .map(|(name, value)| name.len() + value.len() + 64);
        self.name.len() + 64 + attributes.sum::<usize>()
    }

    /// Takes an element that has ended in it.
    pub(super) fn take(&mut self, inner: Element) {
        if self.is_mixed && inner.members.is_empty() {
            self.text.push_str(&inner.text);
            let Element {
                name, attributes, ..
            } = inner;
            self.members
                .extend(attributes.into_iter().map(|(attribute, value)| Own {
                    name: format!("{name}.{attribute}"),
                    value: Value::Text(value),
                }));
            return;
        }
        self.members.push(inner.into_own());
    }

    /// What was read of it so far; it goes on empty.
    pub(super) fn take_so_far(&mut self) -> Element {
        Element {
            name: self.name.clone(),
            attributes: std::mem::take(&mut self.attributes),
            text: std::mem::take(&mut self.text),
            members: std::mem::take(&mut self.members),
            path: self.path,
            has_elements: self.has_elements,
            is_mixed: self.is_mixed,
        }
    }

    /// Its attributes as members of the frame that it is.
    pub(super) fn into_attributes(self) -> impl Iterator<Item = Own> {
        self.attributes.into_iter().map(|(name, value)| Own {
            name,
            value: Value::Text(value),
        })
    }

    /// As a member of the element around it.
    pub(super) fn into_own(mut self) -> Own {
        let naming = self
            .attributes
            .iter()
            .position(|(name, _)| NAMING.contains(&&**name));
        let is_named = self.attributes.len() == 1 && !self.has_elements;
        let mut name = self.name.clone();
        if let Some(naming) = naming.filter(|_| is_named) {
            name = self.attributes.swap_remove(naming).1;
        }
        let text = self.text.trim();
        if self.attributes.is_empty() && self.members.is_empty() {
            return Own {
                name,
                value: Value::Text(text.to_owned()),
            };
        }
        let value = Value::Object(self.into_object());
        Own { name, value }
    }

    /// As an object: its attributes, its text under its own name, and what is in it.
    pub(super) fn into_object(self) -> Object {
        let text = self.text.trim().to_owned();
        let name = self.name;
        let attributes = self.attributes.into_iter().map(|(name, value)| Own {
            name,
            value: Value::Text(value),
        });
        let mut members: Vec<Own> = attributes.collect();
        if !text.is_empty() {
            members.push(Own {
                name,
                value: Value::Text(text),
            });
        }
        members.extend(self.members);
        joined(members)
    }
}

impl Own {
    /// Text that nothing names.
    pub(super) fn text(text: String) -> Own {
        Own {
            name: String::new(),
            value: Value::Text(text),
        }
    }

    /// Bytes of its names and texts.
    pub(super) fn n_bytes(&self) -> usize {
        let value = match &self.value {
            Value::Text(text) => text.len(),
            Value::Object(object) => object.0.iter().map(Own::n_bytes).sum(),
        };
        self.name.len() + 64 + value
    }
}

/// Members as an object.
pub(super) fn joined(members: Vec<Own>) -> Object {
    Object(members)
}

impl Object {
    /// Whether nothing stands in it.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|own| match &own.value {
            Value::Text(text) => text.is_empty(),
            Value::Object(object) => object.is_empty(),
        })
    }

    /// Writes it as JSON, inside of an object with a member of this name if there is one.
    pub(super) fn write(&self, name: &str, out: &mut Vec<u8>) {
        if name.is_empty() {
            return self.put(out);
        }
        out.push(b'{');
        put_text(name, out);
        out.push(b':');
        self.put(out);
        out.push(b'}');
    }

    fn put(&self, out: &mut Vec<u8>) {
        // Members of one name in their order, lists where the first stood.
        let mut order: Vec<&str> = Vec::new();
        let mut by_name: HashMap<&str, Vec<&Value>> = HashMap::new();
        for own in &self.0 {
            let values = by_name.entry(&own.name).or_default();
            if values.is_empty() {
                order.push(&own.name);
            }
            values.push(&own.value);
        }
        out.push(b'{');
        for (i, name) in order.into_iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            put_text(name, out);
            out.push(b':');
            let values = &by_name[name];
            if let [one] = &values[..] {
                one.put(out);
                continue;
            }
            for (i, value) in values.iter().enumerate() {
                out.push(if i == 0 { b'[' } else { b',' });
                value.put(out);
            }
            out.push(b']');
        }
        out.push(b'}');
    }
}

impl Value {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Value::Text(text) => put_text(text, out),
            Value::Object(object) => object.put(out),
        }
    }
}

/// A text as JSON writes it.
fn put_text(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("text can be written to memory");
}

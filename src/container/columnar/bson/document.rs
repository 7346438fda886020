//! Documents of BSON as objects of JSON: nested ones and arrays stay what they are.
//!
//! What is whole is shown, whatever stands around it: a document that is damaged or cut off ends behind its last whole element.
//! Numbers have all their digits, also the decimal ones. What JSON has no value for is written as MongoDB writes it in Extended
//! JSON: `$code`, `$ref`, `$minKey`.

use super::super::shown::{Kind, Shown, decimal, json};
use super::DEPTH_MAX;
use crate::container::sqlite::text_of_utf8;
use crate::decode::sniff::bson::{Element, Elements, LENGTH_BYTES, Next, kind, length, split_text};

/// Subtypes of binary data: bytes with their length once more in front, and numbers that identify.
const OLD_BINARY: u8 = 2;
const OLD_UUID: u8 = 3;
const UUID: u8 = 4;

/// The exponent of a decimal number is stored with this added.
const EXPONENT_BIAS: i32 = 6_176;

/// The largest coefficient of a decimal number, of 34 digits.
const COEFFICIENT_MAX: i128 = 10_i128.pow(34) - 1;

/// What became of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Whether an element of it is shown.
    pub(super) has_elements: bool,
    /// Whether bytes of it make no sense.
    pub(super) is_damaged: bool,
    /// Whether documents in it are too deep.
    pub(super) is_deep: bool,
}

/// Shows a document, whose length was taken: all elements of it that are whole.
pub(super) fn show(bytes: &[u8], shown: &mut Shown) -> Outcome {
    let mut showing = Showing {
        shown,
        outcome: Outcome::default(),
    };
    showing.elements(bytes, 0, Brackets::Document);
    showing.outcome
}

/// What stands around elements.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Brackets {
    Document,
    Array,
}

struct Showing<'s> {
    shown: &'s mut Shown,
    outcome: Outcome,
}

impl Showing<'_> {
    fn elements(&mut self, bytes: &[u8], depth: usize, brackets: Brackets) {
        let (open, close) = match brackets {
            Brackets::Document => ("{", "}"),
            Brackets::Array => ("[", "]"),
        };
        self.shown.raw(open);
        let mut elements = Elements { rest: bytes };
        let mut is_first = true;
        loop {
            if self.shown.is_full() {
                break;
            }
            let next = elements.next();
            let element = match next {
                Next::Element(element) => element,
                // Of documents that end too late what is there is shown.
                Next::Beyond(element, _)
                    if matches!(element.kind, kind::DOCUMENT | kind::ARRAY) =>
                {
                    element
                }
                Next::End => {
                    self.outcome.is_damaged |= !elements.rest.is_empty();
                    break;
                }
                Next::Beyond(..) | Next::Short | Next::Wrong => {
                    self.outcome.is_damaged = true;
                    break;
                }
            };
            self.outcome.has_elements = true;
            if !std::mem::replace(&mut is_first, false) {
                self.shown.raw(",");
            }
            if brackets == Brackets::Document {
                self.shown.key(&text_of_utf8(element.key));
                self.shown.raw(":");
            }
            self.value(&element, depth);
            if matches!(next, Next::Beyond(..)) {
                self.outcome.is_damaged = true;
                break;
            }
        }
        self.shown.raw(close);
    }

    fn value(&mut self, element: &Element<'_>, depth: usize) {
        if self.show_value(element, depth).is_none() {
            self.outcome.is_damaged = true;
            self.shown.null();
        }
    }

    /// Shows a value; nothing is shown if it makes no sense.
    fn show_value(&mut self, element: &Element<'_>, depth: usize) -> Option<()> {
        let Element { kind, value, .. } = *element;
        match kind {
            kind::DOUBLE => self.shown.real(f64::from_le_bytes(array(value)?)),
            kind::STRING | kind::CODE | kind::SYMBOL => {
                self.shown.bytes(Kind::Text, text(value)?);
            }
            kind::DOCUMENT | kind::ARRAY => {
                let brackets = match kind {
                    kind::ARRAY => Brackets::Array,
                    _ => Brackets::Document,
                };
                self.inner(value, depth, brackets);
            }
            kind::BINARY => self.binary(value)?,
            kind::OBJECT_ID => self.shown.string(&hexadecimal(value)),
            kind::BOOL => match value {
                [0] => self.shown.truth(false),
                [1] => self.shown.truth(true),
                _ => return None,
            },
            kind::DATE => {
                let milliseconds = i64::from_le_bytes(array(value)?);
                self.shown.integer(Kind::Moment(1_000), milliseconds);
            }
            kind::REGEX => {
                let (pattern, rest) = split_text(value)?;
                let (options, _) = split_text(rest)?;
                let [pattern, options] = [pattern, options].map(text_of_utf8);
                self.shown.string(&format!("/{pattern}/{options}"));
            }
            kind::DB_POINTER => {
                let (name, id) = value.split_last_chunk::<12>().map(|(n, id)| (n, &id[..]))?;
                let name = json(&text_of_utf8(text(name)?));
                let id = hexadecimal(id);
                self.written(&format!("{{\"$ref\":{name},\"$id\":\"{id}\"}}"));
            }
            kind::CODE_IN_SCOPE => self.code_in_scope(value, depth)?,
            kind::INT32 => {
                let value = i32::from_le_bytes(array(value)?);
                self.shown.integer(Kind::Plain, value.into());
            }
            // The seconds stand behind a number that tells apart what happened in the same one.
            kind::TIMESTAMP => {
                let seconds = u32::from_le_bytes(array(value.get(4..)?)?);
                self.shown.integer(Kind::Moment(1), seconds.into());
            }
            kind::INT64 => {
                let value = i64::from_le_bytes(array(value)?);
                self.shown.integer(Kind::Plain, value);
            }
            kind::DECIMAL => match digits(u128::from_le_bytes(array(value)?)) {
                Some(digits) => self.shown.number(&digits),
                None => self.shown.null(),
            },
            kind::MIN_KEY => self.written("{\"$minKey\":1}"),
            kind::MAX_KEY => self.written("{\"$maxKey\":1}"),
            _ => self.shown.null(),
        }
        Some(())
    }

    /// A document or an array inside another, with its length in front.
    fn inner(&mut self, value: &[u8], depth: usize, brackets: Brackets) {
        let elements = value.get(LENGTH_BYTES..).unwrap_or_default();
        if depth == DEPTH_MAX {
            self.outcome.is_deep = true;
            return self.shown.null();
        }
        self.elements(elements, depth + 1, brackets);
    }

    fn binary(&mut self, value: &[u8]) -> Option<()> {
        let (subtype, bytes) = value.get(LENGTH_BYTES..)?.split_first()?;
        let bytes = match (*subtype, bytes.get(LENGTH_BYTES..)) {
            (OLD_BINARY, Some(inner)) if length(bytes) == Some(inner.len()) => inner,
            _ => bytes,
        };
        match *subtype {
            OLD_UUID | UUID => self.shown.bytes(Kind::Uuid, bytes),
            _ => self.shown.bytes(Kind::Plain, bytes),
        }
        Some(())
    }

    fn code_in_scope(&mut self, value: &[u8], depth: usize) -> Option<()> {
        let inside = value.get(LENGTH_BYTES..)?;
        let n_code = length(inside)?.checked_add(LENGTH_BYTES)?;
        let (code, scope) = inside.split_at_checked(n_code)?;
        let code = text(code)?;
        if length(scope)? != scope.len() {
            return None;
        }
        self.shown.raw("{\"$code\":");
        self.shown.bytes(Kind::Text, code);
        self.shown.raw(",\"$scope\":");
        self.inner(scope, depth, Brackets::Document);
        self.shown.raw("}");
        Some(())
    }

    /// What is JSON already.
    fn written(&mut self, text: &str) {
        match self.shown.has_room(text.len()) {
            true => self.shown.raw(text),
            false => self.shown.null(),
        }
    }
}

fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

/// A text with its length in front, and a zero behind it.
pub(super) fn text(value: &[u8]) -> Option<&[u8]> {
    value.get(LENGTH_BYTES..)?.strip_suffix(&[0])
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A decimal number of IEEE 754 whose coefficient is a binary integer, exactly; none if it is no number.
fn digits(bits: u128) -> Option<String> {
    let is_negative = bits >> 127 == 1;
    // Two ones where the exponent begins say that it begins two bits later, before a coefficient that is too large to be one.
    let (exponent, coefficient) = match bits >> 122 & 0x1F {
        0x1E | 0x1F => return None,
        0x18.. => (bits >> 111, 0),
        _ => (bits >> 113, bits & ((1 << 113) - 1)),
    };
    let exponent = i32::try_from(exponent & 0x3FFF).ok()? - EXPONENT_BIAS;
    let coefficient = i128::try_from(coefficient).ok()?;
    let magnitude = match coefficient > COEFFICIENT_MAX {
        true => 0,
        false => coefficient,
    };
    if magnitude == 0 {
        return Some("0".to_owned());
    }
    let value = if is_negative { -magnitude } else { magnitude };
    let plain = decimal(&value.to_be_bytes(), -exponent);
    Some(plain.unwrap_or_else(|| format!("{value}e{exponent}")))
}

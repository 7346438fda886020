//! The audit as JSON, and back.
//!
//! The fields stand in the order in which [`crate::audit`] declares them. Characters that would act
//! on a terminal are written as `\uXXXX`, which any reader of JSON turns back into the same text.
//! This file knows no rendering.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use super::terminal::{is_unsafe, neutralise};
use crate::audit::{Audit, SCHEMA};
use crate::error::Error;

/// Longest piece of a foreign schema name that an error repeats, in characters.
const SCHEMA_SHOWN_MAX: usize = 40;

/// Writes the audit, indented by two spaces, with a line feed at the end.
pub(super) fn write(wtr: &mut dyn Write, audit: &Audit) -> io::Result<()> {
    write_pretty(wtr, audit)
}

/// Writes a value, indented by two spaces, with a line feed at the end.
pub(super) fn write_pretty<T: Serialize>(wtr: &mut dyn Write, value: &T) -> io::Result<()> {
    let formatter = Harmless(PrettyFormatter::new());
    let mut serializer = Serializer::with_formatter(&mut *wtr, formatter);
    value.serialize(&mut serializer)?;
    wtr.write_all(b"\n")
}

/// Writes a value on one line, without a line feed.
pub(super) fn write_compact<T: Serialize>(wtr: &mut dyn Write, value: &T) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(wtr, Harmless(CompactFormatter));
    Ok(value.serialize(&mut serializer)?)
}

/// Reads an audit that was saved as JSON.
///
/// # Errors
/// When the text is no JSON object with a `schema`, when the schema is another than [`SCHEMA`], or
/// when the rest does not fit it. The message says where, and never repeats a value.
pub fn read(text: &str) -> Result<Audit, Error> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(default)]
        schema: Option<String>,
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let head: Head = serde_json::from_str(text).map_err(|e| misfit(&e))?;
    match head.schema.as_deref() {
        Some(SCHEMA) => serde_json::from_str(text).map_err(|e| misfit(&e)),
        Some(other) => Err(foreign(other)),
        None => Err(Error::new(format!(
            "not a saved audit: no field `schema`, expected `{SCHEMA}`"
        ))),
    }
}

/// serde_json's own message may quote the text it stumbled over, so only its place is told.
fn misfit(error: &serde_json::Error) -> Error {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "the JSON ends too early; was it saved completely?",
        serde_json::error::Category::Data => {
            "not a saved audit: the JSON does not fit the schema `leakgauge.audit/1`"
        }
        _ => "not a saved audit: no valid JSON",
    };
    Error::new(what).at(format!("line {}, column {}", error.line(), error.column()))
}

fn foreign(schema: &str) -> Error {
    let version = |s: &str| -> Option<u64> { s.strip_prefix("leakgauge.audit/")?.parse().ok() };
    match (version(schema), version(SCHEMA)) {
        (Some(theirs), Some(ours)) if theirs > ours => Error::new(format!(
            "the audit has schema `leakgauge.audit/{theirs}`, newer than `{SCHEMA}`: update leakgauge to read it"
        )),
        _ => {
            let shown: String = schema.chars().take(SCHEMA_SHOWN_MAX).collect();
            let shown = neutralise(&shown);
            Error::new(format!(
                "not a saved audit: schema `{shown}`, expected `{SCHEMA}`"
            ))
        }
    }
}

/// A formatter that escapes every character which must not reach a terminal.
struct Harmless<F>(F);

macro_rules! forward {
    ($($name:ident($($arg:ident: $ty:ty),*);)*) => {$(
        fn $name<W: ?Sized + Write>(&mut self, wtr: &mut W $(, $arg: $ty)*) -> io::Result<()> {
            self.0.$name(wtr $(, $arg)*)
        }
    )*};
}

impl<F: Formatter> Formatter for Harmless<F> {
    forward! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        wtr: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.bytes().all(|b| matches!(b, b' '..=b'~')) {
            return wtr.write_all(fragment.as_bytes());
        }
        let mut start = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| is_unsafe(*c)) {
            wtr.write_all(&fragment.as_bytes()[start..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(wtr, "\\u{unit:04x}")?;
            }
            start = at + c.len_utf8();
        }
        wtr.write_all(&fragment.as_bytes()[start..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &str) {
        let error = read(text).expect_err("refused").to_string();
        assert_eq!(error, want);
    }

    #[test]
    fn another_schema_is_refused_with_a_remedy() {
        check(
            r#"{"schema": "leakgauge.audit/2", "anything": [1]}"#,
            "the audit has schema `leakgauge.audit/2`, newer than `leakgauge.audit/1`: update leakgauge to read it",
        );
        check(
            r#"{"schema": "other\u001b[31m"}"#,
            "not a saved audit: schema `other\\u{1b}[31m`, expected `leakgauge.audit/1`",
        );
        check(
            r#"{"kinds": []}"#,
            "not a saved audit: no field `schema`, expected `leakgauge.audit/1`",
        );
    }

    #[test]
    fn broken_json_is_placed_and_never_quoted() {
        check(
            "{\"schema\": 13800001234}",
            "line 1, column 22: not a saved audit: the JSON does not fit the schema `leakgauge.audit/1`",
        );
        check(
            "{\"schema\": \"leakgauge.audit/1\",\n",
            "line 2, column 0: the JSON ends too early; was it saved completely?",
        );
        check(
            "hotel,13800001234",
            "line 1, column 1: not a saved audit: no valid JSON",
        );
    }

    #[test]
    fn a_string_on_one_line_is_harmless_and_the_same() {
        let text = "a\u{1b}]52;c;\u{7}\u{202e}\u{2028}\u{7f}\u{9b}\u{e0041}\"\\\n住宿";
        let mut out = Vec::new();
        write_compact(&mut out, &text).unwrap();
        let json = String::from_utf8(out).unwrap();
        assert!(!json.chars().any(is_unsafe), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}

//! One match a line: the JSON Lines output.
//!
//! A line holds `path`, `record`, `line`, `field`, `start`, `end`, `kind`, `confidence`, `status`
//! and `masked`, in this order; see [`Hit`]. This file words one line; the order of lines is the
//! business of [`super::OrderedHits`].

use std::io::{self, Write};

use super::json;
use crate::audit::Hit;

/// Writes one match as a line.
///
/// # Errors
/// When `wtr` fails.
pub fn write_hit(wtr: &mut dyn Write, hit: &Hit<'_>) -> io::Result<()> {
    json::write_compact(wtr, hit)?;
    wtr.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Mask, Value};

    fn hit<'a>(path: &'a str, line: Option<u64>, field: Option<&'a str>) -> Hit<'a> {
        let mask = Mask {
            keep_start: 3,
            keep_end: 4,
            keep_from: None,
        };
        Hit {
            path,
            record: 12,
            line,
            field: field.map(Into::into),
            start: 3,
            end: 14,
            kind: "cn.mobile",
            confidence: "high",
            status: "valid",
            masked: Value::new(b"13800001234").mask(mask),
        }
    }

    #[track_caller]
    fn check(hit: &Hit<'_>, want: &str) {
        let mut out = Vec::new();
        write_hit(&mut out, hit).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), want);
    }

    #[test]
    fn a_line_is_as_the_contract_says() {
        check(
            &hit("a.zip!/dump/users.sql", Some(40), Some("phone")),
            concat!(
                r#"{"path":"a.zip!/dump/users.sql","record":12,"line":40,"field":"phone","start":3,"end":14,"#,
                r#""kind":"cn.mobile","confidence":"high","status":"valid","masked":"138****1234"}"#,
                "\n"
            ),
        );
    }

    #[test]
    fn a_hostile_name_stays_on_its_line() {
        check(
            &hit("a\n\u{1b}]0;x\u{7}\u{2028}.csv", None, None),
            concat!(
                r#"{"path":"a\n\u001b]0;x\u0007\u2028.csv","record":12,"field":null,"start":3,"end":14,"#,
                r#""kind":"cn.mobile","confidence":"high","status":"valid","masked":"138****1234"}"#,
                "\n"
            ),
        );
    }
}

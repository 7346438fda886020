//! Names of members: bytes in an encoding that is often not told, for showing in a path.
//!
//! Archives that were packed on a Chinese Windows hold names in GBK without saying so. A name is never opened or made on the
//! disk, so that `..` and absolute names are harmless; they are shown as they are.

use crate::decode::charset::decode_guessed;

/// A name as text. Control characters become `\x..`, so that a name cannot write on a terminal.
pub(super) fn shown(raw: &[u8]) -> String {
    let text = decode_guessed(raw);
    let mut shown = String::with_capacity(text.len());
    for c in text.trim_start_matches('/').chars() {
        match c {
            c if c.is_control() => shown.push_str(&format!("\\x{:02X}", c as u32)),
            c => shown.push(c),
        }
    }
    if shown.is_empty() {
        "-".to_owned()
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &[u8], want: &str) {
        assert_eq!(shown(raw), want);
    }

    #[test]
    fn names_are_text_in_any_encoding() {
        check("导出/客户.csv".as_bytes(), "导出/客户.csv");
        check(
            &encoding_rs::GBK.encode("导出/客户名单.csv").0,
            "导出/客户名单.csv",
        );
        check(b"../../etc/passwd", "../../etc/passwd");
        check(b"/etc/passwd", "etc/passwd");
        check(b"a\x1b[31mb\n", "a\\x1B[31mb\\x0A");
        check(b"", "-");
    }
}

//! Whether the keys of an object are data: the names or numbers of what its values are about.
//!
//! Such values are objects of one make: `{"张伟": {"phone": …}, "李娜": {"phone": …}, …}`. Members of a document that are called
//! by a name begin with different keys.

use super::LOOK_BYTES;
use super::value::{balanced_end, skip_space, string};

/// Members that have to be alike.
const ALIKE: usize = 3;

/// Tells by the text behind an object's opening brace; `None` if that ends too early to tell. Where the
/// first members are longer than what is looked at, keys are names.
pub(super) fn is_keyed(text: &[u8]) -> Option<bool> {
    let window = &text[..text.len().min(LOOK_BYTES)];
    let told = looked_at(window);
    match window.len() {
        LOOK_BYTES => Some(told.unwrap_or(false)),
        _ => told,
    }
}

fn looked_at(text: &[u8]) -> Option<bool> {
    let mut at = 0;
    let mut first_key = None;
    for member in 0..ALIKE {
        at = skip_space(text, at);
        if member > 0 {
            if *text.get(at)? != b',' {
                return Some(false);
            }
            at = skip_space(text, at + 1);
        }
        let Some((_, value)) = key(text, at)? else {
            return Some(false);
        };
        if *text.get(value)? != b'{' {
            return Some(false);
        }
        let Some((name, _)) = key(text, skip_space(text, value + 1))? else {
            return Some(false);
        };
        if *first_key.get_or_insert(name) != name {
            return Some(false);
        }
        let (end, stop) = balanced_end(text, value);
        stop.ok()?;
        at = end;
    }
    Some(true)
}

/// The key at `at`, and where its value begins; within, nothing if there is no key.
fn key(text: &[u8], at: usize) -> Option<Option<(&[u8], usize)>> {
    if *text.get(at)? != b'"' {
        return Some(None);
    }
    let (quoted, whole) = string(text, at);
    if !whole {
        return None;
    }
    let colon = skip_space(text, quoted.end + 1);
    if *text.get(colon)? != b':' {
        return Some(None);
    }
    let value = skip_space(text, colon + 1);
    Some(Some((&text[quoted.start..quoted.end], value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: Option<bool>) {
        assert_eq!(is_keyed(text.as_bytes()), want, "{text}");
    }

    #[test]
    fn objects_of_one_make_have_keys_that_are_data() {
        check(
            r#""a": {"x": 1}, "b": {"x": [2]} , "c": {"x": {}}, "d""#,
            Some(true),
        );
        for text in [
            r#""a": {"x": 1}, "b": {"y": 2}, "#,
            r#""a": {"x": 1}, "b": 2"#,
            r#""a": {"x": 1}, "b": {"x": 1}}"#,
            r#""a": {}, "#,
            "}",
        ] {
            check(text, Some(false));
        }
        for text in [
            "",
            r#""a"#,
            r#""a": {"x": 1"#,
            r#""a": {"x": 1}, "b": {"x": 1},"#,
        ] {
            check(text, None);
        }
        let long = format!(r#""a": {{"x": "{}"#, "y".repeat(LOOK_BYTES));
        check(&long, Some(false));
    }
}

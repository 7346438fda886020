//! Lists of rows: whether the values of a list of lists stand in columns that have names, and which.
//!
//! The names are the first row, as sheets are handed out by their programs, or a list before the rows, as in `{"columns": […], "data":
//! [[…], …]}`. Whether words are names is told as for the header of a table. Names that come behind the rows are not known here.

use super::LOOK_BYTES;
use super::names::COLUMNS_MAX;
use super::value::{balanced_end, bare_end, skip_space, string};
use crate::decode::block::Stop;
use crate::decode::escape::{Escape, unescape};
use crate::decode::sniff::{are_names, is_name};

/// Rows looked at.
const ROWS_LOOKED_AT: usize = 64;

/// The names of columns.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) names: Vec<String>,
    /// Where the row that holds them ends; 0 if they stood before the rows.
    pub(super) end: usize,
}

/// Tells by the text from the first row on; `lists` are strings that were listed before it. `is_all` says that nothing follows the
/// text. `None` if it ends too early to tell. A list whose first row is longer than what is looked at has no header.
pub(super) fn header(text: &[u8], lists: &[Vec<String>], is_all: bool) -> Option<Option<Header>> {
    let window = &text[..text.len().min(LOOK_BYTES)];
    let is_all = is_all || window.len() == LOOK_BYTES;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let (mut at, mut end, mut may_name) = (0, 0, false);
    while rows.len() < ROWS_LOOKED_AT {
        let (row, is_text, behind) = match row(window, at) {
            Ok(read) => read,
            Err(Stop::More) if !is_all => return None,
            Err(_) => break,
        };
        if rows.is_empty() {
            let is_given = lists.iter().any(|names| names.len() == row.len());
            may_name = is_text && row.iter().all(|cell| cell.is_empty() || is_name(cell));
            if row.is_empty() || !is_given && !may_name {
                return Some(None);
            }
            end = behind;
        }
        rows.push(row);
        at = skip_space(window, behind);
        match window.get(at) {
            Some(b',') => at = skip_space(window, at + 1),
            Some(b'[') => {}
            None if !is_all => return None,
            _ => break,
        }
    }
    let Some((first, rest)) = rows.split_first() else {
        return Some(None);
    };
    let n_columns = first.len();
    let above = lists.iter().find(|names| {
        let rows = rows.iter().map(|row| &**row);
        names.len() == n_columns && are_names(names, rows, n_columns)
    });
    if let Some(names) = above {
        let names = names.clone();
        return Some(Some(Header { names, end: 0 }));
    }
    let is_first = may_name
        && rest.iter().any(|row| row.len() == n_columns)
        && are_names(first, rest.iter().map(|row| &**row), n_columns);
    Some(is_first.then(|| Header {
        names: first.clone(),
        end,
    }))
}

/// The cells of a row, whether those that hold something are strings, and where it ends. What is null or no scalar is empty.
fn row(text: &[u8], at: usize) -> Result<(Vec<String>, bool, usize), Stop> {
    if *text.get(at).ok_or(Stop::More)? != b'[' {
        return Err(Stop::Bad);
    }
    let (mut cells, mut is_text) = (Vec::new(), true);
    let mut at = skip_space(text, at + 1);
    while cells.len() < COLUMNS_MAX {
        match *text.get(at).ok_or(Stop::More)? {
            b']' => return Ok((cells, is_text, at + 1)),
            b'"' => {
                let (quoted, whole) = string(text, at);
                if !whole {
                    return Err(Stop::More);
                }
                let mut cell = text[quoted.start..quoted.end].to_vec();
                if quoted.escaped {
                    let len = unescape(&mut cell, Escape::Json);
                    cell.truncate(len);
                }
                cells.push(String::from_utf8_lossy(&cell).trim().to_owned());
                at = quoted.end + 1;
            }
            b'{' | b'[' => {
                let (end, stop) = balanced_end(text, at);
                stop?;
                cells.push(String::new());
                at = end;
            }
            _ => {
                let end = bare_end(text, at);
                let cell = String::from_utf8_lossy(&text[at..end]);
                is_text &= cell == "null";
                cells.push(if cell == "null" {
                    String::new()
                } else {
                    cell.into_owned()
                });
                at = end;
            }
        }
        at = skip_space(text, at);
        match *text.get(at).ok_or(Stop::More)? {
            b',' => at = skip_space(text, at + 1),
            b']' => {}
            _ => return Err(Stop::Bad),
        }
    }
    Err(Stop::Bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, given: &[&str], want: Option<Option<(&[&str], usize)>>) {
        let given: Vec<String> = given.iter().map(|name| (*name).to_owned()).collect();
        let got = header(text.as_bytes(), &[given], false);
        let want = want.map(|told| {
            told.map(|(names, end)| Header {
                names: names.iter().map(|name| (*name).to_owned()).collect(),
                end,
            })
        });
        assert_eq!(got, want, "{text}");
    }

    #[test]
    fn names_are_the_first_row_or_stand_before() {
        let names: &[&str] = &["name", "phone"];
        let rows = r#"["Ann", "13800138000"], ["Bob", null], ["\u5f20\u4e09", 13800138002]]"#;
        check(
            &format!(r#"["name" , "phone"], {rows}"#),
            &[],
            Some(Some((names, 18))),
        );
        check(
            &format!("[\"name\",\"phone\"]\n{}", rows.replace("], ", "]\n")),
            &[],
            Some(Some((names, 16))),
        );
        check(rows, names, Some(Some((names, 0))));
        check(rows, &[], Some(None));
        check(rows, &["name", "phone", "id"], Some(None));
        check(rows, &["Ann", "Bob"], Some(None));
        // Names alone are a row, as any other.
        check(r#"["name", "phone"]]"#, &[], Some(None));
        for text in [
            "[false], [0]]",
            "[1, 2], [3, 4]]",
            "[]]",
            r#"[["name"]]]"#,
            r#"["a" "b"]]"#,
        ] {
            check(text, &[], Some(None));
        }
        for text in [
            "[",
            r#"["na"#,
            r#"["name","phone"],"#,
            r#"["name","phone"],["An"#,
        ] {
            check(text, &[], None);
        }
    }
}

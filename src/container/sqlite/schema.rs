//! Tables of a database, by the statements that made them.
//!
//! Of a `CREATE TABLE` only what tells values apart is understood: the names of the columns, which of them is the key of the
//! rows (its values are not stored again), which are computed (not stored at all), and the order in which a table `WITHOUT
//! ROWID` stores them. Types, checks and defaults are passed over. A statement that is not understood, or is longer than any
//! program writes one, costs the names alone: the keys of the rows then stand in front of their values.

use std::collections::HashMap;

use super::record::COLUMNS_MAX;

/// Longest statement that is looked at.
const SQL_BYTES_MAX: usize = 1 << 20;

/// A table as its rows are stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    /// Names, in the order of the statement.
    pub(super) names: Vec<String>,
    /// For each value of a record, the column it belongs to.
    pub(super) stored: Vec<usize>,
    /// The column that is the key of the row.
    pub(super) rowid: Option<usize>,
}

/// A column as it was declared.
struct Declared {
    name: String,
    /// Words of its type, in upper case.
    of_type: Vec<String>,
    is_key: bool,
    is_descending: bool,
    is_virtual: bool,
}

/// A part of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// A word that is not quoted, as it is written.
    Word(String),
    /// A name or text in quotes.
    Quoted(String),
    Open,
    Close,
    Comma,
    Other,
}

/// The columns of a `CREATE TABLE` statement; none if it is not understood, too long, or names too many.
pub(super) fn columns(sql: &str) -> Option<Columns> {
    if sql.len() > SQL_BYTES_MAX {
        return None;
    }
    let tokens = tokens(sql);
    let open = tokens.iter().position(|token| *token == Token::Open)?;
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0, open + 1);
    let mut close = None;
    for (i, token) in tokens.iter().enumerate().skip(open + 1) {
        match token {
            Token::Open => depth += 1,
            Token::Close if depth == 0 => {
                close = Some(i);
                break;
            }
            Token::Close => depth -= 1,
            Token::Comma if depth == 0 => {
                parts.push(&tokens[from..i]);
                from = i + 1;
            }
            _ => {}
        }
    }
    let close = close?;
    parts.push(&tokens[from..close]);
    let is_without_rowid = tokens[close..]
        .windows(2)
        .any(|two| two[0].is("WITHOUT") && two[1].is("ROWID"));
    let mut declared = Vec::new();
    let mut key = Vec::new();
    for part in parts {
        match table_key(part) {
            Some(columns) => key = columns,
            None if is_constraint(part) => {}
            None => declared.push(column(part)?),
        }
    }
    if declared.len() > COLUMNS_MAX {
        return None;
    }
    arranged(&declared, &key, is_without_rowid)
}

fn arranged(declared: &[Declared], key: &[String], is_without_rowid: bool) -> Option<Columns> {
    let mut positions: HashMap<String, usize> = HashMap::new();
    for (at, column) in declared.iter().enumerate() {
        let name = column.name.to_ascii_lowercase();
        positions.entry(name).or_insert(at);
    }
    let mut keys: Vec<usize> = Vec::new();
    let mut is_key = vec![false; declared.len()];
    for name in key {
        if let Some(at) = positions.get(&name.to_ascii_lowercase())
            && !std::mem::replace(&mut is_key[*at], true)
        {
            keys.push(*at);
        }
    }
    if let (true, Some(at)) = (keys.is_empty(), declared.iter().position(|c| c.is_key)) {
        keys.push(at);
        is_key[at] = true;
    }
    let is_stored = |at: &usize| !declared[*at].is_virtual;
    let mut stored = Vec::new();
    let mut rowid = None;
    if is_without_rowid {
        stored.extend(keys.iter().copied());
        stored.extend((0..declared.len()).filter(|at| is_stored(at) && !is_key[*at]));
    } else {
        stored.extend((0..declared.len()).filter(is_stored));
        // `INTEGER PRIMARY KEY` is the key of the row, but not `INTEGER PRIMARY KEY DESC` (a quirk that was kept)
        let is_alias = |at: usize| {
            let column = &declared[at];
            column.of_type == ["INTEGER"] && !(column.is_key && column.is_descending)
        };
        rowid = match keys[..] {
            [at] if is_alias(at) => Some(at),
            _ => None,
        };
    }
    let names = declared.iter().map(|c| c.name.clone()).collect();
    (!declared.is_empty()).then_some(Columns {
        names,
        stored,
        rowid,
    })
}

/// The columns of `PRIMARY KEY (…)` of the whole table.
fn table_key(part: &[Token]) -> Option<Vec<String>> {
    let at = match part {
        [first, _, ..] if first.is("CONSTRAINT") => 2,
        _ => 0,
    };
    if !(part.get(at)?.is("PRIMARY") && part.get(at + 1)?.is("KEY")) {
        return None;
    }
    let mut columns = Vec::new();
    let (mut depth, mut is_first) = (0, false);
    for token in &part[at + 2..] {
        match token {
            Token::Open => {
                depth += 1;
                is_first = depth == 1;
            }
            Token::Close => depth -= 1,
            Token::Comma => is_first = depth == 1,
            Token::Word(name) | Token::Quoted(name) if is_first => {
                columns.push(name.clone());
                is_first = false;
            }
            _ => {}
        }
    }
    Some(columns)
}

fn is_constraint(part: &[Token]) -> bool {
    const CONSTRAINTS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
    part.first()
        .is_some_and(|first| CONSTRAINTS.iter().any(|word| first.is(word)))
}

fn column(part: &[Token]) -> Option<Declared> {
    const CONSTRAINTS: [&str; 11] = [
        "CONSTRAINT",
        "PRIMARY",
        "NOT",
        "NULL",
        "UNIQUE",
        "CHECK",
        "DEFAULT",
        "COLLATE",
        "REFERENCES",
        "GENERATED",
        "AS",
    ];
    let (Token::Word(name) | Token::Quoted(name)) = part.first()? else {
        return None;
    };
    let rest = &part[1..];
    let is_begin = |token: &Token| CONSTRAINTS.iter().any(|word| token.is(word));
    let type_len = rest.iter().position(is_begin).unwrap_or(rest.len());
    let of_type = rest[..type_len].iter().filter_map(|token| match token {
        Token::Word(word) | Token::Quoted(word) => Some(word.to_ascii_uppercase()),
        _ => None,
    });
    let key = rest
        .windows(2)
        .position(|two| two[0].is("PRIMARY") && two[1].is("KEY"));
    let is_computed = rest
        .windows(2)
        .any(|two| two[0].is("AS") && two[1] == Token::Open);
    Some(Declared {
        name: name.clone(),
        of_type: of_type.collect(),
        is_key: key.is_some(),
        is_descending: key.is_some_and(|at| rest.get(at + 2).is_some_and(|t| t.is("DESC"))),
        is_virtual: is_computed && !rest.iter().any(|token| token.is("STORED")),
    })
}

impl Token {
    fn is(&self, word: &str) -> bool {
        matches!(self, Token::Word(w) if w.eq_ignore_ascii_case(word))
    }
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, len) = match first {
            '-' if rest.starts_with("--") => (None, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => {
                let end = rest[2..].find("*/");
                (None, end.map_or(rest.len(), |at| at + 4))
            }
            '"' | '\'' | '`' => {
                let (text, len) = quoted(rest, first);
                (Some(Token::Quoted(text)), len)
            }
            '[' => {
                let end = rest.find(']').unwrap_or(rest.len());
                let name = rest[1..end].to_owned();
                (Some(Token::Quoted(name)), (end + 1).min(rest.len()))
            }
            '(' => (Some(Token::Open), 1),
            ')' => (Some(Token::Close), 1),
            ',' => (Some(Token::Comma), 1),
            c if is_of_word(c) => {
                let len = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
                (Some(Token::Word(rest[..len].to_owned())), len)
            }
            c => (Some(Token::Other), c.len_utf8()),
        };
        tokens.extend(token);
        rest = rest[len..].trim_start();
    }
    tokens
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii()
}

/// What stands between quotes, which are doubled inside, and the length with them.
fn quoted(rest: &str, quote: char) -> (String, usize) {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            text.push(c);
        } else if chars.next_if(|(_, next)| *next == quote).is_some() {
            text.push(quote);
        } else {
            return (text, at + 1);
        }
    }
    (text, rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, names: &[&str], stored: &[usize], rowid: Option<usize>) {
        let columns = columns(sql).expect("it is understood");
        assert_eq!(columns.names, names);
        assert_eq!(columns.stored, stored);
        assert_eq!(columns.rowid, rowid);
    }

    #[test]
    fn columns_are_named_and_the_key_of_the_row_is_found() {
        check("CREATE TABLE t(a,b)", &["a", "b"], &[0, 1], None);
        check(
            "create table \"我的 表\" (id integer primary key autoincrement, 姓名 varchar(20) not null default ',)', [电 话] TEXT)",
            &["id", "姓名", "电 话"],
            &[0, 1, 2],
            Some(0),
        );
        check(
            "CREATE TABLE t (-- the key, (\n a INT, b INTEGER /* , c */, PRIMARY KEY(\"B\" ASC), UNIQUE (a, b))",
            &["a", "b"],
            &[0, 1],
            Some(1),
        );
        check("CREATE TABLE t(a INT PRIMARY KEY)", &["a"], &[0], None);
        check(
            "CREATE TABLE t(a INTEGER PRIMARY KEY DESC)",
            &["a"],
            &[0],
            None,
        );
        check(
            "CREATE TABLE t(`a``b` DECIMAL(10,2), \"primary\" TEXT)",
            &["a`b", "primary"],
            &[0, 1],
            None,
        );
    }

    #[test]
    fn computed_columns_are_not_stored_and_keys_stand_in_front_where_there_are_no_rowids() {
        check(
            "CREATE TABLE t(a, b AS (a || ',') , c GENERATED ALWAYS AS (a) STORED, d)",
            &["a", "b", "c", "d"],
            &[0, 2, 3],
            None,
        );
        check(
            "CREATE TABLE t(a, b, c, d INTEGER, CONSTRAINT k PRIMARY KEY (c COLLATE nocase, a)) STRICT, WITHOUT ROWID",
            &["a", "b", "c", "d"],
            &[2, 0, 1, 3],
            None,
        );
        check(
            "CREATE TABLE t(a, b INTEGER PRIMARY KEY) without rowid",
            &["a", "b"],
            &[1, 0],
            None,
        );
    }

    #[test]
    fn what_is_no_such_statement_is_not_understood() {
        for sql in [
            "",
            "CREATE TABLE t",
            "CREATE TABLE t(",
            "CREATE TABLE t(a",
            "CREATE TABLE t()",
            "[",
            "[张",
            "CREATE TABLE t([张",
            "\"",
            "/*",
            "/*/",
        ] {
            assert_eq!(columns(sql), None, "{sql}");
        }
    }

    #[test]
    fn statements_that_are_too_long_or_name_too_many_are_not_understood() {
        let of = |n: usize| {
            let names: Vec<String> = (0..n).map(|i| format!("c{i}")).collect();
            let keys = names.join(",");
            columns(&format!(
                "CREATE TABLE t({keys}, PRIMARY KEY({keys})) WITHOUT ROWID"
            ))
        };
        let most = of(COLUMNS_MAX).expect("it is understood");
        assert!(most.stored.iter().copied().eq(0..COLUMNS_MAX));
        assert_eq!(of(COLUMNS_MAX + 1), None);
        let padded = |n: usize| format!("CREATE TABLE t(a){}", " ".repeat(n));
        let n_left = SQL_BYTES_MAX - padded(0).len();
        assert!(columns(&padded(n_left)).is_some());
        assert_eq!(columns(&padded(n_left + 1)), None);
    }
}

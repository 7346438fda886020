//! Whether a text is a dump of SQL statements.
//!
//! Looks at the begins of lines only; statements are not parsed.

/// First lines that dump programs write.
const BANNERS: &[&str] = &[
    "-- MySQL dump",
    "-- MariaDB dump",
    "-- PostgreSQL database dump",
    "-- PostgreSQL database cluster dump",
    "-- phpMyAdmin SQL Dump",
    "-- Adminer",
    "-- SQLite",
    "-- Dumping data for table",
];

/// Statements that stand in front of the data in a dump, and say nothing by themselves.
const SETTINGS: &[&str] = &[
    "SET",
    "USE",
    "BEGIN",
    "START",
    "LOCK",
    "UNLOCK",
    "DROP",
    "ALTER",
    "CREATE",
    "DELETE",
    "TRUNCATE",
    "COMMIT",
    "PRAGMA",
    "DELIMITER",
    "SELECT",
    "GRANT",
    "REVOKE",
    "COMMENT",
    "GO",
    "IF",
    "PRINT",
    "UPDATE",
    "ANALYZE",
    "PREPARE",
    "REM",
    "PROMPT",
    "\\connect",
    "\\restrict",
    "\\unrestrict",
    "\\c",
];

/// Whether the first statements are those of a dump. `by_name` says that the file's ending is
/// `sql`: then a statement with data anywhere in the text is enough, as in the later parts of a
/// dump that was cut in parts.
pub(super) fn is_sql(text: &[u8], by_name: bool) -> bool {
    let mut in_comment = false;
    let mut in_settings = false;
    let mut rest = Some(text);
    while let Some(text) = rest {
        let end = memchr::memchr(b'\n', text);
        let line = text[..end.unwrap_or(text.len())].trim_ascii();
        rest = end.map(|at| &text[at + 1..]);
        if in_comment {
            in_comment = !ends_comment(line);
        } else if line.is_empty() || line.starts_with(b"#") {
        } else if line.starts_with(b"--") {
            if BANNERS
                .iter()
                .any(|banner| line.starts_with(banner.as_bytes()))
            {
                return true;
            }
        } else if line.starts_with(b"/*") {
            in_comment = !ends_comment(line);
        } else if is_data_statement(line) {
            return true;
        } else if by_name || in_settings {
            in_settings = by_name || !line.ends_with(b";");
        } else if SETTINGS.iter().any(|word| begins_with_word(line, word)) {
            in_settings = !line.ends_with(b";") && !is_alone(line);
        } else {
            return false;
        }
    }
    false
}

fn ends_comment(line: &[u8]) -> bool {
    memchr::memmem::find(line, b"*/").is_some()
}

/// Words that make a line without a semicolon: `GO`, `BEGIN`, commands of a shell.
fn is_alone(line: &[u8]) -> bool {
    line.starts_with(b"\\") || !line.contains(&b' ')
}

/// The word, in any case, followed by a space, a semicolon or the line's end.
fn begins_with_word(line: &[u8], word: &str) -> bool {
    let Some((head, rest)) = line.split_at_checked(word.len()) else {
        return false;
    };
    head.eq_ignore_ascii_case(word.as_bytes())
        && matches!(rest.first(), None | Some(b' ' | b'\t' | b';' | b'(' | b'/'))
}

/// `INSERT INTO t (` or `VALUES`, `REPLACE INTO`, `CREATE TABLE t (`, `COPY t … FROM stdin`.
fn is_data_statement(line: &[u8]) -> bool {
    if !matches!(line, [b'I' | b'i' | b'R' | b'r' | b'C' | b'c', ..]) {
        return false;
    }
    // names and keywords stand at the begin; the values behind them may be megabytes
    let line = String::from_utf8_lossy(&line[..line.len().min(4096)]);
    let line = line.as_ref();
    let mut words = line.split_ascii_whitespace().map(str::to_ascii_uppercase);
    let first = words.next().unwrap_or_default();
    let rest: Vec<String> = words.take(64).collect();
    let has = |word: &str| rest.iter().any(|w| w == word);
    match first.as_str() {
        "INSERT" | "REPLACE" => {
            let at = rest.iter().position(|w| w == "INTO").filter(|&at| at <= 2);
            let followers = ["VALUES", "VALUE", "SELECT", "SET"];
            match at {
                Some(at) => names_table(&rest[at + 1..], &followers),
                // SQL Server leaves out INTO
                None => {
                    rest.iter().any(|w| w.starts_with("VALUES")) && names_table(&rest, &followers)
                }
            }
        }
        "CREATE" => {
            let at = rest.iter().position(|w| w == "TABLE").filter(|&at| at <= 2);
            at.is_some_and(|at| {
                let after = &rest[at + 1..];
                let name = if after.first().is_some_and(|w| w == "IF") {
                    3
                } else {
                    0
                };
                after
                    .get(name..)
                    .is_some_and(|after| names_table(after, &["AS", "LIKE", "USING"]))
            })
        }
        "COPY" => has("FROM") && rest.iter().any(|w| w.trim_end_matches(';') == "STDIN"),
        _ => false,
    }
}

/// A table's name, then nothing, a parenthesis or one of the words.
fn names_table(words: &[String], followers: &[&str]) -> bool {
    let Some(name) = words.first() else {
        return false;
    };
    let (name, rest) = match name.find('(') {
        Some(at) => (&name[..at], "("),
        None => (name.as_str(), words.get(1).map_or("", String::as_str)),
    };
    let is_name_char = |c: char| c.is_alphanumeric() || "_.`\"[]$-#".contains(c);
    let is_follower = |f: &&str| {
        rest.strip_prefix(*f)
            .is_some_and(|r| !r.starts_with(char::is_alphabetic))
    };
    !name.is_empty()
        && name.chars().all(is_name_char)
        && (rest.is_empty() || rest.starts_with('(') || followers.iter().any(is_follower))
}

//! Statements: what the beginning of a statement says about the data that follows, and what `CREATE
//! TABLE` says about columns. Reads from a text that holds the whole beginning, or says that it
//! does not. Knows no data.

use super::lex::{line_end, name, skip_blank, string, word, word_end};
use crate::decode::block::Stop;
use crate::decode::escape::{Escape, unescape};

/// A statement that is more than text.
pub(super) enum Statement {
    /// `INSERT … VALUES`: tuples follow.
    Values(Target),
    /// `INSERT … SET`: assignments follow.
    Assignments(Target),
    /// `COPY … FROM stdin`: lines follow, with this byte between fields.
    Copy(Target, u8),
    /// `COPY … FROM stdin` in a format that is not decoded: lines follow.
    CopyLines,
    /// `CREATE TABLE`.
    Create(String, Vec<Column>),
    /// `COMMENT ON COLUMN table.column IS 'comment'`.
    Comment(String, Column),
    /// `DELIMITER ;;`.
    Delimiter(Vec<u8>),
}

/// Where rows go.
pub(super) struct Target {
    pub(super) table: String,
    /// The columns, if the statement lists them.
    pub(super) columns: Option<Vec<String>>,
    /// Whether a name was in square brackets: the dialect of SQL Server.
    pub(super) is_bracketed: bool,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    /// Empty when there is none.
    pub(super) comment: String,
}

/// First words of a definition in `CREATE TABLE` that is no column.
const NO_COLUMN: [&[u8]; 12] = [
    b"PRIMARY",
    b"KEY",
    b"INDEX",
    b"UNIQUE",
    b"CONSTRAINT",
    b"FULLTEXT",
    b"SPATIAL",
    b"CHECK",
    b"FOREIGN",
    b"EXCLUDE",
    b"LIKE",
    b"PERIOD",
];

/// Words between `INSERT` and the table.
const INSERT_WORDS: [&[u8]; 12] = [
    b"LOW_PRIORITY",
    b"DELAYED",
    b"HIGH_PRIORITY",
    b"IGNORE",
    b"OVERWRITE",
    b"OR",
    b"REPLACE",
    b"ABORT",
    b"FAIL",
    b"ROLLBACK",
    b"INTO",
    b"TABLE",
];

/// Reads the statement at `at`; the position behind what was read. [`Stop::Bad`] says that it is
/// none of those known.
pub(super) fn statement(
    text: &[u8],
    at: usize,
    backslash: bool,
) -> Result<(Statement, usize), Stop> {
    let mut parser = Parser {
        text,
        at,
        backslash,
        is_bracketed: false,
    };
    let first = word(text, at);
    if at + first.len() == text.len() {
        return Err(Stop::More);
    }
    let statement = match first.to_ascii_uppercase().as_slice() {
        b"INSERT" | b"REPLACE" => parser.insert()?,
        b"COPY" => parser.copy()?,
        b"CREATE" => parser.create()?,
        b"COMMENT" => parser.comment()?,
        b"DELIMITER" => parser.delimiter()?,
        _ => return Err(Stop::Bad),
    };
    Ok((statement, parser.at))
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    backslash: bool,
    is_bracketed: bool,
}

impl<'a> Parser<'a> {
    fn insert(&mut self) -> Result<Statement, Stop> {
        self.take_word()?;
        while INSERT_WORDS.iter().any(|w| self.is_next(w)) {
            self.take_word()?;
        }
        let table = self.qualified()?;
        let mut columns = None;
        loop {
            if self.peek()? == b'(' {
                columns = Some(self.names()?);
                continue;
            }
            let is_values = match self.take_word()?.to_ascii_uppercase().as_slice() {
                b"VALUES" | b"VALUE" => true,
                b"SET" => false,
                b"PARTITION" => {
                    self.names()?;
                    continue;
                }
                b"AS" | b"OVERRIDING" => {
                    self.take_word()?;
                    if self.is_next(b"VALUE") {
                        self.take_word()?;
                    }
                    continue;
                }
                _ => return Err(Stop::Bad),
            };
            let target = Target {
                table,
                columns,
                is_bracketed: self.is_bracketed,
            };
            // Behind `OVERRIDING SYSTEM VALUE` comes `VALUES`; a value list always begins with a
            // parenthesis.
            return match (is_values, self.peek()?) {
                (true, b'(') => Ok(Statement::Values(target)),
                (true, _) => Err(Stop::Bad),
                (false, _) => Ok(Statement::Assignments(target)),
            };
        }
    }

    fn copy(&mut self) -> Result<Statement, Stop> {
        self.take_word()?;
        let table = self.qualified()?;
        let columns = match self.peek()? {
            b'(' => Some(self.names()?),
            _ => None,
        };
        if !self.take_word()?.eq_ignore_ascii_case(b"FROM")
            || !self.take_word()?.eq_ignore_ascii_case(b"STDIN")
        {
            return Err(Stop::Bad);
        }
        let end = line_end(self.text, self.at).ok_or(Stop::More)?;
        let options = self.text[self.at..end].to_ascii_uppercase();
        self.at = end;
        let find = |what: &[u8]| memchr::memmem::find(&options, what);
        if find(b"CSV").is_some() || find(b"BINARY").is_some() {
            return Ok(Statement::CopyLines);
        }
        let delimiter = find(b"DELIMITER")
            .and_then(|n| options[n..].iter().position(|b| *b == b'\'').map(|m| n + m))
            .and_then(|quote| match &options[quote..] {
                [_, b'\\', b'T', ..] => Some(b'\t'),
                [_, byte, b'\'', ..] => Some(*byte),
                _ => None,
            });
        let target = Target {
            table,
            columns,
            is_bracketed: false,
        };
        Ok(Statement::Copy(target, delimiter.unwrap_or(b'\t')))
    }

    fn create(&mut self) -> Result<Statement, Stop> {
        self.take_word()?;
        for _ in 0..3 {
            // `TEMPORARY`, `GLOBAL TEMPORARY`, `UNLOGGED`.
            if self.is_next(b"TABLE") {
                break;
            }
            self.take_word()?;
        }
        if !self.take_word()?.eq_ignore_ascii_case(b"TABLE") {
            return Err(Stop::Bad);
        }
        while [b"IF".as_slice(), b"NOT", b"EXISTS"]
            .iter()
            .any(|w| self.is_next(w))
        {
            self.take_word()?;
        }
        let table = self.qualified()?;
        if self.peek()? != b'(' {
            return Err(Stop::Bad);
        }
        self.at += 1;
        let mut columns = Vec::new();
        while let Some(column) = self.definition()? {
            columns.extend(column);
        }
        Ok(Statement::Create(table, columns))
    }

    /// Reads one definition with its comma: a column, or `Some(None)` for a key or the like; none
    /// at the closing one.
    #[expect(
        clippy::option_option,
        reason = "the end of the list, and a definition that is no column"
    )]
    fn definition(&mut self) -> Result<Option<Option<Column>>, Stop> {
        if self.peek()? == b')' {
            self.at += 1;
            return Ok(None);
        }
        let is_column = !NO_COLUMN.iter().any(|w| self.is_next(w));
        let mut column = match is_column {
            true => Some(Column {
                name: self.name()?,
                comment: String::new(),
            }),
            false => None,
        };
        let mut depth = 0;
        loop {
            match self.peek()? {
                b',' if depth == 0 => {
                    self.at += 1;
                    return Ok(Some(column));
                }
                b')' if depth == 0 => return Ok(Some(column)),
                b';' => return Err(Stop::Bad),
                b'(' => depth += 1,
                b')' => depth -= 1,
                b'\'' | b'"' | b'`' | b'[' => {
                    self.quoted()?;
                    continue;
                }
                _ => {}
            }
            let word = word(self.text, self.at);
            self.at += word.len().max(1);
            if depth == 0 && word.eq_ignore_ascii_case(b"COMMENT") && self.peek()? == b'\'' {
                let comment = self.quoted()?;
                if let Some(column) = &mut column {
                    column.comment = comment;
                }
            }
        }
    }

    fn comment(&mut self) -> Result<Statement, Stop> {
        for expected in [b"COMMENT".as_slice(), b"ON", b"COLUMN"] {
            if !self.take_word()?.eq_ignore_ascii_case(expected) {
                return Err(Stop::Bad);
            }
        }
        let path = self.qualified()?;
        let (table, name) = path.rsplit_once('.').ok_or(Stop::Bad)?;
        let (table, name) = (table.to_owned(), name.to_owned());
        if !self.take_word()?.eq_ignore_ascii_case(b"IS") || self.peek()? != b'\'' {
            return Err(Stop::Bad);
        }
        let comment = self.quoted()?;
        Ok(Statement::Comment(table, Column { name, comment }))
    }

    fn delimiter(&mut self) -> Result<Statement, Stop> {
        let end = line_end(self.text, self.at).ok_or(Stop::More)?;
        let line = self.text[self.at..end].trim_ascii();
        let delimiter = line[b"DELIMITER".len()..].trim_ascii();
        if delimiter.is_empty() {
            return Err(Stop::Bad);
        }
        self.at = end;
        Ok(Statement::Delimiter(delimiter.to_vec()))
    }

    /// A name with its qualifiers: `shop.users`.
    fn qualified(&mut self) -> Result<String, Stop> {
        let mut path = self.name()?;
        while self.peek()? == b'.' {
            self.at += 1;
            path.push('.');
            path.push_str(&self.name()?);
        }
        Ok(path)
    }

    /// A list of names in parentheses; lengths and orders behind a name are let pass.
    fn names(&mut self) -> Result<Vec<String>, Stop> {
        if self.peek()? != b'(' {
            return Err(Stop::Bad);
        }
        self.at += 1;
        let mut names = Vec::new();
        loop {
            match self.peek()? {
                b')' => {
                    self.at += 1;
                    return Ok(names);
                }
                b',' => self.at += 1,
                _ if self.is_next(b"SELECT") => return Err(Stop::Bad),
                _ => names.push(self.name()?),
            }
        }
    }

    fn name(&mut self) -> Result<String, Stop> {
        self.is_bracketed |= self.peek()? == b'[';
        let (name, end) = name(self.text, self.at)?;
        self.at = end;
        Ok(name)
    }

    /// A quoted name or string, unescaped.
    fn quoted(&mut self) -> Result<String, Stop> {
        let quote = self.peek()?;
        if quote != b'\'' {
            return self.name();
        }
        let quoted = string(self.text, self.at, self.backslash);
        quoted.result?;
        let mut plain = self.text[quoted.start..quoted.end].to_vec();
        let escape = match self.backslash {
            true => Escape::MySql(quote),
            false => Escape::Doubled(quote),
        };
        let len = unescape(&mut plain, escape);
        self.at = quoted.end + 1;
        Ok(String::from_utf8_lossy(&plain[..len]).into_owned())
    }

    fn take_word(&mut self) -> Result<&'a [u8], Stop> {
        self.peek()?;
        let end = word_end(self.text, self.at);
        match end {
            _ if end == self.text.len() => Err(Stop::More),
            _ if end == self.at => Err(Stop::Bad),
            _ => {
                let word = &self.text[self.at..end];
                self.at = end;
                Ok(word)
            }
        }
    }

    /// Whether the next word is this one.
    fn is_next(&mut self, expected: &[u8]) -> bool {
        self.peek().is_ok() && word(self.text, self.at).eq_ignore_ascii_case(expected)
    }

    /// The next byte that is not blank.
    fn peek(&mut self) -> Result<u8, Stop> {
        self.at = skip_blank(self.text, self.at)?;
        Ok(self.text[self.at])
    }
}

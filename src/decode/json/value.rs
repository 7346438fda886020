//! Values: one JSON value becomes the fields of one record, flattened.
//!
//! A [`Reader`] walks a value with an explicit stack and pushes a field per scalar, as it stands in
//! the text; unescaping waits until the record is known to be complete. It does not know where
//! values begin or what follows them.

use super::names::{Key, NONE, Names, NodeId};
use crate::bytes::find;
use crate::decode::block::{Bounds, Rows, Stop, holds_data};
use crate::decode::escape::{Escape, unescape};
use crate::record::Field;

/// A container that is open.
#[derive(Clone, Copy)]
pub(super) struct Open {
    node: NodeId,
    /// The node of the last key or element, or [`NONE`].
    last: NodeId,
    is_object: bool,
    /// Elements so far.
    count: u32,
}

/// A string as it stands in the text, without its quotes.
#[derive(Clone, Copy)]
pub(super) struct Quoted {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) escaped: bool,
}

impl Quoted {
    pub(super) fn escape(self) -> Option<Escape> {
        self.escaped.then_some(Escape::Json)
    }
}

/// Reads one value.
pub(super) struct Reader<'a> {
    /// The text, up to the limit of a record.
    pub(super) text: &'a [u8],
    /// Where it reads.
    pub(super) at: usize,
    pub(super) fields: &'a mut Vec<Field>,
    pub(super) rows: &'a mut Rows,
    pub(super) names: &'a mut Names,
    pub(super) stack: &'a mut Vec<Open>,
    pub(super) bounds: Bounds,
    /// Whether nothing follows the text: what it ends in is taken as it stands. Else the value is read again when there is more,
    /// and nothing is learned from its end, which may turn out to be something else.
    pub(super) is_all: bool,
    /// Set when something was nested too deep.
    pub(super) too_deep: bool,
}

impl Reader<'_> {
    /// Reads the value at the position. When the text ends inside it, the fields read so far are
    /// there, with the part of the last one.
    pub(super) fn value(&mut self, root: NodeId) -> Result<(), Stop> {
        self.stack.clear();
        let mut node = root;
        loop {
            self.at = skip_space(self.text, self.at);
            let opened = match self.peek()? {
                b'{' | b'[' if self.stack.len() >= self.bounds.depth => {
                    self.raw(node)?;
                    None
                }
                b'{' => {
                    self.at += 1;
                    self.open(node, true)?
                }
                b'[' => {
                    self.at += 1;
                    self.open(node, false)?
                }
                b'"' => {
                    self.string_field(node)?;
                    None
                }
                _ => {
                    self.bare_field(node)?;
                    None
                }
            };
            match opened {
                Some(child) => node = child,
                None => match self.next()? {
                    Some(child) => node = child,
                    None => return Ok(()),
                },
            }
        }
    }

    /// Enters a container; its first child, unless it is empty.
    fn open(&mut self, node: NodeId, is_object: bool) -> Result<Option<NodeId>, Stop> {
        self.stack.push(Open {
            node,
            last: NONE,
            is_object,
            count: 0,
        });
        self.child()
    }

    /// Goes on behind a value: the next child of the innermost container that has one.
    fn next(&mut self) -> Result<Option<NodeId>, Stop> {
        while let Some(open) = self.stack.last() {
            self.at = skip_space(self.text, self.at);
            match (self.peek()?, open.is_object) {
                (b',', _) => {
                    self.at += 1;
                    if let Some(child) = self.child()? {
                        return Ok(Some(child));
                    }
                }
                (b'}', true) | (b']', false) => {
                    self.at += 1;
                    self.stack.pop();
                }
                _ => return Err(Stop::Bad),
            }
        }
        Ok(None)
    }

    /// The child at the position, or none and the container is closed. A comma before the end is
    /// let pass.
    fn child(&mut self) -> Result<Option<NodeId>, Stop> {
        self.at = skip_space(self.text, self.at);
        let byte = self.peek()?;
        let Some(open) = self.stack.last_mut() else {
            return Ok(None);
        };
        match (byte, open.is_object) {
            (b'}', true) | (b']', false) => {
                self.at += 1;
                self.stack.pop();
                Ok(None)
            }
            (b'"', true) => self.key().map(Some),
            (_, true) => Err(Stop::Bad),
            (_, false) => {
                open.last = self.names.element(open.node, open.last, open.count);
                open.count += 1;
                Ok(Some(open.last))
            }
        }
    }

    /// Reads a key and its colon. A key that is data becomes a field too.
    fn key(&mut self) -> Result<NodeId, Stop> {
        let (node, last) = self.stack.last().map_or((NONE, NONE), |o| (o.node, o.last));
        let (quoted, key) = read_key(self.text, &mut self.at, self.names, (node, last)).map_err(
            |(stop, cut)| {
                if let Some(cut) = cut.filter(|_| self.is_all) {
                    self.push_key(node, last, cut);
                }
                stop
            },
        )?;
        let node = match key {
            Key::Name(node) => node,
            Key::Data(node) => {
                let column = self.names.column(node);
                let span = (quoted.start, quoted.end);
                self.rows.push(self.fields, span, column, quoted.escape());
                node
            }
        };
        if let Some(open) = self.stack.last_mut() {
            open.last = match key {
                Key::Name(node) => node,
                // Data says nothing about which key comes next.
                Key::Data(_) => last,
            };
        }
        Ok(node)
    }

    /// A key the text ends in, if it is data.
    fn push_key(&mut self, parent: NodeId, last: NodeId, cut: Quoted) {
        let text = &self.text[cut.start..cut.end];
        if !holds_data(text) {
            return;
        }
        if let Key::Data(node) = self.names.key(parent, last, text) {
            let column = self.names.column(node);
            let span = (cut.start, cut.end);
            self.rows.push(self.fields, span, column, cut.escape());
        }
    }

    fn string_field(&mut self, node: NodeId) -> Result<(), Stop> {
        let column = self.names.column(node);
        let (quoted, whole) = string(self.text, self.at);
        self.at = (quoted.end + 1).min(self.text.len());
        let span = (quoted.start, quoted.end);
        self.rows.push(self.fields, span, column, quoted.escape());
        if whole { Ok(()) } else { Err(Stop::More) }
    }

    fn bare_field(&mut self, node: NodeId) -> Result<(), Stop> {
        let end = number_end(self.text, self.at);
        if self.text.get(end).is_some_and(|b| is_bare_end(*b)) && end > self.at {
            let column = self.names.column(node);
            self.rows.push(self.fields, (self.at, end), column, None);
            self.at = end;
            return Ok(());
        }
        let end = bare_end(self.text, self.at);
        let token = &self.text[self.at..end];
        let whole = end < self.text.len();
        match bare_kind(token, whole) {
            Bare::Null | Bare::Scalar if !whole && !self.is_all => {
                self.at = end;
                return Err(Stop::More);
            }
            Bare::Null => {}
            Bare::Scalar => {
                let column = self.names.column(node);
                self.rows.push(self.fields, (self.at, end), column, None);
            }
            Bare::Bad => return Err(Stop::Bad),
        }
        self.at = end;
        // A number at the very end of the text may go on; whether it is complete only the caller
        // knows.
        if whole || self.stack.is_empty() {
            Ok(())
        } else {
            Err(Stop::More)
        }
    }

    /// Takes a container that is nested too deep as one field of text.
    fn raw(&mut self, node: NodeId) -> Result<(), Stop> {
        let column = self.names.column(node);
        let (end, stop) = balanced_end(self.text, self.at);
        self.rows.push(self.fields, (self.at, end), column, None);
        self.at = end;
        self.too_deep = true;
        stop
    }

    fn peek(&self) -> Result<u8, Stop> {
        self.text.get(self.at).copied().ok_or(Stop::More)
    }
}

/// Why a key could not be read, and the part of it that is there.
type CutKey = (Stop, Option<Quoted>);

/// Reads the key at `at`, which stands on its quote, and the colon behind it. `place` is the parent
/// and the last child.
pub(super) fn read_key(
    text: &[u8],
    at: &mut usize,
    names: &mut Names,
    place: (NodeId, NodeId),
) -> Result<(Quoted, Key), CutKey> {
    if let Some((node, len)) = names.expected(place.0, place.1, &text[*at + 1..]) {
        let (start, end) = (*at + 1, *at + 1 + len);
        *at = end + 2;
        let quoted = Quoted {
            start,
            end,
            escaped: false,
        };
        return Ok((quoted, Key::Name(node)));
    }
    let (quoted, whole) = string(text, *at);
    if !whole {
        return Err((Stop::More, Some(quoted)));
    }
    let colon = skip_space(text, quoted.end + 1);
    match text.get(colon) {
        Some(b':') => *at = colon + 1,
        Some(_) => return Err((Stop::Bad, None)),
        None => return Err((Stop::More, Some(quoted))),
    }
    let raw = &text[quoted.start..quoted.end];
    let key = if quoted.escaped {
        let mut plain = raw.to_vec();
        let len = unescape(&mut plain, Escape::Json);
        names.key(place.0, place.1, &plain[..len])
    } else {
        names.key(place.0, place.1, raw)
    };
    Ok((quoted, key))
}

/// The string whose opening quote is at `at`, and whether its end is in the text. Line breaks and
/// other raw control characters are let pass.
pub(super) fn string(text: &[u8], at: usize) -> (Quoted, bool) {
    let start = at + 1;
    let (mut end, mut escaped) = (start, false);
    while let Some(skipped) = text.get(end..).and_then(|rest| find([b'"', b'\\'], rest)) {
        end += skipped;
        if text[end] == b'"' {
            return (
                Quoted {
                    start,
                    end,
                    escaped,
                },
                true,
            );
        }
        escaped = true;
        end += 2;
    }
    let end = text.len().max(start);
    (
        Quoted {
            start,
            end,
            escaped,
        },
        false,
    )
}

/// The first position from `at` on that is not white space.
pub(super) fn skip_space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = text.get(at) {
        at += 1;
    }
    at
}

/// What a token without quotes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bare {
    /// No value.
    Null,
    /// A number, `true` or `false`.
    Scalar,
    /// Nothing JSON knows.
    Bad,
}

/// The end of the token at `at`.
pub(super) fn bare_end(text: &[u8], at: usize) -> usize {
    text[at..]
        .iter()
        .position(|b| is_bare_end(*b))
        .map_or(text.len(), |n| at + n)
}

/// Whether a byte ends a token without quotes.
fn is_bare_end(byte: u8) -> bool {
    matches!(byte, b',' | b'}' | b']' | b':' | b'"' | b'{' | b'[') || byte <= b' '
}

/// The end of the number at `at`, as far as a look at its bytes tells; `at` when there is none.
fn number_end(text: &[u8], at: usize) -> usize {
    let n = text[at..].iter().take_while(|b| is_of_number(**b)).count();
    match text.get(at) {
        Some(b'e' | b'E') | None => at,
        Some(_) => at + n,
    }
}

fn is_of_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

/// What a token is; `whole` says that its end is known, else it may be the beginning of one. `NaN`
/// and `Infinity` are not JSON, but common.
pub(super) fn bare_kind(token: &[u8], whole: bool) -> Bare {
    let is = |word: &[u8]| token == word || (!whole && word.starts_with(token));
    match token.first() {
        Some(b'0'..=b'9' | b'-' | b'+' | b'.') => {
            match token.iter().all(|b| is_of_number(*b)) || token == b"-Infinity" {
                true => Bare::Scalar,
                false => Bare::Bad,
            }
        }
        Some(_) if is(b"null") => Bare::Null,
        Some(_) if is(b"true") || is(b"false") || is(b"NaN") || is(b"Infinity") => Bare::Scalar,
        _ => Bare::Bad,
    }
}

/// The end of the container at `at`, with brackets counted and strings passed over.
pub(super) fn balanced_end(text: &[u8], mut at: usize) -> (usize, Result<(), Stop>) {
    let mut depth = 0usize;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => match string(text, at) {
                (quoted, true) => at = quoted.end,
                (_, false) => return (text.len(), Err(Stop::More)),
            },
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return (at, Ok(()));
        }
    }
    (text.len(), Err(Stop::More))
}

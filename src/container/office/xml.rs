//! XML as the parts of documents have it: elements and text, one after the other, in bounded memory.
//!
//! Names are taken without their prefixes, which every program chooses for itself. References to characters are resolved, and to
//! the entities of XML 1.0 and of HTML; entities that a document defines itself are not, so that none of them can grow. What an
//! element means is not known here.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::container::reason_of;
use crate::error::Reason;

/// Bytes of one tag, or of text between two tags.
const NODE_BYTES_MAX: usize = 32 << 20;

/// Elements in each other.
const DEPTH_MAX: usize = 512;

/// Bytes that are read at a time.
const BLOCK_BYTES: usize = 64 << 10;

/// A part of a document while it is read.
pub(in crate::container) struct Xml<R: Read> {
    rdr: Reader<Metered<BufReader<R>>>,
    buf: Vec<u8>,
    depth: usize,
    /// References that nothing stands for.
    n_unresolved: u64,
}

/// What comes next in a part. An empty element is a start and an end.
pub(in crate::container) enum Node<'x> {
    Start(Tag<'x>),
    /// The end of the element of that name.
    End(Cow<'x, str>),
    Text(Cow<'x, str>),
    /// A comment or an instruction, which is no part of what the document says.
    Aside(Cow<'x, str>),
    /// The head of the document, or a reference to nothing.
    Other,
    Over,
}

/// The start of an element.
pub(in crate::container) struct Tag<'x>(BytesStart<'x>);

impl Tag<'_> {
    /// The name without its prefix.
    pub(in crate::container) fn name(&self) -> &str {
        local(self.0.name().into_inner())
    }

    /// The value of the attribute of that name, whatever its prefix.
    pub(in crate::container) fn attr(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        let found = attributes
            .with_checks(false)
            .flatten()
            .find(|a| local(a.key.into_inner()) == name)?;
        let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
        Some(value.into_owned())
    }

    /// Names without their prefixes, and values, of all attributes but declarations of namespaces. Values may stand without
    /// quotation marks, and references in them that nothing stands for stay as they are, as do signs that would begin one.
    pub(in crate::container) fn attrs(&self) -> impl Iterator<Item = (&str, String)> {
        let mut attributes = self.0.html_attributes();
        attributes.with_checks(false);
        attributes.flatten().filter_map(|a| {
            let key = a.key.into_inner();
            if key == "xmlns" || key.starts_with("xmlns:") {
                return None;
            }
            let value = match a.normalized_value(XmlVersion::Implicit1_0) {
                Ok(value) => value.into_owned(),
                Err(_) => resolved_where_known(&a.value),
            };
            Some((local(key), value))
        })
    }

    /// The value of the attribute with that prefix and name, as in `r:id` beside `id`.
    pub(in crate::container) fn prefixed(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        let found = attributes.with_checks(false).flatten().find(|a| {
            let key = a.key.into_inner();
            key.contains(':') && local(key) == name
        })?;
        let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
        Some(value.into_owned())
    }

    /// An attribute that is a number.
    pub(in crate::container) fn number<N: std::str::FromStr>(&self, name: &str) -> Option<N> {
        self.attr(name)?.trim().parse().ok()
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

impl<R: Read> Xml<R> {
    pub(in crate::container) fn new(rdr: R) -> Xml<R> {
        let metered = Metered {
            rdr: BufReader::with_capacity(BLOCK_BYTES, rdr),
            left: NODE_BYTES_MAX,
        };
        let mut rdr = Reader::from_reader(metered);
        let config = rdr.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = true;
        config.allow_dangling_amp = true;
        Xml {
            rdr,
            buf: Vec::new(),
            depth: 0,
            n_unresolved: 0,
        }
    }

    /// The next node.
    ///
    /// # Errors
    /// When the part is not well-formed, cannot be read, or is at a limit.
    pub(in crate::container) fn next(&mut self) -> Result<Node<'_>, Reason> {
        self.buf.clear();
        self.rdr.get_mut().left = NODE_BYTES_MAX;
        let event = self.rdr.read_event_into(&mut self.buf);
        let node = match event.map_err(|e| broken(&e))? {
            Event::Start(tag) => {
                self.depth += 1;
                if self.depth > DEPTH_MAX {
                    let reason = format!("XML nested more than {DEPTH_MAX} levels deep");
                    return Err(Reason::Limit(reason));
                }
                Node::Start(Tag(tag))
            }
            Event::End(tag) => {
                self.depth = self.depth.saturating_sub(1);
                Node::End(Cow::Owned(local(tag.name().into_inner()).to_owned()))
            }
            Event::Text(text) => Node::Text(text.xml10_content()),
            Event::CData(text) => Node::Text(text.xml10_content()),
            Event::Comment(text) => Node::Aside(text.xml10_content()),
            Event::PI(instruction) => Node::Aside(instruction.into_inner()),
            Event::GeneralRef(reference) => match resolved(&reference) {
                Some(text) => Node::Text(text),
                None => {
                    self.n_unresolved += 1;
                    Node::Other
                }
            },
            Event::Eof if self.depth > 0 => {
                return Err(Reason::Truncated("the XML ends in the middle".to_owned()));
            }
            Event::Eof => Node::Over,
            _ => Node::Other,
        };
        Ok(node)
    }

    /// How many bytes were taken of the part.
    pub(in crate::container) fn position(&self) -> u64 {
        self.rdr.buffer_position()
    }

    /// Passes over the element whose start came last, with all that is in it.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub(in crate::container) fn skip(&mut self) -> Result<(), Reason> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            if let Node::Over = self.next()? {
                break;
            }
        }
        Ok(())
    }

    /// What of the part was not understood, at its end.
    pub(in crate::container) fn remark(&self) -> Option<Reason> {
        (self.n_unresolved > 0).then(|| {
            let n = self.n_unresolved;
            Reason::Malformed(format!(
                "{n} references to entities of the document's own, which are not expanded"
            ))
        })
    }
}

/// What a reference stands for: a character by its number, or by a name that HTML has for it.
fn resolved<'x>(reference: &BytesRef<'_>) -> Option<Cow<'x, str>> {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => Some(Cow::Owned(character.to_string())),
        Ok(None) => {
            let name = reference.xml10_content();
            resolve_html5_entity(&name).map(Cow::Borrowed)
        }
        Err(_) => None,
    }
}

/// Longest reference that is resolved: more than any name of HTML has.
const REFERENCE_BYTES_MAX: usize = 40;

/// A text with what stands for its references, where that is known.
fn resolved_where_known(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('&');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let reference = part
            .split_once(';')
            .filter(|(name, _)| name.len() <= REFERENCE_BYTES_MAX);
        let known =
            reference.and_then(|(name, rest)| Some((resolved(&BytesRef::new(name))?, rest)));
        match known {
            Some((character, rest)) => out.extend([&*character, rest]),
            None => out.extend(["&", part]),
        }
    }
    out
}

fn broken(error: &quick_xml::Error) -> Reason {
    match error {
        quick_xml::Error::Io(error) => reason_of(error),
        quick_xml::Error::Syntax(_) => Reason::Truncated("the XML ends in the middle".to_owned()),
        _ => Reason::Damaged("the XML is not well-formed".to_owned()),
    }
}

/// Gives so many bytes and then an error, until it is allowed more: one node cannot take all memory.
struct Metered<R> {
    rdr: R,
    left: usize,
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = buf.len().min(self.left);
        let n = self.rdr.read(&mut buf[..n])?;
        self.left -= n;
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.rdr.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.left = self.left.saturating_sub(n);
        self.rdr.consume(n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_that_are_not_well_formed_keep_what_they_say() {
        for (written, want) in [
            ("a='x & 138'", "x & 138"),
            (
                "a='?x=1&y=&lt;&#65;&own;&#xFFFFFFFF;'",
                "?x=1&y=<A&own;&#xFFFFFFFF;",
            ),
            ("a=张三", "张三"),
            ("a", ""),
            ("a='&'", "&"),
        ] {
            let written = format!("<x {written} b='1'/>");
            let mut xml = Xml::new(written.as_bytes());
            let Ok(Node::Start(tag)) = xml.next() else {
                panic!("{written}")
            };
            let attrs: Vec<_> = tag.attrs().collect();
            let want = [("a", want.to_owned()), ("b", "1".to_owned())];
            assert_eq!(attrs, want, "{written}");
        }
    }

    #[test]
    fn references_are_to_what_has_a_number_or_a_known_name() {
        let written = "<x a='&#20320;&eacute;'>&lt;&amp;&gt;&quot;&apos;&#x5F20;&eacute;&own;</x>";
        let mut xml = Xml::new(written.as_bytes());
        let (mut text, mut attribute) = (String::new(), None);
        loop {
            match xml.next().expect("well-formed") {
                Node::Start(tag) => attribute = tag.attr("a"),
                Node::Text(piece) => text.push_str(&piece),
                Node::Over => break,
                _ => {}
            }
        }
        assert_eq!(attribute.as_deref(), Some("你é"));
        assert_eq!(text, "<&>\"'张é");
        let remark = xml.remark().expect("one is unknown").to_string();
        assert!(remark.contains("1 references to entities"), "{remark}");
    }
}

//! Files that are attached to a document or to its pages, each handed over once.

use std::collections::HashSet;

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Object, ObjectIdentifier, Stream, String as Text};

use super::super::pump::{Sink, Stop};
use super::page::{items, text_string};
use super::stream;
use crate::decode::Known;
use crate::error::Reason;

/// Attached files, and nodes of the tree that names them.
const FILES_MAX: usize = 10_000;

/// Bytes of a file that are written at a time.
const BLOCK_BYTES: usize = 64 << 10;

/// The files that were met.
#[derive(Default)]
pub(super) struct Files {
    /// Streams of those that were handed over: a document may name a file in several places.
    seen: HashSet<ObjectIdentifier>,
    /// Why not all were looked at.
    pub(super) broken: Option<Reason>,
}

impl Files {
    /// Hands over the files that the document itself names.
    ///
    /// # Errors
    /// As [`Sink::member`].
    pub(super) fn of_document(&mut self, pdf: &Pdf, sink: &mut Sink) -> Result<(), Stop> {
        let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
        let names = root.and_then(|root| root.get::<Dict<'_>>("Names"));
        let tree = names.and_then(|names| names.get::<Dict<'_>>("EmbeddedFiles"));
        // Nodes may lead back: all ways through the tree are counted.
        let (mut n_nodes, mut n_entries) = (1, 0);
        let mut waiting: Vec<Dict<'_>> = tree.into_iter().collect();
        while let Some(node) = waiting.pop() {
            let kids = node.get::<Array<'_>>("Kids");
            for kid in kids.iter().flat_map(|kids| items(kids, pdf.xref())) {
                if n_nodes == FILES_MAX {
                    self.too_many();
                    break;
                }
                n_nodes += 1;
                match kid.and_then(Object::into_dict) {
                    Some(kid) => waiting.push(kid),
                    None => self.not_whole(),
                }
            }
            // A name and a file, one after the other.
            let pairs = node.get::<Array<'_>>("Names");
            for object in pairs.iter().flat_map(|pairs| items(pairs, pdf.xref())) {
                if n_entries == 2 * FILES_MAX {
                    self.too_many();
                    return Ok(());
                }
                n_entries += 1;
                match object {
                    Some(Object::Dict(file)) => self.attached(&file, sink)?,
                    Some(_) => {}
                    None => self.not_whole(),
                }
            }
        }
        Ok(())
    }

    /// Hands over a file, by its specification.
    ///
    /// # Errors
    /// As [`Sink::member`].
    pub(super) fn attached(&mut self, file: &Dict<'_>, sink: &mut Sink) -> Result<(), Stop> {
        // Without any, it lies elsewhere.
        let Some(embedded) = file.get::<Dict<'_>>("EF") else {
            return Ok(());
        };
        let name = ["UF", "F"].iter().find_map(|key| {
            let name = file.get::<Text<'_>>(key)?;
            Some(text_string(name.as_bytes()))
        });
        let name = name.unwrap_or_else(|| "attachment".to_owned());
        let of_key = |key: &&str| embedded.get::<Stream<'_>>(*key);
        let Some(stream) = ["F", "UF"].iter().find_map(of_key) else {
            return sink.refuse(name.as_bytes(), stream::damaged());
        };
        let id = stream.obj_id();
        if self.seen.contains(&id) {
            return Ok(());
        }
        if self.seen.len() == FILES_MAX {
            self.too_many();
            return Ok(());
        }
        self.seen.insert(id);
        let (bytes, broken) = stream::decoded(&stream);
        match broken {
            Some(reason) if bytes.is_empty() => sink.refuse(name.as_bytes(), reason),
            broken => {
                let mut writer = sink.begin(name.as_bytes(), Known::Nothing)?;
                for block in bytes.chunks(BLOCK_BYTES) {
                    writer.write(block)?;
                    if !writer.is_wanted() {
                        break;
                    }
                }
                writer.end(broken)
            }
        }
    }

    fn too_many(&mut self) {
        let reason = format!("more than {FILES_MAX} attached files");
        self.breaks(Reason::Limit(reason));
    }

    fn not_whole(&mut self) {
        let reason = "the list of attached files is not whole".to_owned();
        self.breaks(Reason::Damaged(reason));
    }

    fn breaks(&mut self, reason: Reason) {
        self.broken.get_or_insert(reason);
    }
}

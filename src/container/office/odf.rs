//! OpenDocument files (ISO/IEC 26300): texts, presentations and drawings as lines and tables, spreadsheets as sheets.
//!
//! The content is one part, the headers and footers of pages stand among the styles. Spreadsheets have their own reader for the
//! values of cells and how often rows repeat (`ods`); what else stands on them is gone through as in a text. Objects that are
//! embedded are documents in a folder; those are read in place.

use super::flow::Family;
use super::ods;
use super::package::Package;
use super::text;
use super::xml::Node;
use super::{properties, walk_parts};
use crate::container::{Sink, Stop};
use crate::error::Reason;

/// Bytes of the part that says what the document is.
const KIND_BYTES_MAX: u64 = 256;

/// Hands over what is in a document.
///
/// # Errors
/// Those of the sink, and when the document is encrypted.
pub(super) fn walk(package: &mut Package, sink: &mut Sink) -> Result<(), Stop> {
    let kind = kind(package);
    let is_sheet = kind.contains("spreadsheet");
    sink.is(if is_sheet {
        "ods"
    } else if kind.contains("presentation") {
        "odp"
    } else if kind.contains("graphics") {
        "odg"
    } else {
        "odt"
    })?;
    if is_encrypted(package) {
        return Err(Reason::Encrypted.into());
    }
    let contents: Vec<usize> = named(package, "content.xml");
    for part in contents {
        let name = package.name(part).to_owned();
        let object = name.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        if is_sheet && object.is_none() {
            ods::walk(package, part, sink)?;
            continue;
        }
        let names = match &object {
            None => ("text".to_owned(), "table".to_owned()),
            Some(folder) => (folder.clone(), format!("{folder} table")),
        };
        text::parts(
            package,
            &[part],
            Family::OpenDocument,
            (&names.0, &names.1),
            sink,
        )?;
    }
    let styles = named(package, "styles.xml");
    let names = ("headers and footers", "headers and footers table");
    text::parts(package, &styles, Family::OpenDocument, names, sink)?;
    properties::walk(package, sink)?;
    walk_parts(package, sink, is_structure)
}

/// What the document says it is.
fn kind(package: &mut Package) -> String {
    let Some(part) = package.find("mimetype") else {
        return String::new();
    };
    package.done(part);
    let mut kind = String::new();
    if let Ok(rdr) = package.bytes(part) {
        // A kind that cannot be read is none.
        let _ =
            std::io::Read::read_to_string(&mut std::io::Read::take(rdr, KIND_BYTES_MAX), &mut kind);
    }
    kind
}

/// Parts of that file name, the one of the document itself first.
fn named(package: &Package, file: &str) -> Vec<usize> {
    let is_named = |name: &str| name == file || name.ends_with(&format!("/{file}"));
    let mut parts: Vec<usize> = package
        .parts()
        .filter(|p| is_named(package.name(*p)))
        .collect();
    parts.sort_by_key(|part| package.name(*part).matches('/').count());
    parts
}

/// Whether the list of parts says that some are encrypted.
fn is_encrypted(package: &mut Package) -> bool {
    let Some(list) = package.find("META-INF/manifest.xml") else {
        return false;
    };
    package.done(list);
    let Ok(mut xml) = package.open(list) else {
        return false;
    };
    loop {
        match xml.next() {
            Ok(Node::Start(tag)) if tag.name() == "encryption-data" => return true,
            Ok(Node::Over) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

/// Whether a part says only what the document looks like, or shows what others say.
fn is_structure(name: &str, _kind: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    matches!(
        file,
        "settings.xml" | "manifest.rdf" | "layout-cache" | "mimetype"
    ) || name.starts_with("Pictures/TablePreview")
        || [
            "Thumbnails/",
            "Configurations2/",
            "META-INF/",
            "ObjectReplacements/",
        ]
        .iter()
        .any(|folder| name.starts_with(folder))
}

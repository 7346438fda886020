//! Documents of office programs: spreadsheets, texts and presentations, as the rows and lines that are in them.
//!
//! Most are zip archives of XML ([`walk`]) and told by the names of their parts; those before 2007 are files of their own, and those
//! among them that are OLE files are told by `ole`. Sheets and tables become members that are tables, everything else members of
//! text; what is embedded is handed over as it is, and may be a document again.
//! Styles, settings, themes and previews of the first page are structure and say nothing of anyone; all other parts are read.
//! How cells and paragraphs are written is known to the files beside this one.

mod allowance;
mod biff;
pub(super) mod doc;
pub(super) mod flat;
mod flow;
mod grid;
mod links;
mod number;
mod odf;
mod ods;
mod ofd;
mod package;
mod pivot;
pub(super) mod ppt;
mod properties;
pub(super) mod rtf;
mod rtf_words;
mod sheet;
mod story;
mod strings;
pub(super) mod text;
mod word;
pub(super) mod xls;
mod xlsb;
mod xlsx;
pub(super) mod xml;

use super::zip::Archive;
use super::{Sink, Stop, Unpacking};
use crate::error::Reason;
use package::Package;

/// What a zip archive is, if it is a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Document {
    /// ECMA-376, of any of its kinds.
    Ooxml,
    /// ISO/IEC 26300.
    Odf,
    /// GB/T 33190.
    FixedLayout,
    /// Known and not read.
    Unread(&'static str),
}

/// Tells by the names of its members what an archive is.
pub(super) fn document(archive: &Archive) -> Option<Document> {
    let has = |name: &[u8]| archive.index_for_name_raw(name).is_some();
    if has(b"[Content_Types].xml") {
        let folders: [&[u8]; 3] = [b"xl/", b"word/", b"ppt/"];
        let mut names = archive.file_names_raw();
        return names
            .any(|name| folders.iter().any(|folder| name.starts_with(folder)))
            .then_some(Document::Ooxml);
    }
    if has(b"content.xml") && (has(b"mimetype") || has(b"META-INF/manifest.xml")) {
        return Some(Document::Odf);
    }
    if has(b"OFD.xml") {
        return Some(Document::FixedLayout);
    }
    let is_iwork = has(b"Index/Document.iwa") || has(b"Index.zip");
    is_iwork.then_some(Document::Unread("iWork document"))
}

/// Hands over what is in a document of so many bytes.
///
/// # Errors
/// Those of the sink, and when the document as a whole cannot be read.
pub(super) fn walk(
    document: Document,
    archive: Archive,
    size: u64,
    unpacking: Unpacking,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let mut package = Package::new(archive, size, unpacking);
    match document {
        Document::Ooxml => open_xml(&mut package, sink),
        Document::Odf => odf::walk(&mut package, sink),
        Document::Unread(what) => Err(Reason::Unsupported(what.to_owned()).into()),
        Document::FixedLayout => ofd::walk(&mut package, sink),
    }?;
    package.end().map_err(Stop::from)
}

fn open_xml(package: &mut Package, sink: &mut Sink) -> Result<(), Stop> {
    if let Err(reason) = package.read_types() {
        sink.refuse(b"[Content_Types].xml", reason)?;
    }
    let roots = package.relations_of_all()?;
    let main = roots.iter().find(|r| r.kind == "officeDocument");
    let Some(main) = main.and_then(|r| r.part) else {
        let reason = "no part says that it is the document".to_owned();
        return Err(Reason::Damaged(reason).into());
    };
    let kind = package.content_type(main).to_ascii_lowercase();
    let name = package.name(main).to_ascii_lowercase();
    if name.ends_with(".bin") || kind.contains("sheet.binary") {
        sink.is("xlsb")?;
        xlsb::walk(package, main, sink)?;
    } else if name.starts_with("xl/") || kind.contains("spreadsheetml") {
        sink.is("xlsx")?;
        xlsx::walk(package, main, sink)?;
    } else if name.starts_with("ppt/") || kind.contains("presentationml") {
        sink.is("pptx")?;
        word::presentation(package, main, sink)?;
    } else {
        sink.is("docx")?;
        word::walk(package, main, sink)?;
    }
    properties::walk(package, sink)?;
    walk_parts(package, sink, is_structure)
}

/// Hands over the parts that were not read yet, but for those that are structure by their names and content types.
fn walk_parts(
    package: &mut Package,
    sink: &mut Sink,
    is_structure: fn(&str, &str) -> bool,
) -> Result<(), Stop> {
    for part in package.parts() {
        if package.is_done(part) || is_structure(package.name(part), package.content_type(part)) {
            continue;
        }
        let kind = package.content_type(part);
        let has_text = ["chart+xml", "diagramData+xml", "drawing+xml", "chartex+xml"];
        if has_text.iter().any(|ending| kind.ends_with(ending)) {
            let name = package.name(part).to_owned();
            text::part(package, part, &name, sink)?;
        } else {
            package.hand_over(part, sink)?;
        }
    }
    Ok(())
}

/// Whether a part of an OOXML document says only what the document looks like, or shows what others say.
fn is_structure(name: &str, kind: &str) -> bool {
    const KINDS: &[&str] = &[
        "relationships+xml",
        "styles+xml",
        "stylesWithEffects+xml",
        "theme+xml",
        "themeOverride+xml",
        "settings+xml",
        "webSettings+xml",
        "fontTable+xml",
        "numbering+xml",
        "calcChain+xml",
        "sheetMetadata+xml",
        "spreadsheetml.table+xml",
        "printerSettings",
        "tableStyles+xml",
        "presProps+xml",
        "viewProps+xml",
        "chartstyle+xml",
        "chartcolorstyle+xml",
        "diagramColors+xml",
        "diagramLayout+xml",
        "diagramStyle+xml",
        "diagramDrawing+xml",
        "obfuscatedFont",
        "x-fontdata",
        "binIndexWs",
        "calcChain",
    ];
    let name = name.to_ascii_lowercase();
    KINDS.iter().any(|ending| kind.ends_with(ending))
        || name.ends_with(".rels")
        || name == "[content_types].xml"
        || name.starts_with("docprops/thumbnail")
        || name.contains("/binaryindex")
}

#[cfg(test)]
mod tests;

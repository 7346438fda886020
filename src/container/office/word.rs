//! Texts of the docx family and presentations of the pptx family (ECMA-376 part 1, 17 and 19).
//!
//! Each is a main part and others beside it, which are told by their content types. How paragraphs and tables are written is
//! known to `flow`.

use super::flow::Family;
use super::links::Links;
use super::package::Package;
use super::text;
use crate::container::{Sink, Stop};

/// Content types of the parts of a text with words of their own, and what they are called in the report.
const BESIDE: &[(&str, &str)] = &[
    ("wordprocessingml.header+xml", "headers"),
    ("wordprocessingml.footer+xml", "footers"),
    ("wordprocessingml.footnotes+xml", "footnotes"),
    ("wordprocessingml.endnotes+xml", "endnotes"),
    ("wordprocessingml.comments+xml", "comments"),
    ("document.glossary+xml", "building blocks"),
];

/// Content types of the parts of a presentation beside its slides.
const BEHIND: &[(&str, &str)] = &[
    ("presentationml.slideLayout+xml", "layouts"),
    ("presentationml.slideMaster+xml", "masters"),
    ("presentationml.notesMaster+xml", "notes master"),
    ("presentationml.handoutMaster+xml", "handout master"),
    ("presentationml.comments+xml", "comments"),
    ("ms-powerpoint.comments+xml", "comments"),
];

/// Hands over what is in a text.
///
/// # Errors
/// Those of the sink.
pub(super) fn walk(package: &mut Package, main: usize, sink: &mut Sink) -> Result<(), Stop> {
    text::parts(package, &[main], Family::OpenXml, ("text", "table"), sink)?;
    // A list that cannot be read was told with the text.
    let told = package.relations(main).map(|list| Links::of(&list));
    beside(&told.unwrap_or_default(), package, BESIDE, sink)
}

/// Hands over what is in a presentation: every slide by itself, with its notes.
///
/// # Errors
/// Those of the sink.
pub(super) fn presentation(
    package: &mut Package,
    main: usize,
    sink: &mut Sink,
) -> Result<(), Stop> {
    package.done(main);
    for (kind, word) in [("slide+xml", "slide"), ("notesSlide+xml", "notes of slide")] {
        for part in package.of_type(&format!("presentationml.{kind}")) {
            let name = package.name(part);
            let file = name.rsplit('/').next().unwrap_or(name);
            let number: String = file.chars().filter(char::is_ascii_digit).collect();
            text::part(package, part, &format!("{word} {number}"), sink)?;
        }
    }
    beside(&Links::default(), package, BEHIND, sink)
}

fn beside(
    told: &Links,
    package: &mut Package,
    kinds: &[(&str, &str)],
    sink: &mut Sink,
) -> Result<(), Stop> {
    for (kind, name) in kinds {
        let parts: Vec<usize> = package.of_type(kind);
        let parts: Vec<usize> = parts.into_iter().filter(|p| !package.is_done(*p)).collect();
        let names = (*name, &*format!("{name} table"));
        text::parts_beside(told, package, &parts, Family::OpenXml, names, sink)?;
    }
    Ok(())
}

//! Fixed documents of China's own format (GB/T 33190): invoices, certificates, documents of offices, page by page.
//!
//! A page says where each run of text stands; runs on one height become a line, from left to right, also those of a table, which the
//! format does not know. What stands on templates and in annotations is read like pages, attachments are members. Seals and
//! signatures are not read: they say who signed, in the form of certificates.

use super::allowance::Allowance;
use super::package::Package;
use super::text::{self, Out};
use super::walk_parts;
use super::xml::{Node, Tag};
use crate::container::{Sink, Stop};
use crate::error::Reason;

/// Bytes of the text of one page that is put in order.
const PAGE_BYTES_MAX: usize = 32 << 20;

/// Bytes of one list of pages, and of what is said of the document.
const LISTED_BYTES_MAX: usize = 64 << 20;

/// A run of text and where it stands, in millimetres from the upper left corner.
struct Run {
    x: f64,
    y: f64,
    /// Where the box around it ends.
    right: f64,
    size: f64,
    text: String,
}

/// Hands over what is in a document.
///
/// # Errors
/// Those of the sink, and when the document is encrypted.
pub(super) fn walk(package: &mut Package, sink: &mut Sink) -> Result<(), Stop> {
    sink.is("ofd")?;
    if package.find("Encryptions.xml").is_some() {
        return Err(Reason::Encrypted.into());
    }
    let mut about = Vec::new();
    let roots = package.find("OFD.xml").map_or(Ok(Vec::new()), |part| {
        package.done(part);
        listed(package, part, "DocRoot", Some(&mut about))
    });
    let roots = roots?;
    text::lines("properties", about, sink)?;
    for (n, root) in roots.iter().enumerate() {
        let name = match roots.len() {
            1 => String::new(),
            _ => format!("document {} ", n + 1),
        };
        document(package, root, &name, sink)?;
    }
    for part in package.parts() {
        let name = package.name(part).to_owned();
        if !package.is_done(part) && name.to_lowercase().ends_with("annotation.xml") {
            page(package, part, &name, sink)?;
        }
    }
    walk_parts(package, sink, is_structure)
}

/// The paths that a list names: in an attribute or as text of the elements of that name. What else is text in it is put into
/// `about`.
fn listed(
    package: &mut Package,
    part: usize,
    element: &str,
    mut about: Option<&mut Vec<String>>,
) -> Result<Vec<String>, Reason> {
    let mut xml = package.open(part)?;
    let (mut paths, mut label, mut value) = (Vec::new(), String::new(), String::new());
    let mut room = Allowance::new(LISTED_BYTES_MAX, "names of pages and properties");
    loop {
        match xml.next()? {
            Node::Start(tag) => {
                if tag.name() == element
                    && let Some(path) = tag.attr("BaseLoc")
                {
                    room.take_entry(path.len())?;
                    paths.push(path);
                }
                label = tag.attr("Name").unwrap_or_else(|| tag.name().to_owned());
                value.clear();
            }
            Node::Text(text) => {
                room.take(text.len())?;
                value.push_str(&text);
            }
            Node::End(name) => {
                let text = value.trim();
                if name == element && !text.is_empty() {
                    room.take_entry(0)?;
                    paths.push(text.to_owned());
                } else if let Some(about) = about.as_mut().filter(|_| !text.is_empty()) {
                    room.take_entry(label.len())?;
                    about.push(format!("{label}: {text}"));
                }
                value.clear();
            }
            Node::Aside(_) | Node::Other => {}
            Node::Over => return Ok(paths),
        }
    }
}

/// The pages of one document, and its templates.
fn document(package: &mut Package, root: &str, name: &str, sink: &mut Sink) -> Result<(), Stop> {
    let Some(part) = package.find(root) else {
        let reason = Reason::Damaged("the document is not there".to_owned());
        return sink.refuse(root.as_bytes(), reason);
    };
    package.done(part);
    let folder = package
        .name(part)
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    let folder = folder.to_owned();
    for (element, word) in [("Page", "page"), ("TemplatePage", "template")] {
        let paths = match listed(package, part, element, None) {
            Ok(paths) => paths,
            Err(reason) => return sink.refuse(root.as_bytes(), reason),
        };
        for (n, path) in paths.iter().enumerate() {
            let name = format!("{name}{word} {}", n + 1);
            match package.find_from(&folder, path) {
                Some(part) => page(package, part, &name, sink)?,
                None => {
                    let reason = Reason::Damaged("the page is not there".to_owned());
                    sink.refuse(name.as_bytes(), reason)?;
                }
            }
        }
    }
    Ok(())
}

/// Hands over the lines of a page.
fn page(package: &mut Package, part: usize, name: &str, sink: &mut Sink) -> Result<(), Stop> {
    package.done(part);
    let mut runs = Vec::new();
    let mut room = Allowance::new(PAGE_BYTES_MAX, "text of a page");
    let mut out = Out::new(sink, name);
    let mut xml = match package.open(part) {
        Ok(xml) => xml,
        Err(reason) => return out.end(Some(reason)),
    };
    let (mut outer, mut run) = (Place::default(), None);
    let ended = loop {
        match xml.next() {
            Ok(Node::Start(tag)) => match tag.name() {
                "TextObject" => outer = Place::of(&tag),
                "TextCode" => {
                    if let Err(reason) = room.take(size_of::<Run>()) {
                        break Some(reason);
                    }
                    run = Some(outer.run(&tag));
                }
                _ => {}
            },
            Ok(Node::Text(text)) => {
                if let Some(run) = &mut run {
                    if let Err(reason) = room.take(text.len()) {
                        break Some(reason);
                    }
                    run.text.push_str(&text);
                }
            }
            Ok(Node::End(name)) if name == "TextCode" => runs.extend(run.take()),
            Ok(Node::Over) => break xml.remark(),
            Ok(_) => {}
            Err(reason) => break Some(reason),
        }
    };
    // One that was begun is there as far as it was read.
    runs.extend(run);
    runs.retain(|run: &Run| !run.text.trim().is_empty());
    for line in lines(runs) {
        out = out.line(&line)?;
    }
    out.end(ended)
}

/// Where a text object stands, and how it is turned.
#[derive(Clone, Copy, Default)]
struct Place {
    /// Left, top, width and height of the box.
    bounds: [f64; 4],
    matrix: Option<[f64; 6]>,
    size: f64,
}

impl Place {
    fn of(tag: &Tag<'_>) -> Place {
        let numbers = |name| {
            tag.attr(name)
                .map(|text| numbers(&text))
                .unwrap_or_default()
        };
        let bounds = numbers("Boundary");
        let matrix = numbers("CTM");
        Place {
            bounds: [0, 1, 2, 3].map(|i| bounds.get(i).copied().unwrap_or(0.0)),
            matrix: matrix.try_into().ok(),
            size: tag
                .number("Size")
                .filter(|size: &f64| size.is_finite())
                .unwrap_or(0.0),
        }
    }

    fn run(&self, tag: &Tag<'_>) -> Run {
        let number = |name| {
            tag.number(name)
                .filter(|n: &f64| n.is_finite())
                .unwrap_or(0.0)
        };
        let (x, y) = (number("X"), number("Y"));
        let [left, top, width, _] = self.bounds;
        let (x, y, scale) = match self.matrix {
            Some([a, b, c, d, e, f]) => (a * x + c * y + e, b * x + d * y + f, d.abs()),
            None => (x, y, 1.0),
        };
        Run {
            x: left + x,
            y: top + y,
            right: left + width,
            size: self.size * if scale > 0.0 { scale } else { 1.0 },
            text: String::new(),
        }
    }
}

fn numbers(text: &str) -> Vec<f64> {
    let words = text.split_whitespace();
    words
        .filter_map(|word| word.parse().ok())
        .filter(|n: &f64| n.is_finite())
        .collect()
}

/// Runs as lines: those on one height, from left to right, with a space where there is room for one.
fn lines(mut runs: Vec<Run>) -> Vec<String> {
    runs.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lines: Vec<Vec<Run>> = Vec::new();
    for run in runs {
        let is_same = lines
            .last()
            .and_then(|line| line.first())
            .is_some_and(|first| {
                // Less than half of a character apart.
                (run.y - first.y).abs() <= run.size.max(first.size).max(1.0) / 2.0
            });
        match lines.last_mut().filter(|_| is_same) {
            Some(line) => line.push(run),
            None => lines.push(vec![run]),
        }
    }
    lines.into_iter().map(joined).collect()
}

fn joined(mut runs: Vec<Run>) -> String {
    runs.sort_by(|a, b| a.x.total_cmp(&b.x));
    let (mut line, mut right) = (String::new(), f64::INFINITY);
    for run in runs {
        if run.x - right > run.size / 4.0 {
            line.push(' ');
        }
        line.push_str(run.text.trim_end());
        right = run.right;
    }
    line
}

/// Whether a part says only what the document looks like, or who signed it.
fn is_structure(name: &str, _kind: &str) -> bool {
    let name = name.to_lowercase();
    let file = name.rsplit('/').next().unwrap_or(&name);
    name.contains("signs/")
        || name.contains("signatures/")
        || matches!(
            file,
            "signatures.xml" | "annotations.xml" | "attachments.xml" | "customtags.xml"
        )
        || file.ends_with("res.xml")
        || [".ttf", ".otf", ".ttc"]
            .iter()
            .any(|ending| file.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_on_one_height_are_a_line() {
        let run = |x, y, right, text: &str| Run {
            x,
            y,
            right,
            size: 4.0,
            text: text.to_owned(),
        };
        let runs = vec![
            run(30.0, 10.2, 50.0, "13812345678"),
            run(10.0, 10.0, 20.0, "手机"),
            run(20.0, 10.0, 24.0, "号"),
            run(10.0, 20.0, 20.0, "next"),
        ];
        assert_eq!(lines(runs), ["手机号 13812345678", "next"]);
    }
}

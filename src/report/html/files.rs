//! The files of an audit as compact JSON, from which the script of the page fills its table.
//!
//! Worst files first, as many as [`DATA_BYTES_MAX`] bytes hold; how many are left out, with their
//! sums, stands beside them. Folders, formats, kinds and categories are given once and named by their
//! positions. Paths are harmless already: the script shows them as they are.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;

use super::super::json::write_compact;
use super::super::summary::{self, Ranked};
use super::super::terminal::neutralise;
use super::super::words;
use super::text;
use super::words::Html;
use crate::audit::Audit;
use crate::report::Lang;

/// Most bytes of the table: with the rest of the page it stays below 3 MB, which opens at once.
const DATA_BYTES_MAX: usize = 2_300_000;

/// What the script is given.
#[derive(Serialize)]
struct Data {
    categories: Vec<[String; 3]>,
    kinds: Vec<String>,
    formats: Vec<String>,
    encodings: Vec<String>,
    folders: Vec<String>,
    /// One array a file, see [`Row`].
    files: Vec<Row>,
    texts: BTreeMap<&'static str, BTreeMap<&'static str, &'static str>>,
}

/// Folder, name, format, encoding, bytes, records, rows, matches, path of the original or nothing,
/// categories and kinds each as position and number in turn, persons or nothing.
#[derive(Serialize)]
struct Row(
    usize,
    String,
    usize,
    usize,
    u64,
    u64,
    u64,
    u64,
    Option<String>,
    Vec<u64>,
    Vec<u64>,
    Option<u64>,
);

/// How much of the files the page holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    /// Files in the table.
    pub(super) files: usize,
    /// Files that are not, with their sums.
    pub(super) left: usize,
    pub(super) left_rows: u64,
    pub(super) left_matches: u64,
}

/// Names that are given once.
#[derive(Default)]
struct Names {
    names: Vec<String>,
    at: BTreeMap<String, usize>,
}

impl Names {
    /// The position of a name, and the bytes that it adds.
    fn position(&mut self, name: &str) -> (usize, usize) {
        if let Some(at) = self.at.get(name) {
            return (*at, 0);
        }
        self.names.push(name.to_owned());
        self.at.insert(name.to_owned(), self.names.len() - 1);
        let size = name.len() + 3 + escapes(name.as_bytes());
        (self.names.len() - 1, size)
    }
}

/// The JSON, as it may stand in an element of the page, and what it leaves out.
pub(super) fn data(audit: &Audit) -> io::Result<(String, Held)> {
    let (data, held) = collect(audit, DATA_BYTES_MAX)?;
    let mut json = Vec::new();
    write_compact(&mut json, &data)?;
    let json = String::from_utf8(json).map_err(io::Error::other)?;
    // Inside of strings, where alone they occur, these mean the same.
    let json = json.replace('<', "\\u003c");
    let json = json.replace('>', "\\u003e").replace('&', "\\u0026");
    Ok((json, held))
}

fn collect(audit: &Audit, bytes_max: usize) -> io::Result<(Data, Held)> {
    let mut kinds: Vec<&str> = audit
        .files
        .iter()
        .flat_map(|f| f.kinds.keys())
        .map(String::as_str)
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut categories: Vec<&str> = audit
        .files
        .iter()
        .flat_map(|f| f.categories.keys())
        .map(String::as_str)
        .collect();
    categories.sort_unstable();
    categories.dedup();
    let mut names = [Names::default(), Names::default(), Names::default()];
    let mut held = Held::default();
    let mut files = Vec::new();
    let mut bytes = 0;
    let mut is_full = false;
    for ranked in summary::all_files(audit) {
        if !is_full {
            let (row, size) = row(&ranked, &categories, &kinds, &mut names);
            bytes += size + bytes_of(&row)?;
            is_full = bytes > bytes_max;
            if !is_full {
                held.files += 1;
                files.push(row);
            }
        }
        if is_full {
            held.left += 1;
            held.left_rows = held.left_rows.saturating_add(ranked.rows);
            held.left_matches = held.left_matches.saturating_add(ranked.matches);
        }
    }
    let [folders, formats, encodings] = names.map(|names| names.names);
    let data = Data {
        categories: categories.iter().map(|id| category(id)).collect(),
        kinds: kinds.iter().map(|id| neutralise(id).into_owned()).collect(),
        formats,
        encodings,
        folders,
        files,
        texts: texts(),
    };
    Ok((data, held))
}

fn category(id: &str) -> [String; 3] {
    [
        id,
        words::category(id, Lang::En),
        words::category(id, Lang::Zh),
    ]
    .map(|text| neutralise(text).into_owned())
}

/// A row, and the bytes of the names that it adds.
fn row(
    ranked: &Ranked<'_>,
    categories: &[&str],
    kinds: &[&str],
    names: &mut [Names; 3],
) -> (Row, usize) {
    let file = ranked.file;
    let path = text::path(&file.path);
    let path = neutralise(&path);
    let (folder, name) = match path.rsplit_once('/') {
        Some((folder, name)) => (format!("{folder}/"), name),
        None => (String::new(), path.as_ref()),
    };
    let (folder, folder_bytes) = names[0].position(&folder);
    let (format, format_bytes) = names[1].position(&neutralise(&file.format));
    let (encoding, encoding_bytes) = names[2].position(&neutralise(&file.encoding));
    let pairs = |numbers: &BTreeMap<String, u64>, ids: &[&str]| -> Vec<u64> {
        numbers
            .iter()
            .filter_map(|(id, n)| Some([ids.binary_search(&id.as_str()).ok()? as u64, *n]))
            .flatten()
            .collect()
    };
    let copy_of = file
        .copy_of
        .as_deref()
        .map(|path| neutralise(&text::path(path)).into_owned());
    let row = Row(
        folder,
        name.to_owned(),
        format,
        encoding,
        file.bytes,
        file.records,
        ranked.rows,
        ranked.matches,
        copy_of,
        pairs(&file.categories, categories),
        pairs(&file.kinds, kinds),
        file.persons,
    );
    let size = folder_bytes + format_bytes + encoding_bytes;
    (row, size)
}

/// Bytes that a row takes in the page.
fn bytes_of(row: &Row) -> io::Result<usize> {
    let mut json = Vec::new();
    write_compact(&mut json, row)?;
    Ok(json.len() + 1 + escapes(&json))
}

/// Bytes that a text takes besides, because some are escaped and take six.
fn escapes(text: &[u8]) -> usize {
    let escaped = text.iter().filter(|b| matches!(b, b'<' | b'>' | b'&'));
    5 * escaped.count()
}

/// What the script says, by language.
fn texts() -> BTreeMap<&'static str, BTreeMap<&'static str, &'static str>> {
    let of = |lang: Lang| {
        BTreeMap::from([
            ("status", Html::TableStatus.text(lang)),
            ("empty", Html::TableEmpty.text(lang)),
            ("all", Html::FilterAll.text(lang)),
            ("copy", Html::CopyOf.text(lang)),
        ])
    };
    BTreeMap::from([("en", of(Lang::En)), ("zh", of(Lang::Zh))])
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::hostile;
    use super::super::super::terminal::is_unsafe;
    use super::*;

    #[test]
    fn no_name_leaves_its_string_or_hides_in_it() {
        let (json, held) = data(&hostile()).unwrap();
        assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
        let data: serde_json::Value = serde_json::from_str(&json).unwrap();
        let files = data["files"].as_array().unwrap();
        assert_eq!((files.len(), held.left), (hostile().files.len(), 0));
        let path = |file: &serde_json::Value| {
            let folder = usize::try_from(file[0].as_u64().unwrap()).unwrap();
            let folder = data["folders"][folder].as_str().unwrap();
            format!("{folder}{}", file[1].as_str().unwrap())
        };
        let paths: Vec<String> = files.iter().map(path).collect();
        assert!(paths.iter().all(|path| !path.contains(is_unsafe)));
        let attack = "evil/`a` | b | <script>alert(1)</script> [x](http://y) @all.csv";
        assert!(paths.iter().any(|path| path == attack));
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_sums() {
        let audit = hostile();
        let all = summary::all_files(&audit);
        let (data, held) = collect(&audit, 400).unwrap();
        assert!(held.files > 0 && held.left > 0);
        assert_eq!(data.files.len(), held.files);
        assert_eq!(held.files + held.left, all.len());
        let left = &all[held.files..];
        assert_eq!(held.left_rows, left.iter().map(|f| f.rows).sum::<u64>());
        assert_eq!(
            held.left_matches,
            left.iter().map(|f| f.matches).sum::<u64>()
        );
    }
}

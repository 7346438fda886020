//! The same 1,000 people, written in every format by other programs: matches, rows and persons are those of the plain table.
//!
//! One row a file of `tests/data/formats`; which program wrote it stands in `tests/data/README.md`. Each is read with one worker and with
//! three, and again inside of a zip.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use serde_json::Value;

use crate::util::formats::{bytes_of, counts, folder, reasons, scan_path, zipped};

/// What a file has in common with the plain ones.
#[derive(Clone, Copy)]
enum Same {
    /// All that is counted of `people.csv`.
    Table,
    /// All that is counted of `people.txt`, the people as sentences: the format has pages with lines, and no tables.
    Sentences,
    /// A message is a record of its own, of its sender and its receiver. All that is said of this member, which is attached, is what is said
    /// of `people.csv`, and so is what is counted of stays, of which only the table tells.
    Attached(&'static str),
}
use Same::{Attached, Sentences, Table};

/// File, format and encoding as reported, and what is the same.
type Row = (&'static str, &'static str, &'static str, Same);

const TEXTS: &[Row] = &[
    ("text/iconv-gb18030.csv", "csv", "GB18030", Table),
    ("text/iconv-utf-16.csv", "csv", "UTF-16LE", Table),
    ("text/libreoffice.csv", "csv", "UTF-8", Table),
    ("text/sqlite.txt", "csv", "UTF-8", Table),
    ("text/mariadb.tsv", "tsv", "UTF-8", Table),
    ("text/sqlite.json", "json", "UTF-8", Table),
    ("text/pandas.jsonl", "jsonl", "UTF-8", Table),
    ("text/pandas-columns.json", "json", "binary", Table),
    ("text/pandas-split.json", "json", "UTF-8", Table),
    ("text/postgres.jsonl", "jsonl", "UTF-8", Table),
    ("text/sqlite.sql", "sql", "UTF-8", Table),
    ("text/mariadb.sql", "sql", "UTF-8", Table),
    ("text/postgres-copy.sql", "sql", "UTF-8", Table),
    ("text/postgres-inserts.sql", "sql", "UTF-8", Table),
    ("text/sqlite-line.txt", "entries", "UTF-8", Table),
    ("text/mariadb-vertical.txt", "entries", "UTF-8", Table),
    ("text/psql-expanded.txt", "entries", "UTF-8", Table),
    ("text/vobject.vcf", "vcard", "UTF-8", Table),
    ("text/ldif.ldif", "ldif", "UTF-8", Table),
    ("text/pyyaml.yaml", "yaml", "UTF-8", Table),
    ("text/logfmter.log", "text", "UTF-8", Table),
    ("text/json.log", "text", "UTF-8", Table),
];

const MARKUP: &[Row] = &[
    ("markup/pandas.html", "html", "UTF-8", Table),
    ("markup/pandas-cards.html", "html", "UTF-8", Table),
    ("markup/prettytable.html", "html", "GB18030", Table),
    ("markup/libreoffice.html", "html", "UTF-8", Table),
    ("markup/pandas.xml", "xml", "UTF-8", Table),
    ("markup/dicttoxml.xml", "xml", "UTF-8", Table),
    ("markup/elementtree.xml", "xml", "GB18030", Table),
    ("markup/libreoffice-2003.xml", "xml", "UTF-8", Table),
];

const COMPRESSED: &[Row] = &[
    ("archives/gzip.gz", "gzip", "binary", Table),
    ("archives/bzip2.bz2", "bzip2", "binary", Table),
    ("archives/xz.xz", "xz", "binary", Table),
    ("archives/zstd.zst", "zstd", "binary", Table),
    ("archives/lz4.lz4", "lz4", "binary", Table),
    ("archives/gnu.tar.gz", "gzip", "binary", Table),
    ("archives/bsd.tar.xz", "xz", "binary", Table),
    ("archives/info-zip.zip", "zip", "binary", Table),
    ("archives/methods.zip", "zip", "binary", Table),
    ("archives/encrypted.zip", "zip", "binary", Table),
];

const ARCHIVES: &[Row] = &[
    ("archives/lzma2.7z", "7z", "binary", Table),
    ("archives/methods.7z", "7z", "binary", Table),
    ("archives/solid.7z", "7z", "binary", Table),
    ("archives/encrypted.7z", "7z", "binary", Table),
    ("archives/hidden.7z", "7z", "binary", Table),
    ("archives/nested.7z", "7z", "binary", Table),
];

const RARS: &[Row] = &[
    ("archives/rar4.rar", "rar", "binary", Table),
    ("archives/rar4-solid.rar", "rar", "binary", Table),
    ("archives/rar4-encrypted.rar", "rar", "binary", Table),
    ("archives/rar5.rar", "rar", "binary", Table),
    ("archives/rar5-solid.rar", "rar", "binary", Table),
    ("archives/rar5-encrypted.rar", "rar", "binary", Table),
    ("archives/rar5-hidden.rar", "rar", "binary", Table),
];

const SHEETS: &[Row] = &[
    ("office/openpyxl.xlsx", "xlsx", "binary", Table),
    ("office/libreoffice.xlsx", "xlsx", "binary", Table),
    ("office/pyxlsbwriter.xlsb", "xlsb", "binary", Table),
    ("office/xlwt.xls", "xls", "binary", Table),
    ("office/libreoffice.xls", "xls", "binary", Table),
    ("office/odfpy.ods", "ods", "binary", Table),
    ("office/libreoffice.ods", "ods", "binary", Table),
    ("office/libreoffice.fods", "xml", "UTF-8", Table),
];

const DOCUMENTS: &[Row] = &[
    ("office/python-docx.docx", "docx", "binary", Table),
    ("office/libreoffice.docx", "docx", "binary", Table),
    ("office/python-pptx.pptx", "pptx", "binary", Table),
    ("office/libreoffice.odt", "odt", "binary", Table),
    ("office/libreoffice.odp", "odp", "binary", Table),
    ("office/libreoffice.fodt", "xml", "UTF-8", Table),
    ("office/libreoffice.fodp", "xml", "UTF-8", Table),
    ("office/libreoffice.rtf", "rtf", "binary", Table),
    ("office/libreoffice.doc", "doc", "binary", Table),
    ("office/libreoffice.ppt", "ppt", "binary", Table),
    ("office/easyofd.ofd", "ofd", "binary", Sentences),
];

const PAGES: &[Row] = &[
    ("data/reportlab.pdf", "pdf", "binary", Table),
    ("data/fpdf2.pdf", "pdf", "binary", Table),
    ("data/libreoffice.pdf", "pdf", "binary", Table),
];

const STORES: &[Row] = &[
    ("data/people.db", "sqlite", "binary", Table),
    ("data/people-utf16.db", "sqlite", "binary", Table),
    ("data/people-log.db", "sqlite", "binary", Table),
    ("data/pg_dump.dump", "pgdump", "binary", Table),
    ("data/pg_dump-stored.dump", "pgdump", "binary", Table),
    ("data/pg_dump-inserts.dump", "pgdump", "binary", Table),
    ("data/pg_dump-16.dump", "pgdump", "binary", Table),
    ("columns/pyarrow.parquet", "parquet", "binary", Table),
    ("columns/pyarrow-plain.parquet", "parquet", "binary", Table),
    ("columns/pyarrow-codecs.parquet", "parquet", "binary", Table),
    ("columns/pyarrow.arrow", "arrow", "binary", Table),
    ("columns/pyarrow.arrows", "arrow", "binary", Table),
    ("columns/pyarrow-lz4.feather", "arrow", "binary", Table),
    ("columns/pyarrow-zstd.feather", "arrow", "binary", Table),
    ("columns/fastavro-null.avro", "avro", "binary", Table),
    ("columns/fastavro-deflate.avro", "avro", "binary", Table),
    ("columns/fastavro-snappy.avro", "avro", "binary", Table),
    ("columns/fastavro-zstandard.avro", "avro", "binary", Table),
    ("columns/fastavro-bzip2.avro", "avro", "binary", Table),
    ("columns/fastavro-xz.avro", "avro", "binary", Table),
    ("columns/pymongo.bson", "bson", "binary", Table),
];

const MAILS: &[Row] = &[
    ("mail/python.eml", "eml", "binary", Attached("!/名单.csv")),
    (
        "mail/python.mbox",
        "mbox",
        "binary",
        Attached("!/7/people.csv"),
    ),
    ("mail/aspose.msg", "msg", "binary", Attached("!/名单.csv")),
];

/// The folders in which every file has a row.
const FOLDERS: [&str; 7] = [
    "archives", "columns", "data", "mail", "markup", "office", "text",
];

/// The log that lies beside a database and is read with it.
const LOG: &str = "data/people-log.db-wal";

fn is_with_log(file: &str) -> bool {
    LOG.strip_suffix("-wal") == Some(file)
}

/// What the plain files count.
struct Plain {
    table: Value,
    sentences: Value,
}

impl Plain {
    fn scan() -> Plain {
        let dir = tempfile::tempdir().expect("a folder");
        let [table, sentences] = ["people.csv", "people.txt"].map(|name| {
            let (code, audit) = scan_path(&laid(dir.path(), name), &[]);
            assert_eq!(
                (code, &audit["persons"]),
                (0, &Value::from(1_000)),
                "{name}"
            );
            audit
        });
        for kind in ["cn.mobile", "cn.resident-id", "email"] {
            for audit in [&table, &sentences] {
                let [n_matches, n_distinct] = matches_of(audit, kind);
                assert_eq!((n_matches, n_distinct), (1_000, 1_000), "{kind}");
            }
        }
        assert_eq!(stays(&table)["rows"], 1_000);
        Plain { table, sentences }
    }

    /// A scan of a file says what it has in common with the plain ones.
    #[track_caller]
    fn check(&self, audit: &Value, same: Same, what: &str) {
        match same {
            Table => assert_eq!(counts(audit), counts(&self.table), "{what}"),
            Sentences => assert_eq!(counts(audit), counts(&self.sentences), "{what}"),
            Attached(member) => {
                let files = audit["files"].as_array().expect("files").iter();
                let is_it =
                    |file: &&Value| file["path"].as_str().is_some_and(|p| p.ends_with(member));
                let attached: Vec<&Value> = files.filter(is_it).collect();
                assert_eq!(attached.len(), 1, "{what}");
                for field in ["records", "kinds", "categories"] {
                    let want = &self.table["files"][0][field];
                    assert_eq!(&attached[0][field], want, "{what}: {field}");
                }
                assert_eq!(stays(audit), stays(&self.table), "{what}");
                assert!(audit["persons"].as_u64() > self.table["persons"].as_u64());
            }
        }
    }
}

fn matches_of(audit: &Value, kind: &str) -> [u64; 2] {
    let kinds = audit["kinds"].as_array().expect("kinds");
    let kind = kinds.iter().find(|entry| entry["kind"] == kind);
    ["matches", "distinct"].map(|field| kind.map_or(0, |kind| kind[field].as_u64().unwrap()))
}

/// What is said of stays at hotels.
fn stays(audit: &Value) -> &Value {
    let categories = audit["categories"].as_array().expect("categories");
    let mut stays = categories.iter().filter(|c| c["category"] == "lodging");
    stays.next().expect("there are stays")
}

/// A file in a folder, and what lies beside it.
fn laid(folder: &Path, file: &str) -> PathBuf {
    let put = |name: &str| {
        let path = folder.join(name.rsplit('/').next().expect("a name"));
        fs::write(&path, bytes_of(name)).expect("written");
        path
    };
    if is_with_log(file) {
        put(LOG);
    }
    put(file)
}

#[track_caller]
fn check(rows: &[Row]) {
    let plain = Plain::scan();
    let dir = tempfile::tempdir().expect("a folder");
    let passwords = dir.path().join("passwords.txt");
    fs::write(&passwords, "wrong\n开门opensesame\nopensesame\n").expect("written");
    let option = ["--password-file", passwords.to_str().expect("UTF-8")];
    let check_one = |(file, format, encoding, same): Row| {
        let path = laid(dir.path(), file);
        for threads in ["1", "3"] {
            let more = [&option[..], &["--threads", threads]].concat();
            let (code, audit) = scan_path(&path, &more);
            assert_eq!((code, reasons(&audit)), (0, vec![]), "{file}");
            assert_eq!(audit["files"][0]["format"], format, "{file}");
            assert_eq!(audit["files"][0]["encoding"], encoding, "{file}");
            plain.check(&audit, same, file);
        }
        // Nothing lies beside a member of an archive.
        if is_with_log(file) {
            return;
        }
        let archive = path.with_added_extension("outer.zip");
        fs::write(&archive, zipped(&[(file, &bytes_of(file))])).expect("written");
        let (code, audit) = scan_path(&archive, &option);
        assert_eq!((code, reasons(&audit)), (0, vec![]), "{file} in a zip");
        plain.check(&audit, same, &format!("{file} in a zip"));
    };
    // Most of the time of a run is that of starting, so two go on side by side.
    let (left, right) = rows.split_at(rows.len() / 2);
    thread::scope(|scope| {
        scope.spawn(|| left.iter().copied().for_each(check_one));
        right.iter().copied().for_each(check_one);
    });
}

#[test]
fn texts_and_dumps_count_as_the_table() {
    check(TEXTS);
}

#[test]
fn pages_and_xml_count_as_the_table() {
    check(MARKUP);
}

#[test]
fn compressed_files_and_zips_count_as_the_table() {
    check(COMPRESSED);
}

#[test]
fn archives_of_7_zip_count_as_the_table() {
    check(ARCHIVES);
}

#[cfg(feature = "rar")]
#[test]
fn rars_count_as_the_table() {
    check(RARS);
}

#[test]
fn workbooks_count_as_the_table() {
    check(SHEETS);
}

#[test]
fn documents_count_as_the_table() {
    check(DOCUMENTS);
}

#[test]
fn tables_on_pages_count_as_the_table() {
    check(PAGES);
}

#[test]
fn databases_and_column_stores_count_as_the_table() {
    check(STORES);
}

#[test]
fn messages_carry_the_table() {
    check(MAILS);
}

#[test]
fn every_file_has_a_row_and_a_program_that_wrote_it() {
    let families = [
        TEXTS, MARKUP, COMPRESSED, ARCHIVES, RARS, SHEETS, DOCUMENTS, PAGES, STORES, MAILS,
    ];
    let rows: BTreeSet<&str> = families.concat().iter().map(|row| row.0).collect();
    let mut committed = BTreeSet::new();
    for name in FOLDERS {
        for entry in fs::read_dir(folder().join(name)).expect("it can be listed") {
            let file = entry.expect("it can be listed").file_name();
            let path = format!("{name}/{}", file.to_str().expect("UTF-8"));
            let packed = path.strip_suffix(".xz").filter(|_| name != "archives");
            committed.insert(packed.unwrap_or(&path).to_owned());
        }
    }
    assert!(committed.remove(LOG));
    let committed: BTreeSet<&str> = committed.iter().map(String::as_str).collect();
    assert_eq!(rows, committed);
    // A line of the table: file and program with its version.
    let readme = fs::read_to_string(folder().join("../README.md")).expect("read");
    let lines = readme.lines().filter_map(|line| line.strip_prefix("| `"));
    let named: BTreeSet<&str> = lines
        .filter_map(|line| line.split_once("` | "))
        .filter(|(_, program)| program.contains(|c: char| c.is_ascii_digit()))
        .filter_map(|(file, _)| rows.get(file).copied())
        .collect();
    assert_eq!(named, rows);
}

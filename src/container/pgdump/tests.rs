//! Archives as `pg_dump` of every version writes them, made here, whole and damaged.

use std::io::Write;

use super::*;
use crate::container::Unpacking;
use crate::container::tests::{All, all};
use crate::decode::Container;

/// Writes an archive as `pg_dump` does, with numbers of four bytes.
struct Writer {
    bytes: Vec<u8>,
    minor: u8,
}

impl Writer {
    fn new(minor: u8, method: u8, format: u8) -> Writer {
        let bytes = [b"PGDMP\x01", &[minor, 0, 4, 8, format][..]].concat();
        let mut writer = Writer { bytes, minor };
        match minor {
            15.. => writer.bytes.push(method),
            _ => writer.number(if method == 0 { 0 } else { -1 }),
        }
        (0..7).for_each(|n| writer.number(n));
        for text in ["shop", "15.18", "15.18"] {
            writer.text(Some(text));
        }
        writer
    }

    fn number(&mut self, number: i32) {
        self.bytes.push(u8::from(number < 0));
        self.bytes.extend(number.unsigned_abs().to_le_bytes());
    }

    fn text(&mut self, text: Option<&str>) {
        self.number(text.map_or(-1, |text| text.len() as i32));
        self.bytes.extend(text.unwrap_or_default().as_bytes());
    }

    fn entry(&mut self, id: i32, kind: &str, definition: &str, copy: &str, needs: Option<&str>) {
        let has_data = matches!(kind, "TABLE DATA" | "BLOBS");
        self.number(id);
        self.number(has_data.into());
        for text in ["1259", "16384", "users", kind] {
            self.text(Some(text));
        }
        if self.minor >= 11 {
            self.number(2);
        }
        self.text(Some(definition));
        self.text(None);
        self.text(Some(copy));
        self.text((kind != "BLOBS").then_some("public"));
        self.text(None);
        if self.minor >= 14 {
            self.text(Some("heap"));
        }
        if self.minor >= 16 {
            self.number(b'r'.into());
        }
        self.text(Some("owner"));
        self.text(Some("false"));
        self.text(needs);
        if needs.is_some() {
            self.text(None);
        }
        if self.bytes[10] == CUSTOM {
            self.bytes.push(if has_data { 1 } else { 3 });
            self.bytes.extend([0; 8]);
        } else {
            self.text(has_data.then_some("1.dat"));
        }
    }

    fn chunks(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(7) {
            self.number(chunk.len() as i32);
            self.bytes.extend(chunk);
        }
        self.number(0);
    }

    fn block(&mut self, kind: u8, id: i32) {
        self.bytes.push(kind);
        self.number(id);
    }

    fn directory(&mut self) {
        self.number(5);
        self.entry(1, "ENCODING", "SET client_encoding = 'UTF8';\n", "", None);
        self.entry(2, "TABLE", "CREATE TABLE users (p text);\n", "", None);
        let comment = "COMMENT ON COLUMN users.p IS 'phone';\n";
        self.entry(3, "COMMENT", comment, "", Some("2"));
        self.entry(
            4,
            "TABLE DATA",
            "",
            "COPY users (p) FROM stdin;\n",
            Some("2"),
        );
        self.entry(5, "BLOBS", "", "", None);
    }

    /// A table of two rows, and two large objects.
    fn dump(minor: u8, method: u8) -> Vec<u8> {
        let mut writer = Writer::new(minor, method, CUSTOM);
        writer.directory();
        writer.block(DATA, 4);
        writer.chunks(&packed(ROWS, method));
        writer.block(LARGE_OBJECTS, 5);
        for (object, text) in [(16_385, &b"a note"[..]), (-2, b"")] {
            writer.number(object);
            writer.chunks(&packed(text, method));
        }
        writer.number(0);
        writer.bytes
    }
}

const ROWS: &[u8] = b"13800138000\n13800138001\n\\.\n\n\n";

const DEFINITIONS: &str = "SET client_encoding = 'UTF8';\n";

const USERS: &str = "CREATE TABLE users (p text);\nCOMMENT ON COLUMN users.p IS 'phone';\n\
    COPY users (p) FROM stdin;\n13800138000\n13800138001\n\\.\n\n\n";

fn packed(bytes: &[u8], method: u8) -> Vec<u8> {
    match method {
        0 => bytes.to_vec(),
        1 => {
            let fast = flate2::Compression::fast();
            let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), fast);
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap()
        }
        2 => {
            let mut writer = lz4_flex::frame::FrameEncoder::new(Vec::new());
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap()
        }
        _ => zstd::encode_all(bytes, 1).unwrap(),
    }
}

fn read(bytes: &[u8]) -> All {
    all(Container::PgDump, bytes, "a.dump", &Unpacking::default())
}

/// Each member as `name: text`, or `name! reason`.
fn shown((members, ended): &All) -> (Vec<String>, Option<&str>) {
    let show = |(name, content): &(String, Result<Vec<u8>, String>)| match content {
        Ok(bytes) => format!("{name}: {}", String::from_utf8_lossy(bytes)),
        Err(reason) => format!("{name}! {reason}"),
    };
    (members.iter().map(show).collect(), ended.as_deref())
}

#[test]
fn every_version_and_method_is_the_script_that_restores_it() {
    let want = [
        format!("definitions: {DEFINITIONS}"),
        format!("public.users: {USERS}"),
        "large object 16385: a note".to_owned(),
        "large object 4294967294: ".to_owned(),
    ];
    let old = [10, 11, 13, 14].map(|minor| [(minor, 0), (minor, 1)]);
    let new = [15, 16].map(|minor| [0, 1, 2, 3].map(|method| (minor, method)));
    for (minor, method) in old.as_flattened().iter().chain(new.as_flattened()) {
        let all = read(&Writer::dump(*minor, *method));
        assert_eq!(shown(&all), (want.to_vec(), None), "1.{minor} {method}");
    }
}

#[test]
fn what_is_cut_off_is_told_of_each_table() {
    let whole = Writer::dump(14, 1);
    for n in 11..whole.len() {
        let (members, ended) = read(&whole[..n]);
        let cut = "truncated: ends ";
        // Behind the last block nothing says that one is missing but the directory.
        assert!(
            !ended.as_ref().is_some_and(|r| r.starts_with("damaged")),
            "{n}"
        );
        let is_told = ended.is_some_and(|reason| reason.starts_with(cut))
            || members
                .iter()
                .any(|(_, content)| matches!(content, Err(r) if r.starts_with(cut)));
        assert!(is_told, "{n}");
        let text = members.iter().find(|(name, _)| name == "public.users");
        if members.iter().any(|(name, _)| name == "definitions") {
            assert!(text.is_some(), "{n}");
        }
    }
}

#[test]
fn a_damaged_table_costs_itself_alone() {
    let mut writer = Writer::new(14, 1, CUSTOM);
    writer.number(3);
    writer.entry(1, "TABLE DATA", "", "COPY a (p) FROM stdin;\n", None);
    writer.entry(2, "TABLE DATA", "", "COPY b (p) FROM stdin;\n", None);
    writer.entry(3, "TABLE DATA", "", "COPY c (p) FROM stdin;\n", None);
    writer.block(DATA, 1);
    writer.chunks(b"this is not what zlib writes");
    writer.block(DATA, 3);
    writer.chunks(&packed(ROWS, 1));
    let (members, ended) = read(&writer.bytes);
    let texts: Vec<_> = members.iter().map(|(_, content)| content.is_ok()).collect();
    assert_eq!(texts, [false, true, false]);
    assert_eq!(ended, None);
    let missing = members[2].1.as_ref().unwrap_err();
    assert_eq!(missing, "truncated: ends before its data");
    // Where the next chunk begins is not known any more.
    writer.block(DATA, 2);
    writer.number(-1);
    let (members, ended) = read(&writer.bytes);
    assert_eq!(members.len(), 3);
    assert!(ended.is_some_and(|reason| reason.starts_with("damaged: ")));
}

#[test]
fn tables_behind_a_limit_are_named() {
    let mut writer = Writer::new(15, 3, CUSTOM);
    writer.number(3);
    for id in 1..=3 {
        writer.entry(id, "TABLE DATA", "", "COPY a (p) FROM stdin;\n", None);
    }
    writer.block(DATA, 1);
    writer.chunks(&packed(&vec![b'0'; 300 << 20], 3));
    writer.block(DATA, 2);
    writer.chunks(&packed(ROWS, 3));
    let (members, ended) = read(&writer.bytes);
    assert_eq!(members.len(), 3);
    let limit = "limit reached: more than 1100 bytes";
    for (_, content) in &members {
        assert!(
            content
                .as_ref()
                .is_err_and(|reason| reason.starts_with(limit))
        );
    }
    assert!(ended.is_some_and(|reason| reason.starts_with(limit)));
}

#[test]
fn what_stands_behind_packed_data_is_told() {
    let mut writer = Writer::new(15, 1, CUSTOM);
    writer.number(1);
    writer.entry(1, "TABLE DATA", "", "", None);
    writer.block(DATA, 1);
    writer.chunks(&[packed(ROWS, 1), b"more".to_vec()].concat());
    let (members, ended) = read(&writer.bytes);
    assert_eq!(members[0].1.as_deref(), Ok(ROWS));
    let reason = "damaged: something else follows the data";
    assert_eq!(ended.as_deref(), Some(reason));
}

#[test]
fn behind_the_data_only_the_directory_may_stand() {
    let mut writer = Writer::new(16, 0, CUSTOM);
    writer.bytes = Writer::dump(16, 0);
    writer.directory();
    assert_eq!(read(&writer.bytes).1, None);
    writer.bytes.push(0);
    let reason = "damaged: something else follows the data";
    assert_eq!(read(&writer.bytes).1.as_deref(), Some(reason));
}

#[test]
fn a_directory_of_files_has_definitions_alone() {
    let mut writer = Writer::new(14, 1, 3);
    writer.directory();
    let all = read(&writer.bytes);
    let table = USERS.split_once("COPY").unwrap().0;
    let want = format!("definitions: {DEFINITIONS}{table}");
    assert_eq!(shown(&all), (vec![want], None));
}

#[test]
fn numbers_that_lie_are_answered() {
    let check = |bytes: &[u8], want: &str| {
        let ended = read(bytes).1.unwrap_or_default();
        assert!(ended.starts_with(want), "{ended}");
    };
    check(
        b"PGDMP\x01\x09\0\x04\x08\x01",
        "unsupported format: a dump of PostgreSQL in version 1.9",
    );
    check(
        b"PGDMP\x01\x11\0\x04\x08\x01",
        "unsupported format: a dump of PostgreSQL in version 1.17",
    );
    check(b"PGDMP\x01\x0E\0\x00\x08\x01", "damaged: ");
    check(b"PGDMP\x01\x0E\0\x09\x08\x01", "damaged: ");
    check(b"PGDMP\x01\x0F\0\x04\x08\x01\x07", "unsupported format: ");
    let mut writer = Writer::new(14, 1, CUSTOM);
    writer.number(i32::MAX);
    check(&writer.bytes, "truncated: ");
    writer.number(1);
    writer.number(1);
    writer.number(i32::MAX);
    check(
        &writer.bytes,
        "limit reached: a directory of more than 128 MiB",
    );
}

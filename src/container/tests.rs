//! Containers made here and taken apart again, whole, damaged and hostile. Those of other programs are in `tests`.

use std::io::{Cursor, Read, Write};

use crate::decode::Known;

use super::*;

/// Name and bytes, or the reason, of each member; and why the container ended early.
pub(super) type All = (Vec<(String, Result<Vec<u8>, String>)>, Option<String>);

pub(super) fn all(container: Container, bytes: &[u8], name: &str, unpacking: &Unpacking) -> All {
    let source = Source::Stream(Box::new(Cursor::new(bytes.to_vec())));
    all_in(Members::open(container, source, name, unpacking).unwrap())
}

/// As [`all`], of a container that is open.
pub(super) fn all_in(mut members: Members) -> All {
    let mut all = Vec::new();
    while let Some(member) = members.next_member() {
        let content = member.content.map_err(|reason| reason.to_string());
        let content = content.and_then(|mut rdr| {
            let mut bytes = Vec::new();
            let read = rdr.read_to_end(&mut bytes);
            read.map(|_| bytes)
                .map_err(|e| reason_in(&e).map_or_else(|| e.to_string(), ToString::to_string))
        });
        all.push((member.name, content));
    }
    (all, members.ended().map(ToString::to_string))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut writer = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(bytes, 1).unwrap()
}

fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut writer = lz4_flex::frame::FrameEncoder::new(Vec::new());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// `printf 'some lines\nof text\n' | xz`
const XZ: &[u8] = include_bytes!("../../tests/data/containers/lines.xz");
const LINES: &[u8] = b"some lines\nof text\n";

#[track_caller]
fn check_single(container: Container, pack: impl Fn(&[u8]) -> Vec<u8>) {
    let unpacking = Unpacking::default();
    let data: Vec<u8> = (0..400_000u32).flat_map(u32::to_le_bytes).collect();
    for data in [&b""[..], b"x", &data] {
        let (members, ended) = all(container, &pack(data), "users.csv.gz", &unpacking);
        assert_eq!(members, [("users.csv".to_owned(), Ok(data.to_vec()))]);
        assert_eq!(ended, None);
    }
    // Several streams, one after the other.
    let two = [pack(b"first\n"), pack(b"second\n")].concat();
    let (members, _) = all(container, &two, "a.tgz", &unpacking);
    assert_eq!(
        members,
        [("a.tar".to_owned(), Ok(b"first\nsecond\n".to_vec()))]
    );
    // Cut off: what came before is given, and the reason is told.
    let packed = pack(&data);
    let (members, _) = all(container, &packed[..packed.len() / 2], "a", &unpacking);
    let reason = members[0].1.as_ref().unwrap_err();
    assert!(
        reason.starts_with("truncated") || reason.starts_with("damaged"),
        "{reason}"
    );
}

#[test]
fn compressed_files_have_one_member() {
    check_single(Container::Gzip, gzip);
    check_single(Container::Bzip2, bzip2);
    check_single(Container::Zstd, zstd);
    check_single(Container::Lz4, lz4);
    let twice = [XZ, XZ].concat();
    let (members, ended) = all(Container::Xz, &twice, "a.xz", &Unpacking::default());
    assert_eq!(members, [("a".to_owned(), Ok([LINES, LINES].concat()))]);
    assert_eq!(ended, None);
}

#[test]
fn zeros_behind_gzip_are_padding_and_anything_else_is_told() {
    let unpacking = Unpacking::default();
    let padded = [gzip(b"data\n"), vec![0; 600_000]].concat();
    let (members, _) = all(Container::Gzip, &padded, "a", &unpacking);
    assert_eq!(members[0].1, Ok(b"data\n".to_vec()));
    let followed = [gzip(b"data\n"), b"more".to_vec()].concat();
    let (members, _) = all(Container::Gzip, &followed, "a", &unpacking);
    assert!(
        members[0]
            .1
            .as_ref()
            .unwrap_err()
            .contains("something else follows")
    );
}

fn tarball(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn tar_archives_give_their_files() {
    let long = format!("{}/a.csv", "folder".repeat(30));
    let tar = tarball(&[("a.csv", b"1,2\n"), (&long, b""), ("b", &[7; 600_000])]);
    let (members, ended) = all(Container::Tar, &tar, "x.tar", &Unpacking::default());
    let want = [
        ("a.csv".to_owned(), Ok(b"1,2\n".to_vec())),
        (long, Ok(Vec::new())),
        ("b".to_owned(), Ok(vec![7; 600_000])),
    ];
    assert_eq!(members, want);
    assert_eq!(ended, None);
    let (members, ended) = all(
        Container::Tar,
        &tar[..300_000],
        "x.tar",
        &Unpacking::default(),
    );
    assert_eq!(members.len(), 3);
    assert!(members[2].1.is_err() || ended.is_some());
    let mut damaged = tar.clone();
    damaged[1024 + 150] ^= 0x55;
    let (members, ended) = all(Container::Tar, &damaged, "x.tar", &Unpacking::default());
    assert!(members.len() < 3 && ended.unwrap().starts_with("damaged"));
}

fn zipped(write: impl FnOnce(&mut ::zip::ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    write(&mut writer);
    writer.finish().unwrap().into_inner()
}

#[test]
fn zip_archives_give_their_files_by_every_method() {
    use ::zip::CompressionMethod as Method;
    let data: Vec<u8> = (0..200_000u32)
        .flat_map(|n| (n / 7).to_le_bytes())
        .collect();
    let methods = [
        Method::Stored,
        Method::Deflated,
        Method::Bzip2,
        Method::Zstd,
        Method::Xz,
    ];
    let zip = zipped(|writer| {
        for method in methods {
            let options = ::zip::write::SimpleFileOptions::default().compression_method(method);
            writer
                .start_file(format!("数据/{method}"), options)
                .unwrap();
            writer.write_all(&data).unwrap();
        }
        writer
            .add_directory("empty", ::zip::write::SimpleFileOptions::default())
            .unwrap();
    });
    let (members, ended) = all(Container::Zip, &zip, "x.zip", &Unpacking::default());
    let want: Vec<_> = methods
        .iter()
        .map(|method| (format!("数据/{method}"), Ok(data.clone())))
        .collect();
    assert!(
        members == want,
        "{:?}",
        members
            .iter()
            .map(|m| (&m.0, m.1.is_ok()))
            .collect::<Vec<_>>()
    );
    assert_eq!(ended, None);
    let (members, ended) = all(
        Container::Zip,
        &zip[..zip.len() - 100],
        "x.zip",
        &Unpacking::default(),
    );
    assert!(members.is_empty() && ended.unwrap().starts_with("damaged"));
}

#[test]
fn encrypted_members_are_opened_by_the_right_password_alone() {
    let zip = zipped(|writer| {
        let options = ::zip::write::SimpleFileOptions::default();
        let aes = options.with_aes_encryption(::zip::AesMode::Aes256, "opensesame");
        writer.start_file("aes.csv", aes).unwrap();
        writer.write_all(LINES).unwrap();
        writer.start_file("plain.csv", options).unwrap();
        writer.write_all(LINES).unwrap();
    });
    let with = |passwords: &[&str]| Unpacking {
        passwords: passwords
            .iter()
            .map(|p| Password::new(p.as_bytes()))
            .collect(),
        ..Unpacking::default()
    };
    for passwords in [&[][..], &["wrong"]] {
        let (members, _) = all(Container::Zip, &zip, "x.zip", &with(passwords));
        assert_eq!(members[0].1, Err("encrypted".to_owned()));
        assert_eq!(members[1].1, Ok(LINES.to_vec()));
    }
    let (members, _) = all(
        Container::Zip,
        &zip,
        "x.zip",
        &with(&["wrong", "opensesame"]),
    );
    assert_eq!(members[0].1, Ok(LINES.to_vec()));
    assert!(!format!("{:?}", with(&["opensesame"])).contains("sesame"));
}

#[test]
fn what_a_bomb_holds_is_cut_at_the_limit() {
    let small = Unpacking {
        limits: Limits {
            ratio_max: 10,
            free_bytes: 1 << 20,
            members_max: 3,
            ..Limits::default()
        },
        ..Unpacking::default()
    };
    let bomb = gzip(&vec![0; 30 << 20]);
    let (members, ended) = all(Container::Gzip, &bomb, "a", &small);
    let reason = members[0].1.as_ref().unwrap_err();
    assert!(
        reason.starts_with("limit reached: more than 10 bytes"),
        "{reason}"
    );
    assert!(ended.unwrap().starts_with("limit reached"));
    let many = tarball(&[("a", b"1"), ("b", b"2"), ("c", b"3"), ("d", b"4")]);
    let (members, ended) = all(Container::Tar, &many, "a", &small);
    assert_eq!(members.len(), 3);
    assert_eq!(ended.unwrap(), "limit reached: more than 3 members");
    // A dictionary that would not fit into memory.
    let greedy = Unpacking {
        limits: Limits {
            window_bytes_max: 1 << 20,
            ..Limits::default()
        },
        ..Unpacking::default()
    };
    let (members, _) = all(Container::Xz, XZ, "a", &greedy);
    assert!(
        members[0]
            .1
            .as_ref()
            .unwrap_err()
            .starts_with("limit reached")
    );
}

#[test]
fn members_that_nobody_reads_are_passed_over() {
    let tar = tarball(&[
        ("a", &vec![1; 5 << 20]),
        ("b", b"2"),
        ("c", &vec![3; 5 << 20]),
    ]);
    let source = Source::Stream(Box::new(Cursor::new(tar)));
    let mut members = Members::open(Container::Tar, source, "x", &Unpacking::default()).unwrap();
    let mut start = [0; 10];
    members
        .next_member()
        .unwrap()
        .content
        .unwrap()
        .read_exact(&mut start)
        .unwrap();
    assert_eq!(members.next_member().unwrap().name, "b");
    let mut third = Vec::new();
    let member = members.next_member().unwrap();
    member.content.unwrap().read_to_end(&mut third).unwrap();
    assert_eq!(third.len(), 5 << 20);
    assert!(members.next_member().is_none() && members.ended().is_none());
}

#[test]
fn documents_are_told_by_what_is_in_them() {
    let options = ::zip::write::SimpleFileOptions::default();
    let with = |names: &[&str]| {
        let zip = zipped(|writer| {
            for name in names {
                writer.start_file(*name, options).unwrap();
            }
        });
        all(Container::Zip, &zip, "x", &Unpacking::default())
    };
    let (members, ended) = with(&["[Content_Types].xml", "xl/workbook.xml"]);
    assert!(members.is_empty());
    assert_eq!(
        ended.unwrap(),
        "damaged: no part says that it is the document"
    );
    let (members, ended) = with(&["Index/Document.iwa"]);
    assert!(members.is_empty());
    assert_eq!(ended.unwrap(), "unsupported format: iWork document");
    let (members, ended) = with(&["xl/notes.txt", "content.xml"]);
    assert_eq!((members.len(), ended), (2, None));
}

/// A workbook of one sheet with these strings and rows.
fn workbook(strings: &str, rows: &str) -> Vec<u8> {
    let relations = |list: &str| format!("<Relationships>{list}</Relationships>");
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id='{id}' Type='x/{kind}' Target='{target}'/>")
    };
    let root = relations(&relation("a", "officeDocument", "xl/workbook.xml"));
    let book = [
        relation("s", "sharedStrings", "strings.xml"),
        relation("r", "worksheet", "sheet.xml"),
    ];
    let sheets = "<workbook><sheets><sheet name='S' r:id='r'/></sheets></workbook>";
    let parts = [
        ("[Content_Types].xml", "<Types/>".to_owned()),
        ("_rels/.rels", root),
        ("xl/workbook.xml", sheets.to_owned()),
        ("xl/_rels/workbook.xml.rels", relations(&book.concat())),
        ("xl/strings.xml", format!("<sst>{strings}</sst>")),
        (
            "xl/sheet.xml",
            format!("<worksheet><sheetData>{rows}</sheetData></worksheet>"),
        ),
    ];
    zipped(|writer| {
        for (name, text) in parts {
            let options = ::zip::write::SimpleFileOptions::default();
            writer.start_file(name, options).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
    })
}

#[test]
fn shared_strings_end_at_a_limit() {
    let strings =
        "<si><t>one</t></si><si><r><t>tw</t></r><r><t>o</t></r></si><si><t>three</t></si>";
    let rows = "<row><c t='s'><v>0</v></c><c><v>7</v></c></row><row r='9'><c r='C9' t='s'><v>1</v></c></row><row><c t='s'><v>2</v></c></row>";
    let limited = |limits: Limits| Unpacking {
        limits,
        ..Unpacking::default()
    };
    let book = workbook(strings, rows);
    let (members, ended) = all(Container::Zip, &book, "x", &Unpacking::default());
    let sheet = ("S".to_owned(), Ok(b"one,7\n,,two\nthree\n".to_vec()));
    assert_eq!((members, ended), (vec![sheet], None));
    let few = limited(Limits {
        strings_max: 2,
        ..Limits::default()
    });
    let (members, _) = all(Container::Zip, &book, "x", &few);
    let reason = "limit reached: more than 2 strings, or 4 GiB of them, in one workbook";
    let want = ["xl/strings.xml", "S"].map(|name| (name.to_owned(), Err(reason.to_owned())));
    assert_eq!(members, want);
    // Strings that come to much and that no cell names.
    let bomb = workbook(
        &"<si><t>aaaaaaaaaaaaaaaaaaaa</t></si>".repeat(100_000),
        rows,
    );
    let small = limited(Limits {
        ratio_max: 10,
        free_bytes: 1 << 20,
        ..Limits::default()
    });
    let (members, _) = all(Container::Zip, &bomb, "x", &small);
    let reason = members[0].1.as_ref().unwrap_err();
    assert!(
        reason.starts_with("limit reached: more than 10 bytes"),
        "{reason}"
    );
}

/// What a walk writes, decoded again: the columns of each table with its name, and the cells of its rows.
type Written = (Vec<(Option<String>, Vec<String>)>, Vec<Vec<String>>);

fn written(known: Known, walk: pump::Walk) -> (Vec<Written>, Members) {
    let source = Source::Stream(Box::new(io::empty()));
    let unpacking = Unpacking::default();
    let mut members =
        Members::pumped(Container::Zip, walk, source, "book.xlsx", &unpacking).unwrap();
    let mut all = Vec::new();
    while let Some(member) = members.next_member() {
        assert_eq!(member.known, known);
        let rdr = member.content.unwrap();
        let limits = crate::decode::DecodeLimits::default();
        let opened = crate::decode::open_known(rdr, &member.known, None, &limits).unwrap();
        let mut records = opened.records().unwrap();
        let mut rows = Vec::new();
        let mut batch = crate::record::Batch::default();
        while records.next_batch(&mut batch).unwrap() {
            for record in &batch.records {
                let cell = |f: &crate::record::Field| batch.bytes(f.span).to_vec();
                let cells = batch.fields_of(record).iter().map(cell);
                rows.push(cells.map(|c| String::from_utf8(c).unwrap()).collect());
            }
        }
        let tables = records.tables().iter();
        let tables = tables.map(|t| (t.name.clone(), t.columns.clone()));
        all.push((tables.collect(), rows));
    }
    (all, members)
}

#[test]
fn rows_that_a_walk_writes_are_read_as_they_were() {
    let cells = ["a,b", "say \"so\"", "two\nlines", "", "住址"];
    let (all, members) = written(
        Known::Table(Some("users".to_owned())),
        |_, sink: &mut Sink| {
            sink.is("xlsx")?;
            let mut member = sink.begin(b"Sheet1", Known::Table(Some("users".to_owned())))?;
            member.row(["c1", "c2", "c3", "c4", "c5"])?;
            for _ in 0..30_000 {
                member.row(["a,b", "say \"so\"", "two\nlines", "", "住址"])?;
            }
            member.end(None)
        },
    );
    let [(tables, rows)] = &all[..] else {
        panic!("one member was written")
    };
    let columns = ["c1", "c2", "c3", "c4", "c5"].map(str::to_owned).to_vec();
    assert_eq!(tables[..], [(Some("users".to_owned()), columns)]);
    assert_eq!(rows.len(), 30_000);
    assert!(rows.iter().all(|row| row[..] == cells));
    assert_eq!(members.format(), Some("xlsx"));
}

#[test]
fn a_sheet_tells_its_header_by_its_rows() {
    let (all, _) = written(Known::Sheet, |_, sink: &mut Sink| {
        let mut member = sink.begin(b"with", Known::Sheet)?;
        member.row(["姓名", "手机号"])?;
        member.row(["张伟", "13800138000"])?;
        member.row(["李娜", "13900139000"])?;
        member.end(None)?;
        let mut member = sink.begin(b"without", Known::Sheet)?;
        member.row(["张伟", "13800138000"])?;
        member.row(["李娜", "13900139000"])?;
        member.end(None)
    });
    let n_rows: Vec<usize> = all.iter().map(|(_, rows)| rows.len()).collect();
    assert_eq!(n_rows, [2, 2]);
    assert_eq!(all[0].0[0].1, ["姓名", "手机号"]);
}

#[test]
fn a_member_left_open_ends_with_what_ended_the_walk() {
    let source = Source::Stream(Box::new(io::empty()));
    let walk: pump::Walk = |_, sink| {
        let mut member = sink.begin(b"Sheet1", Known::Sheet)?;
        member.row(["a", "b"])?;
        Err(Reason::Damaged("cut off".to_owned()).into())
    };
    let unpacking = Unpacking::default();
    let mut members = Members::pumped(Container::Zip, walk, source, "b.xlsx", &unpacking).unwrap();
    let mut rdr = members.next_member().unwrap().content.unwrap();
    let mut bytes = Vec::new();
    let error = rdr.read_to_end(&mut bytes).unwrap_err();
    assert!(matches!(reason_in(&error), Some(Reason::Damaged(_))));
    assert_eq!(bytes, b"a,b\n");
    assert!(members.next_member().is_none());
    assert!(members.ended().is_some());
}

/// Archives of other programs: `tests/data/formats/make_archives.py`.
const SEVEN_ZIP: [&[u8]; 3] = [
    include_bytes!("../../tests/data/formats/few/lzma2.7z"),
    include_bytes!("../../tests/data/formats/few/solid.7z"),
    include_bytes!("../../tests/data/formats/few/ppmd.7z"),
];
const RAR: [&[u8]; 3] = [
    include_bytes!("../../tests/data/formats/few/rar5.rar"),
    include_bytes!("../../tests/data/formats/few/rar5-solid.rar"),
    include_bytes!("../../tests/data/formats/few/rar4-solid.rar"),
];

#[test]
fn a_dictionary_that_is_too_large_is_not_made() {
    let greedy = Unpacking {
        limits: Limits {
            window_bytes_max: 1 << 10,
            ..Limits::default()
        },
        ..Unpacking::default()
    };
    let refused = |container, bytes: &[u8]| {
        let (members, ended) = all(container, bytes, "a", &greedy);
        let told: Vec<String> = members
            .into_iter()
            .map(|member| member.1.expect_err("it is not read"))
            .chain(ended)
            .collect();
        assert!(!told.is_empty());
        told.iter().for_each(|reason| {
            assert!(reason.starts_with("limit reached"), "{reason}");
        });
    };
    SEVEN_ZIP
        .iter()
        .for_each(|bytes| refused(Container::SevenZip, bytes));
    if cfg!(feature = "rar") {
        RAR[..2]
            .iter()
            .for_each(|bytes| refused(Container::Rar, bytes));
    }
}

/// Nothing is said twice, nothing panics, and what is missing is told, wherever an archive is cut or changed.
#[test]
fn archives_that_are_cut_or_changed_are_told() {
    let rar = if cfg!(feature = "rar") { &RAR[..] } else { &[] };
    let archives = SEVEN_ZIP.iter().map(|bytes| (Container::SevenZip, *bytes));
    for (container, bytes) in archives.chain(rar.iter().map(|bytes| (Container::Rar, *bytes))) {
        let (whole, ended) = all(container, bytes, "a", &Unpacking::default());
        assert!(ended.is_none() && whole.iter().all(|member| member.1.is_ok()));
        let check = |bytes: &[u8], what: String| {
            let (members, ended) = all(container, bytes, "a", &Unpacking::default());
            let reasons = members.iter().filter_map(|member| member.1.as_ref().err());
            for reason in reasons.chain(&ended) {
                assert!(
                    !reason.starts_with("internal"),
                    "{container:?}, {what}: {reason}"
                );
            }
            let is_told = ended.is_some() || members.iter().any(|member| member.1.is_err());
            assert!(is_told || members == whole, "{container:?}, {what}");
            is_told
        };
        for i in 0..24 {
            let at = bytes.len() * i / 24;
            assert!(check(&bytes[..at], format!("cut at {at}")));
        }
        for i in 0..48 {
            let mut changed = bytes.to_vec();
            let at = 8 + (bytes.len() - 8) * i / 48;
            changed[at] ^= 0x40;
            check(&changed, format!("changed at {at}"));
        }
    }
}

#[test]
fn a_decoder_that_has_failed_is_not_asked_again() {
    let mut bytes = include_bytes!("../../tests/data/formats/few/lzma2.7z").to_vec();
    // The properties of the first chunk of LZMA2, behind its sizes: none that there are.
    assert!(bytes[32] >= 0xE0);
    bytes[37] = 0xFF;
    let (members, _) = all(Container::SevenZip, &bytes, "a", &Unpacking::default());
    assert!(!members.is_empty());
    for (name, content) in members {
        assert!(content.is_err(), "{name}");
    }
}

#[test]
fn what_came_before_the_damage_is_handed_over() {
    let mut solid = include_bytes!("../../tests/data/formats/few/solid.7z").to_vec();
    // Inside the packed data, which has no checksum before its end.
    let middle = solid.len() / 2;
    solid[middle] ^= 0xFF;
    let packed = Container::SevenZip;
    let source = Source::Stream(Box::new(Cursor::new(solid)));
    let mut members = Members::open(packed, source, "a", &Unpacking::default()).unwrap();
    let member = members.next_member().unwrap();
    let mut bytes = Vec::new();
    let ended = member.content.unwrap().read_to_end(&mut bytes);
    assert!(ended.is_err());
    assert!(bytes.len() > 256, "{}", bytes.len());
}

#[test]
fn zeros_come_out_to_the_limit() {
    let zeros: [(Container, &[u8]); 2] = [
        (
            Container::SevenZip,
            include_bytes!("../../tests/data/formats/few/zeros.7z"),
        ),
        (
            Container::Rar,
            include_bytes!("../../tests/data/formats/few/zeros.rar"),
        ),
    ];
    let n_read = if cfg!(feature = "rar") { 2 } else { 1 };
    for (container, bytes) in &zeros[..n_read] {
        let (members, ended) = all(*container, bytes, "a", &Unpacking::default());
        let reason = members[0].1.as_ref().unwrap_err();
        assert!(
            reason.starts_with("limit reached: more than 1100 bytes"),
            "{reason}"
        );
        assert!(ended.unwrap().starts_with("limit reached"));
    }
}

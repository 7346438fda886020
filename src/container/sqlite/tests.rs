//! Databases that the library of SQLite wrote, whole, damaged and made to harm. What is counted of them is tested in `tests`.

use std::io::{Cursor, Seek, Write};

use super::*;
use crate::container::{Members, Source, Unpacking, reason_in};
use crate::decode::Container;

const PEOPLE: &[u8] = include_bytes!("../../../tests/data/formats/few/people.db");
const UTF16: &[u8] = include_bytes!("../../../tests/data/formats/few/people-utf16.db");
const LOGGED: &[u8] = include_bytes!("../../../tests/data/formats/few/people-log.db");
const LOG: &[u8] = include_bytes!("../../../tests/data/formats/few/people-log.db-wal");

/// Names of the members with their bytes, and all reasons.
fn read(bytes: Vec<u8>) -> (Vec<(String, Vec<u8>)>, Vec<Reason>) {
    read_from(Source::Stream(Box::new(Cursor::new(bytes))))
}

/// The same with a log beside the database.
fn read_with(log: &[u8]) -> (Vec<(String, Vec<u8>)>, Vec<Reason>) {
    let file = |bytes: &[u8]| {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        file
    };
    read_from(Source::Pair(file(LOGGED), file(log)))
}

fn read_from(source: Source) -> (Vec<(String, Vec<u8>)>, Vec<Reason>) {
    let unpacking = Unpacking::default();
    let mut members = Members::open(Container::Sqlite, source, "x.db", &unpacking).unwrap();
    let (mut all, mut reasons) = (Vec::new(), Vec::new());
    while let Some(member) = members.next_member() {
        let mut bytes = Vec::new();
        match member.content.map(|mut rdr| rdr.read_to_end(&mut bytes)) {
            Ok(Err(error)) => reasons.push(reason_in(&error).unwrap().clone()),
            Ok(Ok(_)) => {}
            Err(reason) => reasons.push(reason),
        }
        all.push((member.name, bytes));
    }
    reasons.extend(members.ended().cloned());
    (all, reasons)
}

/// Draws numbers below a limit, the same ones at every run.
fn draws(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    }
}

#[test]
fn tables_are_members_and_views_and_triggers_are_not_run() {
    let (members, reasons) = read(PEOPLE.to_vec());
    assert_eq!(reasons, []);
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["住客", "空表"]);
    let text = String::from_utf8(members[0].1.clone()).unwrap();
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("id,姓名,身份证号,手机号,空,邮箱,地址,酒店名称,房号,入住时间,退房时间,备注")
    );
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("1,马明,440305198907046856,18914859888,,guest")
    );
    assert_eq!(lines.count(), 79);
    assert_eq!(members[1].1, b"a,b\n");
}

#[test]
fn the_key_of_a_row_stands_in_front_where_the_columns_are_not_known() {
    let (before, after) = (b"(id INTEGER", b"[id INTEGER");
    let mut bytes = PEOPLE.to_vec();
    let at = memchr::memmem::find(&bytes, before).unwrap();
    bytes[at..at + after.len()].copy_from_slice(after);
    let (members, reasons) = read(bytes);
    assert_eq!(reasons, []);
    let text = String::from_utf8(members[0].1.clone()).unwrap();
    let mut lines = text.lines();
    // The key and ten values: one is computed, and one was added when these rows were there.
    assert_eq!(lines.next(), Some(&",".repeat(10)[..]));
    let first = lines.next().unwrap();
    assert!(first.starts_with("1,,马明,440305198907046856,18914859888,guest"));
}

#[test]
fn a_log_is_honoured_or_told() {
    let (without, reasons) = read(LOGGED.to_vec());
    assert_eq!(reasons, []);
    let (with, reasons) = read_with(LOG);
    assert_eq!(reasons, []);
    assert!(with[0].1.len() > without[0].1.len());
    // Nothing is in a log that is empty, or whose header was made zeros.
    let zeroed = [&[0; 32][..], &LOG[32..]].concat();
    for log in [&b""[..], &zeroed[..]] {
        assert_eq!(read_with(log), (without.clone(), vec![]));
    }
    // Something may be in any other: one that is no log, or is wrong in its page size or its sum, or ends in its header.
    let with_fault = |at: usize| {
        let mut log = LOG.to_vec();
        log[at] ^= 1;
        log
    };
    for log in [
        with_fault(0),
        with_fault(8),
        with_fault(25),
        LOG[..20].to_vec(),
    ] {
        let (members, reasons) = read_with(&log);
        assert_eq!(members, without);
        let is_told = matches!(reasons[..], [Reason::Damaged(_) | Reason::Truncated(_)]);
        assert!(is_told, "{reasons:?}");
    }
}

#[test]
fn pages_that_stand_in_the_log_alone_are_given_once() {
    let cursor = |bytes: &[u8]| Box::new(Cursor::new(bytes.to_vec())) as Box<dyn Seekable>;
    // The file is cut off behind its first page; the log still holds what it held.
    let page_bytes = usize::from(pages::u16_at(LOGGED, 16));
    let mut pages = Pages::open(
        cursor(&LOGGED[..page_bytes]),
        page_bytes as u64,
        Some(cursor(LOG)),
    )
    .unwrap();
    let frames = LOG[32..].chunks(24 + page_bytes);
    let last = frames.map(|frame| pages::u32_at(frame, 0)).max().unwrap();
    assert!(last > 1);
    assert!(pages.take(last).is_ok());
    assert!(matches!(pages.take(last), Err(Reason::Damaged(_))));
    assert!(matches!(pages.take(u32::MAX), Err(Reason::Truncated(_))));
}

#[test]
fn a_page_that_leads_back_is_read_once() {
    let mut bytes = PEOPLE.to_vec();
    // Every page number of every interior page leads to the second page.
    for page in bytes.chunks_mut(512).skip(1) {
        if page[0] == 5 {
            page[8..12].copy_from_slice(&2u32.to_be_bytes());
            for cell in 0..usize::from(pages::u16_at(page, 3)) {
                let at = usize::from(pages::u16_at(page, 12 + 2 * cell));
                page[at..at + 4].copy_from_slice(&2u32.to_be_bytes());
            }
        }
    }
    let (_, reasons) = read(bytes);
    assert!(
        reasons.iter().any(|r| matches!(r, Reason::Damaged(_))),
        "{reasons:?}"
    );
}

#[test]
fn what_is_cut_off_is_told_and_the_rest_is_read() {
    let (whole, _) = read(PEOPLE.to_vec());
    for n_pages in 1..PEOPLE.len() / 512 {
        let (members, reasons) = read(PEOPLE[..n_pages * 512].to_vec());
        let n_read: usize = members.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(n_read < whole[0].1.len() + whole[1].1.len());
        assert!(!reasons.is_empty(), "{n_pages}");
    }
    let (_, reasons) = read(PEOPLE[..50].to_vec());
    assert!(matches!(reasons[..], [Reason::Truncated(_)]));
}

#[test]
fn damage_never_fails_the_reader_nor_makes_it_endless() {
    for (seed, original) in [(1, PEOPLE), (2, UTF16)] {
        let mut draw = draws(seed);
        for _ in 0..150 {
            let mut bytes = original.to_vec();
            for _ in 0..=draw(20) {
                // Half of the faults fall on the header and the beginnings of pages.
                let at = match draw(2) {
                    0 => draw(bytes.len()),
                    _ => (draw(bytes.len()) / 512) * 512 + draw(16),
                };
                bytes[at] = draw(256) as u8;
            }
            let (members, reasons) = read(bytes);
            let n_read: usize = members.iter().map(|(_, bytes)| bytes.len()).sum();
            assert!(n_read < 8 << 20, "{n_read}");
            let internal = reasons.iter().find(|r| matches!(r, Reason::Internal(_)));
            assert_eq!(internal, None);
        }
    }
}

//! Databases that the library of SQLite wrote, whole, damaged and made to harm. What is counted of them is tested in `tests`.

use std::io::Cursor;

use super::*;
use crate::container::{Members, Source, Unpacking, reason_in};
use crate::decode::Container;

const PEOPLE: &[u8] = include_bytes!("../../../tests/data/formats/data/people.db");
const UTF16: &[u8] = include_bytes!("../../../tests/data/formats/data/people-utf16.db");

/// Names of the members with their bytes, and all reasons.
fn read(bytes: Vec<u8>) -> (Vec<(String, Vec<u8>)>, Vec<Reason>) {
    let source = Source::Stream(Box::new(Cursor::new(bytes)));
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

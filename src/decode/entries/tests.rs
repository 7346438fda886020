//! Tests of records of names and values.

use super::*;
use crate::decode::testing::{Sips, all_ways, collect, limits, utf8};

/// What is decoded, however the text is cut.
#[track_caller]
fn check(style: Style, text: &str, expected: &str) {
    let decoded = all_ways(|size, block_bytes| {
        let limits = DecodeLimits {
            block_bytes,
            ..DecodeLimits::default()
        };
        let bytes = text.as_bytes();
        let mut decoder = EntryDecoder::new(utf8(Sips { bytes, size }), style, &limits);
        collect(&mut decoder).0
    });
    assert_eq!(decoded.short(), expected);
}

const BY_BLANK: Style = Style::Forms { by_blank: true };
const BY_NAME: Style = Style::Forms { by_blank: false };
const YAML: Style = Style::Yaml { by_document: false };

#[test]
fn a_card_is_a_record() {
    check(
        Style::Vcard,
        "before\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0=\r\n=E4=B8=89\r\n\
         TEL;CELL:138-0000-0000\r\nitem1.TEL:139\r\nNOTE:one\r\n  two\r\nADR:\r\n ;;street\r\nEND:VCARD\r\n\r\nBEGIN:VCARD\r\nFN:Ann\r\n",
        "@1: TEXT=before\n\
         @2: version=2.1; fn=张三; tel=138-0000-0000; tel=139; note=one two; adr=;;street\n\
         @14: fn=Ann",
    );
}

#[test]
fn parameters_that_hold_data_are_values_without_a_name() {
    check(
        Style::Vcard,
        "BEGIN:VCARD\nADR;LABEL=\"1 Main St: Ann\";TYPE=home:;;x\nTEL;TYPE=cell;X-ALT=13800138000:139\nEND:VCARD\n",
        "@1: =LABEL=\"1 Main St: Ann\";TYPE=home; adr=;;x; =TYPE=cell;X-ALT=13800138000; tel=139",
    );
}

#[test]
fn a_line_may_hold_many_pairs() {
    let n = 13_000;
    let text = format!("{}\n", "a:b, ".repeat(n));
    assert!(text.len() < PIECE_BYTES_MAX);
    let limits = DecodeLimits::default();
    let mut decoder = EntryDecoder::new(utf8(text.as_bytes()), BY_BLANK, &limits);
    let (decoded, _) = collect(&mut decoder);
    assert_eq!(decoded.rows.len(), 1);
    assert_eq!(decoded.rows[0].fields.len(), n);
}

#[test]
fn an_entry_of_a_directory_is_a_record() {
    check(
        Style::Ldif,
        "version: 1\n\n# made by hand\ndn: uid=a\ncn:: 5byg5LiJ\nmail: a@example\n .com\nMail: b@example.com\n# inner\n\n\
         dn: uid=b\ncn: Bob\ndn: uid=c\n",
        "@1: version=1\n\
         @3: TEXT=# made by hand\n\
         @4: dn=uid=a; cn=张三; mail=a@example.com; mail=b@example.com; =# inner\n\
         @11: dn=uid=b; cn=Bob\n\
         @13: dn=uid=c",
    );
}

#[test]
fn vertical_output_of_clients_has_a_record_a_row() {
    check(
        Style::Rows,
        "*************************** 1. row ***************************\n   id: 1\n phone: 138\n note: a\n\nb: c d\nsecond\n\
         *************************** 2. row ***************************\n   id: 2\n phone: NULL\n2 rows in set (0.00 sec)\n\nmysql> bye\n",
        "@1: id=1; phone=138; note=a; b=c d\nsecond\n@8: id=2; phone=NULL\n@13: TEXT=mysql> bye",
    );
    check(
        Style::Expanded,
        "-[ RECORD 1 ]---\nid    | 1\nphone | 138\n-[ RECORD 2 ]---\nid    | 2\nphone | 139\n(2 rows)\n",
        "@1: id=1; phone=138\n@4: id=2; phone=139",
    );
}

#[test]
fn members_of_lists_are_records_in_yaml() {
    check(
        YAML,
        "# list\nusers:\n  - name: 'it''s'\n    phones:\n      - \"138\"\n      - 139\n    company:\n      name: X\n\n  - name: \"B\\u4e09\"\n    tags:\n\
         \x20     - kind: a\n      - kind: b\nmore: x\n---\n- 136\n- name: C\n",
        "@1: TEXT=# list\n\
         @3: name=it's; phones=\"138\"; phones=139; company.name=X\n\
         @10: name=B三; tags.kind=a; tags.kind=b\n\
         @14: more=x\n\
         @16: TEXT=136\n\
         @17: name=C",
    );
    check(
        Style::Yaml { by_document: true },
        "name: A\nphones:\n- type: home\n  number: 1\n---\nname: B\n",
        "@1: name=A; phones.type=home; phones.number=1\n@6: name=B",
    );
}

#[test]
fn forms_end_with_a_blank_line_or_where_the_next_begins() {
    check(
        BY_BLANK,
        "名单\n\n姓名：张三  电话：138\n住址：\n北京\n=====\n姓名：李四\n姓名：王五\n\n13800000000: x\n",
        "@1: TEXT=名单\n\
         @3: 姓名=张三; 电话=138; 住址=北京\n\
         @7: 姓名=李四\n\
         @8: 姓名=王五\n\
         @10: TEXT=13800000000: x",
    );
    check(
        BY_NAME,
        "u1:\n  name: A\n\n  phone: 1\n  boss:\n    name: Z\nu2:\n  name: B\n  phone: 2\n",
        "@1: name=A; phone=1; name=Z\n@8: name=B; phone=2",
    );
}

#[test]
fn many_lines_without_a_name_are_none_of_the_record_before() {
    let lines = |n: usize| (0..n).map(|i| format!("- {i}\n")).collect::<String>();
    let records = |n: usize| {
        (0..n)
            .map(|i| format!("\n@{}: TEXT={i}", i + 4))
            .collect::<String>()
    };
    let values = |n: usize| (0..n).map(|i| format!("; list={i}")).collect::<String>();
    let head = "- name: A\n  phone: 1\n  list:\n";
    let few = lines(STRAYS_MAX).replace("- ", "  - ");
    let many = lines(STRAYS_MAX + 1).replace("- ", "  - ");
    check(
        YAML,
        &format!("{head}{few}"),
        &format!("@1: name=A; phone=1{}", values(STRAYS_MAX)),
    );
    check(
        YAML,
        &format!("{head}{many}"),
        &format!("@1: name=A; phone=1{}", records(STRAYS_MAX + 1)),
    );
}

#[test]
fn what_is_too_long_or_too_wide_is_told() {
    let long = format!(
        "BEGIN:VCARD\nNOTE:{}\nTEL:138\nEND:VCARD\nBEGIN:VCARD\nTEL:139\n",
        "x".repeat(90)
    );
    for block_bytes in [1, 50, 1 << 20] {
        let limits = limits(block_bytes, 64);
        let mut decoder = EntryDecoder::new(utf8(long.as_bytes()), Style::Vcard, &limits);
        let (decoded, _) = collect(&mut decoder);
        let all: String = decoded
            .rows
            .iter()
            .flat_map(|row| row.cells().concat().into_bytes())
            .map(char::from)
            .collect();
        assert_eq!(all.matches('x').count(), 90);
        assert!(all.contains("138") && all.ends_with("139"), "{all}");
        let reasons: Vec<String> = decoded
            .problems
            .iter()
            .map(|p| p.reason.to_string())
            .collect();
        assert_eq!(
            reasons,
            ["limit reached: 1 record of more than 64 bytes read in parts"]
        );
    }
    let wide: String = (0..COLUMNS_MAX + 5)
        .map(|n| format!("k{n}x: v\n"))
        .collect();
    let mut decoder = EntryDecoder::new(utf8(wide.as_bytes()), BY_BLANK, &DecodeLimits::default());
    let (decoded, _) = collect(&mut decoder);
    assert_eq!(decoded.rows[0].fields.len(), COLUMNS_MAX + 5);
    assert_eq!(decoded.tables[0].columns.len(), COLUMNS_MAX);
    assert_eq!(decoded.problems.len(), 1);
}

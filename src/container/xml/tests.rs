//! What documents become, and what hostile ones cost.

use std::io::{Cursor, Read};
use std::path::Path;

use crate::container::{Members, Source, Unpacking};
use crate::decode::Container;

/// The records of a document, and why it ended early.
fn read(xml: &[u8]) -> (String, String) {
    read_member(xml, "records")
}

fn read_member(xml: &[u8], want: &str) -> (String, String) {
    let source = Source::Stream(Box::new(Cursor::new(xml.to_vec())));
    let name = Path::new("a.xml").to_str().expect("UTF-8");
    let members = Members::open(Container::Xml, source, name, &Unpacking::default());
    let mut members = members.expect("opened");
    let member = members.next_member().expect("a member");
    assert_eq!(member.name, want);
    let mut text = Vec::new();
    let ended = member.content.expect("read").read_to_end(&mut text);
    let reason = ended.err().map_or(String::new(), |error| error.to_string());
    let rest = members.next_member();
    assert!(rest.is_none_or(|rest| rest.name == "rest" && !reason.is_empty()));
    (String::from_utf8(text).expect("UTF-8"), reason)
}

#[track_caller]
fn check(xml: &str, want: &[&str]) {
    let (got, reason) = read(xml.as_bytes());
    assert_eq!(got.lines().collect::<Vec<_>>(), want, "{xml}");
    assert_eq!(reason, "");
}

#[test]
fn elements_that_repeat_are_records() {
    check(
        "<r><c><name>a</name><phone>1</phone></c><c><name>b</name><phone>2</phone><phone>3</phone></c></r>",
        &[
            r#"{"name":"a","phone":"1"}"#,
            r#"{"name":"b","phone":["2","3"]}"#,
        ],
    );
    check(
        "<data><rows><row a='1' b='x &amp; y'/><row a='2' b=''/></rows></data>",
        &[r#"{"a":"1","b":"x & y"}"#, r#"{"a":"2","b":""}"#],
    );
    check("<r><p>1</p><p>2</p></r>", &[r#"{"p":"1"}"#, r#"{"p":"2"}"#]);
    // Records of several sorts have their names before those of their members.
    check(
        "<r><a><x>1</x></a><a><x>2</x></a><b><x>3</x></b><b><x>4</x></b></r>",
        &[
            r#"{"a":{"x":"1"}}"#,
            r#"{"a":{"x":"2"}}"#,
            r#"{"b":{"x":"3"}}"#,
            r#"{"b":{"x":"4"}}"#,
        ],
    );
}

#[test]
fn parts_of_a_record_are_in_it_and_lists_are_none() {
    check(
        "<r><c><n>a</n><t k='home' z='1'>5</t><ad><city>x</city></ad><ad><city>y</city></ad></c><c><n>b</n></c></r>",
        &[
            r#"{"n":"a","t":{"k":"home","z":"1","t":"5"},"ad":[{"city":"x"},{"city":"y"}]}"#,
            r#"{"n":"b"}"#,
        ],
    );
    // As `mysqldump --xml` writes it.
    check(
        "<d><t name='u'><row><field name='phone'>1</field><field name='n'>a</field></row>\
         <row><field name='phone'>2</field><field name='n'>b</field></row></t>\
         <t name='v'><row><field name='phone'>3</field></row></t></d>",
        &[
            r#"{"phone":"1","n":"a"}"#,
            r#"{"phone":"2","n":"b"}"#,
            r#"{"t":{"name":"u"}}"#,
            r#"{"phone":"3"}"#,
            r#"{"t":{"name":"v"}}"#,
        ],
    );
}

#[test]
fn what_repeats_nowhere_is_a_property_of_what_is_around_it() {
    check(
        "<customer><name>a</name><phone>1</phone></customer>",
        &[r#"{"customer":{"name":"a","phone":"1"}}"#],
    );
    check("<phone>1</phone>", &[r#"{"phone":"1"}"#]);
    check(
        "<rss v='2'><channel><title>T</title><item><title>a</title></item><item><title>b</title></item></channel></rss>",
        &[
            r#"{"title":"a"}"#,
            r#"{"title":"b"}"#,
            r#"{"channel":{"title":"T"}}"#,
            r#"{"rss":{"v":"2"}}"#,
        ],
    );
}

#[test]
fn prose_is_text() {
    check(
        "<doc><p>手机<b>138</b>12345678。</p><p><b>邮箱</b>：a</p></doc>",
        &[r#"{"p":"手机13812345678。"}"#, r#"{"p":"邮箱：a"}"#],
    );
    check(
        "<r xmlns:x='u' xmlns='v'><x:c x:a='1'><![CDATA[<2>]]></x:c><x:c x:a='3'/></r>",
        &[r#"{"a":"1","c":"<2>"}"#, r#"{"a":"3"}"#],
    );
}

#[test]
fn workbooks_are_sheets() {
    let book = |rows: &str| {
        let start = "<?xml version='1.0'?><Workbook xmlns:ss='u'><Styles><Style ss:ID='a'/></Styles><Worksheet ss:Name='客人'><Table>";
        format!("{start}{rows}</Table></Worksheet></Workbook>").into_bytes()
    };
    let data = |text: &str| format!("<Data ss:Type='String'>{text}</Data>");
    let rows = format!(
        "<Row><Cell>{0}</Cell><Cell ss:Index='3' ss:MergeAcross='1'>{1}</Cell><Cell>{2}</Cell></Row><Row/><Row><Cell/></Row>\
         <Row><Cell>{3}<Comment>{4}</Comment></Cell></Row>",
        data("a"),
        data("<B>b</B>c"),
        data("d"),
        data("e"),
        data("f")
    );
    let got = read_member(&book(&rows), "客人");
    assert_eq!(got, ("a,,bc,,d\n\"e\nf\"\n".to_owned(), String::new()));
    let far = "<Row><Cell ss:Index='99999999999'><Data>x</Data></Cell><Cell ss:Index='2'><Data>y</Data></Cell></Row>";
    let (got, told) = read_member(&book(far), "客人");
    assert_eq!(got, ",y\n");
    assert!(told.contains("more than 16384 cells"), "{told}");
}

#[test]
fn a_workbook_without_a_sheet_is_a_document_as_any_other() {
    check(
        "<Workbook><Row phone='1' name='a'/><Row phone='2' name='b'/></Workbook>",
        &[r#"{"phone":"1","name":"a"}"#, r#"{"phone":"2","name":"b"}"#],
    );
}

#[test]
fn attributes_that_are_not_well_formed_are_read() {
    check(
        "<r><c url='?a=1&b=2' phone='138 & 139' name=张三/><c url='' phone='&own;140' name='x'/></r>",
        &[
            r#"{"url":"?a=1&b=2","phone":"138 & 139","name":"张三"}"#,
            r#"{"url":"","phone":"&own;140","name":"x"}"#,
        ],
    );
}

#[test]
fn a_document_that_is_cut_off_where_it_was_packed_is_read_up_to_there() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::UnexpectedEof.into())
        }
    }
    let failing = Cursor::new(b"<r><a>1</a><a>2</a><a>3".to_vec()).chain(Fails);
    let source = Source::Stream(Box::new(failing));
    let members = Members::open(Container::Xml, source, "a.xml", &Unpacking::default());
    let mut members = members.expect("opened");
    let member = members.next_member().expect("the records");
    let mut text = Vec::new();
    let ended = member.content.expect("read").read_to_end(&mut text);
    let want = "{\"a\":\"1\"}\n{\"a\":\"2\"}\n{\"a\":\"3\"}\n";
    assert_eq!(String::from_utf8_lossy(&text), want);
    assert!(ended.is_err_and(|told| told.to_string().contains("truncated")));
    assert!(members.next_member().is_none());
    let ended = members.ended().map(ToString::to_string);
    assert!(ended.is_some_and(|told| told.starts_with("truncated")));
}

#[test]
fn encodings_are_those_that_are_declared() {
    let xml = "<?xml version=\"1.0\" encoding=\"GBK\"?><r><姓名>张三</姓名><姓名>李四</姓名></r>";
    let (gbk, _, _) = encoding_rs::GBK.encode(xml);
    let want = "{\"姓名\":\"张三\"}\n{\"姓名\":\"李四\"}\n";
    assert_eq!(read(&gbk), (want.to_owned(), String::new()));
    let utf16: Vec<u8> = xml.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16 = [&b"\xFF\xFE"[..], &utf16].concat();
    assert_eq!(read(&utf16), (want.to_owned(), String::new()));
}

#[track_caller]
fn broken(xml: &str, want: &str, reason: &str) {
    let (got, told) = read(xml.as_bytes());
    assert_eq!(got.trim_end(), want, "{}", &xml[..xml.len().min(200)]);
    assert!(told.contains(reason), "{told}");
}

#[test]
fn broken_and_hostile_documents_are_told() {
    broken(
        "<r><a>1</a><a>2",
        "{\"a\":\"1\"}\n{\"a\":\"2\"}",
        "truncated",
    );
    broken(
        "<r><a>1</a><a>2</b></r>",
        "{\"a\":\"1\"}\n{\"a\":\"2\"}",
        "damaged",
    );
    broken(
        "<!DOCTYPE r [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><r><a>1</a><a>&b;2</a></r>",
        "{\"a\":\"1\"}\n{\"a\":\"2\"}",
        "entities of the document's own, which are not expanded",
    );
    // Behind the damage all is text.
    let damaged = "<r><a>1</a><a>2</b><a>3</a> &amp; 手机13812345678</r>";
    let source = Source::Stream(Box::new(Cursor::new(damaged.as_bytes().to_vec())));
    let members = Members::open(Container::Xml, source, "a.xml", &Unpacking::default());
    let mut members = members.expect("opened");
    members.next_member().expect("the records");
    let rest = members.next_member().expect("the rest");
    let mut text = String::new();
    let rdr = &mut rest.content.expect("read");
    rdr.read_to_string(&mut text).expect("read");
    assert!(
        text.ends_with("<a>3</a> &amp; 手机13812345678</r>"),
        "{text}"
    );
    assert!(!text.contains("<a>1</a>"), "{text}");
    let deep = format!("<r><a>1</a>{}", "<x>".repeat(1_000_000));
    broken(
        &deep,
        "{\"r\":{\"a\":\"1\"}}",
        "nested more than 512 levels",
    );
    // More names than are told apart: their texts count all the same.
    let names: String = (0..20_000).map(|i| format!("<n{i}>{i}</n{i}>")).collect();
    let (got, told) = read(format!("<r>{names}</r>").as_bytes());
    assert_eq!(told, "");
    assert!(
        (0..20_000).all(|i| got.contains(&format!("\"n{i}\":\"{i}\""))),
        "{}",
        got.len()
    );
    // A record of any length, in pieces.
    let texts = format!("<t>{}</t>", "x".repeat(1 << 20)).repeat(10);
    let (got, told) = read(format!("<r><a><n>1</n>{texts}</a><a><n>2</n></a></r>").as_bytes());
    assert_eq!(got.matches('x').count(), 10 << 20);
    assert!(got.lines().all(|line| line.len() < 6 << 20) && got.lines().count() > 2);
    assert!(told.contains("more than 4 MiB"), "{told}");
}

/// Names and texts of all members, and why the document ended early.
fn all_members(xml: &[u8]) -> Vec<(String, String)> {
    let unpacking = Unpacking::default();
    let (members, ended) = crate::container::tests::all(Container::Xml, xml, "a.xml", &unpacking);
    let text = |content: Result<Vec<u8>, String>| match content {
        Ok(bytes) => String::from_utf8(bytes).expect("UTF-8"),
        Err(reason) => format!("!{reason}"),
    };
    let members = members
        .into_iter()
        .map(|(name, content)| (name, text(content)));
    members
        .chain(ended.map(|reason| (String::new(), reason)))
        .collect()
}

#[test]
fn comments_and_instructions_are_lines() {
    let check = |xml: &str, want: &[(&str, &str)]| {
        let got = all_members(xml.as_bytes());
        let got: Vec<(&str, &str)> = got.iter().map(|(name, text)| (&**name, &**text)).collect();
        assert_eq!(got, want, "{xml}");
    };
    // A row that was taken out, a number in the middle of another, and a note behind the end.
    check(
        "<?xml version='1.0'?><r><c>138<!-- x -->1234</c><c>2</c><!--\n <c>13912345678</c>\n\n <c>4</c>-->\
         <?note by 张三?></r><!---->\n<!-- end -->",
        &[
            ("records", "{\"c\":\"1381234\"}\n{\"c\":\"2\"}\n"),
            (
                "comments",
                "x\n<c>13912345678</c>\n<c>4</c>\nnote by 张三\nend\n",
            ),
        ],
    );
    // What says how the document is shown is none of it.
    check(
        "<?xml-stylesheet href='a.xsl'?><?mso-application progid='Word'?><c>1</c>",
        &[("records", "{\"c\":\"1\"}\n")],
    );
    // In workbooks too, and as far as the document goes.
    check(
        "<Workbook><Worksheet Name='s'><Table><Row><Cell><Data>a</Data></Cell></Row></Table></Worksheet><!-- b --></Workbook>",
        &[("s", "a\n"), ("comments", "b\n")],
    );
    let broken = all_members(b"<r><!-- a --><c>1</c></x><!-- b -->");
    let names: Vec<&str> = broken.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["records", "rest", "comments"]);
    assert!(broken[0].1.starts_with('!') && broken[1].1.contains("<!-- b -->"));
    assert_eq!(broken[2].1, "a\n");
}

#[test]
fn text_that_is_marked_as_no_markup_is_text() {
    check(
        "<r><c><![CDATA[<b>13812345678</b>]]></c><c>138<![CDATA[1234]]>5678</c></r>",
        &[r#"{"c":"<b>13812345678</b>"}"#, r#"{"c":"13812345678"}"#],
    );
}

/// Found by fuzzing: the place where a document is no longer well-formed lies inside a character.
#[test]
fn the_rest_is_text_wherever_it_begins() {
    let written = "8431953384319533207665743ea1680083838383838383838383838383ffffff0983838383838383833c3f786d6c20766572\
         73696f6e3d27312e30838383833c3f786d6c2076657273696f6e3d27312e30273f3e3c6f66666963653a646f63756d656e8c\
         df878c6c6e733a6f6666698f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f\
         8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f2720656e636f64696e673d2775748f8f8f8f8f8f8f8f66";
    let byte =
        |at: usize| u8::from_str_radix(&written[at..at + 2], 16).expect("hexadecimal digits");
    let bytes: Vec<u8> = (0..written.len()).step_by(2).map(byte).collect();
    let source = Source::Stream(Box::new(Cursor::new(bytes)));
    let members = Members::open(Container::Xml, source, "a.xml", &Unpacking::default());
    let mut members = members.expect("opened");
    let mut names = Vec::new();
    while let Some(member) = members.next_member() {
        let mut text = Vec::new();
        // Why it ended early does not matter here.
        let _ = member.content.expect("read").read_to_end(&mut text);
        assert!(String::from_utf8(text).is_ok(), "{}", member.name);
        names.push(member.name);
    }
    assert!(names.contains(&"rest".to_owned()), "{names:?}");
}

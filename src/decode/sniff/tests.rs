//! Tests of what files are taken for.

use proptest::prelude::*;

use super::*;
use crate::decode::testing::open_all_ways;

mod exports;

#[track_caller]
fn is(text: &str, ending: Option<&str>, expected: Format) {
    let sniffed = sniff(text.as_bytes(), true, ending);
    assert_eq!(sniffed.format, expected, "{text:?}");
    // and in a longer file whose head ends inside a line
    if text.lines().count() > 3 {
        let cut = text.trim_end().len() - 1;
        let sniffed = sniff(&text.as_bytes()[..cut], false, ending);
        assert_eq!(sniffed.format, expected, "cut: {text:?}");
    }
}

fn table(delimiter: u8, has_header: bool) -> Format {
    Format::Delimited(Dialect {
        delimiter,
        has_header,
        quotes: !matches!(delimiter, 1 | b'\t'),
        backslash: false,
        preamble_lines: 0,
    })
}

fn dialect_of(text: &str, ending: Option<&str>) -> Dialect {
    match sniff(text.as_bytes(), true, ending).format {
        Format::Delimited(dialect) => dialect,
        other => panic!("{other:?} is no table: {text:?}"),
    }
}

#[test]
fn tables_with_header() {
    for delimiter in [b',', b'\t', b'|', b';', 1] {
        let text = "姓名,身份证号,手机号\n张三,110101199003070000,13000000000\n李四,110101199003070001,13000000001\n王五,110101199003070002,13000000002\n";
        let text = text.replace(',', &char::from(delimiter).to_string());
        is(&text, None, table(delimiter, true));
        is(&text, Some("txt"), table(delimiter, true));
    }
    is(
        "xm,sfzh,sjh\n张三,110101199003070000,13000000000\n李四,110101199003070001,13000000001\n",
        None,
        table(b',', true),
    );
    is(
        "user_name,mobilePhone,E-Mail\nann,13000000000,a@example.com\n",
        None,
        table(b',', true),
    );
    // names in no list, told by the contrast
    is(
        "foo,bar\nann,13000000000\nbob,13000000001\n",
        None,
        table(b',', true),
    );
    is(
        "вид,число\nодин,13000000000\nдва,13000000001\n",
        None,
        table(b',', true),
    );
    // words below words: only the names tell
    is(
        "姓名,城市\n张三,北京\n李四,上海\n王五,北京\n",
        None,
        table(b',', true),
    );
    // nothing but the header
    is("name,phone,address\n", Some("csv"), table(b',', true));
    is("姓名,手机号码,家庭住址\n", None, table(b',', true));
    // a trailing delimiter
    is(
        "交易时间,金额,备注,\n2024-01-01 08:00:00,5.00,早餐,\n2024-01-02 08:00:00,6.00,早餐,\n",
        None,
        table(b',', true),
    );
}

#[test]
fn tables_without_header() {
    is(
        "张三,13000000000\n李四,13000000001\n王五,13000000002\n",
        None,
        table(b',', false),
    );
    is(
        "张三,男,北京\n李四,女,上海\n王五,男,北京\n",
        None,
        table(b',', false),
    );
    is(
        "ann,13000000000,a@example.com\nbob,13000000001,b@example.com\n",
        None,
        table(b',', false),
    );
    is(
        "张三,无,北京市\n李四,13000000001,北京市\n王五,13000000002,上海市\n",
        None,
        table(b',', false),
    );
    is("1\tann\n2\tbob\n3\tcid\n", None, table(b'\t', false));
    is(
        "张三----13000000000\n李四----13000000001\n",
        None,
        Format::Text,
    );
}

#[test]
fn damaged_tables() {
    let good = "姓名,手机,城市\n张三,13000000000,北京\n李四,13000000001,上海\n王五,13000000002,广州\n赵六,13000000003,深圳\n";
    is(
        &format!("{good}钱七,13000000004\n"),
        None,
        table(b',', true),
    );
    is(
        &format!("{good}钱七,\"13000000004,杭州\n"),
        None,
        table(b',', true),
    );
    is(
        &format!("{good}钱七,13000000004,\"杭州,西湖\n区\"\n"),
        None,
        table(b',', true),
    );
    // a header with a name too few or too many
    is(
        "姓名,手机\n张三,13000000000,\n李四,13000000001,\n王五,13000000002,\n赵六,13000000003,\n",
        None,
        table(b',', true),
    );
    is(
        "姓名,手机,城市,备注\n张三,13000000000,北京\n李四,13000000001,上海\n王五,13000000002,广州\n赵六,13000000003,深圳\n",
        None,
        table(b',', true),
    );
    is(
        "a,b\n1,2,3\n3,4\n4\n5,6\n7,8\n",
        Some("csv"),
        table(b',', true),
    );
}

#[test]
fn mysql_outfile() {
    let dialect = dialect_of(
        "1\tann\t\\N\n2\tbob\t13000000001\n3\tcid\t13000000002\n",
        None,
    );
    assert!(dialect.backslash && !dialect.quotes && !dialect.has_header);
    let dialect = dialect_of(
        "\"1\",\"ann \\\"x\\\" y\"\n\"2\",\"bob\"\n\"3\",\"cid\"\n",
        None,
    );
    assert!(dialect.backslash && dialect.quotes);
    let dialect = dialect_of(
        "\"1\",\"C:\\dir\\\"\n\"2\",\"a \"\"b\"\"\"\n\"3\",\"cid\"\n",
        None,
    );
    assert!(!dialect.backslash && dialect.quotes);
}

#[test]
fn console_table_of_mysql() {
    let text = "+----+------+-------------+\n| id | name | phone       |\n+----+------+-------------+\n\
        | 1 | ann | 13000000001 |\n| 2 | bob | 13000000002 |\n| 3 | cid | 13000000003 |\n| 4 | dan | 13000000004 |\n\
        | 5 | eve | 13000000005 |\n| 6 | fay | 13000000006 |\n| 7 | gus | 13000000007 |\n+----+------+-------------+\n";
    let dialect = dialect_of(text, None);
    assert_eq!(
        (
            dialect.delimiter,
            dialect.preamble_lines,
            dialect.has_header
        ),
        (b'|', 1, true)
    );
}

#[test]
fn bills_have_a_preamble() {
    let bill = |fill: &str| {
        let preamble = [
            "微信支付账单明细",
            "微信昵称：[小王]",
            "起始时间：[2024-01-01 00:00:00] 终止时间：[2024-02-01 00:00:00]",
            "导出类型：[全部]",
            "导出时间：[2024-02-02 10:00:00]",
            "",
            "共3笔记录",
            "收入：1笔 5.00元",
            "支出：2笔 30.00元",
            "注：",
            "1. 充值/提现/理财通购买/零钱通存取/信用卡还款等交易，将计入中性交易",
            "2. 本明细仅供个人对账使用",
            "",
            "----------------------微信支付账单明细列表--------------------",
        ];
        let mut text: String = preamble
            .iter()
            .map(|line| format!("{line}{fill}\r\n"))
            .collect();
        text += "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\r\n";
        for day in 1..=3 {
            text += &format!(
                "2024-01-0{day} 08:00:00,商户消费,小吃店,\"早餐\",支出,¥15.00,零钱,支付成功,\"10000{day}\t\",\"2000{day}\t\",\"/\"\r\n"
            );
        }
        text
    };
    for fill in ["", ",,,,,,,,,,", ",,,,,,,,"] {
        let dialect = dialect_of(&bill(fill), Some("csv"));
        assert_eq!(dialect.preamble_lines, 14, "{fill}");
        assert!(dialect.has_header);
    }
    let decoded = open_all_ways(bill("").as_bytes(), None);
    assert_eq!(decoded.tables[0].columns[0], "交易时间");
    assert_eq!(decoded.rows.iter().filter(|r| r.table == 0).count(), 3);
    assert_eq!(decoded.rows.last().unwrap().cells()[8], "100003");
}

#[test]
fn a_list_of_single_values() {
    let phones = "13000000000\n13000000001\n13000000002\n13000000003\n";
    is(phones, None, Format::Text);
    is(phones, Some("txt"), Format::Text);
    is(phones, Some("csv"), table(b',', false));
    is(&format!("手机号\n{phones}"), Some("csv"), table(b',', true));
}

#[test]
fn prose_and_logs_are_text() {
    is("", None, Format::Text);
    is("\n", None, Format::Text);
    is(
        "Dear Ann, thank you.\nWe met Bob, who sends his love.\nSee you soon, Cid.\nYours, Dan\n",
        None,
        Format::Text,
    );
    is(
        "今天天气不错,我们去公园。\n明天下雨,在家休息。\n后天再说,到时候看。\n",
        None,
        Format::Text,
    );
    is(
        "2024-01-01 08:00:00,123 INFO com.example.Main - started\n2024-01-01 08:00:01,456 WARN com.example.Main - slow\n2024-01-01 08:00:02,001 INFO com.example.Main - done\n",
        Some("log"),
        Format::Text,
    );
    is(
        "[2024-01-01 08:00:00] INFO | user=ann | ok\n[2024-01-01 08:00:01] WARN slow\n[2024-01-01 08:00:01] INFO a | b | c | d\nplain\n",
        None,
        Format::Text,
    );
    is(
        "name=ann, phone=13000000000\nname=bob, phone=13000000001\nname=cid, phone=13000000002\n",
        None,
        Format::Text,
    );
    is(
        "姓名：张三,电话：13000000000\n姓名：李四,电话：13000000001\n",
        None,
        Format::Text,
    );
    is(
        "10.0.0.1 - - [01/Jan/2024:08:00:00 +0800] \"GET /a,b HTTP/1.1\" 200 5\n10.0.0.2 - - [01/Jan/2024:08:00:01 +0800] \"GET / HTTP/1.1\" 200 5\n",
        None,
        Format::Text,
    );
    is(
        "int main(void) {\n    int a, b;\n    f(a, b);\n    return g(a);\n}\n",
        None,
        Format::Text,
    );
}

#[test]
fn sql() {
    is(
        "INSERT INTO `members` (`username`,`mobile`) VALUES ('ann','13000000000');\nINSERT INTO `members` (`username`,`mobile`) VALUES ('bob','13000000001');\n",
        None,
        Format::Sql,
    );
    is(
        "-- MySQL dump 10.13\n\n/*!40101 SET NAMES utf8 */;\n",
        None,
        Format::Sql,
    );
    is(
        "/* made\n by hand */\nSET NAMES utf8;\nDROP TABLE IF EXISTS t;\ncreate table if not exists t (\n  id int\n);\n",
        None,
        Format::Sql,
    );
    is(
        "--\n-- x\n--\n\nSET x = 0;\nCOPY public.users (id, name) FROM stdin;\n1\tann\n\\.\n",
        None,
        Format::Sql,
    );
    is(
        "insert ignore into t values(1,'a'),\n(2,'b');\n",
        Some("txt"),
        Format::Sql,
    );
    is(
        "(2,'b'),\n(3,'c');\nINSERT INTO t VALUES (4,'d');\n",
        Some("sql"),
        Format::Sql,
    );
    is(
        "Insert into the slot your card.\nThen wait.\n",
        None,
        Format::Text,
    );
    is(
        "Set the table, please\nCreate table decorations with paper\n",
        None,
        Format::Text,
    );
    is(
        "2024-01-01 query: INSERT INTO t VALUES (1)\n",
        None,
        Format::Text,
    );
}

#[test]
fn sql_server() {
    is(
        "USE [crm]\nGO\nINSERT [dbo].[users] ([id], [name]) VALUES (1, N'ann')\nGO\n",
        None,
        Format::Sql,
    );
}

#[test]
fn a_few_commas_at_the_end_of_prose() {
    is(
        "How to use it.\n\nRun the program on a folder.\nIt prints a report.\nRead it.\nThe rows are:\na,b\nc,d\n",
        None,
        Format::Text,
    );
}

/// A row must end: the line may be the whole file.
#[test]
fn a_line_longer_than_the_head_is_no_row() {
    let line = "张三 13000000001;李四 13000000002;".repeat(50);
    assert_eq!(sniff(line.as_bytes(), false, None).format, Format::Text);
    let ended = format!("name;phone;mail;city\n{line}");
    assert_eq!(
        sniff(ended.as_bytes(), false, None).format,
        table(b';', true)
    );
}

#[test]
fn names_of_columns_may_repeat_and_values_may_not() {
    is(
        "手机号,手机号\n13000000001,13000000002\n13000000003,13000000004\n",
        None,
        table(b',', true),
    );
    is(
        "ann,ann,13000000001\nbob,cid,13000000002\n",
        None,
        table(b',', false),
    );
}

/// The head ends inside a cell of megabytes.
#[test]
fn a_cell_longer_than_the_head() {
    for rest in ["", "2,x,13000000001\n3,y,13000000002\n"] {
        let head = format!(
            "id,备注,手机\n{rest}4,\"{}",
            "多行的备注, 有逗号\n没有逗号\n".repeat(5000)
        );
        for ending in [Some("csv"), None] {
            assert_eq!(
                sniff(head.as_bytes(), false, ending).format,
                table(b',', true)
            );
        }
    }
    // a stray quote in the first row
    let head = format!("1,\"ann,13000000001\n{}", "2,bob,13000000002\n".repeat(500));
    assert_eq!(
        sniff(head.as_bytes(), false, None).format,
        table(b',', false)
    );
}

#[test]
fn json() {
    is("{\"a\": 1}", None, Format::Json);
    is("{\"a\": 1}\n", Some("jsonl"), Format::JsonLines);
    is(
        "[\n {\"a\": 1},\n {\"a\": [true, null, -1.5e3, \"\\\"\"]}\n]\n",
        None,
        Format::Json,
    );
    is("{\"a\": 1}\n{\"a\": 2}\n", Some("json"), Format::JsonLines);
    is("[1,\"x\"]\n[2,\"y\"]\n", None, Format::JsonLines);
    is(
        "{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n",
        None,
        Format::JsonLines,
    );
    is(
        "{\"a\": 1}\n{\"a\": oops}\n{\"a\": 2}\n{\"a\": 3}\n{\"a\": 4}\n{\"a\": 5}\n",
        None,
        Format::JsonLines,
    );
    is(
        "half\"}\n{\"a\": 1}\n{\"a\": 2}\n{\"a\": 3}\n{\"a\": 4}\n",
        Some("jsonl"),
        Format::JsonLines,
    );
    is("[INFO] started\n[INFO] done\n", None, Format::Text);
    is(
        "[2024-01-01] started\n[2024-01-02] done\n",
        None,
        Format::Text,
    );
    is("[1] a note\n[2] another\n", None, Format::Text);
    is("{hello}\n", None, Format::Text);
    // the first value does not end in the head
    let head = format!(
        "{{\"list\": [{}",
        "{\"name\": \"张三\", \"n\": 12},".repeat(50)
    );
    assert_eq!(sniff(head.as_bytes(), false, None).format, Format::Json);
    assert_eq!(
        sniff(&head.as_bytes()[..head.len() - 5], false, None).format,
        Format::Json
    );
}

#[test]
fn signatures() {
    let mut tar = vec![0; 512];
    tar[..5].copy_from_slice(b"a.txt");
    tar[257..265].copy_from_slice(b"ustar\x0000");
    let mut pe = b"MZ".to_vec();
    pe.resize(256, 0);
    pe[0x3C] = 128;
    pe[128..132].copy_from_slice(b"PE\0\0");
    let cases: &[(&[u8], &str)] = &[
        (b"\x89HDF\r\n\x1A\n", "HDF5"),
        (b"FEA1\0\0\0\0rest", "Feather of version 1"),
        (
            b"\x5D\0\0\x80\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\x34\x19",
            "LZMA",
        ),
        (b"\x5D\0\0\x80\0\x0B\0\0\0\0\0\0\0\0\x34\x19", "LZMA"),
        (b"LZIP\x01\x0C\0", "lzip"),
        (b"\x9C\x15\x31\0\0\0\x90**ACE**\x14\x14", "ACE archive"),
        (b"\x24\x6F-lh5-\x1A\0\0\0", "LHA archive"),
        (b"\x89PNG\r\n\x1A\n", "image (PNG)"),
        (b"\x7FELF\x02", "ELF executable"),
        (b"\xCA\xFE\xBA\xBE\0\0\0\x34", "Java class"),
        (b"\xCA\xFE\xBA\xBE\0\0\0\x02", "Mach-O executable"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio (WAV)"),
        (&pe, "PE executable"),
    ];
    for (bytes, name) in cases {
        assert_eq!(
            sniff(bytes, true, Some("csv")).format,
            Format::Unsupported(name)
        );
    }
    let containers: &[(&[u8], Container)] = &[
        (b"PK\x03\x04rest", Container::Zip),
        (b"\x1F\x8B\x08\0", Container::Gzip),
        (b"BZh91AY&SY", Container::Bzip2),
        (b"7z\xBC\xAF\x27\x1C", Container::SevenZip),
        (b"Rar!\x1A\x07\x01\0", Container::Rar),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Container::Ole),
        (b"\xFD7zXZ\0", Container::Xz),
        (b"\x28\xB5\x2F\xFD", Container::Zstd),
        (b"\x04\x22\x4D\x18", Container::Lz4),
        (b"%PDF-1.7", Container::Pdf),
        (b"SQLite format 3\0", Container::Sqlite),
        (b"PAR1\x15\x04", Container::Parquet),
        (b"PARE\x20\0\0\0\x15", Container::Parquet),
        (b"PARE\x15\x04", Container::Parquet),
        (b"Obj\x01\x04", Container::Avro),
        (b"PGDMP\x01\x0E\0\x04\x08\x01", Container::PgDump),
        (b"ARROW1\0\0\xFF\xFF\xFF\xFF", Container::Arrow),
        (b"\x6D\xE2\x99\x81\x65\0\0\0", Container::Bson),
        (b"\xFF\xFF\xFF\xFF\x98\x0E\0\0\x10\0\0\0", Container::Arrow),
        (b"\x37\x7F\x06\x82\x00\x2D\xE2\x18", Container::SqliteLog),
        (&tar, Container::Tar),
    ];
    for (bytes, container) in containers {
        let sniffed = sniff(bytes, true, Some("csv"));
        assert_eq!(sniffed.format, Format::Container(*container));
    }
    for text in [
        "PK,name\n",
        "MZ,BM\n",
        "BZh9\n",
        "BM\n",
        "ID3,x\n",
        "7z\n",
        "ORC\n",
        "GIF\n",
        "]\0\0\0\u{1}_id\0\0\0\0\0\0\0 no LZMA either\n",
        "LZIP,x\n",
        "Title: **ACE** and more\n",
        "a,-lh5-,b and more of it\n",
        "]\0\0 no dictionary, whatever its size\n",
    ] {
        assert!(!matches!(
            sniff(text.as_bytes(), true, None).format,
            Format::Unsupported(_)
        ));
    }
}

#[test]
fn binary() {
    let noise: Vec<u8> = (0..4000u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    assert_eq!(sniff(&noise, true, None).format, Format::Binary);
    assert_eq!(sniff(&[0; 100], true, Some("txt")).format, Format::Binary);
    is(
        "text with\0 a NUL here and there, and more text\n",
        None,
        Format::Text,
    );
    is(
        "\u{1b}[31mERROR\u{1b}[0m failed\n\u{1b}[32mINFO\u{1b}[0m ok\n",
        None,
        Format::Text,
    );
}

#[test]
fn other_encodings() {
    let text = "姓名,性别,证件号码\r\n张三,男,110101199003070000\r\n李四,女,110101199003070001\r\n";
    let (gbk, _, _) = encoding_rs::GBK.encode(text);
    let sniffed = sniff(&gbk, true, None);
    assert_eq!(sniffed.encoding, Encoding::Gb18030);
    assert_eq!(sniffed.format, table(b',', true));
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let sniffed = sniff(&utf16, true, None);
    assert_eq!(sniffed.encoding, Encoding::Utf16Le);
    assert_eq!(sniffed.format, table(b',', true));
    let decoded = open_all_ways(&utf16, None);
    assert_eq!(decoded, open_all_ways(&gbk, None));
    assert_eq!(decoded, open_all_ways(text.as_bytes(), None));
    assert_eq!(
        decoded.rows[1].cells(),
        ["李四", "女", "110101199003070001"]
    );
}

#[test]
fn documents_on_one_line_are_told_though_the_head_ends_inside_it() {
    for (text, ending, expected) in [
        (
            "<?xml version='1.0'?>\n<Workbook><Row><Cell>王五</Cell>",
            Some("xml"),
            Format::Container(Container::Xml),
        ),
        (
            "<!-- x -->\n<html><body><p>王五</p>",
            None,
            Format::Container(Container::Html),
        ),
        ("\n[{\"a\":\"王五\"},{\"a\":", Some("json"), Format::Json),
        ("\n\n{\"a\":[1,2,3,", None, Format::Json),
    ] {
        let sniffed = sniff(text.as_bytes(), false, ending);
        assert_eq!(sniffed.format, expected, "{text:?}");
        // The end cuts a character.
        let cut = [text.as_bytes(), &"六".as_bytes()[..2]].concat();
        assert_eq!(sniff(&cut, false, ending), sniffed, "{text:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_have_some_format(
        bytes in proptest::collection::vec(prop_oneof![
            Just(b','), Just(b'"'), Just(b'\n'), Just(b'{'), Just(b'['), Just(0u8), Just(b'1'), any::<u8>(),
        ], 0..500),
        whole in any::<bool>(),
    ) {
        for ending in [None, Some("csv"), Some("jsonl"), Some("sql")] {
            let _ = sniff(&bytes, whole, ending);
        }
    }
}

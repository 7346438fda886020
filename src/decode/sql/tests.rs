//! Tests of the SQL decoder.

use proptest::prelude::*;

use super::SqlDecoder;
use crate::decode::testing::{Decoded, Fails, Sips, all_ways, drain, limits, utf8};
use crate::decode::{Decode, Problem};
use crate::error::Reason;
use crate::record::Batch;

fn read_with(text: &[u8], (read, block): (usize, usize), record: usize) -> Decoded {
    let text = utf8(Sips {
        bytes: text,
        size: read,
    });
    drain(SqlDecoder::new(text, &limits(block, record)))
}

/// Reads with every combination of sizes, which must agree.
#[track_caller]
fn read_all_ways(text: &[u8], record: usize) -> Decoded {
    all_ways(|read, block| read_with(text, (read, block), record))
}

/// `want` are the records in short, then the reasons of problems, one a line.
#[track_caller]
fn check(text: &str, want: &[&str]) {
    let got = read_all_ways(text.as_bytes(), 10_000);
    assert_eq!(got.short(), want.join("\n"));
}

#[test]
fn inserts_with_columns() {
    check(
        "INSERT INTO `users` (`id`,`name`,`phone`) VALUES (1,'张三','1390'),\n(2,'李四',NULL);\nINSERT INTO `users` (`id`,`name`,`phone`) VALUES (3,'a','b');",
        &[
            "users@1: id=1; name=张三; phone=1390",
            "users@2: id=2; name=李四",
            "users@3: id=3; name=a; phone=b",
        ],
    );
    check(
        "insert low_priority ignore into shop.t(a , b)value( -1.5 , 'x' ) , (+2,TRUE)",
        &["shop.t@1: a=-1.5; b=x", "shop.t@1: a=+2; b=TRUE"],
    );
    check(
        "REPLACE INTO \"t\" (\"a\"\"b\") VALUES ('x');\nINSERT OR REPLACE INTO t VALUES('y');",
        &["t@1: a\"b=x", "t@2: =y"],
    );
    check(
        "INSERT [dbo].[T] ([a], [b]) VALUES (N'C:\\', CAST(N'张三' AS nvarchar(20)))\nGO\nINSERT [dbo].[T] ([a], [b]) VALUES (CAST(12.50 AS Decimal(18, 2)), CONVERT(datetime, '2024-01-02', 20))\n",
        &["dbo.T@1: a=C:\\; b=张三", "dbo.T@3: a=12.50; b=2024-01-02"],
    );
    check(
        "INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a='1390000';INSERT INTO t (a) VALUES (2) RETURNING a;",
        &[
            "t@1: a=1",
            "@1: TEXT=ON DUPLICATE KEY UPDATE a='1390000'",
            "t@1: a=2",
        ],
    );
    check(
        "INSERT INTO t (a) SELECT b FROM u;\nINSERT INTO t (SELECT 'x@example.com');\n",
        &["@2: TEXT=INSERT INTO t (SELECT 'x@example.com')"],
    );
    check(
        "INSERT INTO t PARTITION (p0) (a) VALUES /* c */ (1) -- end\n , (2);",
        &["t@1: a=1", "t@2: a=2"],
    );
    check(
        "INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES (1);",
        &["t@1: a=1"],
    );
}

#[test]
fn where_blocks_end_says_nothing_of_what_begins_there() {
    // A word that begins another statement, so near to the end that it may be another word.
    check(
        "ALTER TABLE a '13900000000'\nGO;\nSELECT 1;",
        &["@1: TEXT=ALTER TABLE a '13900000000'"],
    );
    check(
        "ALTER TABLE a '13900000000'\nCOPYn;\nSELECT 1;",
        &["@1: TEXT=ALTER TABLE a '13900000000'\nCOPYn"],
    );
    check(
        "DELIMITER ::\nINSERT INTO t VALUES (1)::\nINSERT INTO t VALUES (2)::\n",
        &["t@2: =1", "t@3: =2"],
    );
}

#[test]
fn inserts_with_assignments() {
    check(
        "INSERT INTO t SET a = 1, `b`='x;y', c=NULL;\nINSERT INTO t SET a=2,`b`='z',c=3;",
        &["t@1: a=1; b=x;y", "t@2: a=2; b=z; c=3"],
    );
}

#[test]
fn strings_of_mysql() {
    check(
        r#"INSERT INTO t (a,b,c,d) VALUES ('it\'s','''q''','a\\','\n\0\Z\%'),("d""q",'a''','','x');"#,
        &[
            "t@1: a=it's; b='q'; c=a\\; d=\n\0\u{1a}\\%",
            "t@1: a=d\"q; b=a'; c=; d=x",
        ],
    );
    check(
        "INSERT INTO t (a,b,c,d,e,f) VALUES (_binary 'x\\'y',_utf8mb4'张',0xE5BCA0,X'6869',0xFF00,_binary 0x6869);",
        &["t@1: a=x'y; b=张; c=张; d=hi; e=FF00; f=hi"],
    );
    check(
        "INSERT INTO t (a,b,c) VALUES (NOW(),CONCAT('a',lower('B')),DEFAULT);",
        &["t@1: b=a; b=B"],
    );
}

#[test]
fn strings_of_postgresql() {
    check(
        "--\n-- PostgreSQL database dump\n--\nINSERT INTO public.t (a,b,c,d) VALUES ('C:\\', E'it\\'s\\x41', '2024-01-02'::date, ARRAY['x','y']::text[]);",
        &["public.t@4: a=C:\\; b=it'sA; c=2024-01-02; d=x; d=y"],
    );
    for setting in [
        "SET standard_conforming_strings = on;",
        "PRAGMA foreign_keys=OFF;",
        "/*\n Source Server Type : SQL Server\n*/",
        "GO",
    ] {
        let got = read_all_ways(
            format!("{setting}\nINSERT INTO t VALUES ('a\\');").as_bytes(),
            10_000,
        );
        assert_eq!(
            got.rows.last().map(|r| r.fields[0].1.as_str()),
            Some("a\\"),
            "{setting}"
        );
        assert_eq!(got.problems, [], "{setting}");
    }
    check(
        "SET standard_conforming_strings = off;\nINSERT INTO t VALUES ('a\\'');",
        &["t@2: =a'"],
    );
}

#[test]
fn columns_come_from_create_table() {
    check(
        "CREATE TABLE IF NOT EXISTS `user` (\n `id` int(11) NOT NULL DEFAULT '0',\n `phone` varchar(20) COMMENT '手机号, ''主''',\n `e` enum('a,b)','c') COMMENT '',\n PRIMARY KEY (`id`),\n UNIQUE KEY `p` (`phone`)\n) ENGINE=InnoDB AUTO_INCREMENT=12345678;\nINSERT INTO `user` VALUES (1,'1390','c',9);\nINSERT INTO user (PHONE) VALUES ('1');\n",
        &[
            "user@8: id=1; phone\u{1f}手机号, '主'=1390; e=c; =9",
            "user@9: PHONE\u{1f}手机号, '主'=1",
        ],
    );
    check(
        "CREATE TABLE public.users (\n    id bigint NOT NULL,\n    phone character varying(20) DEFAULT ''::character varying,\n    CONSTRAINT c CHECK ((id > 0))\n);\nCOMMENT ON COLUMN public.users.phone IS '手机';\nINSERT INTO users VALUES (1, '2');\nCOPY public.users (id, phone) FROM stdin;\n3\t4\n\\.\n",
        &[
            "users@7: id=1; phone\u{1f}手机=2",
            "public.users@9: id=3; phone\u{1f}手机=4",
        ],
    );
    check(
        "CREATE TEMPORARY TABLE [dbo].[a b] ([x] [int] NOT NULL)\nGO\nINSERT [dbo].[a b] VALUES (1)",
        &["dbo.a b@3: x=1"],
    );
}

#[test]
fn copy() {
    check(
        "COPY public.t (a, b, \"C\") FROM stdin;\n1\t张\\t三\\n\\\\\t\\N\n2\t\\x41\\101\tx\r\n\\.\n\nCOPY u FROM STDIN WITH DELIMITER ',';\n1,\\\n2\n\\.\nINSERT INTO v VALUES (1);",
        &[
            "public.t@2: a=1; b=张\t三\n\\",
            "public.t@3: a=2; b=AA; C=x",
            "u@7: =1; =\n2",
            "v@10: =1",
        ],
    );
    check(
        "COPY t (a) FROM stdin WITH (FORMAT csv);\n\"1390\",x\n\\.\n",
        &["@2: TEXT=\"1390\",x"],
    );
    check(
        "COPY t (a, b) FROM stdin;\n1\t2\nINSERT INTO t (a) VALUES (3);\n",
        &[
            "t@2: a=1; b=2",
            "t@3: a=3",
            "! 3 malformed: 1 stretch read as text",
        ],
    );
}

#[test]
fn other_text_is_kept_where_it_may_hold_data() {
    check(
        "-- Host: localhost\n# call 13900000000\n/*!40101 SET NAMES utf8 */;\n/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER t BEFORE INSERT ON u FOR EACH ROW SET @a = 1 */;;\nUPDATE users SET phone='13900000000' WHERE id=1;\nDELETE FROM users;\n/* a@example.com */ SELECT 1;",
        &[
            "@2: TEXT=# call 13900000000",
            "@5: TEXT=UPDATE users SET phone='13900000000' WHERE id=1",
            "@7: TEXT=/* a@example.com */",
        ],
    );
    check(
        "DELIMITER ;;\nCREATE PROCEDURE p()\nBEGIN\n  INSERT INTO t VALUES (1);\n  SELECT '13900000000;';\nEND ;;\nDELIMITER ;\nINSERT INTO t VALUES (2);\n",
        &[
            "@2: TEXT=CREATE PROCEDURE p()\nBEGIN\n  INSERT INTO t VALUES (1);\n  SELECT '13900000000;';\nEND",
            "t@8: =2",
        ],
    );
    check(
        "CREATE FUNCTION f() AS $body$ BEGIN; it's; END $body$ LANGUAGE sql;\nINSERT INTO t VALUES (1);",
        &["t@2: =1"],
    );
    check("", &[""]);
    check("-- nothing", &[""]);
    check("COMMIT", &[""]);
}

const MALFORMED: &str = "! 1 malformed: 1 stretch read as text";

#[test]
fn a_bad_tuple_is_text() {
    check(
        "INSERT INTO t (a,b) VALUES (1,'O'Brien'),(2,'x'),\n(3,'y');",
        &[
            "@1: TEXT=(1,'O'Brien'),",
            "t@1: a=2; b=x",
            "t@2: a=3; b=y",
            MALFORMED,
        ],
    );
    check(
        "INSERT INTO t (a) VALUES (1,\n('2');\nINSERT INTO t (a) VALUES (3);\n",
        &["@1: TEXT=(1,", "t@2: a=2", "t@3: a=3", MALFORMED],
    );
    check(
        "INSERT INTO t (a) VALUES (1,'x;\nINSERT INTO t (a) VALUES ('2');\n",
        &["@1: TEXT=(1,'x;", "t@2: a=2", MALFORMED],
    );
    check(
        "INSERT INTO t (a) VALUES (1);\nINSERT INTO t (a) VALUES ['x'];\nINSERT INTO t (a) VALUES (3);",
        &[
            "t@1: a=1",
            "@2: TEXT=INSERT INTO t (a) VALUES ['x']",
            "t@3: a=3",
        ],
    );
    check(
        "INSERT INTO t (a) VALUES (1),]电话;\nINSERT INTO t (a) VALUES (3);",
        &["t@1: a=1", "@1: TEXT=]电话;", "t@2: a=3", MALFORMED],
    );
}

#[test]
fn a_cut_dump_keeps_what_it_has() {
    let cut = "! 1 truncated: the file ends inside a record";
    check(
        "INSERT INTO t (a,b) VALUES (1,'x'),(2,'139",
        &["t@1: a=1; b=x", "t@1: a=2; b=139", cut],
    );
    check(
        "INSERT INTO t (a,b) VALUES (1,'x'),(2,139",
        &["t@1: a=1; b=x", "t@1: a=2; b=139", cut],
    );
    check(
        "INSERT INTO t (a,b) VALUES (1,'x'),",
        &["t@1: a=1; b=x", cut],
    );
    check("INSERT INTO t (a,b) VALUES (1,'x')", &["t@1: a=1; b=x"]);
    check("INSERT INTO t (a,b) VALU", &[cut]);
    check(
        "COPY t (a,b) FROM stdin;\n1\t2\n3\t4",
        &[
            "t@2: a=1; b=2",
            "t@3: a=3; b=4",
            "! 3 truncated: the file ends inside a record",
        ],
    );
    check(
        "COPY t (a,b) FROM stdin;\n1\t2\n",
        &[
            "t@2: a=1; b=2",
            "! 3 truncated: the file ends inside a record",
        ],
    );
    check("INSERT INTO t SET a=1, b='139", &["t@1: a=1; b=139", cut]);
    check(
        "UPDATE t SET a='13900000000",
        &["@1: TEXT=UPDATE t SET a='13900000000", cut],
    );
}

#[test]
fn a_row_above_the_limit_is_text() {
    let text = format!("INSERT INTO t VALUES (1,'{}'),\n(2);\n", "电话".repeat(40));
    let got = read_all_ways(text.as_bytes(), 60);
    assert_eq!(
        got.problems,
        [Problem {
            reason: Reason::Limit("1 record of more than 60 bytes read as text".into()),
            line: 1
        }]
    );
    let shown: String = got.rows[..got.rows.len() - 1]
        .iter()
        .map(|r| r.fields[0].1.as_str())
        .collect();
    assert_eq!(shown, format!("(1,'{}'),", "电话".repeat(40)));
    assert_eq!(
        got.rows.last().map(|r| (r.line, r.fields.clone())),
        Some((2, vec![(String::new(), "2".into())]))
    );
}

#[test]
fn rows_whose_statement_is_lost_have_a_table_of_their_own() {
    let text = format!("SELECT {},\n(1,'a'),\n(2,'b');\n", "x".repeat(80));
    let got = read_all_ways(text.as_bytes(), 60);
    let (rows, lines) = (&got.rows[got.rows.len() - 2..], &got.rows[0]);
    assert_eq!(rows[0].cells(), ["1", "a"]);
    assert_eq!(rows[1].cells(), ["2", "b"]);
    assert_ne!(rows[0].table, lines.table);
    assert!(got.tables[lines.table as usize].columns.is_empty());
    assert_eq!(got.tables[rows[0].table as usize].columns, ["", ""]);
}

#[test]
fn options_above_the_limit_are_not_cut_inside_a_character() {
    for pad in ["", "x", "xx"] {
        let options = format!("{pad}{} 13900000000", "张".repeat(20));
        let got = read_all_ways(format!("CREATE TABLE t (a int) {options}").as_bytes(), 60);
        let shown = got.rows[0].cells()[0];
        assert!(options.ends_with(shown), "{shown}");
    }
}

#[test]
fn many_failing_tuples_take_no_time() {
    for unit in ["(1,(", "('x'y),", "(\n", "/*", "'\n"] {
        let text = format!("INSERT INTO t VALUES {}", unit.repeat(20_000));
        read_with(text.as_bytes(), (4096, 1 << 16), 1 << 20);
    }
}

fn mysql(value: &Option<String>) -> String {
    let Some(text) = value else {
        return "NULL".to_owned();
    };
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\0' => out.push_str("\\0"),
            '\u{1a}' => out.push_str("\\Z"),
            _ => out.push(c),
        }
    }
    out + "'"
}

fn copy_text(value: &Option<String>) -> String {
    let text = value.as_deref().unwrap_or("\u{0}N");
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\u{0}' if value.is_none() => out.push('\\'),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ => out.push(c),
        }
    }
    out
}

fn rows() -> impl Strategy<Value = Vec<Vec<Option<String>>>> {
    let value = prop::option::of("[a-z0-9'\"\\\\\n\t\r;,()张三😀\u{1a}\\-]{0,10}");
    prop::collection::vec(prop::collection::vec(value, 3), 1..8)
}

fn fields(rows: &[Vec<Option<String>>]) -> Vec<Vec<(String, String)>> {
    let names = ["a", "b", "c"];
    let row = |row: &Vec<Option<String>>| -> Vec<(String, String)> {
        let fields = names.iter().zip(row);
        fields
            .filter_map(|(n, v)| Some(((*n).to_owned(), v.clone()?)))
            .collect()
    };
    rows.iter().map(row).filter(|r| !r.is_empty()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_of_insert_come_back(rows in rows(), block in 1usize..200, doubled: bool) {
        let tuples = rows.iter().map(|row| {
            let values = row.iter().map(|v| match (doubled, v) {
                (true, Some(v)) => format!("'{}'", v.replace('\'', "''")),
                _ => mysql(v),
            });
            format!("({})", values.collect::<Vec<_>>().join(","))
        });
        let head = if doubled { "SET standard_conforming_strings = on;\n" } else { "" };
        let text = format!("{head}INSERT INTO t (a,b,c) VALUES {};\n", tuples.collect::<Vec<_>>().join(","));
        let got = read_with(text.as_bytes(), (13, block), 1 << 20);
        prop_assert_eq!(&got.problems, &[], "{}", text);
        prop_assert_eq!(got.rows.into_iter().map(|r| r.fields).collect::<Vec<_>>(), fields(&rows));
    }

    #[test]
    fn rows_of_copy_come_back(rows in rows(), block in 1usize..200) {
        let lines = rows.iter().map(|row| row.iter().map(copy_text).collect::<Vec<_>>().join("\t") + "\n");
        let text = format!("COPY t (a,b,c) FROM stdin;\n{}\\.\n", lines.collect::<String>());
        let got = read_with(text.as_bytes(), (13, block), 1 << 20);
        prop_assert_eq!(&got.problems, &[], "{}", text);
        prop_assert_eq!(got.rows.into_iter().map(|r| r.fields).collect::<Vec<_>>(), fields(&rows));
    }

    #[test]
    fn any_bytes_are_read(
        parts in prop::collection::vec(prop::sample::select(vec![
            "INSERT INTO t VALUES ", "INSERT INTO t SET a=", "COPY t (a,b) FROM stdin;\n", "CREATE TABLE t (a int COMMENT 'x', b int)",
            "\\.\n", "(", ")", ",", ";", "'", "\"", "`", "\n", "1390000", "NULL", "x", "张", "/*", "*/", "--", "#", "$$", "E'", "0x41",
            "\\", " ", "\t", "DELIMITER ;;\n", "[", "]", "=", "@", "GO\n", "INSERT", "/*!", "\u{0}",
        ]), 0..40),
        raw in prop::collection::vec(any::<u8>(), 0..6),
        block in 1usize..50,
    ) {
        let mut bytes = parts.concat().into_bytes();
        let middle = bytes.len() / 2;
        bytes.splice(middle..middle, raw);
        let want = read_with(&bytes, (usize::MAX, 1 << 20), 60);
        let got = read_with(&bytes, (3, block), 60);
        prop_assert_eq!(got, want);
    }
}

#[test]
fn no_complete_record_is_lost_by_a_cut() {
    let tuple = "(1,'张\\'三',_binary 0x41)";
    let insert = format!("INSERT INTO t (a,b,c) VALUES {tuple},{tuple},{tuple};");
    let line = "1\t张\\t三\tA\n";
    let copy = format!("COPY t (a,b,c) FROM stdin;\n{line}{line}{line}\\.\n");
    for (text, unit, between) in [(insert, tuple, 1), (copy, line, 0)] {
        let whole = read_with(text.as_bytes(), (4096, 64), 1000).rows;
        assert_eq!(whole.len(), 3);
        let first = text.find(unit).expect("the text holds its units");
        for cut in 0..text.len() {
            let got = read_with(&text.as_bytes()[..cut], (4096, 64), 1000);
            let ends = (1..=3).map(|n| first + n * unit.len() + (n - 1) * between);
            let complete = ends.filter(|end| cut >= *end).count();
            assert_eq!(got.rows[..complete], whole[..complete], "cut at {cut}");
            assert!(got.rows.len() <= complete + 1, "cut at {cut}");
        }
    }
}

#[test]
fn what_stands_before_a_read_error_is_returned_first() {
    let text = b"INSERT INTO t VALUES (1),(2,'x";
    let mut decoder = SqlDecoder::new(utf8(Fails(text)), &limits(64, 1000));
    let (mut batch, mut records) = (Batch::default(), 0);
    let error = loop {
        match decoder.next_batch(&mut batch) {
            Ok(true) => records += batch.records.len(),
            Ok(false) => panic!("the error is told"),
            Err(error) => break error,
        }
    };
    assert_eq!(
        (records, error.to_string().as_str()),
        (2, "the disk is gone")
    );
    assert!(matches!(decoder.next_batch(&mut batch), Ok(false)));
}

#[test]
fn marks_of_versions_hide_nothing() {
    check(
        "/*!40101INSERT INTO t VALUES (1) */;\n/*!INSERT INTO t VALUES (2)*/;",
        &["t@1: =1", "t@2: =2"],
    );
}

//! Columns and values that are not what they seem: numbers that pass by chance, and values that were damaged on their way.
//!
//! The rule of chance is tested in the library; here it is seen through each decoder, with files as they are exported.

use std::fmt::Write as _;

use crate::util::Dir;

/// Digits without a pattern; the same on every run.
struct Draw(u64);

impl Draw {
    fn digits(&mut self, n: usize) -> String {
        let mut digit = || {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(b'0' + ((self.0 >> 33) % 10) as u8)
        };
        (0..n).map(|_| digit()).collect()
    }
}

/// The counts of a kind: matches, test, masked, failed, rounded.
#[track_caller]
fn counts(dir: &Dir, file: &str, kind: &str) -> [u64; 5] {
    let audit = dir.audit(&[file], 0);
    let kind = audit.kinds.iter().find(|k| k.kind == kind);
    kind.map_or([0; 5], |k| {
        [k.matches, k.test, k.masked, k.failed_checksum, k.rounded]
    })
}

#[test]
fn numbers_behind_keys_of_a_log_are_no_values() {
    let mut draw = Draw(1);
    let mut log = String::new();
    for i in 0..600 {
        let (a, b, c) = (draw.digits(13), draw.digits(13), draw.digits(13));
        let (d, e) = (draw.digits(9), draw.digits(8));
        let _ = match i % 3 {
            0 => writeln!(log, "2026-01-05 INFO pay orderId=622202{a} sn=622202{b} ok"),
            1 => writeln!(
                log,
                "2026-01-05 INFO {{\"trace\": \"622202{c}\", \"k9\": \"1{}{d}\"}}",
                3 + i % 7
            ),
            _ => writeln!(log, "2026-01-05 INFO login u=138{e} 订单号：622202{a}"),
        };
    }
    let dir = Dir::new();
    dir.file("app.log", log);
    assert_eq!(counts(&dir, "app.log", "bank-card"), [0; 5]);
    // Those of `u` are mobile numbers, those of `k9` begin like some.
    assert_eq!(counts(&dir, "app.log", "cn.mobile")[0], 200);
}

#[test]
fn a_vetoed_key_needs_no_sample() {
    let dir = Dir::new();
    for (line, want) in [
        ("order_no=6222021234567890128", 0),
        ("txn: 6222021234567890128", 0),
        ("流水号6222021234567890128", 0),
        ("支付单号为6222021234567890128", 0),
        ("requestId=\"110101199003074610\"", 0),
        ("x 6222021234567890128", 1),
        ("card=6222021234567890128", 1),
        ("u=6222021234567890128", 1),
        ("id: 110101199003074610", 1),
    ] {
        dir.file("a.txt", format!("{line}\n"));
        let audit = dir.audit(&["a.txt"], 0);
        let n: u64 = audit.kinds.iter().map(|k| k.matches).sum();
        assert_eq!(n, want, "{line}");
    }
}

#[test]
fn members_of_json_are_weighed_like_columns() {
    let mut draw = Draw(2);
    let mut lines = String::new();
    for _ in 0..400 {
        let (a, b) = (draw.digits(13), draw.digits(8));
        let _ = writeln!(
            lines,
            "{{\"biz\":\"622202{a}\",\"note\":{{\"v\":\"138{b}\"}}}}"
        );
    }
    let dir = Dir::new();
    dir.file("a.jsonl", lines);
    assert_eq!(counts(&dir, "a.jsonl", "bank-card"), [0; 5]);
    assert_eq!(counts(&dir, "a.jsonl", "cn.mobile")[0], 400);
}

/// What each decoder is given: a name, a telephone, an identity number and a card, of each status.
const ROWS: [[&str; 4]; 5] = [
    [
        "张伟",
        "13912345678",
        "110101199003074610",
        "6222021234567890128",
    ],
    [
        "李芳",
        "13800138000",
        "11010519491231002X",
        "6200000000000005",
    ],
    [
        "王磊",
        "138****1234",
        "1101**********1234",
        "6222 **** **** 1234",
    ],
    [
        "刘洋",
        "13912345679",
        "110101199003074611",
        "4539148803436461",
    ],
    [
        "陈静",
        "1.38123E+10",
        "4.40981199003074E+17",
        "6.22202123456789E+18",
    ],
];

#[test]
fn each_decoder_counts_apart_what_is_no_value() {
    let heads = ["姓名", "手机号", "身份证号", "银行卡号"];
    let joined = |sign: &str| {
        let mut text = heads.join(sign) + "\n";
        ROWS.iter().for_each(|row| text += &(row.join(sign) + "\n"));
        text
    };
    let objects: Vec<String> = ROWS
        .iter()
        .map(|row| {
            let members = heads
                .iter()
                .zip(row)
                .map(|(h, v)| format!("\"{h}\":\"{v}\""));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        })
        .collect();
    let tuples = ROWS.map(|row| format!("('{}')", row.join("','"))).join(",");
    let lines = ROWS.map(|row| {
        let pairs = heads.iter().zip(row).map(|(h, v)| format!("{h}：{v}"));
        pairs.collect::<Vec<_>>().join("，") + "\n"
    });
    let dir = Dir::new();
    dir.file("a.csv", joined(","))
        .file("a.tsv", joined("\t"))
        .file("a.json", format!("[{}]", objects.join(",")))
        .file("a.jsonl", objects.join("\n"))
        .file(
            "a.sql",
            format!("INSERT INTO `t` (`姓名`,`手机号`,`身份证号`,`银行卡号`) VALUES {tuples};\n"),
        )
        .file("a.txt", lines.concat());
    for file in ["a.csv", "a.tsv", "a.json", "a.jsonl", "a.sql", "a.txt"] {
        assert_eq!(counts(&dir, file, "cn.mobile"), [2, 1, 1, 0, 1], "{file}");
        assert_eq!(
            counts(&dir, file, "cn.resident-id"),
            [1, 1, 1, 1, 1],
            "{file}"
        );
        assert_eq!(counts(&dir, file, "bank-card"), [1, 1, 1, 1, 1], "{file}");
    }
}

#[test]
fn what_spreadsheets_put_around_numbers_is_no_part_of_them() {
    let dir = Dir::new();
    for (cell, want) in [
        ("'110101199003074610", "cn.resident-id"),
        ("=\"110101199003074610\"", "cn.resident-id"),
        ("\"=\"\"110101199003074610\"\"\"", "cn.resident-id"),
        ("110101199003074610\t", "cn.resident-id"),
        ("\t110101199003074610", "cn.resident-id"),
        ("'110101900307461", "cn.resident-id-15"),
    ] {
        dir.file(
            "a.csv",
            format!("姓名,身份证号\n张伟,{cell}\n李芳,{cell}\n"),
        );
        assert_eq!(counts(&dir, "a.csv", want), [2, 0, 0, 0, 0], "{cell}");
    }
    for cell in [
        "13912345678.0",
        "'13912345678",
        "=\"13912345678\"",
        "1.3912345678E+10",
    ] {
        dir.file("a.csv", format!("姓名,手机号\n张伟,{cell}\n李芳,{cell}\n"));
        assert_eq!(
            counts(&dir, "a.csv", "cn.mobile"),
            [2, 0, 0, 0, 0],
            "{cell}"
        );
        assert_eq!(
            dir.audit(&["a.csv"], 0)
                .kinds
                .iter()
                .find(|k| k.kind == "cn.mobile")
                .unwrap()
                .distinct,
            1
        );
    }
    // Without a header the cells tell.
    let rows: String = (0..40)
        .map(|i| format!("{i},139123456{i:02}.0,x\n"))
        .collect();
    dir.file("b.csv", rows);
    assert_eq!(counts(&dir, "b.csv", "cn.mobile")[0], 40);
}

#[test]
fn a_rounded_column_is_told_and_identifies_nobody() {
    let mut draw = Draw(3);
    let mut table = "name,id_number,email\n".to_owned();
    for i in 0..120 {
        // One of eleven such numbers passes the check.
        let _ = writeln!(
            table,
            "n{i},4409811990{:02}{:02}{}000,",
            1 + i % 12,
            1 + i % 28,
            draw.digits(1)
        );
    }
    let dir = Dir::new();
    dir.file("a.csv", &table);
    assert_eq!(counts(&dir, "a.csv", "cn.resident-id"), [0, 0, 0, 0, 120]);
    let audit = dir.audit(&["a.csv"], 0);
    assert!(audit.categories.is_empty(), "{:?}", audit.categories);
    let run = dir.cmd(["scan", "a.csv", "--lang", "en"]).run();
    let text = run.stdout();
    assert!(text.contains("120 rounded by a spreadsheet"), "{text}");
    let row = text
        .lines()
        .find(|l| l.contains("a.csv") && l.contains("id_number"));
    assert!(row.is_some_and(|r| r.contains("120")), "{text}");
    // By structure, without a word for it.
    dir.file("b.csv", table.replace("id_number", "v7"));
    assert_eq!(counts(&dir, "b.csv", "cn.resident-id"), [0, 0, 0, 0, 120]);
}

/// Which of the headers are columns of names, where each cell is one of these.
fn names_of(headers: &[&str], cells: &[&str]) -> Vec<String> {
    let mut table = headers.join(",") + "\n";
    for row in 0..20 {
        let cell = |i: usize| cells[(row + i) % cells.len()];
        let row: Vec<&str> = (0..headers.len()).map(cell).collect();
        let _ = writeln!(table, "{}", row.join(","));
    }
    let dir = Dir::new();
    dir.file("a.csv", table);
    let run = dir.cmd(["explain", "a.csv", "-f", "json"]).run();
    let told: serde_json::Value = serde_json::from_str(&run.stdout()).expect("it is JSON");
    let columns = told["tables"][0]["columns"].as_array().expect("a table");
    assert_eq!(columns.len(), headers.len());
    let with_roles = headers.iter().zip(columns);
    let names = with_roles.filter(|(_, column)| column["role"]["id"] == "name");
    names.map(|(header, _)| (*header).to_owned()).collect()
}

#[test]
fn a_name_is_a_persons_if_what_it_is_of_is_a_person() {
    let words = [
        "Android", "Windows", "Galaxy", "Pixel", "Linux", "Harmony", "Berlin", "Report",
    ];
    let people = [
        "张伟", "王芳", "李娜", "刘洋", "陈杰", "杨敏", "赵静", "黄强",
    ];
    let of_people = [
        "name",
        "full_name",
        "first_name",
        "data.name",
        "data.list[].name",
        "items[].name",
        "user.name",
        "member.name",
        "customer.name",
        "patient.name",
        "contact.name",
        "people[].name",
        "user.profile.name",
        "userInfo.name",
        "device.owner.name",
        "order.customer",
        "客户.名称",
        "客户信息.名称",
        "联系人.名",
    ];
    let of_things = [
        "device.os.name",
        "device.name",
        "product.name",
        "company.name",
        "company_name",
        "file.name",
        "file_name",
        "city.name",
        "city_name",
        "user.device.name",
        "user.company.name",
        "product.mc",
        "产品名称",
        "公司名称",
        "城市名",
        "设备.名称",
        "产品.名称",
        "客户.公司.名称",
        "机器人.名称",
    ];
    for cells in [&words, &people] {
        assert_eq!(names_of(&of_people, cells), of_people, "{cells:?}");
        assert!(names_of(&of_things, cells).is_empty(), "{cells:?}");
    }
    // In what is not known the cells must be names, rather than words.
    let of_others = ["foo.name", "x.y.name", "段落.名称"];
    assert!(names_of(&of_others, &words).is_empty());
    assert_eq!(names_of(&of_others, &people), of_others);
}

//! What `explain` promises: the record that was meant, reasons for and against, values masked, clear errors.

use crate::util::{Cmd, Dir, Run, people};

/// Three guests: one sound, one whose check digit is wrong and whose prefix is not in force, one with a remark.
const HOTEL: &str = "姓名,身份证号,手机号,酒店名称,房间号,入住时间,备注\n\
    张伟,110101199003074610,13812345678,春山宾馆,301,2024-03-01 18:20,\n\
    王芳,110101199003074611,15412345678,春山宾馆,302,2024-03-01 19:05,x13812345671\n\
    李娜,110101199003074610,13912345679,春山宾馆,303,2024-03-02 19:05,4539148803436461\n";

fn hotel() -> Dir {
    let dir = Dir::new();
    dir.file("hotel.csv", HOTEL);
    dir
}

fn json(run: &Run) -> serde_json::Value {
    serde_json::from_str(&run.code(0).stdout()).expect("it is JSON")
}

#[test]
fn a_line_is_told_field_by_field() {
    let run = hotel().cmd(["explain", "hotel.csv:3"]).run();
    run.code(0)
        .calm()
        .out("Record 2, line 3")
        .out("cn.resident-id Resident identity number  110*************11")
        .out("the check\n      digit does not fit, counted apart")
        .out("prefix not in force (else high)")
        .out("not cn.mobile: a letter stands before it")
        .out("✓ lodging: class B")
        .out("patterns/cn/mobile.toml")
        .out("Art. 5 para. 1 (4)");
    let run = hotel()
        .cmd(["explain", "hotel.csv:4", "--lang", "zh"])
        .run();
    run.code(0)
        .calm()
        .out("第 3 条记录（第 4 行）")
        .out("校验位（ISO 7064 MOD 11-2）")
        .out("校验位不符（Luhn, ISO/IEC 7812-1）")
        .out("住宿信息：B 类")
        .out("第五条第一款第四项");
}

#[test]
fn a_record_and_its_line_are_the_same() {
    let dir = hotel();
    let by_line = dir.cmd(["explain", "hotel.csv:3"]).run().stdout();
    let by_number = dir.cmd(["explain", "hotel.csv", "--record", "2"]).run();
    assert_eq!(by_line, by_number.code(0).stdout());
}

#[test]
fn without_a_line_the_columns_and_the_first_findings_are_told() {
    let dir = Dir::new();
    dir.file("hotel.csv", people::hotel_csv(0..40));
    let run = dir.cmd(["explain", "hotel.csv"]).run();
    run.code(0)
        .out("40 records · 40 with findings · 40 in a category")
        .out("Columns of table 1")
        .out("by its header")
        .out("The first 3 of 40 records with findings");
}

#[test]
fn the_json_is_its_own_schema() {
    let run = hotel().cmd(["explain", "hotel.csv:3", "-f", "json"]).run();
    let json = json(&run);
    assert_eq!(json["schema"], "leakgauge.explanation/1");
    assert_eq!(json["revealed"], false);
    let record = &json["records"][0];
    assert_eq!((&record["record"], &record["line"]), (&2.into(), &3.into()));
    let found = &record["fields"][1]["matches"][0];
    assert_eq!(found["kind"]["id"], "cn.resident-id");
    assert_eq!(found["status"], "failed_checksum");
    assert_eq!(found["why"], "checksum");
    let phone = &record["fields"][2]["matches"][0];
    assert_eq!(phone["base"], "high");
    assert_eq!(phone["confidence"], "medium");
    assert_eq!(phone["why"], "prefix-not-in-force");
    let counts = &record["counts"][0];
    assert_eq!(counts["category"]["id"], "lodging");
    assert_eq!(counts["class"], "B");
    assert_eq!(counts["threshold"], 500);
    assert_eq!(record["persons"][0]["kinds"][0]["id"], "cn.mobile");
}

#[test]
fn what_is_nearly_a_category_says_what_is_missing() {
    let dir = Dir::new();
    dir.file("a.csv", "姓名,酒店名称\n张伟,春山宾馆\n王芳,夏河宾馆\n");
    let run = dir.cmd(["explain", "a.csv:2"]).run();
    run.code(0)
        .out("Nothing that the law counts.")
        .out("not lodging: 1 more is missing of hotel room, check-in");
}

#[test]
fn standard_input_and_text_are_explained_too() {
    let text = "nothing here\n订单 orderId=4539148803436461\n手机号：13812345678\n";
    let dir = Dir::new();
    let run = dir.cmd(["explain", "-"]).stdin(text).run();
    run.code(0).out("Record 3, line 3").out("behind a label");
    let run = dir.cmd(["explain", "--", "-:2"]).stdin(text).run();
    run.code(0).out("the check digit does not fit");
}

#[test]
fn a_line_inside_a_record_is_told_with_that_record() {
    let dir = Dir::new();
    dir.file(
        "a.csv",
        "手机号,备注\n13812345678,\"eins\nzwei\ndrei\"\n13912345679,x\n",
    );
    let run = dir.cmd(["explain", "a.csv:3"]).run();
    run.code(0)
        .out("No record begins on line 3")
        .out("Record 1, line 2");
    dir.cmd(["explain", "a.csv:5"])
        .run()
        .code(0)
        .out("Record 2, line 5");
}

#[test]
fn several_records_of_one_line_are_counted() {
    let dir = Dir::new();
    let rows: Vec<String> = (0..9)
        .map(|n| format!("{{\"phone\":\"{}\"}}", people::mobile(n)))
        .collect();
    dir.file("a.json", format!("[{}]", rows.join(",")));
    let run = dir.cmd(["explain", "a.json:1"]).run();
    run.code(0).out("The first 3 of 9 records on this line");
}

#[test]
fn the_existing_file_wins_over_the_line() {
    let dir = hotel();
    dir.file("hotel.csv:3", "nothing\n");
    let run = dir.cmd(["explain", "hotel.csv:3"]).run();
    run.code(0).out("1 record").out("0 with findings");
}

#[test]
fn what_is_not_there_is_told_with_the_remedy() {
    let dir = hotel();
    dir.folder("folder").file("empty.csv", "");
    #[track_caller]
    fn check(dir: &Dir, args: &[&str], part: &str) {
        let run = dir.cmd(["explain"]).args(args).run();
        run.code(2).silent().err("leakgauge: error: ").err(part);
    }
    check(
        &dir,
        &["hotel.csv:1"],
        "line 1 holds no record: the first begins on line 2",
    );
    check(
        &dir,
        &["hotel.csv:99"],
        "line 99 is behind the end: the last record begins on line 4",
    );
    check(
        &dir,
        &["hotel.csv:99999999999999999999"],
        "is behind the end",
    );
    check(&dir, &["hotel.csv:0"], "lines are counted from 1");
    check(
        &dir,
        &["hotel.csv", "--record", "4"],
        "there is no record 4: the last is 3",
    );
    check(&dir, &["hotel.csv:2", "--record", "1"], "leave one out");
    check(&dir, &["hotel.csv", "--record", "0"], "--record");
    check(&dir, &["empty.csv:1"], "there is no record in the file");
    check(&dir, &["folder"], "is a folder");
    check(&dir, &["missing.csv"], "no such file");
    check(&dir, &["missing.csv:3"], "missing.csv: no such file");
    check(&dir, &["hotel.csv", "-f", "csv"], "`text` or `json`");
    check(
        &dir,
        &["hotel.csv", "--law", "cn.spc-spp-2071-10"],
        "cn.spc-spp-2017-10",
    );
    check(&dir, &["hotel.csv", "--patterns", "none.toml"], "none.toml");
    check(
        &dir,
        &["hotel.csv", "-o", "hotel.csv", "-f", "json"],
        "both the input and an output",
    );
    check(&dir, &["hotel.csv:2", "--reveal"], "on a terminal only");
    assert_eq!(dir.read("hotel.csv"), HOTEL);
}

#[test]
fn what_cannot_be_read_is_a_gap() {
    let dir = Dir::new();
    dir.file("a.png", b"\x89PNG\r\n\x1A\nrest of an image");
    dir.cmd(["explain", "a.png"])
        .run()
        .code(3)
        .silent()
        .err("unsupported format");
    let mobile = people::mobile(1);
    dir.file(
        "cut.json",
        format!("[{{\"phone\":\"{mobile}\"}},{{\"phone\":\"139"),
    );
    dir.cmd(["explain", "cut.json"])
        .run()
        .code(3)
        .out("Not read, or only in part");
}

/// A page with so many tables of two people.
fn page(n_tables: u64) -> String {
    let row = |n| format!("<tr><td>张伟<td>{}</tr>", people::mobile(n));
    let table = |i| {
        format!(
            "<table><tr><th>姓名<th>手机号</tr>{}{}</table>",
            row(2 * i),
            row(2 * i + 1)
        )
    };
    (0..n_tables).map(table).collect()
}

#[test]
fn all_that_is_in_a_page_is_told() {
    let dir = Dir::new();
    dir.file("one.html", page(1));
    let run = dir.cmd(["explain", "one.html"]).run();
    run.code(0)
        .out("one.html!/table 1\n")
        .out("2 records · 2 with findings")
        .out("Columns of table 1");
    let same = dir.cmd(["explain", "one.html!/table 1"]).run();
    assert_eq!(run.stdout(), same.code(0).stdout());
    let record = dir.cmd(["explain", "one.html", "--record", "2"]).run();
    record.code(0).out("one.html!/table 1\n").out("Record 2");
    // Lines of a table are not those of the page.
    let line = dir.cmd(["explain", "one.html:2"]).run();
    line.code(2)
        .silent()
        .err("only lines of what was made of it");
    let line = dir.cmd(["explain", "one.html!/table 1:2"]).run();
    line.code(0).out("Record 1, line 2");

    let text = format!("<p>手机号：{}</p>", people::mobile(9));
    dir.file("two.html", format!("{text}{}", page(1)));
    let run = dir.cmd(["explain", "two.html"]).run();
    run.code(0)
        .out("3 records · 3 with findings")
        .out("two.html!/text\n")
        .out("two.html!/table 1\n");
    let told = json(&dir.cmd(["explain", "two.html", "-f", "json"]).run());
    assert_eq!(told["path"], "two.html");
    assert_eq!(told["format"], "html");
    assert_eq!(
        (&told["totals"]["records"], &told["asked"]),
        (&3.into(), &3.into())
    );
    let members = told["members"].as_array().expect("members");
    assert_eq!(members.len(), 2);
    assert_eq!(members[1]["path"], "two.html!/table 1");
    assert_eq!(
        members[1]["records"][0]["fields"][1]["matches"][0]["kind"]["id"],
        "cn.mobile"
    );
    for which in [&["two.html", "--record", "1"][..], &["two.html:1"]] {
        let run = dir.cmd(["explain"]).args(which).run();
        run.code(2)
            .silent()
            .err("as two.html!/text or two.html!/table 1");
    }

    dir.file("many.html", page(9));
    let run = dir.cmd(["explain", "many.html"]).run();
    run.code(0)
        .out("many.html!/table 8\n")
        .out("The first 8 members with records");
    assert!(!run.stdout().contains("table 9"));
    dir.file("empty.html", "<html><body></body></html>");
    let run = dir.cmd(["explain", "empty.html"]).run();
    run.code(0).out("0 records");
}

#[test]
fn a_file_that_is_packed_alone_is_told_as_it_is() {
    let dir = Dir::new();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, HOTEL.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    dir.file("hotel.csv.gz", &packed);
    let run = dir.cmd(["explain", "hotel.csv.gz:3"]).run();
    run.code(0)
        .out("hotel.csv.gz!/hotel.csv\n")
        .out("Record 2, line 3");
    let missing = dir.cmd(["explain", "hotel.csv.gz:99"]).run();
    missing.code(2).err("is behind the end");
    // What cannot be read is told with whatever was.
    dir.file("cut.csv.gz", &packed[..packed.len() - 20]);
    let run = dir.cmd(["explain", "cut.csv.gz"]).run();
    run.code(3).out("cut.csv.gz!/cut.csv\n").out("truncated");
    let missing = dir.cmd(["explain", "hotel.csv.gz!/none.csv"]).run();
    missing.code(3).silent().err("hotel.csv.gz");
}

#[test]
fn the_example_of_the_readme_is_what_the_program_writes() {
    let root = crate::tidy::root();
    let run = Cmd::new(root)
        .args(["explain", "tests/data/sample/hotel.csv:12"])
        .run();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let written = run.code(0).stdout();
    assert!(
        readme.contains(written.trim_matches('\n')),
        "README.md, Explaining a record; it should read\n\n{written}"
    );
}

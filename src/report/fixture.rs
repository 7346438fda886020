//! An audit made by hand for the tests of the reports: every section has something to say, and
//! names attack.
//!
//! All data is invented. The numbers are coherent (rows, items, provisions) so that a reader of the
//! snapshots can check them; the thresholds are those of Fa Shi [2017] 10, Art. 5.

use std::collections::BTreeMap;

use super::{Lang, Name, Options};
use crate::audit::{Audit, CategoryCount, FileAudit, KindCount, ReadingCount, SCHEMA, Stats, Tool};
use crate::error::{Reason, Skipped};
use crate::law::{Assessment, Level, Next, Outcome, Step, Weighted, WhatIf};
use crate::value::{Mask, Masked, Value};

pub(super) const INSTRUMENT: &str = "cn.spc-spp-2017-10";

fn masked(value: &str, keep_start: usize, keep_end: usize) -> Masked {
    let mask = Mask {
        keep_start,
        keep_end,
        keep_from: None,
    };
    Value::new(value.as_bytes()).mask(mask)
}

fn category(id: &str, rows: u64, items: u64, persons: u64) -> CategoryCount {
    CategoryCount {
        own_rows: None,
        category: id.to_owned(),
        rows,
        items,
        persons,
        ..CategoryCount::default()
    }
}

fn kind(id: &str, matches: u64, distinct: u64, samples: &[Masked]) -> KindCount {
    KindCount {
        kind: id.to_owned(),
        matches,
        distinct,
        files: 2,
        samples: samples.to_vec(),
        ..KindCount::default()
    }
}

fn file(path: &str, format: &str, encoding: &str, rows: &[(&str, u64)]) -> FileAudit {
    let categories: BTreeMap<String, u64> =
        rows.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect();
    FileAudit {
        path: path.to_owned(),
        format: format.to_owned(),
        encoding: encoding.to_owned(),
        bytes: 1_234_567,
        records: 20_000,
        copy_of: None,
        is_member: false,
        kinds: rows
            .iter()
            .map(|(_, n)| ("cn.mobile".to_owned(), n + 1))
            .take(1)
            .collect(),
        first_lines: BTreeMap::new(),
        categories,
        persons: None,
        rounded: Vec::new(),
        ignored: Vec::new(),
    }
}

/// The outcomes of Art. 5 for counts in the classes A, B, C, in the order of the instrument.
fn provisions(classes: [u64; 3]) -> Vec<Outcome> {
    let [a, b, c] = classes;
    let volume = 100 * a + 10 * b + c;
    let mut out = Vec::new();
    for (level, times, ids) in [
        (Level::Serious, 1, ["5.1(3)", "5.1(4)", "5.1(5)", "5.1(6)"]),
        (Level::EspeciallySerious, 10, ["5.2(3)"; 4]),
    ] {
        for (id, class, count, threshold) in [
            (ids[0], Some("A"), a, 50),
            (ids[1], Some("B"), b, 500),
            (ids[2], Some("C"), c, 5_000),
            (ids[3], None, volume, 5_000),
        ] {
            let threshold = threshold * times;
            out.push(Outcome {
                provision: id.to_owned(),
                class: class.map(str::to_owned),
                level,
                count,
                threshold,
                ratio: count as f64 / threshold as f64,
                reached: count >= threshold,
                ..Outcome::default()
            });
        }
    }
    out
}

#[allow(
    clippy::needless_update,
    reason = "an assessment may grow fields that the reports do not show"
)]
pub(super) fn assessment(reading: &str, classes: [u64; 3], flips: &[&str]) -> Assessment {
    let [a, b, c] = classes;
    let provisions = provisions(classes);
    let reached = provisions.iter().filter(|o| o.reached).map(|o| o.level);
    Assessment {
        instrument: INSTRUMENT.to_owned(),
        reading: reading.to_owned(),
        level: reached.max().unwrap_or_default(),
        weighted: Weighted {
            value: 100 * a + 10 * b + c,
            serious: 5_000,
            especially_serious: 50_000,
        },
        provisions,
        flips: flips.iter().map(|f| (*f).to_owned()).collect(),
        ..Assessment::default()
    }
}

fn what_if(circumstance: &str, level: Level, en: &str, zh: &str) -> WhatIf {
    WhatIf {
        outcome: None,
        circumstance: circumstance.to_owned(),
        level,
        en: en.to_owned(),
        zh: zh.to_owned(),
    }
}

fn step(article: &str, en: &str, zh: &str) -> Step {
    Step {
        article: article.to_owned(),
        en: en.to_owned(),
        zh: zh.to_owned(),
    }
}

/// The default reading of [`plain`]: what else would change its level, and how it was reached.
fn governing() -> Assessment {
    Assessment {
        next: Some(Next {
            outcome: None,
            level: Level::EspeciallySerious,
            needed: 33_500,
            ratio: 0.33,
        }),
        what_if: vec![
            what_if(
                "recipients>=4",
                Level::EspeciallySerious,
                "if it was provided separately to 4 or more recipients: especially serious",
                "若分别提供给 4 个以上单位或者个人：情节特别严重",
            ),
            what_if(
                "gains>=50000",
                Level::EspeciallySerious,
                "if the illegal gains are 50,000 yuan or more: especially serious",
                "若违法所得达到 50,000 元：情节特别严重",
            ),
        ],
        steps: vec![
            step(
                "5.1(4)",
                "class B (lodging 1,000, travel 300): 1,300 items; the number of Art. 5 para. 1 (4) is 500 items",
                "B 类（住宿信息 1,000、航班、车次、打车信息 300）共 1,300 条；第五条第一款第四项的标准为 500 条",
            ),
            step(
                "5.1(6)",
                "converted total: 100 × 12 + 10 × 1,300 + 1 × 2,300 = 16,500; the numbers are 5,000 (serious) and 50,000 (especially serious)",
                "按比例合计：100 × 12 + 10 × 1,300 + 1 × 2,300 = 16,500；标准为 5,000（情节严重）、50,000（情节特别严重）",
            ),
        ],
        ..assessment("default", [12, 1_300, 2_300], &["travel", "vehicle"])
    }
}

/// An audit of ordinary files in which nothing attacks: serious under the default reading.
pub(super) fn plain() -> Audit {
    let categories = vec![
        category("property", 14, 12, 12),
        category("lodging", 1_200, 1_000, 1_000),
        category("travel", 310, 300, 288),
        category("vehicle", 420, 410, 410),
        category("contact", 2_400, 1_890, 1_890),
        category("address", 96, 0, 0),
    ];
    let mut mobile = kind(
        "cn.mobile",
        5_120,
        3_602,
        &[masked("13800000001", 3, 4), masked("13900000002", 3, 4)],
    );
    mobile.masked = 12;
    mobile.test = 3;
    let mut resident = kind(
        "cn.resident-id",
        1_212,
        1_012,
        &[masked("110101190001010000", 6, 4)],
    );
    resident.failed_checksum = 7;
    resident.rounded = 40;
    let mut copy = file(
        "backup/hotel_checkin.csv",
        "csv",
        "GB18030",
        &[("lodging", 600)],
    );
    copy.copy_of = Some("exports/hotel_checkin.csv".to_owned());
    Audit {
        budget: Vec::new(),
        manifests: Vec::new(),
        baseline: None,
        ignored: Vec::new(),
        config: Vec::new(),
        schema: SCHEMA.to_owned(),
        tool: Tool {
            name: "leakgauge".to_owned(),
            version: "0.1.0".to_owned(),
            catalog: "blake3:3b1f8c0d2e4a5968".to_owned(),
        },
        started: "2026-01-05T08:00:00Z".to_owned(),
        inputs: vec!["exports".to_owned(), "backup".to_owned()],
        stats: Stats {
            files: 4,
            bytes: 4_509_715_660,
            records: 1_234_567,
            skipped: 0,
            seconds: 12.5,
        },
        shard: None,
        complete: true,
        ages_on: Some("2026-01-05".to_owned()),
        profiles: Vec::new(),
        kinds: vec![
            kind("cn.name", 2_310, 2_018, &[masked("测试甲", 0, 0)]),
            kind(
                "cn.address",
                96,
                96,
                &[masked("测试甲乙丙丁", 0, 0), masked("测试甲乙丙丁", 1, 0)],
            ),
            mobile,
            resident,
        ],
        categories: categories.clone(),
        persons: 3_544,
        attributes: None,
        circumstances: None,
        readings: vec![
            ReadingCount {
                reading: "default".to_owned(),
                categories: categories.clone(),
            },
            ReadingCount {
                reading: "lenient".to_owned(),
                categories: categories[1..].to_vec(),
            },
            ReadingCount {
                reading: "strict".to_owned(),
                categories,
            },
        ],
        files: vec![
            copy,
            file(
                "exports/hotel_checkin.csv",
                "csv",
                "GB18030",
                &[("lodging", 600), ("contact", 12)],
            ),
            file("exports/members.sql", "sql", "UTF-8", &[("contact", 1_788)]),
            file(
                "exports/2025/quarter-4/regional offices/华东/车辆与出行登记表（终稿）.jsonl",
                "jsonl",
                "UTF-8",
                &[("travel", 310), ("vehicle", 420), ("property", 14)],
            ),
        ],
        assessments: vec![
            governing(),
            assessment("lenient", [12, 1_000, 2_490], &[]),
            assessment("strict", [722, 1_000, 1_890], &[]),
        ],
        skipped: Vec::new(),
    }
}

/// The same with entries skipped, more of everything, and names that attack whatever shows them.
pub(super) fn hostile() -> Audit {
    let mut audit = plain();
    audit.complete = false;
    for path in HOSTILE_PATHS {
        audit
            .files
            .push(file(path, "csv", "UTF-16LE", &[("contact", 5)]));
    }
    audit.files[1].copy_of = Some(HOSTILE_PATHS[0].to_owned());
    for i in 0..60 {
        let path = format!("logs/app-{i:02}.log");
        audit
            .files
            .push(file(&path, "text", "UTF-8", &[("device", 1)]));
    }
    for i in 0..14 {
        let id = format!("user.kind-{i:02}");
        audit.kinds.push(kind(&id, 20 - i, 1, &[]));
    }
    audit.kinds.push(kind(
        "x\u{1b}[2J|<b>",
        1,
        1,
        &[masked("=1\u{7}+\u{202e}|`<script>", 99, 99)],
    ));
    for (path, reason) in HOSTILE_PATHS.iter().zip([
        Reason::PermissionDenied,
        Reason::PermissionDenied,
        Reason::Read {
            offset: 4096,
            cause: "input/output error".to_owned(),
        },
        Reason::Read {
            offset: 8192,
            cause: "input/output error".to_owned(),
        },
        Reason::Unsupported("SQLite\u{1b}[31m | <img src=x>".to_owned()),
        Reason::Truncated("in a string".to_owned()),
    ]) {
        audit.skipped.push(Skipped::new(*path, &reason));
    }
    audit.stats.skipped = audit.skipped.len() as u64;
    audit.inputs.push(HOSTILE_PATHS[2].to_owned());
    audit.tool.catalog = "blake3:\u{9b}0m\u{2028}`".to_owned();
    audit.assessments[0]
        .flips
        .push("no-such\n-category|".to_owned());
    for path in HOSTILE_PATHS {
        let governing = &mut audit.assessments[0];
        let one = what_if(path, Level::EspeciallySerious, path, path);
        governing.what_if.push(one);
        governing.steps.push(step("", path, path));
    }
    audit.assessments[0].cap = Some(Level::Serious);
    audit
}

const HOSTILE_PATHS: [&str; 6] = [
    "evil/\u{1b}]52;c;cm0gLXJmIH4=\u{7}.csv",
    "evil/invoice\u{202e}vsc.exe",
    "evil/a\nforged row  9,999\r\t\u{2028}.csv",
    "=cmd|' /C calc'!A0",
    "evil/`a` | b | <script>alert(1)</script> [x](http://y) @all.csv",
    "住宿\u{200b}/\u{301}\u{302}\u{303}\u{304}/\u{9d}0;t\u{9c}登记.csv",
];

pub(super) fn options(lang: Lang, width: usize, color: bool) -> Options {
    let name = |id: &str, en: &str, zh: &str| (id.to_owned(), Name::new(en, zh));
    let class = |id: &str, class: &str| (id.to_owned(), class.to_owned());
    Options {
        lang,
        color,
        width,
        names: BTreeMap::from([
            name("cn.mobile", "mobile number", "手机号码"),
            name(
                "cn.resident-id",
                "resident identity number",
                "居民身份证号码",
            ),
        ]),
        instruments: BTreeMap::from([name(INSTRUMENT, "Fa Shi [2017] No. 10", "法释〔2017〕10号")]),
        classes: BTreeMap::from([
            class("property", "A"),
            class("lodging", "B"),
            class("travel", "B"),
            class("vehicle", "C"),
            class("contact", "C"),
            class("address", "C"),
        ]),
        ..Options::default()
    }
}

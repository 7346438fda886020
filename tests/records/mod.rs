//! Record classes: exports of every class, in three header languages and without a header, and how many rows of each are
//! counted as what they are.
//!
//! A row is right when it supports the category of its class under the default reading and no category that such a row
//! does not support. `LEAKGAUGE_SHOW_RECORDS=1` prints the whole table.

mod cells;
mod classes;
mod sources;
mod tracks;
mod values;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::util::Dir;
use crate::util::audit::Audit;
use classes::{CLASSES, Class, Column};
use values::Row;

/// Rows of each export.
const ROWS: u64 = 120;

/// Editions of each export: other headers, other people, and from the second on another order of the columns.
const EDITIONS: u64 = 4;

/// How columns are named, and with it how the export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Naming {
    Chinese,
    Pinyin,
    Snake,
    Camel,
    None,
}

const NAMINGS: [Naming; 5] = [
    Naming::Chinese,
    Naming::Pinyin,
    Naming::Snake,
    Naming::Camel,
    Naming::None,
];

impl Naming {
    fn header(self, column: &Column, edition: u64) -> String {
        let names = match self {
            Naming::Chinese => column.0,
            Naming::Pinyin => column.1,
            Naming::Snake | Naming::Camel | Naming::None => column.2,
        };
        let names: Vec<&str> = names.split('|').collect();
        let name = names[(edition % names.len() as u64) as usize];
        match self {
            Naming::Camel => camel(name),
            _ => name.to_owned(),
        }
    }
}

fn camel(snake: &str) -> String {
    let mut parts = snake.split('_');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        name.push_str(&part[..1].to_uppercase());
        name.push_str(&part[1..]);
    }
    name
}

/// One export, and the name of its file: comma-separated, an SQL dump, or JSON Lines.
fn export(class: &Class, naming: Naming, edition: u64) -> (String, String) {
    let seed = 1_000 + edition;
    let mut columns: Vec<&Column> = class.columns.iter().collect();
    if edition > 0 {
        let mut rng = Row::new(seed, 7);
        for i in (1..columns.len()).rev() {
            columns.swap(i, rng.below(i as u64 + 1) as usize);
        }
    }
    let headers: Vec<String> = columns.iter().map(|c| naming.header(c, edition)).collect();
    let mut text = match naming {
        Naming::Chinese | Naming::Pinyin => headers.join(",") + "\n",
        _ => String::new(),
    };
    for number in 0..ROWS {
        let mut row = Row::new(seed, number);
        let cells: Vec<String> = columns.iter().map(|c| (c.3)(&mut row)).collect();
        match naming {
            Naming::Snake => {
                let cells: Vec<String> = cells.iter().map(|c| format!("'{c}'")).collect();
                text.push_str(&format!(
                    "INSERT INTO `t` (`{}`) VALUES ({});\n",
                    headers.join("`,`"),
                    cells.join(",")
                ));
            }
            Naming::Camel => {
                let pairs: Vec<String> = headers
                    .iter()
                    .zip(&cells)
                    .map(|(h, c)| format!("\"{h}\":{}", Value::from(c.as_str())))
                    .collect();
                text.push_str(&format!("{{{}}}\n", pairs.join(",")));
            }
            _ => text.push_str(&(cells.join(",") + "\n")),
        }
    }
    let ending = match naming {
        Naming::Snake => "sql",
        Naming::Camel => "jsonl",
        _ => "csv",
    };
    (
        format!(
            "{}-{naming:?}-{edition}.{ending}",
            class.id.replace(' ', "_")
        ),
        text,
    )
}

/// Rows of a file that are what they are, of those it has.
fn right(audit: &Audit, name: &str, class: &Class) -> (u64, u64, String) {
    let file = audit
        .files
        .iter()
        .find(|f| f.path.rsplit('/').next() == Some(name))
        .unwrap_or_else(|| panic!("{name} is not in the audit"));
    let of = |id: &str| file.categories.get(id).copied().unwrap_or(0);
    let allowed: BTreeSet<&str> = class.also.iter().copied().chain([class.category]).collect();
    let wrong = file
        .categories
        .iter()
        .filter(|(id, _)| !allowed.contains(id.as_str()))
        .map(|(_, n)| *n)
        .max()
        .unwrap_or(0);
    let spare = file.records.saturating_sub(ROWS);
    (
        of(class.category).saturating_sub(wrong.max(spare)),
        ROWS,
        format!("{} records, {:?}", file.records, file.categories),
    )
}

/// Rows right and rows in all of one class and naming, over all editions.
#[test]
fn rows_of_every_class_are_counted_as_what_they_are() {
    let dir = Dir::new();
    let applies = |class: &Class, naming: Naming| naming != Naming::None || class.headerless;
    for class in CLASSES {
        for naming in NAMINGS.into_iter().filter(|n| applies(class, *n)) {
            for edition in 0..EDITIONS {
                let (name, text) = export(class, naming, edition);
                dir.file(&name, text);
            }
        }
    }
    let audit = dir.audit(&["."], 0);
    let is_shown = std::env::var_os("LEAKGAUGE_SHOW_RECORDS").is_some();
    let mut missed = Vec::new();
    for class in CLASSES {
        for naming in NAMINGS.into_iter().filter(|n| applies(class, *n)) {
            let (mut n_right, mut n_all, mut why) = (0, 0, Vec::new());
            for edition in 0..EDITIONS {
                let (name, text) = export(class, naming, edition);
                let (right, all, what) = right(&audit, &name, class);
                if right < all {
                    let header = text
                        .lines()
                        .next()
                        .unwrap_or_default()
                        .split(") VALUES")
                        .next()
                        .unwrap_or_default();
                    why.push(format!("  {edition}: {what}\n     {header}"));
                }
                n_right += right;
                n_all += all;
            }
            if is_shown {
                println!(
                    "{:28} {naming:?} {:.3}",
                    class.id,
                    n_right as f64 / n_all as f64
                );
            }
            if n_right * 100 < n_all * 99 {
                missed.push(format!(
                    "{} ({}), {naming:?}: {n_right} of {n_all}\n{}",
                    class.id,
                    class.category,
                    why.join("\n")
                ));
            }
        }
    }
    assert!(
        missed.is_empty(),
        "fewer than 0.99 of rows are right:\n{}",
        missed.join("\n")
    );
}

/// A table without a header, and categories that none of its rows supports.
#[track_caller]
fn check_none(line: impl Fn(&mut Row) -> String, categories: &[&str]) {
    let dir = Dir::new();
    let lines: String = (0..ROWS)
        .map(|n| line(&mut Row::new(9, n)) + "\n")
        .collect();
    dir.file("table.csv", &lines);
    let audit = dir.audit(&["."], 0);
    let found = &audit.files[0].categories;
    for category in categories {
        assert_eq!(
            found.get(*category),
            None,
            "{category}: {found:?}\n{}",
            lines.lines().next().unwrap()
        );
    }
}

#[test]
fn tables_that_look_alike_are_not_taken_for_others() {
    // Goods that are sent from town to town, without a person.
    check_none(
        |r| {
            format!(
                "G{},{},{},{}",
                r.within(1, 900),
                r.city(),
                r.city(),
                r.time()
            )
        },
        &["travel", "contact"],
    );
    // Customers with a code of a product and a date.
    check_none(
        |r| {
            format!(
                "{},{},K{},{}",
                r.name(),
                r.phone(),
                r.within(10, 999),
                r.date()
            )
        },
        &["travel"],
    );
    // Staff whose state is normal, with a salary grade.
    check_none(
        |r| {
            format!(
                "{},{},{},{}",
                r.name(),
                r.phone(),
                r.pick(&["正常", "异常", "正常"]),
                r.within(1, 9)
            )
        },
        &["credit"],
    );
    // Users with a risk class, but no loan.
    check_none(
        |r| {
            format!(
                "{},{},{}",
                r.phone(),
                r.pick(&["正常", "可疑", "关注"]),
                r.time()
            )
        },
        &["credit"],
    );
    // Customers with an insurance against illness; employees with a department that is no ward.
    check_none(
        |r| {
            format!(
                "{},{},{}",
                r.name(),
                r.phone(),
                r.pick(&["重大疾病保险", "医疗保险", "意外险"])
            )
        },
        &["health"],
    );
    check_none(
        |r| {
            format!(
                "{},{},{}",
                r.name(),
                r.phone(),
                r.pick(&["财务科", "人事科", "本科", "专科"])
            )
        },
        &["health"],
    );
    // Diseases of nobody.
    check_none(
        |r| {
            format!(
                "{},{}",
                r.pick(&["肺炎", "高血压", "冠心病"]),
                r.within(10, 9_000)
            )
        },
        &["health"],
    );
    // Customers with versions or dates that have three parts.
    check_none(
        |r| {
            format!(
                "{},{},{}-{}-{}",
                r.name(),
                r.phone(),
                r.within(1, 28),
                r.within(1, 12),
                r.within(2_018, 2_026)
            )
        },
        &["real-estate"],
    );
    // Homes for sale.
    check_none(
        |r| {
            format!(
                "{},{}-2-{},89.5㎡,{}",
                r.estate(),
                r.within(1, 30),
                r.within(1, 28) * 100 + 1,
                r.money(9_000_000)
            )
        },
        &["real-estate"],
    );
}

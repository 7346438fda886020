//! Location tracks: rows are all points, items are those left when repeats and points where nothing moved are one.

use crate::util::Dir;
use crate::util::people::mobile;

/// Rows, items and persons of a category in a run over one file.
#[track_caller]
fn counted(dir: &Dir, args: &[&str], category: &str) -> (u64, u64, u64) {
    let audit = dir.audit(args, 0);
    let found = audit.categories.iter().find(|c| c.category == category);
    let found = found.unwrap_or_else(|| panic!("no {category}: {:?}", audit.categories));
    (found.rows, found.items, found.persons)
}

const HEADER: &str = "手机号,定位时间,经度,纬度\n";

/// Points of one person: day of March 2024, minute of the day, offset of the position in units of 0.0001 degrees.
fn points(person: u64, points: &[(u64, u64, u64)]) -> String {
    let line = |(day, minute, moved): &(u64, u64, u64)| {
        let time = format!("2024-03-{day:02} {:02}:{:02}:00", minute / 60, minute % 60);
        let (east, north) = (1_203_000 + moved, 301_000 + moved);
        format!(
            "{},{time},{}.{:04}17,{}.{:04}42\n",
            mobile(person),
            east / 10_000,
            east % 10_000,
            north / 10_000,
            north % 10_000,
        )
    };
    points.iter().map(line).collect()
}

#[track_caller]
fn check(rows: &str, expected: (u64, u64, u64)) {
    let dir = Dir::new();
    dir.file("track.csv", format!("{HEADER}{rows}"));
    assert_eq!(counted(&dir, &["."], "whereabouts"), expected);
}

#[test]
fn a_stay_is_one_item_a_day() {
    let stay: Vec<_> = (0..100).map(|i| (7, i * 10, 0)).collect();
    check(&points(1, &stay), (100, 1, 1));
    let two_days: Vec<_> = (0..100).map(|i| (7 + i / 50, i * 10, 0)).collect();
    check(&points(1, &two_days), (100, 2, 1));
}

#[test]
fn every_place_on_the_way_is_an_item() {
    let way: Vec<_> = (0..100).map(|i| (7, i * 10, i)).collect();
    check(&points(1, &way), (100, 100, 1));
    let there_and_back: Vec<_> = (0..100).map(|i: u64| (7, i * 10, i.abs_diff(50))).collect();
    check(&points(1, &there_and_back), (100, 51, 1));
}

#[test]
fn persons_are_kept_apart() {
    let stay: Vec<_> = (0..20).map(|i| (7, i * 10, 0)).collect();
    check(&(points(1, &stay) + &points(2, &stay)), (40, 2, 2));
}

#[test]
fn neither_order_nor_threads_nor_files_matter() {
    let dir = Dir::new();
    let track = |person| {
        let points: Vec<_> = (0..3_000u64)
            .map(|i| (1 + i / 1_440, i % 1_440, i * 7 % 90))
            .collect();
        self::points(person, &points)
    };
    let mut lines: Vec<String> = (0..10)
        .flat_map(|p| track(p).lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    dir.file("a/track.csv", format!("{HEADER}{}\n", lines.join("\n")));
    lines.sort_by_key(|line| line.bytes().rev().collect::<Vec<_>>());
    let (first, second) = lines.split_at(lines.len() / 3);
    dir.file("b/one.csv", format!("{HEADER}{}\n", first.join("\n")));
    dir.file("b/two.csv", format!("{HEADER}{}\n", second.join("\n")));
    let whole = counted(&dir, &["a", "--threads", "1"], "whereabouts");
    assert!(whole.1 < whole.0, "{whole:?}");
    assert_eq!(
        counted(&dir, &["a", "--threads", "3"], "whereabouts"),
        whole
    );
    assert_eq!(
        counted(&dir, &["b", "--threads", "2"], "whereabouts"),
        whole
    );
    assert_eq!(
        counted(&dir, &["a", "--memory", "16M"], "whereabouts"),
        whole
    );
}

#[test]
fn pairs_and_counted_seconds_are_points_too() {
    let dir = Dir::new();
    let line = |i: u64| {
        format!(
            "{{\"plate\":\"浙A1234{}\",\"gps_time\":{},\"coordinates\":\"120.30001,30.1000{}\"}}\n",
            i % 2,
            1_709_740_800 + i * 60,
            i % 9
        )
    };
    dir.file("track.jsonl", (0..60).map(line).collect::<String>());
    assert_eq!(counted(&dir, &["."], "whereabouts"), (60, 2, 2));
}

#[test]
fn another_event_at_a_position_is_an_item_of_its_own() {
    let dir = Dir::new();
    let line = |i: u64| {
        format!(
            "{},{},2024-03-07 12:{i:02}:00,120.3001,30.1001,明天{i}点见，别迟到。\n",
            mobile(1),
            mobile(2)
        )
    };
    let header = "发送方,接收方,发送时间,经度,纬度,消息内容\n";
    dir.file(
        "chat.csv",
        header.to_owned() + &(0..30).map(line).collect::<String>(),
    );
    assert_eq!(counted(&dir, &["."], "whereabouts").1, 30);
}

#[test]
fn one_event_in_two_orders_of_columns_is_one_item() {
    let dir = Dir::new();
    let rows = |line: &dyn Fn(u64, &str) -> String| {
        (0..20)
            .map(|i| line(i, &format!("2024-03-07 12:{i:02}:00")))
            .collect::<String>()
    };
    let one = |i: u64, time: &str| format!("{},{},{time},{}\n", mobile(i), mobile(i + 50), 10 + i);
    let other =
        |i: u64, time: &str| format!("{},{time},{},{}\n", 10 + i, mobile(i + 50), mobile(i));
    dir.file(
        "one.csv",
        "主叫号码,被叫号码,通话开始时间,通话时长\n".to_owned() + &rows(&one),
    );
    dir.file(
        "other.csv",
        "通话时长,起始时间,被叫号码,主叫号码\n".to_owned() + &rows(&other),
    );
    assert_eq!(counted(&dir, &["."], "communication-record"), (40, 20, 40));
}

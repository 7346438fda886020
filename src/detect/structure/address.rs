//! Addresses in running text: a chain of levels from a region down to a house, without a word that announces it.
//!
//! The search begins at a house number (`27号`, `3栋`). Behind the name of a region (`words::PLACES`) there must be a road, a
//! village or an estate, then the number, and what follows of building, unit and room belongs to it. A region alone is no address,
//! nor is a road without a region. Where an address ends that nothing separates from the words behind it is told by these
//! levels, so a trailing name of a house can be cut.

use std::ops::Range;

use crate::bytes::begins_with_han;

use super::words::{self, HAN, PLACES, ends_with_any, ends_with_han, han_run};

/// What a number is followed by in an address, longest first where one begins with another.
const UNITS: [&str; 18] = [
    "号楼", "号院", "单元", "号", "栋", "幢", "座", "弄", "室", "楼", "层", "组", "户", "队", "排",
    "期", "铺", "区",
];

/// Units that only a name of a building stands before, so that they need no road.
const BUILDINGS: [&str; 7] = ["号楼", "单元", "栋", "幢", "座", "弄", "室"];

/// Words that begin with a unit and are none: `3号线`, `5楼下`.
const NO_UNITS: [&str; 20] = [
    "号线", "号令", "号码", "号文", "号段", "楼下", "楼上", "楼梯", "楼道", "楼盘", "层次", "组织",
    "组成", "户主", "户籍", "队伍", "期间", "区域", "室内", "室外",
];

/// What a house number stands behind: a road, a village, an estate, or a number of it.
const ROADS: [&str; 34] = [
    "路", "街", "道", "巷", "弄", "胡同", "村", "庄", "里", "园", "苑", "城", "区", "镇", "乡",
    "屯", "寨", "坊", "湾", "岭", "桥", "厦", "场", "段", "组", "号", "栋", "幢", "单元", "座",
    "楼", "院", "期", "条",
];

/// Ends of names of estates and buildings that may stand behind the number.
const ESTATES: [&str; 14] = [
    "大厦", "公寓", "花园", "小区", "广场", "中心", "大楼", "家园", "苑", "园", "城", "宿舍",
    "大院", "商城",
];

/// Characters that stand in no address and often before one: `寄到…`, `我在…`.
const STOPS: [&str; 20] = [
    "的", "在", "到", "是", "了", "去", "寄", "送", "请", "我", "你", "他", "她", "您", "搬", "给",
    "被", "说", "吗", "呢",
];

/// How far before a house number an address begins at most, in bytes.
const BACK_BYTES_MAX: usize = 150;

/// Longest address, in bytes.
const BYTES_MAX: usize = 300;

/// Whether a run of `len` ASCII letters and digits, so many of them digits, may be a house number.
pub(crate) fn is_house_number(len: usize, n_digits: usize) -> bool {
    n_digits > 0 && len <= 5 || len == 1
}

/// Whether `text` begins with a character that follows a house number.
pub(crate) fn is_house_sign(text: &[u8]) -> bool {
    unit(text).is_some()
}

/// The address to which the house number at `number` belongs, if it is the first number of one.
pub(super) fn find(text: &[u8], number: Range<usize>) -> Option<Range<usize>> {
    let unit = unit(&text[number.end..])?;
    let floor = run_start(text, number.start);
    let end = trim_number(text, floor, number.start);
    let start = region(text, floor..end, BUILDINGS.contains(&unit))?;
    Some(start..extend(text, number.end + unit.len(), start + BYTES_MAX))
}

/// The unit that `text` begins with.
fn unit(text: &[u8]) -> Option<&'static str> {
    let longest = words::prefix(text, &UNITS)?;
    match words::prefix(text, &NO_UNITS) {
        None => no_word_behind(text, longest),
        Some(_) => None,
    }
}

/// `号楼下` is a house and a place before it.
fn no_word_behind(text: &[u8], unit: &'static str) -> Option<&'static str> {
    match unit == "号楼" && words::prefix(&text[HAN..], &NO_UNITS).is_some() {
        true => Some("号"),
        false => Some(unit),
    }
}

/// Where the stretch begins that an address could be in that goes on at `end`.
fn run_start(text: &[u8], end: usize) -> usize {
    let floor = end.saturating_sub(BACK_BYTES_MAX);
    let mut at = end;
    while at > floor {
        let before = &text[..at];
        let len = match before {
            _ if ends_with_han(before) => {
                if ends_with_any(before, &STOPS) {
                    return at;
                }
                HAN
            }
            [.., 0xC2, 0xB7] => 2,
            [.., b] if b.is_ascii_alphanumeric() || b"-#()".contains(b) => 1,
            // Levels are written apart: `广东省 深圳市 科苑路 15号`.
            [rest @ .., b' '] if ends_with_any(rest, &LEVEL_ENDS) => 1,
            _ => return at,
        };
        at -= len;
    }
    at
}

/// Characters that a level of an address ends with.
const LEVEL_ENDS: [&str; 10] = ["省", "市", "区", "县", "镇", "乡", "路", "街", "道", "村"];

/// Steps back over what of a number stands before its last part: `12-` of `12-3号`.
fn trim_number(text: &[u8], floor: usize, end: usize) -> usize {
    let is_part = |b: &&u8| b.is_ascii_alphanumeric() || b"-# ".contains(b);
    end - text[floor..end].iter().rev().take_while(is_part).count()
}

/// Where the name of the region begins in a stretch that ends before the house number.
fn region(text: &[u8], run: Range<usize>, is_building: bool) -> Option<usize> {
    let stretch = &text[run.clone()];
    if !is_building && !ends_with_any(stretch, &ROADS) {
        return None;
    }
    let mut at = run.start;
    while at < run.end {
        if let Some(len) = PLACES.longest_prefix(&text[at..run.end]) {
            let rest = &text[at + len..run.end];
            let is_full = ends_with_any(&text[at..at + len], &REGION_ENDS);
            let goes_on = PLACES.longest_prefix(rest).is_some() || han_count(rest) >= 3;
            if goes_on && (is_full || !begins_with_road(rest)) || is_full && han_count(rest) >= 2 {
                return Some(at);
            }
        }
        at += if begins_with_han(&text[at..]) { HAN } else { 1 };
    }
    None
}

/// Characters that names of regions end with.
const REGION_ENDS: [&str; 8] = ["省", "市", "区", "县", "旗", "盟", "州", "岛"];

/// Whether the name before this goes on as that of a road: `朝阳` of `朝阳北路`.
fn begins_with_road(text: &[u8]) -> bool {
    let side = words::prefix(
        text,
        &["东", "西", "南", "北", "中", "大", "一", "二", "三", "新"],
    );
    let rest = &text[side.map_or(0, str::len)..];
    words::prefix(rest, &["路", "街", "道", "巷", "大道", "大街"]).is_some()
}

fn han_count(text: &[u8]) -> usize {
    text.iter().filter(|b| matches!(b, 0xE4..=0xE9)).count()
}

/// Where the levels end that follow from `at`: further numbers with their units, names of estates before one, a room.
fn extend(text: &[u8], mut at: usize, limit: usize) -> usize {
    while at < limit {
        let rest = &text[at..];
        let number = number_len(rest);
        if number > 0 {
            match unit(&rest[number..]) {
                Some(unit) => at += number + unit.len(),
                None => return at + room_len(rest, number),
            }
        } else if let Some(unit) = unit(rest) {
            at += unit.len();
        } else {
            match estate_len(rest) {
                0 => return at,
                len => at += len,
            }
        }
    }
    at
}

/// Length of a number as houses have it: `12`, `A`, `3-2`, `#5`; behind one blank as well, when a unit follows.
fn number_len(text: &[u8]) -> usize {
    let blank = usize::from(text.first() == Some(&b' '));
    let is_part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'#');
    let len = text[blank..].iter().take(9).take_while(is_part).count();
    let has_digit = text[blank..blank + len].iter().any(u8::is_ascii_digit);
    match (1..=8).contains(&len) && (has_digit || len == 1) {
        true if blank == 0 || unit(&text[blank + len..]).is_some() => blank + len,
        _ => 0,
    }
}

/// Length of a number without a unit at the end of an address: a room.
fn room_len(text: &[u8], len: usize) -> usize {
    let is_room = (2..=7).contains(&len) && text[len - 1] != b'-';
    if is_room { len } else { 0 }
}

/// Length of the name of an estate: before a number with a unit, or by its ending.
fn estate_len(text: &[u8]) -> usize {
    let run = han_run(text);
    if run == 0 || run > ESTATE_BYTES_MAX || ends_with_any(&text[..run], &STOPS) {
        return 0;
    }
    let number = number_len(&text[run..]);
    let is_before_number = number > 0 && unit(&text[run + number..]).is_some();
    let has_ending = run > 2 * HAN && ends_with_any(&text[..run], &ESTATES);
    if is_before_number || has_ending {
        run
    } else {
        0
    }
}

/// Longest name of an estate, in bytes.
const ESTATE_BYTES_MAX: usize = 10 * HAN;

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks from the first number before a unit on.
    fn found(text: &str) -> Option<&str> {
        let bytes = text.as_bytes();
        let is_part = |at: &usize| bytes[*at].is_ascii_alphanumeric();
        let starts = (0..bytes.len()).filter(|at| is_part(at) && (*at == 0 || !is_part(&(at - 1))));
        starts
            .filter_map(|start| {
                let len = bytes[start..]
                    .iter()
                    .take_while(|b| b.is_ascii_alphanumeric())
                    .count();
                find(bytes, start..start + len)
            })
            .map(|range| &text[range])
            .next()
    }

    #[track_caller]
    fn check(text: &str, want: &str) {
        let want = (!want.is_empty()).then_some(want);
        assert_eq!(found(text), want, "{text}");
    }

    #[test]
    fn finds_chains_of_levels() {
        for (text, want) in [
            (
                "我住在广东省深圳市南山区科苑路15号，欢迎",
                "广东省深圳市南山区科苑路15号",
            ),
            (
                "寄到北京市海淀区中关村大街27号",
                "北京市海淀区中关村大街27号",
            ),
            (
                "他在上海浦东新区金色家园22栋1202等你",
                "上海浦东新区金色家园22栋1202",
            ),
            (
                "住址浙江省杭州市西湖区文一西路303弄2号1702室收",
                "浙江省杭州市西湖区文一西路303弄2号1702室",
            ),
            ("昆山市人民路26号11号楼2104", "昆山市人民路26号11号楼2104"),
            (
                "海淀区学院路8号书香门第C座802室",
                "海淀区学院路8号书香门第C座802室",
            ),
            (
                "广东省 深圳市 南山区 科苑路 15号",
                "广东省 深圳市 南山区 科苑路 15号",
            ),
            ("在成都市武侯区和平街62号楼下", "成都市武侯区和平街62号"),
            ("深圳南山区科苑路12-3号", "深圳南山区科苑路12-3号"),
            (
                "安徽省阜阳市临泉县城关镇刘庄村5组",
                "安徽省阜阳市临泉县城关镇刘庄村5组",
            ),
        ] {
            check(text, want);
        }
    }

    #[test]
    fn other_numbers_are_no_houses() {
        for text in [
            "北京市海淀区",
            "中山路12号",
            "朝阳北路112号",
            "3月15号去北京市",
            "北京市3月15号",
            "北京市下周15号开会",
            "北京地铁2号线",
            "北京市有15个区",
            "上海市第3组",
            "15号",
            "",
        ] {
            check(text, "");
        }
    }
}

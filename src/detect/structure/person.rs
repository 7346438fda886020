//! Names of persons in running text: only where something speaks for one, and only with a surname that is known.
//!
//! What speaks for a name is a word before it (`我叫张伟`), a form of address behind it (`张伟先生`), or a number of a person
//! beside it (`张伟 138…`). Common words that begin with the character of a surname (谢谢, 高级) and names of places are none.
//! A name that nothing speaks for is not found: that takes a model of the language.

use std::ops::Range;

use crate::bytes::begins_with_han;
use crate::detect::label::Labels;
use crate::detect::validate;

use super::words::{
    COMMON, HAN, PLACES, ends_with_any, ends_with_han, han_run, han_run_back, prefix,
};

/// Forms of address behind a name.
pub(crate) const TITLES: [&str; 20] = [
    "先生",
    "女士",
    "小姐",
    "同学",
    "老师",
    "同志",
    "医生",
    "大夫",
    "经理",
    "教授",
    "律师",
    "师傅",
    "主任",
    "阿姨",
    "总监",
    "警官",
    "法官",
    "董事长",
    "校长",
    "书记",
];

/// Words that a name may follow in the same stretch of Han characters.
const BEFORE: [&str; 37] = [
    "联系",
    "感谢",
    "尊敬的",
    "亲爱的",
    "我叫",
    "我是",
    "名叫",
    "叫做",
    "姓名",
    "本人",
    "找",
    "是",
    "叫",
    "和",
    "给",
    "请",
    "与",
    "由",
    "对",
    "同",
    "将",
    "把",
    "被",
    "让",
    "跟",
    "经",
    "据",
    "及",
    "或",
    "向",
    "的",
    "为",
    "问",
    "聯繫",
    "转告",
    "告诉",
    "邀请",
];

/// Characters that names do not end with.
const NO_ENDS: &str = "的了吗吧呢啊哦收是在和与及等号码址话元费员部处款率区市县省路街店厅局院校室站馆票机卡表单价额量点间期次条项种类件份个们者您你我他她时分秒日月年";

/// How many signs are passed over.
const SIGNS_MAX: usize = 4;

/// Where the name ends that begins at `start`.
pub(super) fn forward(text: &[u8], start: usize, labels: &Labels) -> Option<usize> {
    let run = han_run(&text[start..]);
    if let Some(end) = transcribed(text, start, run, labels) {
        return Some(end);
    }
    [4, 3, 2].into_iter().map(|n| n * HAN).find_map(|len| {
        let end = start + len;
        let fits = len <= run
            && is_name(&text[start..end])
            && (len == run || labels.han_value_ends(&text[end..]));
        fits.then_some(end)
    })
}

/// Names whose parts are joined by a middle dot: the dot is evidence of its own.
fn transcribed(text: &[u8], start: usize, run: usize, labels: &Labels) -> Option<usize> {
    let mut end = start + run;
    let mut n_parts = 1;
    while (1..=5).contains(&n_parts) && text[end..].starts_with(DOT) {
        let part = han_run(&text[end + DOT.len()..]);
        let from = end + DOT.len();
        if part == 0 {
            return None;
        }
        // The last part ends with the run, or where other words begin.
        let is_last = !text[from + part..].starts_with(DOT);
        let cut = (1..=PART_CHARS_MAX)
            .map(|n| n * HAN)
            .find(|len| *len == part || is_last && labels.han_value_ends(&text[from + len..]))?;
        end = from + cut;
        n_parts += 1;
    }
    (n_parts > 1 && (HAN..=PART_CHARS_MAX * HAN).contains(&run)).then_some(end)
}

const DOT: &[u8] = "·".as_bytes();

/// Longest part of a transcribed name, in characters.
const PART_CHARS_MAX: usize = 7;

/// Where the name begins that ends at `end`: with the stretch of Han characters, or behind a word that a name may follow.
pub(super) fn backward(text: &[u8], end: usize) -> Option<usize> {
    let run = han_run_back(&text[..end]);
    let first = end - run;
    if run > 0 && text[..first].ends_with(DOT) {
        let before = han_run_back(&text[..first - DOT.len()]);
        let floor = first - DOT.len() - before;
        // Behind the last word that a name may follow.
        let cut = (0..before).rev().step_by(HAN).map(|n| n + 1 - HAN);
        let word = cut
            .filter(|n| ends_with_any(&text[floor..floor + n], &BEFORE))
            .max();
        let start = floor + word.unwrap_or(0);
        let part = first - DOT.len() - start;
        let fits = |len: usize| (HAN..=PART_CHARS_MAX * HAN).contains(&len);
        return (fits(part) && fits(run)).then_some(start);
    }
    let longest = run.min(4 * HAN);
    if !ends_as_name(&text[end - longest..end]) {
        return None;
    }
    let lens = (2 * HAN..=longest).rev().step_by(HAN);
    lens.map(|len| end - len).find(|start| {
        is_name(&text[*start..end])
            && (end - start == run || ends_with_any(&text[..*start], &BEFORE))
    })
}

/// The name that stands before the value at `at`: directly, behind signs, or before the label of the value.
pub(super) fn before(text: &[u8], at: usize, labels: &Labels) -> Option<Range<usize>> {
    let mut end = at - signs_back(&text[..at]);
    if let Some(label) = labels.start_before(&text[..at]) {
        end = label - signs_back(&text[..label]);
        end -= usize::from(text[..end].ends_with("的".as_bytes())) * HAN;
    }
    // `张伟收，138…`
    end -= usize::from(text[..end].ends_with("收".as_bytes())) * HAN;
    if !ends_with_han(&text[..end]) && !text[..end].ends_with(DOT) {
        return None;
    }
    backward(text, end).map(|start| start..end)
}

/// The name behind the value that ends at `end`: after a blank or a slash, and nothing else in its stretch.
pub(super) fn behind(text: &[u8], end: usize) -> Option<Range<usize>> {
    let start = end
        + text[end..]
            .iter()
            .take(SIGNS_MAX)
            .take_while(|b| b" \t/|".contains(b))
            .count();
    (start > end).then(|| alone(text, start)).flatten()
}

/// The next name of a list behind one that ends at `end`.
pub(super) fn next(text: &[u8], end: usize) -> Option<Range<usize>> {
    let sign = prefix(&text[end..], &["、", "，", ",", "/", " "])?;
    alone(text, end + sign.len())
}

/// A name that is all of its stretch of Han characters.
fn alone(text: &[u8], start: usize) -> Option<Range<usize>> {
    let run = han_run(&text[start..]);
    let range = start..start + run;
    is_name(&text[range.clone()]).then_some(range)
}

/// Whether a stretch of Han characters reads as a name: a known surname, and no common word or place.
fn is_name(text: &[u8]) -> bool {
    (2 * HAN..=4 * HAN).contains(&text.len())
        && begins_with_han(text)
        && validate::has_known_surname(text)
        && ends_as_name(text)
        && !COMMON.contains(text)
        && !COMMON.contains(&text[..2 * HAN])
        && PLACES.longest_prefix(text).is_none()
        && !ends_with_any(text, &TITLES)
}

/// Whether the last character may be that of a name.
fn ends_as_name(text: &[u8]) -> bool {
    let (ends, _) = NO_ENDS.as_bytes().as_chunks::<HAN>();
    !text.last_chunk().is_some_and(|last| ends.contains(last))
}

/// Length of the signs that `text` ends with, those that stand between a name and the value beside it: blanks, `,:;/|(-`,
/// `（，、：；` and the ideographic space.
fn signs_back(text: &[u8]) -> usize {
    let mut len = 0;
    for _ in 0..SIGNS_MAX {
        len += match text[..text.len() - len] {
            [
                ..,
                b' ' | b'\t' | b',' | b':' | b';' | b'/' | b'|' | b'(' | b'-',
            ] => 1,
            [.., 0xEF, 0xBC, 0x88 | 0x8C | 0x9A | 0x9B] | [.., 0xE3, 0x80, 0x80 | 0x81] => HAN,
            _ => break,
        };
    }
    len
}

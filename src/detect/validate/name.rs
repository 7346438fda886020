//! Names of persons in a column of names: Chinese, transcribed with a middle dot, or in Latin letters.
//!
//! `surnames.txt` holds some four hundred single surnames. The hundred most frequent cover 85.9 % of the population
//! (Ministry of Public Security, report on names 2019); more than six thousand are in use, so an unknown one is weak
//! evidence and no rejection. Running text is never searched for names.

use std::sync::OnceLock;

use super::{Compact, Verdict, Why};

/// Surnames of one character, one a line.
const SURNAMES: &str = include_str!("surnames.txt");

/// Surnames of two characters.
const DOUBLE_SURNAMES: [&str; 57] = [
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "夏侯",
    "南宫", "独孤", "宇文", "长孙", "端木", "百里", "呼延", "东郭", "西门", "轩辕", "申屠", "公冶",
    "淳于", "单于", "太史", "公羊", "澹台", "濮阳", "赫连", "闻人", "钟离", "第五", "万俟", "拓跋",
    "完颜", "纳兰", "东野", "南门", "左丘", "宰父", "鲜于", "闾丘", "司空", "亓官", "司寇", "子车",
    "颛孙", "巫马", "公西", "乐正", "漆雕", "壤驷", "公良", "夹谷", "梁丘",
];

/// Cells of columns of names that name nobody.
const PLACEHOLDERS: [&str; 44] = [
    "不详",
    "不明",
    "未知",
    "未填",
    "未填写",
    "未提供",
    "暂无",
    "没有",
    "无名",
    "无名氏",
    "空白",
    "其他",
    "其它",
    "保密",
    "匿名",
    "匿名用户",
    "游客",
    "访客",
    "用户",
    "客户",
    "会员",
    "本人",
    "本单位",
    "先生",
    "女士",
    "小姐",
    "同学",
    "家长",
    "老师",
    "测试",
    "测试用户",
    "测试账号",
    "管理员",
    "超级管理员",
    "系统",
    "系统管理员",
    "姓名",
    "名字",
    "联系人",
    "收件人",
    "收货人",
    "经办人",
    "默认",
    "示例",
];

/// Ends of names of organisations, places and posts.
const ORGANISATION_ENDS: [&str; 34] = [
    "公司",
    "集团",
    "中心",
    "银行",
    "支行",
    "分行",
    "医院",
    "学校",
    "大学",
    "学院",
    "中学",
    "小学",
    "酒店",
    "宾馆",
    "超市",
    "商店",
    "商行",
    "工厂",
    "厂",
    "有限",
    "科技",
    "部门",
    "事务所",
    "委员会",
    "经营部",
    "工作室",
    "合作社",
    "协会",
    "派出所",
    "法院",
    "政府",
    "专营店",
    "旗舰店",
    "门市部",
];

/// Words in Latin letters that name organisations, roles or nothing.
const LATIN_WORDS: [&str; 24] = [
    "admin",
    "administrator",
    "anonymous",
    "bank",
    "co",
    "company",
    "corp",
    "customer",
    "group",
    "guest",
    "hotel",
    "inc",
    "limited",
    "llc",
    "ltd",
    "name",
    "none",
    "null",
    "service",
    "system",
    "test",
    "undefined",
    "unknown",
    "user",
];

/// A set of characters of the basic plane: surnames, or what some word begins or ends with, which gives a quick no before
/// the words are compared one by one.
struct Chars(Box<[u64; 1024]>);

static SINGLE: OnceLock<Chars> = OnceLock::new();
static LAST: OnceLock<Chars> = OnceLock::new();
static FIRST: OnceLock<Chars> = OnceLock::new();

fn surnames() -> Chars {
    Chars::new(SURNAMES.lines().filter_map(|line| line.chars().next()))
}

fn last_chars() -> Chars {
    Chars::new(
        PLACEHOLDERS
            .iter()
            .chain(&ORGANISATION_ENDS)
            .filter_map(|w| w.chars().next_back()),
    )
}

fn first_chars() -> Chars {
    Chars::new(DOUBLE_SURNAMES.iter().filter_map(|w| w.chars().next()))
}

impl Chars {
    fn new(chars: impl Iterator<Item = char>) -> Chars {
        let mut set = Box::new([0u64; 1024]);
        for code in chars.map(|c| c as usize & 0xFFFF) {
            set[code / 64] |= 1 << (code % 64);
        }
        Chars(set)
    }

    /// Whether the character is in the set, or one 65,536 places farther on.
    fn may_hold(&self, c: Option<&char>) -> bool {
        let code = c.map_or(0, |c| *c as usize & 0xFFFF);
        self.0[code / 64] >> (code % 64) & 1 == 1
    }
}

/// Name of a person, as a column or a label announces it.
pub(super) fn name(compact: &mut Compact<'_>, in_context: bool) -> Verdict {
    if !in_context {
        return compact.because(Why::NeedsContext, Verdict::Reject);
    }
    if let Some((chars, n_chars)) = han_chars(compact.as_bytes()) {
        let verdict = chinese(&chars[..n_chars], compact.as_bytes());
        return match verdict {
            Verdict::Strong => compact.because(Why::KnownSurname, verdict),
            Verdict::Weak => compact.because(Why::UnknownSurname, verdict),
            Verdict::Reject => compact.because(Why::NoPerson, verdict),
            _ => verdict,
        };
    }
    match std::str::from_utf8(compact.as_bytes()) {
        Ok(text) if text.is_ascii() => latin(text),
        Ok(text) if text.contains(['·', '•', '・', '.']) => transcribed(text),
        _ => Verdict::Reject,
    }
}

/// Whether a text begins with a character that known surnames begin with. No is certain.
pub(super) fn may_begin_with_surname(text: &[u8]) -> bool {
    let Some([a, b, c]) = text.first_chunk::<3>() else {
        return false;
    };
    let code = u32::from(a & 0xF) << 12 | u32::from(b & 0x3F) << 6 | u32::from(c & 0x3F);
    let first = char::from_u32(code);
    SINGLE.get_or_init(surnames).may_hold(first.as_ref())
        || FIRST.get_or_init(first_chars).may_hold(first.as_ref())
}

/// Two to four Han characters, if the text consists of just these.
#[inline]
fn han_chars(text: &[u8]) -> Option<([char; 4], usize)> {
    let (triples, rest) = text.as_chunks::<3>();
    if !rest.is_empty() || !(2..=4).contains(&triples.len()) {
        return None;
    }
    let mut chars = ['\0'; 4];
    for (c, [a, b, z]) in chars.iter_mut().zip(triples) {
        if a & 0xF0 != 0xE0 || b & 0xC0 != 0x80 || z & 0xC0 != 0x80 {
            return None;
        }
        let code = u32::from(a & 0xF) << 12 | u32::from(b & 0x3F) << 6 | u32::from(z & 0x3F);
        *c = char::from_u32(code).filter(|c| is_han(*c))?;
    }
    Some((chars, triples.len()))
}

/// Two to four Han characters.
fn chinese(chars: &[char], text: &[u8]) -> Verdict {
    let last: Option<&[u8; 3]> = text.last_chunk();
    // Of most words the last character says that they are not meant.
    let is_near = |w: &&&str| w.as_bytes().last_chunk() == last;
    let ends = |words: &[&str]| {
        words
            .iter()
            .filter(is_near)
            .any(|w| text.ends_with(w.as_bytes()))
    };
    let is_word = |words: &[&str]| words.iter().filter(is_near).any(|w| w.as_bytes() == text);
    // 张某, 李某某: made anonymous.
    if chars.contains(&'某')
        || LAST.get_or_init(last_chars).may_hold(chars.last())
            && (is_word(&PLACEHOLDERS) || ends(&ORGANISATION_ENDS))
    {
        return Verdict::Reject;
    }
    let double = FIRST.get_or_init(first_chars).may_hold(chars.first())
        && DOUBLE_SURNAMES
            .iter()
            .any(|surname| text.first_chunk::<6>() == surname.as_bytes().first_chunk());
    let single = SINGLE.get_or_init(surnames).may_hold(chars.first());
    match chars.len() {
        3.. if double => Verdict::Strong,
        2 | 3 if single => Verdict::Strong,
        // Four characters: the surnames of both parents, or something else.
        4 if single => Verdict::Valid,
        _ => Verdict::Weak,
    }
}

/// Names of minorities and foreigners, their parts joined by a middle dot.
fn transcribed(text: &str) -> Verdict {
    let parts = text.split(['·', '•', '・', '.']);
    let sound = parts.clone().count() <= 6
        && parts
            .clone()
            .all(|part| !part.is_empty() && part.chars().all(is_han));
    match sound && (4..=24).contains(&text.chars().count()) {
        true => Verdict::Valid,
        false => Verdict::Reject,
    }
}

/// Two to four words in Latin letters.
fn latin(text: &str) -> Verdict {
    let mut n_words = 0;
    for word in text.split([' ', ',', '.']).filter(|w| !w.is_empty()) {
        n_words += 1;
        let letters = word
            .bytes()
            .all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'\''));
        if !letters || LATIN_WORDS.iter().any(|w| word.eq_ignore_ascii_case(w)) {
            return Verdict::Reject;
        }
    }
    match n_words {
        2..=4 => Verdict::Valid,
        _ => Verdict::Reject,
    }
}

/// Whether this is a Han character (the unified block and its first extension).
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn the_table_is_sound() {
        assert!(SURNAMES.lines().all(|line| line.chars().count() == 1));
        assert!(SURNAMES.lines().count() > 400);
        // The twenty most frequent surnames.
        for surname in "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗".chars() {
            assert!(surnames().may_hold(Some(&surname)), "{surname}");
        }
        assert!(DOUBLE_SURNAMES.iter().all(|s| s.chars().count() == 2));
    }

    #[test]
    fn surnames_are_evidence() {
        for (text, want) in [
            ("张三", Verdict::Strong),
            ("李小明", Verdict::Strong),
            ("欧阳修远", Verdict::Strong),
            ("诸葛明", Verdict::Strong),
            ("张王小明", Verdict::Valid),
            ("兀立", Verdict::Weak),
            ("买买提·艾力", Verdict::Valid),
            ("阿卜杜拉·买合木提", Verdict::Valid),
            ("Zhang San", Verdict::Valid),
            ("Anne-Marie O'Neil", Verdict::Valid),
        ] {
            check(name, text, true, want, text);
        }
    }

    #[test]
    fn rejects_what_names_nobody() {
        for (text, why) in [
            ("李", "a surname alone"),
            ("未知", "a placeholder"),
            ("匿名用户", "a placeholder"),
            ("李某某", "made anonymous"),
            ("王府酒店", "a hotel"),
            ("华为公司", "a company"),
            ("东方峻景信息有限公司", "a company"),
            ("张三。", "punctuation"),
            ("张三1", "a digit"),
            ("张三·", "an empty part"),
            ("Acme Ltd", "a company"),
            ("admin", "a role"),
            ("", "nothing"),
        ] {
            rejects(name, text, true, why);
        }
        rejects(name, "张三", false, "running text is not searched");
    }
}

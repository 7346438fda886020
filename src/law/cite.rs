//! Provision ids, levels and units in words.
//!
//! Ids are `ARTICLE[.PARAGRAPH][(ITEM)]` in digits, or `annex[.PART]`; any other id is shown as it is. Wording speaks
//! of volumes and numbers, never of persons.

use super::evaluate::Result;
use super::instrument::{Citation, Text, Unit};
use super::understood::Instrument;
use super::{Level, Named, Yuan};
use crate::number::thousands;

impl Instrument {
    /// An id of a provision as it is cited.
    pub(super) fn cite(&self, id: &str) -> Text {
        match self.file().citation {
            Citation::Article => cite(id),
            Citation::Plain => Text {
                zh: id.to_owned(),
                en: id.to_owned(),
            },
        }
    }

    /// A level or an outcome in words.
    pub(super) fn result_words(&self, result: Result) -> Text {
        match result.outcome {
            Some(at) => self.file().outcomes[at].name.clone(),
            None => level(result.level),
        }
    }

    /// An outcome with its id.
    pub(super) fn named(&self, outcome: Option<usize>) -> Option<Named> {
        let outcome = &self.file().outcomes[outcome?];
        Some(Named {
            id: outcome.id.clone(),
            en: outcome.name.en.clone(),
            zh: outcome.name.zh.clone(),
        })
    }
}

/// An id as a citation: `5.1(4)` is `Art. 5 para. 1 (4)` and `第五条第一款第四项`. What follows a `/` names a
/// part of it.
pub(super) fn cite(id: &str) -> Text {
    if let Some((id, part)) = id.split_once('/') {
        let whole = cite(id);
        // The part is an English word; the quote beside it shows which one is meant.
        return Text {
            zh: whole.zh,
            en: format!("{}, {part}", whole.en),
        };
    }
    if let Some(rest) = id.strip_prefix("annex") {
        return annex(rest);
    }
    match parts(id) {
        Some((article, paragraph, item)) => {
            let mut zh = format!("第{}条", numeral(article));
            let mut en = format!("Art. {article}");
            if let Some(paragraph) = paragraph {
                zh.push_str(&format!("第{}款", numeral(paragraph)));
                en.push_str(&format!(" para. {paragraph}"));
            }
            if let Some(item) = item {
                zh.push_str(&format!("第{}项", numeral(item)));
                en.push_str(&format!(" ({item})"));
            }
            Text { zh, en }
        }
        None => Text {
            zh: id.to_owned(),
            en: id.to_owned(),
        },
    }
}

/// `annex.3` is the third part of the annex.
fn annex(rest: &str) -> Text {
    let part = rest.strip_prefix('.').and_then(|n| n.parse().ok());
    let (zh, en) = match part {
        Some(n) => (
            format!("附件第{}部分", numeral(n)),
            format!("Annex, part {n}"),
        ),
        None => ("附件".to_owned(), "Annex".to_owned()),
    };
    Text { zh, en }
}

fn parts(id: &str) -> Option<(u64, Option<u64>, Option<u64>)> {
    let (rest, item) = match id.strip_suffix(')').and_then(|s| s.split_once('(')) {
        Some((rest, item)) => (rest, Some(item.parse().ok()?)),
        None => (id, None),
    };
    match rest.split_once('.') {
        Some((article, paragraph)) => {
            Some((article.parse().ok()?, Some(paragraph.parse().ok()?), item))
        }
        None => Some((rest.parse().ok()?, None, item)),
    }
}

/// 1 to 999 in Chinese numerals; other numbers in digits.
fn numeral(n: u64) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: u64| DIGITS[usize::try_from(n % 10).unwrap_or(0)];
    match n {
        1..10 => digit(n).to_owned(),
        10..20 => format!("十{}", digit(n)),
        20..100 => format!("{}十{}", digit(n / 10), digit(n)),
        100..1000 => {
            let rest = n % 100;
            let tail = match rest {
                0 => String::new(),
                1..10 => format!("零{}", numeral(rest)),
                10..20 => format!("一{}", numeral(rest)),
                _ => numeral(rest),
            };
            format!("{}百{tail}", digit(n / 100))
        }
        _ => n.to_string(),
    }
}

/// A level in words.
pub(super) fn level(level: Level) -> Text {
    let (zh, en) = match level {
        Level::None => ("未达标准", "none"),
        Level::Serious => ("情节严重", "serious"),
        Level::EspeciallySerious => ("情节特别严重", "especially serious"),
    };
    Text {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

/// `n` units in words, with the English plural.
pub(super) fn units(unit: Unit, n: u64) -> Text {
    let (zh, one, many) = match unit {
        Unit::Item => ("条", "item", "items"),
        Unit::Person => ("人", "person", "persons"),
        Unit::CredentialSet => ("组", "set of credentials", "sets of credentials"),
    };
    let en = if n == 1 { one } else { many };
    Text {
        zh: format!("{} {zh}", thousands(n)),
        en: format!("{} {en}", thousands(n)),
    }
}

/// An amount of yuan with a comma between thousands, and cents where there are any.
pub(super) fn yuan(amount: Yuan) -> String {
    let whole = thousands(amount.whole_yuan());
    match amount.cents() % 100 {
        0 => whole,
        cents => format!("{whole}.{cents:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(id: &str, zh: &str, en: &str) {
        let cited = cite(id);
        assert_eq!((cited.zh.as_str(), cited.en.as_str()), (zh, en));
    }

    #[test]
    fn ids_are_cited_as_the_law_does() {
        check("5.1(4)", "第五条第一款第四项", "Art. 5 para. 1 (4)");
        check("5.1(10)", "第五条第一款第十项", "Art. 5 para. 1 (10)");
        check("11.2", "第十一条第二款", "Art. 11 para. 2");
        check("13", "第十三条", "Art. 13");
        check("28(3)", "第二十八条第三项", "Art. 28 (3)");
        check("66.1/person", "第六十六条第一款", "Art. 66 para. 1, person");
        check("253", "第二百五十三条", "Art. 253");
        check("110", "第一百一十条", "Art. 110");
        check("105", "第一百零五条", "Art. 105");
        check("120", "第一百二十条", "Art. 120");
        check("164.404(a)", "164.404(a)", "164.404(a)");
        check("annex", "附件", "Annex");
        check("annex.3", "附件第三部分", "Annex, part 3");
        check("", "", "");
    }

    #[test]
    fn amounts_are_grouped() {
        assert_eq!(yuan("61429.01".parse().unwrap()), "61,429.01");
        assert_eq!(yuan(Yuan::whole(26_000)), "26,000");
    }
}

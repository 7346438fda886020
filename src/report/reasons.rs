//! The words of explanations, in both languages: what stands behind each id of a reason.
//!
//! Short enough for a line. Ids that are not known here are shown as they are, so that a newer explanation can be read.

use super::Lang;
use crate::explain::{ColumnShown, MatchShown, MissShown, Named};

/// A name in a language.
pub(super) fn name(named: &Named, lang: Lang) -> &str {
    lang.choose(&named.en, &named.zh)
}

/// Names in a list: at most `max` of them, then how many more.
pub(super) fn names(named: &[Named], max: usize, lang: Lang) -> String {
    let shown: Vec<&str> = named.iter().take(max).map(|n| name(n, lang)).collect();
    let list = shown.join(lang.choose(", ", "、"));
    match named.len().saturating_sub(max) {
        0 => list,
        n => match lang {
            Lang::En => format!("{list} and {n} more"),
            Lang::Zh => format!("{list}等 {} 项", named.len()),
        },
    }
}

/// What a validator noted.
pub(super) fn why(id: &str, lang: Lang) -> &str {
    let (en, zh) = match id {
        "form" => ("its form is another", "格式不符"),
        "repeated" => ("one digit repeated, a filler", "数字重复，属占位值"),
        "region" => ("no such province", "省级代码不存在"),
        "date" => ("no such date", "日期不存在"),
        "checksum" => ("the check digit does not fit", "校验位不符"),
        "needs-context" => ("alone it proves too little", "单独出现时证据不足"),
        "no-issuer" => ("no issuer's numbers begin so", "无此号段的发行机构"),
        "no-person" => (
            "an organisation, a role or a placeholder",
            "为机构、岗位或占位词",
        ),
        "no-addressee" => ("a private or reserved address", "为内部或保留地址"),
        "unknown-region" => ("county code in no list", "区县代码不在名录中"),
        "unissued-sequence" => ("sequence 000 is not issued", "顺序码 000 未签发"),
        "prefix-not-in-force" => ("prefix not in force", "号段未启用"),
        "machine" => ("a machine's number", "物联网号码"),
        "trunk-prefix" => (
            "a 0 in front, as serial numbers have",
            "前有 0，与流水号相近",
        ),
        "no-area-code" => ("no area code", "缺少区号"),
        "unknown-area-code" => ("area code in no list", "区号不在名录中"),
        "unlikely-subscriber" => ("digits that no subscriber is given", "用户号码不在常规范围"),
        "unknown-issuer" => ("issuer in no list", "发卡机构不在名录中"),
        "unchecked" => (
            "issued without a check digit, or not required there",
            "该类号码签发时不带或不要求校验位",
        ),
        "common-form" => ("other numbers often look so", "与其他号码形式相近"),
        "unknown-surname" => ("surname in no list", "姓氏不在名录中"),
        "known-issuer" => ("listed issuer", "发卡机构在名录中"),
        "known-surname" => ("listed surname", "姓氏在名录中"),
        "inner-checksum" => (
            "the organisation code inside is sound too",
            "内含的组织机构代码亦校验通过",
        ),
        _ => (id, id),
    };
    lang.choose(en, zh)
}

/// A check that was passed.
fn check(id: &str, standard: Option<&str>, lang: Lang) -> String {
    let (en, zh) = match id {
        "form" => ("form", "格式"),
        "region" => ("province", "省级代码"),
        "date" => ("date", "日期"),
        "range" => ("range", "取值范围"),
        "checksum" => ("check digit", "校验位"),
        _ => (id, id),
    };
    let word = lang.choose(en, zh);
    match standard {
        Some(standard) if lang == Lang::En => format!("{word} ({standard})"),
        Some(standard) => format!("{word}（{standard}）"),
        None => word.to_owned(),
    }
}

/// How sure a match is.
pub(super) fn confidence(id: &str, lang: Lang) -> &str {
    let zh = match id {
        "high" => "高",
        "medium" => "中",
        "low" => "低",
        _ => id,
    };
    lang.choose(id, zh)
}

/// What becomes of a match that is not counted.
pub(super) fn status(id: &str, lang: Lang) -> Option<&'static str> {
    let (en, zh) = match id {
        "test" => (
            "a documented test value, counted apart",
            "公开的测试号码，单独计数",
        ),
        "masked" => (
            "masked in the source, counted apart",
            "来源中已脱敏，单独计数",
        ),
        "failed_checksum" => (
            "the check digit does not fit, counted apart",
            "校验位不符，单独计数",
        ),
        _ => return None,
    };
    Some(lang.choose(en, zh))
}

/// Why a match has its confidence.
pub(super) fn grounds(m: &MatchShown, lang: Lang) -> String {
    let (en, zh) = match m.context {
        "column" => ("in a column of its kind", "位于该类列中"),
        "label" => ("behind a label", "位于标签之后"),
        _ => ("alone, without column or label", "单独出现，无列名或标签"),
    };
    let mut text = lang.choose(en, zh).to_owned();
    if m.status == "failed_checksum" {
        return text;
    }
    let moved = m.base != m.confidence;
    if let Some(id) = m.why {
        text.push_str(lang.choose(", ", "；"));
        text.push_str(why(id, lang));
    }
    if moved {
        let from = confidence(m.base, lang);
        text.push_str(&match lang {
            Lang::En => format!(" (else {from})"),
            Lang::Zh => format!("（否则为{from}）"),
        });
    }
    text
}

/// The checks that a match passed.
pub(super) fn passed(m: &MatchShown, lang: Lang) -> String {
    let checks = m.passed.iter().map(|c| check(c.check, c.standard, lang));
    let checks: Vec<String> = checks.collect();
    match lang {
        Lang::En => format!("passed: {}", checks.join(", ")),
        Lang::Zh => format!("通过：{}", checks.join("、")),
    }
}

/// Why a near miss is none.
pub(super) fn miss(m: &MissShown, lang: Lang) -> String {
    let detail = m.detail.unwrap_or_default();
    let (en, zh) = match m.reason {
        "neighbour-before" => ("{0} stands before it", "其前紧接{0}"),
        "neighbour-behind" => ("{0} follows it", "其后紧接{0}"),
        "groups" => ("the groups go on", "属于更长的分组"),
        "vetoed" => (
            "by chance: the column holds numbers of another sort",
            "偶然吻合：该列为其他编号",
        ),
        "needs-context" => (
            "only in a column of its kind or behind a label",
            "须位于该类列中或标签之后",
        ),
        "lost" => ("{1} stands there: {0}", "该处已认定为{1}：{0}"),
        _ if detail.is_empty() => ("its validator refuses it", "未通过该类校验"),
        _ => ("{0}", "{0}"),
    };
    let word = match m.reason {
        "lost" => decided(detail, lang),
        "refused" => why(detail, lang),
        _ => neighbour(detail, lang),
    };
    let to = m.to.as_ref().map(|to| to.id.as_str()).unwrap_or_default();
    let mut text = lang.choose(en, zh).replace("{0}", word).replace("{1}", to);
    if let Some(standard) = m.standard {
        text.push_str(&match lang {
            Lang::En => format!(" ({standard})"),
            Lang::Zh => format!("（{standard}）"),
        });
    }
    text
}

fn neighbour(id: &str, lang: Lang) -> &str {
    let (en, zh) = match id {
        "digit" => ("a digit", "数字"),
        "letter" => ("a letter", "字母"),
        "underscore" => ("an underscore", "下划线"),
        "point" => ("a point and more", "小数点及其他字符"),
        "hyphen" => ("a hyphen and more", "连字符及其他字符"),
        _ => ("a sign", "符号"),
    };
    lang.choose(en, zh)
}

fn decided(id: &str, lang: Lang) -> &str {
    let (en, zh) = match id {
        "checksum" => ("its check digit fits", "其校验位相符"),
        "length" => ("it is longer", "其更长"),
        "precedence" => ("it shows more structure", "其结构更明确"),
        _ => ("it comes first", "其次序在前"),
    };
    lang.choose(en, zh)
}

/// Why a column is what it is.
pub(super) fn column(c: &ColumnShown, lang: Lang) -> String {
    let mut parts: Vec<String> = Vec::new();
    let named = c.header.as_ref();
    let agrees = named.is_some_and(|h| c.role.as_ref() == Some(&h.role));
    match (named, agrees) {
        (Some(header), true) => parts.push(by(header.by, lang).to_owned()),
        (Some(header), false) => parts.push(match (c.role.is_some(), header.weak) {
            (true, _) => overruled(name(&header.role, lang), lang),
            (false, true) => undecided(name(&header.role, lang), lang),
            (false, false) => contradicted(name(&header.role, lang), lang),
        }),
        (None, _) => {}
    }
    let (n, of) = (c.agreeing, c.cells);
    match (c.role.is_some(), c.from) {
        (false, _) if parts.is_empty() => {
            parts.push(
                lang.choose("neither header nor cells tell", "列名与内容均无从判断")
                    .to_owned(),
            );
        }
        (true, "both" | "cells") => parts.push(match lang {
            Lang::En => format!("{n} of {of} cells agree"),
            Lang::Zh => format!("抽样 {of} 格中 {n} 格相符"),
        }),
        (true, "header") if of > 0 && n > 0 => parts.push(match lang {
            Lang::En => format!("{n} of {of} cells look so"),
            Lang::Zh => format!("抽样 {of} 格中 {n} 格相似"),
        }),
        _ => {}
    }
    if c.veto {
        let (en, zh) = ("chance hits do not count", "偶然吻合不计");
        parts.push(lang.choose(en, zh).to_owned());
    }
    if c.prose {
        parts.push(lang.choose("running text", "正文").to_owned());
    }
    parts.join(lang.choose(", ", "，"))
}

fn by(id: &str, lang: Lang) -> &str {
    let (en, zh) = match id {
        "whole" => ("by its header", "列名一致"),
        "path" => ("by the end of its path", "路径末段一致"),
        "ending" => ("by the last words of its header", "列名词尾一致"),
        "comment" => ("by its comment", "列注释一致"),
        _ => (id, id),
    };
    lang.choose(en, zh)
}

fn overruled(role: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("header says {role}, cells overrule it"),
        Lang::Zh => format!("列名为“{role}”，依内容改判"),
    }
}

fn undecided(role: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("header may mean {role}, cells do not confirm it"),
        Lang::Zh => format!("列名或指“{role}”，内容未能印证"),
    }
}

fn contradicted(role: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("header says {role}, cells contradict it"),
        Lang::Zh => format!("列名为“{role}”，内容与之不符"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::validate::Why;

    #[test]
    fn every_reason_has_words_in_both_languages() {
        for reason in Why::ALL {
            for lang in [Lang::En, Lang::Zh] {
                assert_ne!(why(reason.id(), lang), reason.id());
            }
            assert_ne!(why(reason.id(), Lang::En), why(reason.id(), Lang::Zh));
        }
    }
}

//! An instrument as text for a reader: everything the file says, in Markdown, in Chinese or
//! English.
//!
//! Quotes stay in Chinese in both languages, because they are the law. Nothing here is evaluated.

use std::fmt::Write as _;

use super::Basis;
use super::appendix;
use super::cite::{level as level_words, units};
use super::instrument::{ClassList, Comparison, Confidence, InstrumentFile, Nature, Text, Unit};
use super::provision::Condition;
use super::understood::{Instrument, Rule};
use crate::category::{Category, Reading};
use crate::number::{hundredths, thousands};

/// A phrase in the language asked for.
pub(super) fn say<'a>(zh: bool, chinese: &'a str, english: &'a str) -> &'a str {
    if zh { chinese } else { english }
}

impl Instrument {
    /// The whole instrument in Markdown: title, dates, classes, provisions with quotes and numbers,
    /// categories under each reading with the reason of each dispute.
    pub fn describe(&self, zh: bool) -> String {
        let mut out = String::new();
        head(&mut out, self.file(), zh);
        classes(&mut out, self.file(), zh);
        provisions(&mut out, self, zh);
        appendix::consequences(&mut out, self, zh);
        appendix::facts(&mut out, self.file(), zh);
        appendix::score(&mut out, self.file(), zh);
        categories(&mut out, self, zh);
        disputes(&mut out, self.file(), zh);
        appendix::positions(&mut out, self.file(), zh);
        appendix::terms(&mut out, self.file(), zh);
        statutes(&mut out, self.file(), zh);
        out
    }
}

fn nature(nature: Nature, zh: bool) -> &'static str {
    match nature {
        Nature::Criminal => say(zh, "刑事", "criminal law"),
        Nature::Administrative => say(zh, "行政", "administrative law"),
        Nature::Guidance => say(
            zh,
            "指引或者标准，没有法律约束力",
            "guidance, without force of law",
        ),
        Nature::Policy => say(zh, "自定规则", "a rule of one's own"),
    }
}

/// Writing to a string cannot fail; this keeps that in one place.
pub(super) fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes every write");
    out.push('\n');
}

fn head(out: &mut String, file: &InstrumentFile, zh: bool) {
    line(out, format_args!("# {}\n", file.title.get(zh)));
    if !zh {
        line(out, format_args!("{}\n", file.title.zh));
    }
    line(
        out,
        format_args!("- {}: `{}`", say(zh, "标识", "id"), file.id),
    );
    line(
        out,
        format_args!("- {}: {}", say(zh, "文号", "number"), file.number),
    );
    line(
        out,
        format_args!(
            "- {}: {}",
            say(zh, "性质", "nature"),
            nature(file.nature, zh)
        ),
    );
    line(
        out,
        format_args!(
            "- {}: {}",
            say(zh, "制定机关", "issued by"),
            file.issuer.get(zh)
        ),
    );
    if let Some(issued) = file.in_force.issued {
        line(
            out,
            format_args!("- {}: {issued}", say(zh, "公布", "published")),
        );
    }
    let until = file
        .in_force
        .to
        .map(|to| format!(" – {to}"))
        .unwrap_or_default();
    let known = appendix::doubt(file.in_force.confidence, zh);
    match file.in_force.from {
        Some(from) => {
            let name = say(zh, "施行", "in force from");
            line(out, format_args!("- {name}: {from}{until}{known}"));
        }
        None => {
            let text = say(
                zh,
                "**尚未施行**，数量标准仅供参照",
                "**not in force**, its numbers are for comparison only",
            );
            line(out, format_args!("- {text}{known}"));
        }
    }
    let url = file
        .source
        .url
        .as_ref()
        .map(|url| format!(" <{url}>"))
        .unwrap_or_default();
    let known = match file.source.confidence {
        Confidence::Text => String::new(),
        other => format!(" ({})", confidence(other, zh)),
    };
    let source = &file.source.name;
    line(
        out,
        format_args!("- {}: {source}{url}{known}", say(zh, "出处", "source")),
    );
    let unit = match (file.unit, zh) {
        (Unit::Item, true) => "条（去重后的信息条数）",
        (Unit::Item, false) => "items (records after de-duplication)",
        (Unit::Person, true) => "人（不同的信息主体）",
        (Unit::Person, false) => "persons (different data subjects)",
        (Unit::CredentialSet, true) => "组（身份认证信息）",
        (Unit::CredentialSet, false) => "sets of credentials",
    };
    line(
        out,
        format_args!("- {}: {unit}", say(zh, "计数单位", "unit")),
    );
    let comparison = match (file.comparison, zh) {
        (Comparison::AtLeast, true) => "“以上”包括本数",
        (Comparison::AtLeast, false) => "the number itself is included",
        (Comparison::MoreThan, true) => "须超过本数",
        (Comparison::MoreThan, false) => "the number must be exceeded",
    };
    line(
        out,
        format_args!("- {}: {comparison}", say(zh, "比较", "comparison")),
    );
    scope(out, file, zh);
    if let Some(summary) = &file.summary {
        line(out, format_args!("\n{}", summary.get(zh)));
    }
}

/// Whom the numbers count, where age or residence matters.
fn scope(out: &mut String, file: &InstrumentFile, zh: bool) {
    if let Some(scope) = &file.scope {
        let places = scope.residence.join(", ");
        let fact = scope
            .everybody
            .as_ref()
            .and_then(|id| file.facts.iter().find(|f| f.id == *id));
        let unless = fact.map_or(String::new(), |fact| {
            let (open, close) = (
                say(zh, "；如", "; everybody if "),
                say(zh, "，不论居住地", ""),
            );
            format!("{open}{}{close}", fact.text.get(zh))
        });
        let name = say(
            zh,
            "按居住地计数（数据显示居住地时）",
            "counts persons living in (where the data shows it)",
        );
        line(out, format_args!("- {name}: {places}{unless}"));
    }
    if let Some(years) = file.sensitive_below {
        let text = say(
            zh,
            "不满 {} 周岁的人的信息均属敏感",
            "everything of persons under {} is sensitive",
        );
        line(
            out,
            format_args!("- {}", text.replace("{}", &years.to_string())),
        );
    }
}

fn classes(out: &mut String, file: &InstrumentFile, zh: bool) {
    line(out, format_args!("\n## {}\n", say(zh, "类别", "Classes")));
    line(
        out,
        format_args!(
            "{}",
            say(
                zh,
                "| 类 | 标准 | 折算权重 | 范围 | 内容 |",
                "| class | number | weight | list | content |"
            )
        ),
    );
    line(out, format_args!("| --- | ---: | ---: | --- | --- |"));
    for class in &file.classes {
        let list = match class.list {
            ClassList::Closed => say(zh, "封闭", "closed"),
            ClassList::Open => say(zh, "开放", "open"),
        };
        let number = |n: Option<u64>| n.map_or_else(|| "–".to_owned(), thousands);
        let (id, number, weight) = (&class.id, number(class.threshold), number(class.weight));
        line(
            out,
            format_args!(
                "| {id} | {number} | {weight} | {list} | {} |",
                class.name.get(zh)
            ),
        );
    }
}

fn provisions(out: &mut String, instrument: &Instrument, zh: bool) {
    line(out, format_args!("\n## {}", say(zh, "条款", "Provisions")));
    for (index, provision) in instrument.file().provisions.iter().enumerate() {
        let file = instrument.file();
        let outcome = file
            .outcomes
            .iter()
            .find(|o| Some(&o.id) == provision.outcome.as_ref());
        let leads_to = match outcome {
            Some(outcome) => Some(outcome.name.clone()),
            None => provision.level.map(level_words),
        };
        let leads_to = leads_to.map_or_else(String::new, |t| format!(" — {}", t.get(zh)));
        line(
            out,
            format_args!(
                "\n### {}{leads_to}\n",
                heading(instrument, &provision.id, zh)
            ),
        );
        line(out, format_args!("> {}\n", provision.quote));
        line(out, format_args!("{}", provision.summary.get(zh)));
        numbers(out, instrument, index, zh);
        let conditions = [
            (&provision.when, "条件", "condition", "，且", " and "),
            (&provision.unless, "除外", "unless", "，或者", " or "),
        ];
        for (all, name_zh, name_en, and_zh, and_en) in conditions {
            let words: Vec<&str> = all.iter().map(|c| condition(file, c, zh)).collect();
            if !words.is_empty() {
                let words = words.join(say(zh, and_zh, and_en));
                line(
                    out,
                    format_args!("- {}: {words}", say(zh, name_zh, name_en)),
                );
            }
        }
        if let Some(source) = &provision.source {
            line(
                out,
                format_args!("- {}: {source}", say(zh, "出处", "source")),
            );
        }
        if let Some(note) = &provision.note {
            line(
                out,
                format_args!("- {}: {}", say(zh, "说明", "note"), note.get(zh)),
            );
        }
        if provision.confidence != Confidence::Text {
            line(
                out,
                format_args!(
                    "- {}: {}",
                    say(zh, "可靠程度", "confidence"),
                    confidence(provision.confidence, zh)
                ),
            );
        }
    }
}

/// An id as it is cited, and as it is written where that differs.
pub(super) fn heading(instrument: &Instrument, id: &str, zh: bool) -> String {
    let cited = instrument.cite(id);
    match cited.get(zh) {
        cited if cited == id => format!("`{id}`"),
        cited => format!("{cited} `{id}`"),
    }
}

/// Every number that a provision compares to, with the provision it scales.
fn numbers(out: &mut String, instrument: &Instrument, index: usize, zh: bool) {
    for rule in instrument
        .rules()
        .iter()
        .filter(|rule| rule.provision == index)
    {
        let base = rule
            .base
            .map(|base| instrument.cite(&instrument.provision(base).id));
        let of = base
            .map(|base| format!(" ({})", base.get(zh)))
            .unwrap_or_default();
        let under = rule.under.map(|n| {
            let n = thousands(n);
            say(zh, "，不满 {}", ", fewer than {}").replace("{}", &n)
        });
        let under = under.unwrap_or_default();
        // The provision tells its own conditions; those of the one it scales hold here as well.
        let own = &instrument.provision(index).when;
        let further = rule.when.iter().filter(|c| !own.contains(c)).cloned();
        let further =
            appendix::conditions(instrument.file(), &further.collect::<Vec<_>>(), &[], zh);
        line(
            out,
            format_args!("- {}{under}{of}{further}", counted(instrument, rule, zh)),
        );
    }
}

/// What a rule counts, against its number.
fn counted(instrument: &Instrument, rule: &Rule, zh: bool) -> String {
    let file = instrument.file();
    let first = rule.comparison.first(0) > 0;
    let than = |number: String| match first {
        true => say(zh, "超过 {}", "more than {}").replace("{}", &number),
        false => number,
    };
    let number = than(thousands(rule.threshold));
    let of_units = || than(units(file.unit, rule.threshold).get(zh).to_owned());
    match rule.basis {
        Basis::Class => {
            let id = rule.class.map_or("", |class| &file.classes[class].id);
            format!("{} {id}: {}", say(zh, "类", "class"), of_units())
        }
        Basis::Units => {
            let classes = file.classes.iter().zip(&rule.classes).filter(|c| *c.1);
            let ids: Vec<&str> = classes.map(|c| c.0.id.as_str()).collect();
            let who = match (rule.attribute, &rule.residence) {
                (Some(attribute), _) if rule.classes.iter().all(|c| *c) => {
                    format!("`{}`", attribute.id())
                }
                (Some(attribute), _) => format!("`{}` ({})", attribute.id(), ids.join(", ")),
                (None, Some(place)) => format!("{} `{place}`", say(zh, "居住于", "living in")),
                (None, None) if !rule.categories.is_empty() => {
                    let names = rule.categories.iter();
                    let names = names.map(|c| say(zh, c.name_zh(), c.name_en()));
                    names.collect::<Vec<_>>().join(say(zh, "、", ", "))
                }
                (None, None) => format!("{} {}", say(zh, "类", "class"), ids.join(", ")),
            };
            format!("{who}: {}", of_units())
        }
        Basis::Total => say(zh, "按比例合计 {}", "converted total of {}").replace("{}", &number),
        Basis::Gains => {
            say(zh, "违法所得 {} 元", "illegal gains of {} yuan").replace("{}", &number)
        }
        Basis::Profit => say(zh, "获利 {} 元", "profit of {} yuan").replace("{}", &number),
        Basis::Loss => say(zh, "经济损失 {} 元", "economic loss of {} yuan").replace("{}", &number),
        Basis::Score => {
            let score = than(hundredths(rule.threshold));
            say(zh, "严重程度得分 {}", "severity score of {}").replace("{}", &score)
        }
        Basis::Prior | Basis::Fact => say(zh, "不论数量", "whatever the volume").to_owned(),
    }
}

pub(super) fn condition<'a>(
    file: &'a InstrumentFile,
    condition: &'a Condition,
    zh: bool,
) -> &'a str {
    match condition {
        Condition::Fact(id) => {
            let fact = file.facts.iter().find(|fact| fact.id == *id);
            fact.map_or(id.as_str(), |fact| fact.text.get(zh))
        }
        Condition::InDuty => say(
            zh,
            "在履行职责或者提供服务过程中获得",
            "obtained in duty or service",
        ),
        Condition::Provided => say(zh, "出售或者提供给他人", "sold or provided to others"),
        Condition::LawfulBusiness => say(
            zh,
            "为合法经营活动购买、收受，且未再提供",
            "bought or received for lawful business and not passed on",
        ),
    }
}

pub(super) fn confidence(confidence: Confidence, zh: bool) -> &'static str {
    match confidence {
        Confidence::Text => say(zh, "原文", "the text itself"),
        Confidence::Secondary => say(zh, "二手资料", "a secondary source"),
        Confidence::Inferred => say(zh, "推论", "inferred"),
        Confidence::Unconfirmed => say(zh, "未核实", "unconfirmed"),
    }
}

fn categories(out: &mut String, instrument: &Instrument, zh: bool) {
    line(
        out,
        format_args!(
            "\n## {}\n",
            say(zh, "各类信息的归类", "Categories under each reading")
        ),
    );
    line(
        out,
        format_args!(
            "{}",
            say(
                zh,
                "| 类别 | 名称 | 通常 | 从宽 | 从严 | 依据 | 可靠程度 |",
                "| category | name | default | lenient | strict | basis | confidence |",
            )
        ),
    );
    line(
        out,
        format_args!("| --- | --- | --- | --- | --- | --- | --- |"),
    );
    for category in Category::ALL {
        let Some(written) = instrument.file().categories.get(category.id()) else {
            continue;
        };
        let cells = Reading::ALL.map(|reading| cell(instrument, category, reading, zh));
        let name = say(zh, category.name_zh(), category.name_en());
        line(
            out,
            format_args!(
                "| `{category}` | {name} | {} | {} | {} |",
                cells.join(" | "),
                written.source,
                confidence(written.confidence, zh)
            ),
        );
    }
    let bare = say(
        zh,
        "括号内为仅有该类最弱形式（如只有号码、没有姓名等其他内容）时的归类。",
        "In brackets: where a record supports the category only in its \
             weak form (a number with nothing else).",
    );
    line(out, format_args!("\n{bare}"));
}

/// The class of a category, and in brackets that of its bare form where it differs.
fn cell(instrument: &Instrument, category: Category, reading: Reading, zh: bool) -> String {
    let class = |bare: bool| match instrument.rank(category, bare, reading) {
        Some(class) => instrument.file().classes[usize::from(class)].id.as_str(),
        None => say(zh, "不计", "excluded"),
    };
    let (full, bare) = (class(false), class(true));
    if full == bare {
        full.to_owned()
    } else {
        format!("{full} ({bare})")
    }
}

fn disputes(out: &mut String, file: &InstrumentFile, zh: bool) {
    line(out, format_args!("\n## {}\n", say(zh, "争议", "Disputes")));
    for category in Category::ALL {
        let why: Option<&Text> = file
            .categories
            .get(category.id())
            .and_then(|w| w.why.as_ref());
        if let Some(why) = why {
            let name = say(zh, category.name_zh(), category.name_en());
            line(
                out,
                format_args!("- **{name}** (`{category}`): {}", why.get(zh)),
            );
        }
    }
}

fn statutes(out: &mut String, file: &InstrumentFile, zh: bool) {
    if file.statutes.is_empty() {
        return;
    }
    line(
        out,
        format_args!(
            "\n## {}\n",
            say(zh, "按行为日期适用的法律", "Statute by the date of the act")
        ),
    );
    for statute in &file.statutes {
        let to = statute.to.map(|to| to.to_string()).unwrap_or_default();
        let highest = level_words(statute.highest);
        line(
            out,
            format_args!(
                "- {} – {to}: {} ({}); {}: {}{}",
                statute.from,
                statute.name.get(zh),
                statute.source,
                say(zh, "最高一档", "highest level"),
                highest.get(zh),
                appendix::doubt(statute.confidence, zh)
            ),
        );
        if let Some(quote) = &statute.quote {
            let paragraphs: Vec<&str> = quote.trim().lines().collect();
            line(out, format_args!("  > {}", paragraphs.join("\n  >\n  > ")));
        }
        for penalty in &statute.penalties {
            let level = level_words(penalty.level);
            line(
                out,
                format_args!("  - {}: {}", level.get(zh), penalty.text.get(zh)),
            );
        }
    }
}

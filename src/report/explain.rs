//! An explanation for a terminal, and as JSON: what is asked first stands first, one thought a line.
//!
//! Order and layout are decided here, words in `reasons`. Everything that comes from outside is made harmless by the page it
//! is written on, revealed values too.

use std::io::{self, BufWriter, Write};

use super::number::thousands;
use super::reasons;
use super::terminal::{Cut, Page, Span, Style, shorten, width};
use super::words::{self, Msg};
use super::{Lang, Options, ignored, json};
use crate::explain::{
    ColumnShown, CountsShown, Explanation, FieldShown, MatchShown, Named, NearShown, RecordShown,
    RuleOfIgnoring, TableShown,
};

/// Widest name of a column that is shown whole.
const NAME_WIDTH_MAX: usize = 24;

/// Most roles that are named in one line.
const ROLES_SHOWN: usize = 5;

/// Writes an explanation as text and flushes.
///
/// # Errors
/// When `wtr` fails.
pub fn write_explanation(
    wtr: &mut dyn Write,
    explanation: &Explanation,
    options: &Options,
) -> io::Result<()> {
    let mut wtr = BufWriter::new(wtr);
    let page = Page::new(&mut wtr, options);
    Sheet {
        page,
        lang: options.lang,
        options,
        explanation,
    }
    .write()?;
    wtr.flush()
}

/// Writes an explanation as JSON, schema [`crate::explain::SCHEMA`], and flushes.
///
/// # Errors
/// When `wtr` fails.
pub fn write_explanation_json(wtr: &mut dyn Write, explanation: &Explanation) -> io::Result<()> {
    let mut wtr = BufWriter::new(wtr);
    json::write_pretty(&mut wtr, explanation)?;
    wtr.flush()
}

struct Sheet<'w, 'e> {
    page: Page<'w>,
    lang: Lang,
    options: &'e Options,
    explanation: &'e Explanation,
}

impl Sheet<'_, '_> {
    fn write(&mut self) -> io::Result<()> {
        let explanation = self.explanation;
        self.page.blank()?;
        self.head()?;
        self.config()?;
        if let Some(line) = explanation.within {
            self.note(
                &format!("No record begins on line {line}; this is the one before it."),
                &format!("第 {line} 行不是记录的开头，以下为其前一条记录。"),
            )?;
        }
        let is_summary = explanation.totals.is_some();
        if is_summary {
            for table in &explanation.tables {
                self.table(table)?;
            }
        }
        for record in &explanation.records {
            self.record(record)?;
        }
        match explanation.members.is_empty() {
            true => self.more(is_summary)?,
            false => self.members()?,
        }
        for reason in &explanation.skipped {
            self.page.blank()?;
            let (en, zh) = ("Not read, or only in part:", "未读取或仅读取了一部分：");
            let text = format!("{} {reason}", self.lang.choose(en, zh));
            self.page.hanging("!", &text, Style::Warn)?;
        }
        Ok(())
    }

    /// What is in a container, one after the other.
    fn members(&mut self) -> io::Result<()> {
        let container = self.explanation;
        for member in &container.members {
            self.explanation = member;
            self.write()?;
        }
        self.explanation = container;
        if container.more_members {
            self.page.blank()?;
            let n = container.members.len();
            self.note(
                &format!("The first {n} members with records; name any other, as `outer.zip!/inner.csv`."),
                &format!("以上为前 {n} 个含有记录的成员；其余可指定成员查看，例如 `outer.zip!/inner.csv`。"),
            )?;
        }
        Ok(())
    }

    fn choose<'a>(&self, en: &'a str, zh: &'a str) -> &'a str {
        self.lang.choose(en, zh)
    }

    fn note(&mut self, en: &str, zh: &str) -> io::Result<()> {
        let text = self.lang.choose(en, zh).to_owned();
        self.page.paragraph(&text, Style::Dim)
    }

    /// The path, what the file is, and how much is in it.
    fn head(&mut self) -> io::Result<()> {
        let explanation = self.explanation;
        let path = shorten(&explanation.path, self.page.inner(), Cut::Middle);
        self.page.line(&[Span::new(&path, Style::Bold)])?;
        let mut parts = Vec::new();
        for part in [&explanation.format, &explanation.encoding] {
            if !part.is_empty() {
                parts.push(part.clone());
            }
        }
        if let Some(totals) = explanation.totals {
            let [all, with, classified] =
                [totals.records, totals.with_matches, totals.classified].map(thousands);
            let texts = match self.lang {
                Lang::En => [
                    format!("{all} record{}", if totals.records == 1 { "" } else { "s" }),
                    format!("{with} with findings"),
                    format!("{classified} in a category"),
                ],
                Lang::Zh => [
                    format!("{all} 条记录"),
                    format!("{with} 条有识别结果"),
                    format!("{classified} 条归入类别"),
                ],
            };
            parts.extend(texts);
        }
        self.page.joined(&parts, " · ", Style::Dim)
    }

    /// The configuration that was used, and the ignore rules of it that are past their day.
    fn config(&mut self) -> io::Result<()> {
        let explanation = self.explanation;
        if let Some(used) = &explanation.config {
            let text = ignored::config(used, self.lang).text;
            self.page.hanging("·", &text, Style::Dim)?;
        }
        for rule in &explanation.expired {
            let text = Msg::IgnoreExpired.with(self.lang, &[&rule.rule, &rule.expires]);
            let text = format!("{text}{}", self.stated(rule));
            self.page.hanging("!", &text, Style::Warn)?;
        }
        Ok(())
    }

    /// Who answers for a rule, and why it is there.
    fn stated(&self, rule: &RuleOfIgnoring) -> String {
        let owner = Msg::BudgetOwner.with(self.lang, &[&rule.owner]);
        let reason = Msg::BudgetReason.with(self.lang, &[&rule.reason]);
        format!("{owner}{reason}")
    }

    /// What ignore rules take out of a record.
    fn ignored(&mut self, record: &RecordShown) -> io::Result<()> {
        if record.ignored.is_empty() {
            return Ok(());
        }
        let title = self.choose("What is ignored", "被忽略的内容").to_owned();
        self.heading(&title)?;
        for shown in &record.ignored {
            let (rule, n) = (&shown.rule, thousands(shown.matches + shown.apart));
            let what = match (self.lang, shown.changes) {
                (Lang::En, true) => "what the record is changes",
                (Lang::En, false) => "what the record is stays",
                (Lang::Zh, true) => "该记录所属类别随之改变",
                (Lang::Zh, false) => "该记录所属类别不变",
            };
            let text = match self.lang {
                Lang::En => format!(
                    "Rule on {}, in force until {}: values taken out: {n}; {what}.",
                    rule.rule, rule.expires
                ),
                Lang::Zh => format!(
                    "规则 {}（有效期至 {}）：排除 {n} 个值；{what}。",
                    rule.rule, rule.expires
                ),
            };
            let text = format!("{text}{}", self.stated(rule));
            self.page.hanging("  –", &text, Style::Warn)?;
        }
        let text = self
            .choose(
                "What stands below is what they leave.",
                "以下为排除之后的结果。",
            )
            .to_owned();
        self.page.hanging("   ", &text, Style::Dim)
    }

    /// How many records there are besides those that were told of.
    fn more(&mut self, is_summary: bool) -> io::Result<()> {
        let (shown, asked) = (
            self.explanation.records.len() as u64,
            self.explanation.asked,
        );
        if asked <= shown {
            return Ok(());
        }
        self.page.blank()?;
        let (of, n) = (thousands(asked), thousands(shown));
        match is_summary {
            true => self.note(
                &format!("The first {n} of {of} records with findings; FILE:LINE shows any other."),
                &format!("以上为 {of} 条有识别结果的记录中的前 {n} 条；其余可用 FILE:LINE 查看。"),
            ),
            false => self.note(
                &format!("The first {n} of {of} records on this line; --record N shows any other."),
                &format!("以上为该行 {of} 条记录中的前 {n} 条；其余可用 --record N 查看。"),
            ),
        }
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        self.page.blank()?;
        self.page.line(&[Span::new(text, Style::Bold)])
    }

    fn table(&mut self, table: &TableShown) -> io::Result<()> {
        if table.columns.is_empty() {
            self.page.blank()?;
            return self.note(
                "Text: every line is a record, labels in it announce values.",
                "文本：每行一条记录，行内标签提示其后的值。",
            );
        }
        let name = table.name.clone().unwrap_or_default();
        let text = match self.lang {
            Lang::En => format!("Columns of table {} {name}", table.number),
            Lang::Zh => format!("第 {} 张表 {name} 的列", table.number),
        };
        self.heading(text.trim_end())?;
        let widths = widths(table.columns.iter().map(|c| c.name.as_str()));
        for column in &table.columns {
            self.column(column, widths)?;
        }
        Ok(())
    }

    /// Name, role, and why.
    fn column(&mut self, column: &ColumnShown, name_width: usize) -> io::Result<()> {
        let role = self.role(column.role.as_ref());
        let why = reasons::column(column, self.lang);
        let lead = padded(&column.name, name_width);
        let text = match why.is_empty() {
            true => role,
            false => format!("{role}{}{why}", self.choose(" · ", " · ")),
        };
        self.page.hanging(&lead, &text, Style::Plain)
    }

    fn role(&self, role: Option<&Named>) -> String {
        match role {
            Some(role) => reasons::name(role, self.lang).to_owned(),
            None => self.choose("unknown", "未知").to_owned(),
        }
    }

    fn record(&mut self, record: &RecordShown) -> io::Result<()> {
        let text = match (self.lang, record.line) {
            (Lang::En, Some(line)) => format!("Record {}, line {line}", record.record),
            (Lang::En, None) => format!("Record {}", record.record),
            (Lang::Zh, Some(line)) => format!("第 {} 条记录（第 {line} 行）", record.record),
            (Lang::Zh, None) => format!("第 {} 条记录", record.record),
        };
        self.heading(&text)?;
        let table = self
            .explanation
            .tables
            .iter()
            .find(|t| t.number == record.table);
        for field in &record.fields {
            self.field(field, table)?;
        }
        self.what(record)?;
        self.ignored(record)?;
        self.who(record)?;
        self.worth(record)
    }

    fn field(&mut self, field: &FieldShown, table: Option<&TableShown>) -> io::Result<()> {
        let column = table.and_then(|t| t.columns.get(field.column as usize));
        if let Some(column) = column {
            let name_width = width(&shorten(&column.name, NAME_WIDTH_MAX, Cut::End));
            self.column(column, name_width)?;
        }
        if let Some(text) = &field.text {
            self.page.hanging("  =", text, Style::Plain)?;
        }
        for m in &field.matches {
            self.matched(m)?;
        }
        for near in &field.near {
            self.near(near, field.chars)?;
        }
        if field.near_left_out > 0 {
            let n = field.near_left_out;
            let text = match self.lang {
                Lang::En => format!("… and {n} more places"),
                Lang::Zh => format!("…… 另有 {n} 处"),
            };
            self.page.hanging("   ", &text, Style::Dim)?;
        }
        Ok(())
    }

    fn matched(&mut self, m: &MatchShown) -> io::Result<()> {
        let lang = self.lang;
        let (en, zh) = (" confidence", "置信度");
        let sure = reasons::confidence(m.confidence, lang);
        let sure = match lang {
            Lang::En => format!("{sure}{en}"),
            Lang::Zh => format!("{zh}{sure}"),
        };
        let status = reasons::status(m.status, lang);
        let (mark, style) = match status {
            None => ("  ✓", Style::Good),
            Some(_) => ("  ○", Style::Warn),
        };
        let last = status.map_or(sure, str::to_owned);
        let kind = format!("{} {}", m.kind.id, reasons::name(&m.kind, lang));
        self.page
            .hanging(mark, &format!("{kind}  {}  {last}", m.value), style)?;
        let detail = format!(
            "{} · {}",
            reasons::grounds(m, lang),
            reasons::passed(m, lang)
        );
        self.page.hanging("   ", &detail, Style::Plain)?;
        if let Some(rule) = &m.ignored_by {
            let text = match lang {
                Lang::En => format!("not counted: taken out by the ignore rule on {rule}"),
                Lang::Zh => format!("不计入：被忽略规则 {rule} 排除"),
            };
            self.page.hanging("   ", &text, Style::Warn)?;
        }
        self.page.hanging("   ", &m.pattern, Style::Dim)
    }

    fn near(&mut self, near: &NearShown, chars: usize) -> io::Result<()> {
        let lang = self.lang;
        let (before, n) = near.place;
        let (from, to) = (before + 1, before + n);
        let place = match (lang, before == 0 && n == chars) {
            (Lang::En, true) => "the whole".to_owned(),
            (Lang::Zh, true) => "全部内容".to_owned(),
            (Lang::En, false) => format!("characters {from} to {to}"),
            (Lang::Zh, false) => format!("第 {from} 至 {to} 字"),
        };
        let place = match &near.value {
            Some(value) => format!("{place} = {value}"),
            None => place,
        };
        // Kinds that miss for one reason are named together.
        let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
        for miss in &near.kinds {
            let why = reasons::miss(miss, lang);
            match groups.iter_mut().find(|(known, _)| *known == why) {
                Some((_, kinds)) => kinds.push(&miss.kind.id),
                None => groups.push((why, vec![&miss.kind.id])),
            }
        }
        let groups: Vec<String> = groups
            .into_iter()
            .map(|(why, kinds)| match lang {
                Lang::En => format!("not {}: {why}", kinds.join(", ")),
                Lang::Zh => format!("非 {}：{why}", kinds.join("、")),
            })
            .collect();
        let (colon, glue) = (self.choose(": ", "："), self.choose("; ", "；"));
        let text = format!("{place}{colon}{}", groups.join(glue));
        self.page.hanging("  ✗", &text, Style::Dim)
    }

    /// The categories, by which rules, and those that are nearly there.
    fn what(&mut self, record: &RecordShown) -> io::Result<()> {
        let lang = self.lang;
        let title = self.choose("What it is", "属于何种信息").to_owned();
        self.heading(&title)?;
        if record.categories.is_empty() {
            let text = self
                .choose("Nothing that the law counts.", "不属于计数的信息。")
                .to_owned();
            self.page.hanging("   ", &text, Style::Plain)?;
        }
        for shown in &record.categories {
            let [default, lenient, strict] =
                shown.classes.each_ref().map(|c| self.class(c.as_deref()));
            let mut text = reasons::name(&shown.category, lang).to_owned();
            if shown.bare {
                text.push_str(self.choose(" (bare)", "（单一要素）"));
            }
            let classes = match (lang, default == lenient && lenient == strict) {
                (Lang::En, true) => format!(": {default}"),
                (Lang::Zh, true) => format!("：{default}"),
                (Lang::En, false) => format!(": {default}; lenient {lenient}, strict {strict}"),
                (Lang::Zh, false) => format!("：{default}；从宽：{lenient}，从严：{strict}"),
            };
            self.page
                .hanging("  ✓", &format!("{text}{classes}"), Style::Plain)?;
            let mut told: Vec<String> = Vec::new();
            for rule in &shown.rules {
                let mut text = reasons::names(&rule.roles, ROLES_SHOWN, lang);
                if lang == Lang::En {
                    text = format!("{}: {text}", rule.name);
                }
                if rule.strict {
                    text.push_str(self.choose(" (strict reading only)", "（仅从严口径）"));
                }
                if !rule.silenced_by.is_empty() {
                    let by = reasons::names(&rule.silenced_by, ROLES_SHOWN, lang);
                    text.push_str(&match lang {
                        Lang::En => format!(" (gives way to {by}, but not when read strictly)"),
                        Lang::Zh => format!("（已属{by}，仅从严口径并计）"),
                    });
                }
                if !told.contains(&text) {
                    self.page.hanging("   ", &text, Style::Dim)?;
                    told.push(text);
                }
            }
        }
        for near in &record.nearly {
            let category = reasons::name(&near.category, lang);
            let roles = reasons::names(&near.roles, ROLES_SHOWN, lang);
            let text = match (lang, near.missing, near.roles.len()) {
                (Lang::En, 0, _) => format!("not {category}: {roles} speaks against it"),
                (Lang::Zh, 0, _) => format!("非{category}：存在{roles}"),
                (Lang::En, _, 1) => format!("not {category}: {roles} is missing"),
                (Lang::Zh, _, 1) => format!("非{category}：缺少{roles}"),
                (Lang::En, n, _) => format!("not {category}: {n} more is missing of {roles}"),
                (Lang::Zh, n, _) => format!("非{category}：尚缺 {n} 项，可为{roles}"),
            };
            self.page.hanging("  ✗", &text, Style::Dim)?;
        }
        Ok(())
    }

    fn class(&self, class: Option<&str>) -> String {
        let has_name = |class: &str| self.options.class_names.contains_key(class);
        match (self.lang, class) {
            (_, Some(class)) if has_name(class) => words::class(class, self.options).to_owned(),
            (Lang::En, Some(class)) => format!("class {class}"),
            (Lang::Zh, Some(class)) => format!("{class} 类"),
            (_, None) => self.choose("not counted", "不计").to_owned(),
        }
    }

    fn who(&mut self, record: &RecordShown) -> io::Result<()> {
        if record.persons.is_empty() {
            return Ok(());
        }
        let title = self.choose("Whose it is", "涉及何人").to_owned();
        self.heading(&title)?;
        for person in &record.persons {
            let kinds: Vec<String> = person
                .kinds
                .iter()
                .zip(&person.values)
                .map(|(kind, value)| format!("{} {value}", reasons::name(kind, self.lang)))
                .collect();
            let text = match (kinds.is_empty(), self.lang) {
                (true, Lang::En) => {
                    "One person, known by nothing but what the record says.".to_owned()
                }
                (true, Lang::Zh) => "一人；无可识别的号码，以整条记录内容区分。".to_owned(),
                (false, Lang::En) => format!("One person, told apart by {}", kinds.join(" + ")),
                (false, Lang::Zh) => format!("一人，以 {} 区分", kinds.join(" ＋ ")),
            };
            self.page.hanging("   ", &text, Style::Plain)?;
        }
        Ok(())
    }

    /// What the record counts as.
    fn worth(&mut self, record: &RecordShown) -> io::Result<()> {
        if record.categories.is_empty() {
            return Ok(());
        }
        let title = self.choose("What it counts as", "如何计数").to_owned();
        self.heading(&title)?;
        let [default, others @ ..] = &record.counts[..] else {
            return Ok(());
        };
        let text = self.counts(default);
        self.page.hanging("   ", &text, Style::Plain)?;
        for other in others {
            let differs = (&other.category, &other.class) != (&default.category, &default.class);
            if differs {
                let text = format!(
                    "{}{}{}",
                    words::reading(other.reading, self.lang),
                    self.choose(" reading: ", "："),
                    self.counts(other)
                );
                self.page.hanging("   ", &text, Style::Dim)?;
            }
        }
        let (en, zh) = match default.is_event {
            true => (
                "The same person with the same content is no new item.",
                "同一人、同一内容重复出现不另计。",
            ),
            false => (
                "The same person again is no new item.",
                "同一人重复出现不另计。",
            ),
        };
        let text = self.choose(en, zh).to_owned();
        self.page.hanging("   ", &text, Style::Dim)
    }

    fn counts(&self, counts: &CountsShown) -> String {
        let (Some(category), Some(class), Some(provision), Some(threshold)) = (
            &counts.category,
            &counts.class,
            &counts.provision,
            counts.threshold,
        ) else {
            return self.choose("not counted", "不计").to_owned();
        };
        let law = &self.explanation.law_number;
        let class = self.class(Some(class));
        let category = reasons::name(category, self.lang);
        let place = reasons::name(provision, self.lang);
        let threshold = thousands(threshold);
        match self.lang {
            Lang::En => format!(
                "one item of {class}, as {category} ({law} {place}; {threshold} items reach it)"
            ),
            Lang::Zh => {
                format!("{class}一条，按{category}计（{law} {place}，{threshold} 条达到标准）")
            }
        }
    }
}

/// The width that names of columns take.
fn widths<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(width).max().unwrap_or(0).min(NAME_WIDTH_MAX)
}

fn padded(name: &str, columns: usize) -> String {
    let short = shorten(&super::terminal::neutralise(name), columns, Cut::End);
    let n_blanks = columns.saturating_sub(width(&short)) + 1;
    format!("{short}{:n_blanks$}", "")
}

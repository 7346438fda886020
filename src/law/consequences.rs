//! What follows from what was reached: duties with the figures of the audit, fines with the stated
//! amounts worked in.
//!
//! A law without a number for a deadline keeps its words; an amount that depends on what was not
//! stated is told as a rule.

use super::circumstances::Circumstances;
use super::cite::yuan;
use super::consequence::{Deadline, Duty, Figure, Fine, Liable, Since, TimeUnit};
use super::counts::Tally;
use super::evaluate::{Evaluation, is_open};
use super::instrument::Text;
use super::understood::Instrument;
use super::{Filing, FineRange, Level, Moment, Words, Yuan};
use crate::category::Category;
use crate::number::{hundredths_cut, thousands};

/// Hundredths of a percent in the whole.
const WHOLE: u128 = 10_000;

impl From<&Text> for Words {
    fn from(text: &Text) -> Words {
        Words {
            en: text.en.clone(),
            zh: text.zh.clone(),
        }
    }
}

/// Ids of every outcome, or level, that some provision reaches; none where the dates leave nothing.
fn reached<'a>(instrument: &'a Instrument, evaluation: &Evaluation) -> Vec<&'a str> {
    let is_in_force = evaluation.cap != Some(Level::None);
    if instrument.has_outcomes() {
        let leads_to = |id: &str| {
            let mut outcomes = evaluation.outcomes.iter();
            outcomes.any(|o| o.reached && o.outcome.as_deref() == Some(id))
        };
        let names = instrument.file().outcomes.iter().map(|o| o.id.as_str());
        return names.filter(|id| is_in_force && leads_to(id)).collect();
    }
    match evaluation.level {
        Level::None => Vec::new(),
        level => vec![level.id()],
    }
}

/// What must be filed or done for what was reached.
pub(super) fn filings(
    instrument: &Instrument,
    tally: &Tally,
    stated: &Circumstances,
    evaluation: &Evaluation,
) -> Vec<Filing> {
    let reached = reached(instrument, evaluation);
    let duties = instrument.file().duties.iter();
    let is_reached = |id: &String| {
        let mut outcomes = evaluation.outcomes.iter();
        outcomes.any(|o| o.reached && o.provision == *id)
    };
    let due = duties.filter(|duty| {
        is_due(instrument, duty, &reached)
            && (duty.provisions.is_empty() || duty.provisions.iter().any(is_reached))
            && is_open(instrument, stated, &duty.when, &duty.unless)
    });
    due.map(|duty| Filing {
        provision: duty.id.clone(),
        what: (&duty.what).into(),
        to: duty.to.as_ref().map(Into::into),
        by: duty.by.as_ref().map(|deadline| by(deadline, stated)),
        hours: duty.by.as_ref().and_then(hours),
        due: duty.by.as_ref().and_then(|deadline| end(deadline, stated)),
        contents: duty
            .contents
            .iter()
            .map(|content| filled(&content.text, &content.figures, tally))
            .collect(),
    })
    .collect()
}

/// Whether something that was reached brings a duty about.
fn is_due(instrument: &Instrument, duty: &Duty, reached: &[&str]) -> bool {
    let place = |id: &str| match instrument.has_outcomes() {
        true => instrument.file().outcomes.iter().position(|o| o.id == id),
        false => Level::from_id(id).map(|level| level as usize),
    };
    duty.on.iter().any(|id| {
        let is_it =
            |other: &&str| *other == id.as_str() || (duty.upwards && place(other) > place(id));
        reached.iter().any(is_it)
    })
}

/// The words of the law, what the time runs from, and its end where that is known.
fn by(deadline: &Deadline, stated: &Circumstances) -> Words {
    let mut words: Words = (&deadline.text).into();
    if let Some(from) = &deadline.from {
        words.en.push_str(&format!(", from {}", from.en));
        words.zh.push_str(&format!("（自{}起）", from.zh));
    }
    if let Some(end) = end(deadline, stated) {
        let end = end.to_string().replace('T', " ");
        words.en.push_str(&format!(": by {end}"));
        words.zh.push_str(&format!("：至 {end} 届满"));
    }
    words
}

/// The end of the time, where it runs from the discovery and that is stated. Working days depend on holidays, which are
/// not known here.
fn end(deadline: &Deadline, stated: &Circumstances) -> Option<Moment> {
    let (since, n) = (deadline.since?, deadline.n?);
    let days = match since {
        Since::Discovery => n,
        Since::DayOfDiscovery => n.checked_sub(1)?,
    };
    match deadline.unit? {
        TimeUnit::Hours => stated.discovered?.plus_hours(n),
        TimeUnit::Days => stated.discovered?.plus_days(days),
        TimeUnit::Minutes | TimeUnit::WorkingDays | TimeUnit::Months | TimeUnit::Years => None,
    }
}

/// The deadline in hours; working days and months have no fixed number of them.
fn hours(deadline: &Deadline) -> Option<u64> {
    let n = deadline.n?;
    match deadline.unit? {
        // Half an hour is told in words alone.
        TimeUnit::Minutes => (n % 60 == 0).then_some(n / 60),
        TimeUnit::Hours => Some(n),
        TimeUnit::Days => n.checked_mul(24),
        TimeUnit::WorkingDays | TimeUnit::Months | TimeUnit::Years => None,
    }
}

/// What must be said, with the figures that belong there.
fn filled(text: &Text, figures: &[Figure], tally: &Tally) -> Words {
    let figures: Vec<Text> = figures.iter().map(|figure| shown(*figure, tally)).collect();
    if figures.is_empty() {
        return text.into();
    }
    let join = |separator: &str, get: fn(&Text) -> &str| {
        let all: Vec<&str> = figures.iter().map(get).collect();
        all.join(separator)
    };
    Words {
        en: format!("{}: {}", text.en, join("; ", |t| &t.en)),
        zh: format!("{}：{}", text.zh, join("；", |t| &t.zh)),
    }
}

fn shown(figure: Figure, tally: &Tally) -> Text {
    let known = tally.attributes();
    let number = |zh: &str, en: &str, n: Option<u64>, unit: (&str, &str)| match n {
        Some(n) => Text {
            zh: format!("{zh} {} {}", thousands(n), unit.0),
            en: format!("{} {}{}", thousands(n), counted(en, n), unit.1),
        },
        None => Text {
            zh: format!("{zh}：数据未显示"),
            en: format!("{en}: not shown by the data"),
        },
    };
    match figure {
        Figure::Persons => {
            let n = known.map(|a| a.total).or(tally.persons());
            number("涉及", "persons", n, ("人", ""))
        }
        Figure::Sensitive => number(
            "涉及敏感个人信息",
            "persons with sensitive information",
            known.and_then(|a| a.sensitive),
            ("人", ""),
        ),
        Figure::MinorsUnder14 => number(
            "不满十四周岁",
            "persons under 14",
            known.and_then(|a| a.under_14),
            ("人", ""),
        ),
        Figure::MinorsUnder18 => number(
            "不满十八周岁",
            "persons under 18",
            known.and_then(|a| a.under_18),
            ("人", ""),
        ),
        Figure::Items => number("去重后", "items", Some(tally.n_items()), ("条", "")),
        Figure::Rows => number("原始记录", "records", Some(tally.n_rows()), ("条", "")),
        Figure::Categories => categories(tally),
        Figure::Residence => residence(tally),
    }
}

/// What is counted, in the number that goes with it: `1 person under 14`.
fn counted(en: &str, n: u64) -> String {
    let (noun, rest) = en.split_at(en.find(' ').unwrap_or(en.len()));
    match n {
        1 => format!("{}{rest}", noun.trim_end_matches('s')),
        _ => en.to_owned(),
    }
}

fn categories(tally: &Tally) -> Text {
    let found = Category::ALL.into_iter().filter(|c| tally.total(*c) > 0);
    let (zh, en): (Vec<&str>, Vec<&str>) = found.map(|c| (c.name_zh(), c.name_en())).unzip();
    Text {
        zh: format!("种类：{}", zh.join("；")),
        en: format!("categories: {}", en.join(", ")),
    }
}

fn residence(tally: &Tally) -> Text {
    let known = tally.attributes().and_then(|a| a.residence.as_ref());
    let Some(known) = known.filter(|known| !known.is_empty()) else {
        return Text {
            zh: "居住地：数据未显示".to_owned(),
            en: "residence: not shown by the data".to_owned(),
        };
    };
    let places: Vec<String> = known
        .iter()
        .map(|(code, n)| format!("{code} {}", thousands(*n)))
        .collect();
    Text {
        zh: format!("居住地：{}", places.join("、")),
        en: format!("residence: {}", places.join(", ")),
    }
}

/// The fines that an instrument provides for what was reached.
pub(super) fn fines(
    instrument: &Instrument,
    stated: &Circumstances,
    evaluation: &Evaluation,
) -> Vec<FineRange> {
    let file = instrument.file();
    let reached = reached(instrument, evaluation);
    let is_shown = |fine: &&Fine| {
        !reached.is_empty()
            && (fine.on.is_empty() || fine.on.iter().any(|id| reached.contains(&id.as_str())))
            && is_open(instrument, stated, &fine.when, &[])
    };
    let fines = file.fines.iter().filter(is_shown);
    fines.map(|fine| range(instrument, fine, stated)).collect()
}

fn range(instrument: &Instrument, fine: &Fine, stated: &Circumstances) -> FineRange {
    let share = fine
        .turnover
        .map(|share| (share, stated.turnover.map(|t| part(t, share))));
    let fixed = |n: Option<u64>| n.map(Yuan::whole);
    let (mut min, mut max) = (fixed(fine.min), fixed(fine.max));
    if let (Some([least, most]), Some(gains)) = (fine.times_gains, stated.gains) {
        min = Some(times(gains, least));
        max = Some(times(gains, most));
    }
    match share {
        Some((_, Some(ceiling))) if fine.greater => max = max.max(Some(ceiling)),
        Some((_, Some(ceiling))) if fine.max.is_none() => max = Some(ceiling),
        // Without a turnover the greater of both is unknown.
        Some((_, None)) if fine.greater => max = None,
        _ => {}
    }
    let words = fine_words(instrument, fine, stated);
    FineRange {
        provision: fine.id.clone(),
        liable: match fine.liable {
            Liable::Organisation => "organisation",
            Liable::Person => "person",
            Liable::Anyone => "anyone",
        }
        .to_owned(),
        currency: fine.currency.clone().unwrap_or_else(|| "CNY".to_owned()),
        min: min.map(|amount| amount.to_string()),
        max: max.map(|amount| amount.to_string()),
        en: words.en,
        zh: words.zh,
    }
}

/// A share of an amount in hundredths of a percent, rounded down to the cent.
fn part(amount: Yuan, share: u64) -> Yuan {
    let cents = u128::from(amount.cents()) * u128::from(share) / WHOLE;
    Yuan::from_cents(u64::try_from(cents).unwrap_or(u64::MAX))
}

fn times(amount: Yuan, n: u64) -> Yuan {
    Yuan::from_cents(amount.cents().saturating_mul(n))
}

/// The fine as a sentence: what for, the amounts of the law, and what they come to.
fn fine_words(instrument: &Instrument, fine: &Fine, stated: &Circumstances) -> Text {
    let currency = fine.currency.as_deref().unwrap_or("CNY");
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    match (fine.min, fine.max) {
        (Some(min), Some(max)) => {
            zh.push(format!(
                "{} 至 {} {currency}",
                thousands(min),
                thousands(max)
            ));
            en.push(format!(
                "{} to {} {currency}",
                thousands(min),
                thousands(max)
            ));
        }
        (Some(min), None) => {
            zh.push(format!("{} {currency} 以上", thousands(min)));
            en.push(format!("{} {currency} or more", thousands(min)));
        }
        (None, Some(max)) => {
            zh.push(format!("{} {currency} 以下", thousands(max)));
            en.push(format!("up to {} {currency}", thousands(max)));
        }
        (None, None) => {}
    }
    if let Some(share) = fine.turnover {
        let percent = hundredths_cut(share);
        let sum = stated.turnover.map(|t| yuan(part(t, share)));
        let (is_zh, is_en) = match &sum {
            Some(sum) => (format!("（即 {sum}）"), format!(" (here {sum})")),
            None => (String::new(), String::new()),
        };
        zh.push(format!("上一年度营业额 {percent}% 以下{is_zh}"));
        en.push(format!(
            "up to {percent} % of the turnover of the year before{is_en}"
        ));
    }
    if let Some([least, most]) = fine.times_gains {
        let sums = stated
            .gains
            .map(|g| (yuan(times(g, least)), yuan(times(g, most))));
        let (is_zh, is_en) = match &sums {
            Some((a, b)) => (format!("（即 {a} 至 {b}）"), format!(" (here {a} to {b})")),
            None => (String::new(), String::new()),
        };
        zh.push(format!("违法所得 {least} 倍以上 {most} 倍以下{is_zh}"));
        en.push(format!("{least} to {most} times the illegal gains{is_en}"));
    }
    let (or_zh, or_en) = if fine.greater {
        ("与（以较高者为准）", ", whichever is greater: ")
    } else {
        ("或者", " or ")
    };
    let (each_zh, each_en) = if fine.each_person {
        ("（按每人计）", " for each person")
    } else {
        ("", "")
    };
    let cited = instrument.cite(&fine.id);
    Text {
        zh: format!(
            "{}：{}{each_zh}（{}）",
            fine.text.zh,
            zh.join(or_zh),
            cited.zh
        ),
        en: format!(
            "{}: {}{each_en} ({})",
            fine.text.en,
            en.join(or_en),
            cited.en
        ),
    }
}

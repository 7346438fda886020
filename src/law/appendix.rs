//! What `describe` shows beside provisions and categories: outcomes, duties, fines, facts, positions
//! on disputed questions, terms.

use super::consequence::{Fine, Liable};
use super::describe::{condition, confidence, heading, line, say};
use super::instrument::{Confidence, InstrumentFile};
use super::provision::Condition;
use super::understood::Instrument;
use crate::number::{hundredths, thousands};

/// How a fact is known, in brackets, unless the text itself says so.
pub(super) fn doubt(known: Confidence, zh: bool) -> String {
    match known {
        Confidence::Text => String::new(),
        other => format!(" ({})", confidence(other, zh)),
    }
}

/// What must hold, and what may not, in words behind a provision.
pub(super) fn conditions(
    file: &InstrumentFile,
    when: &[Condition],
    unless: &[Condition],
    zh: bool,
) -> String {
    let words = |all: &[Condition], and: &str| {
        let words: Vec<&str> = all.iter().map(|c| condition(file, c, zh)).collect();
        words.join(and)
    };
    let mut text = String::new();
    if !when.is_empty() {
        text += say(zh, "；条件：", "; if ");
        text += &words(when, say(zh, "，且", " and "));
    }
    if !unless.is_empty() {
        text += say(zh, "；除外：", "; unless ");
        text += &words(unless, say(zh, "，或者", " or "));
    }
    text
}

/// Outcomes, and what follows from them.
pub(super) fn consequences(out: &mut String, instrument: &Instrument, zh: bool) {
    let file = instrument.file();
    if !file.outcomes.is_empty() {
        line(
            out,
            format_args!(
                "\n## {}\n",
                say(zh, "结果（由轻到重）", "Outcomes, the lightest first")
            ),
        );
        for outcome in &file.outcomes {
            line(
                out,
                format_args!("- `{}`: {}", outcome.id, outcome.name.get(zh)),
            );
        }
    }
    if !file.duties.is_empty() {
        line(
            out,
            format_args!("\n## {}", say(zh, "义务与期限", "Duties and deadlines")),
        );
    }
    for duty in &file.duties {
        line(
            out,
            format_args!(
                "\n### {}\n\n> {}\n",
                heading(instrument, &duty.id, zh),
                duty.quote
            ),
        );
        let more = conditions(file, &duty.when, &duty.unless, zh);
        line(
            out,
            format_args!("{}{more}{}", duty.what.get(zh), doubt(duty.confidence, zh)),
        );
        if let Some(to) = &duty.to {
            line(
                out,
                format_args!("- {}: {}", say(zh, "对象", "to"), to.get(zh)),
            );
        }
        if let Some(by) = &duty.by {
            let from = by.from.as_ref().map(|from| match zh {
                true => format!("（自{}起）", from.zh),
                false => format!(" (from {})", from.en),
            });
            let from = from.unwrap_or_default();
            line(
                out,
                format_args!("- {}: {}{from}", say(zh, "期限", "by"), by.text.get(zh)),
            );
        }
        for content in &duty.contents {
            line(out, format_args!("- {}", content.text.get(zh)));
        }
        let on = duty.on.join(", ");
        let upwards = if duty.upwards {
            say(zh, "及更重", " and heavier")
        } else {
            ""
        };
        line(
            out,
            format_args!(
                "- {}: `{on}`{upwards}",
                say(zh, "因何产生", "brought about by")
            ),
        );
        if !duty.provisions.is_empty() {
            let ids = duty.provisions.join(say(zh, "、", ", "));
            let only = say(zh, "仅当达到", "only where this is reached");
            line(out, format_args!("- {only}: {ids}"));
        }
        if let Some(note) = &duty.note {
            line(
                out,
                format_args!("- {}: {}", say(zh, "说明", "note"), note.get(zh)),
            );
        }
    }
    if !file.fines.is_empty() {
        line(
            out,
            format_args!(
                "\n## {}\n",
                say(zh, "罚款、罚金等金额", "Fines and other amounts")
            ),
        );
    }
    for fine in &file.fines {
        line(
            out,
            format_args!(
                "- {}: {}{}{}",
                heading(instrument, &fine.id, zh),
                amount(fine, zh),
                conditions(file, &fine.when, &[], zh),
                doubt(fine.confidence, zh)
            ),
        );
        line(out, format_args!("  > {}", fine.quote));
    }
}

fn amount(fine: &Fine, zh: bool) -> String {
    let liable = match fine.liable {
        Liable::Organisation => say(zh, "单位", "organisation"),
        Liable::Person => say(zh, "个人", "person"),
        Liable::Anyone => say(zh, "行为人", "whoever acted"),
    };
    let currency = fine.currency.as_deref().unwrap_or("CNY");
    let mut parts = Vec::new();
    match (fine.min, fine.max) {
        (Some(min), Some(max)) => {
            parts.push(format!("{}–{} {currency}", thousands(min), thousands(max)));
        }
        (Some(min), None) => parts.push(format!("≥ {} {currency}", thousands(min))),
        (None, Some(max)) => parts.push(format!("≤ {} {currency}", thousands(max))),
        (None, None) => {}
    }
    if let Some(share) = fine.turnover {
        let of = say(zh, "上一年度营业额", "of the turnover of the year before");
        parts.push(format!("≤ {} % {of}", hundredths(share)));
    }
    if let Some([least, most]) = fine.times_gains {
        parts.push(format!(
            "{least}–{most} × {}",
            say(zh, "违法所得", "the illegal gains")
        ));
    }
    let or = if fine.greater {
        say(zh, "（取较高者）或者 ", " or, if greater, ")
    } else {
        say(zh, " 或者 ", " or ")
    };
    format!("{} ({liable}): {}", fine.text.get(zh), parts.join(or))
}

/// Circumstances that the instrument asks for.
pub(super) fn facts(out: &mut String, file: &InstrumentFile, zh: bool) {
    if file.facts.is_empty() {
        return;
    }
    let title = say(
        zh,
        "须另行说明的情形（--fact）",
        "Circumstances to be stated (--fact)",
    );
    line(out, format_args!("\n## {title}\n"));
    for fact in &file.facts {
        let presumed = if fact.presumed {
            say(zh, "（未说明时推定成立）", " (presumed unless denied)")
        } else {
            ""
        };
        line(
            out,
            format_args!("- `{}`: {}{presumed}", fact.id, fact.text.get(zh)),
        );
    }
}

/// How a severity score is made.
pub(super) fn score(out: &mut String, file: &InstrumentFile, zh: bool) {
    let Some(score) = &file.score else { return };
    line(
        out,
        format_args!("\n## {}\n", say(zh, "严重程度得分", "Severity score")),
    );
    line(
        out,
        format_args!("{}{}\n", score.summary.get(zh), doubt(score.confidence, zh)),
    );
    for class in &file.classes {
        let base = hundredths(class.score.unwrap_or(0));
        line(
            out,
            format_args!("- {} {}: {base}", class.id, class.name.get(zh)),
        );
    }
    let (min, max) = (hundredths(score.base_min), hundredths(score.base_max));
    line(
        out,
        format_args!(
            "- {}: {min}–{max}",
            say(zh, "基础分范围", "bounds of the base")
        ),
    );
    for (category, ease) in &score.ease {
        let name = say(zh, "可识别程度", "ease of identification");
        line(
            out,
            format_args!("- {name} `{category}`: {}", hundredths(*ease)),
        );
    }
    let other = say(zh, "可识别程度，其他", "ease of identification, otherwise");
    line(
        out,
        format_args!("- {other}: {}", hundredths(score.ease_default)),
    );
    for factor in &score.factors {
        let mut changes = Vec::new();
        if factor.base != 0 {
            let sign = if factor.base < 0 { "−" } else { "+" };
            let base = say(zh, "基础分", "base");
            changes.push(format!(
                "{base} {sign}{}",
                hundredths(factor.base.unsigned_abs())
            ));
        }
        if let Some(ease) = factor.ease {
            let name = say(zh, "可识别程度", "ease of identification");
            changes.push(format!("{name} {}", hundredths(ease)));
        }
        if factor.add > 0 {
            changes.push(format!("+{}", hundredths(factor.add)));
        }
        line(
            out,
            format_args!("- `{}`: {}", factor.fact, changes.join(", ")),
        );
    }
}

/// Positions on disputed questions of counting.
pub(super) fn positions(out: &mut String, file: &InstrumentFile, zh: bool) {
    if file.disputes.is_empty() {
        return;
    }
    line(
        out,
        format_args!(
            "\n## {}\n",
            say(
                zh,
                "计数规则与分歧",
                "Rules of counting, and positions on them"
            )
        ),
    );
    for dispute in &file.disputes {
        line(
            out,
            format_args!(
                "- **{}** {}{}",
                dispute.id,
                dispute.question.get(zh),
                doubt(dispute.confidence, zh)
            ),
        );
        let taken = say(zh, "采用", "taken");
        line(
            out,
            format_args!(
                "  - {taken}: {} ({})",
                dispute.default.get(zh),
                dispute.authority
            ),
        );
        for other in &dispute.others {
            line(
                out,
                format_args!("  - {}: {}", say(zh, "另有", "also"), other.get(zh)),
            );
        }
        if let Some(switch) = &dispute.switch {
            line(
                out,
                format_args!("  - {}: `{switch}`", say(zh, "切换", "switch")),
            );
        }
        if let Some(note) = &dispute.note {
            line(
                out,
                format_args!("  - {}: {}", say(zh, "说明", "note"), note.get(zh)),
            );
        }
    }
}

/// Words that the instrument defines.
pub(super) fn terms(out: &mut String, file: &InstrumentFile, zh: bool) {
    if file.terms.is_empty() {
        return;
    }
    line(out, format_args!("\n## {}\n", say(zh, "用语", "Terms")));
    for term in &file.terms {
        let word = match zh {
            true => term.word.zh.clone(),
            false => format!("{} ({})", term.word.en, term.word.zh),
        };
        line(
            out,
            format_args!("- **{word}**: {} ({})", term.meaning.get(zh), term.source),
        );
    }
}

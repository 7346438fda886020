//! The line of a scan that goes on: what has been counted so far, and what level that could come to.
//!
//! Meanwhile only rows are known, repeats among them, so the level is the highest that they can come to. The report after the
//! scan has the exact numbers; none of these is kept.

use super::words::{self, Msg};
use super::{Lang, number};
use crate::category::Category;
use crate::law::Assessment;

/// One line without an end: rows by category, the most first, and what they reach at most. `rows` holds those above 0.
pub fn running(rows: &[(Category, u64)], assessment: Option<&Assessment>, lang: Lang) -> String {
    if rows.is_empty() {
        return Msg::RunningNone.text(lang).to_owned();
    }
    let mut rows = rows.to_vec();
    rows.sort_by_key(|(category, n)| (std::cmp::Reverse(*n), category.index()));
    let counted: Vec<String> = rows
        .iter()
        .map(|(category, n)| {
            let name = lang.choose(category.name_en(), category.name_zh());
            format!("{name} {}", number::thousands(*n))
        })
        .collect();
    let counted = counted.join(lang.choose(", ", "，"));
    let Some(assessment) = assessment else {
        return counted;
    };
    let level = match &assessment.outcome {
        Some(outcome) => lang.choose(&outcome.en, &outcome.zh),
        None => words::level(assessment.level, lang),
    };
    let level = Msg::RunningLevel.with(lang, &[level]);
    Msg::RunningRows.with(lang, &[&level, &counted])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::Level;

    #[test]
    fn says_rows_and_what_they_come_to_at_most() {
        let mut assessment = Assessment {
            level: Level::Serious,
            ..Assessment::default()
        };
        let rows = [(Category::Contact, 12), (Category::Lodging, 1_234)];
        assert_eq!(
            running(&rows, Some(&assessment), Lang::En),
            "up to serious · rows so far, repeats among them: lodging 1,234, contact 12"
        );
        let zh = running(&rows, Some(&assessment), Lang::Zh);
        assert!(
            zh.starts_with("至多情节严重 · 目前行数（含重复）："),
            "{zh}"
        );
        assert!(zh.contains("1,234，"), "{zh}");
        assessment.level = Level::None;
        assert!(running(&rows, Some(&assessment), Lang::En).starts_with("up to none · "));
        assert_eq!(
            running(&[], None, Lang::En),
            "no records of personal data so far"
        );
    }
}

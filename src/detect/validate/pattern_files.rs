//! Tests of the pattern files against their own expressions and validators.
//!
//! The catalog runs every example through the real detector with all patterns loaded; here each file is looked at alone and
//! by simpler means, so that a fault is found in the file that has it. Columns and labels are taken for granted.

use regex::bytes::{Regex, RegexBuilder};

use super::{Compact, Verdict, by_name};
use crate::detect::builtin::PATTERNS;
use crate::detect::claim;
use crate::detect::pattern::{Compacting, ContextRule, Example, Pattern};

/// A pattern with its expressions compiled, each to match a whole text.
struct Compiled {
    file: String,
    pattern: Pattern,
    regex: Option<Regex>,
    cell: Option<Regex>,
    masked: Option<Regex>,
    rounded: Option<Regex>,
}

fn patterns() -> Vec<Compiled> {
    assert!(PATTERNS.len() >= 40, "{} pattern files", PATTERNS.len());
    let files = PATTERNS.iter();
    files.map(|(path, text)| load(path, text)).collect()
}

fn load(path: &str, text: &str) -> Compiled {
    let file = path.rsplit('/').next().unwrap_or(path).to_owned();
    let pattern: Pattern = toml::from_str(text).unwrap_or_else(|e| panic!("{file}: {e}"));
    let compile = |source: &Option<String>, field: &str| {
        source.as_ref().map(|source| whole(&file, field, source))
    };
    let regex = compile(&pattern.regex, "regex");
    let cell = compile(&pattern.cell, "cell");
    let masked = compile(&pattern.masked, "masked");
    let rounded = compile(&pattern.rounded, "rounded");
    Compiled {
        file,
        pattern,
        regex,
        cell,
        masked,
        rounded,
    }
}

/// Compiles an expression as the detector does, after checking that a DFA can run it without looking around.
fn whole(file: &str, field: &str, source: &str) -> Regex {
    let hir = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(source)
        .unwrap_or_else(|e| panic!("{file}: {field}: {e}"));
    let properties = hir.properties();
    assert!(
        properties.look_set().is_empty(),
        "{file}: {field} looks around"
    );
    assert!(
        properties.minimum_len() > Some(0),
        "{file}: {field} matches nothing"
    );
    assert_eq!(
        properties.explicit_captures_len(),
        0,
        "{file}: {field} captures"
    );
    // The line feed keeps a comment at the end from swallowing the bracket.
    RegexBuilder::new(&format!("^(?:{source}\n)$"))
        .unicode(false)
        .build()
        .unwrap_or_else(|e| panic!("{file}: {field}: {e}"))
}

/// Full-width letters, digits, signs and the ideographic space as ASCII, as the detector sees them.
fn fold(text: &str) -> String {
    let fold = |c: char| match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '（' | '）' | '－' | '．' | '＋' => {
            char::from_u32(c as u32 - 0xfee0).unwrap()
        }
        '\u{3000}' => ' ',
        c => c,
    };
    text.chars().map(fold).collect()
}

fn compact(text: &str, how: Compacting) -> Compact<'_> {
    let mut out = Compact::new();
    let text = text.trim();
    let keep = |c: &char| match how {
        Compacting::Digits => c.is_ascii_digit(),
        Compacting::AlnumUpper => {
            c.is_ascii_alphanumeric() || ('\u{3400}'..='\u{9fff}').contains(c)
        }
        Compacting::Lower | Compacting::Text => true,
    };
    for c in text.chars().filter(keep) {
        let c = match how {
            Compacting::AlnumUpper => c.to_ascii_uppercase(),
            Compacting::Lower => c.to_ascii_lowercase(),
            Compacting::Digits | Compacting::Text => c,
        };
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            out.push(byte);
        }
    }
    out
}

impl Compiled {
    /// What the pattern makes of this text as a whole: the status, or nothing.
    fn status(&self, text: &str, in_context: bool) -> Option<&'static str> {
        let text = fold(text);
        let full =
            |regex: &Option<Regex>| regex.as_ref().is_some_and(|r| r.is_match(text.as_bytes()));
        let anywhere = self.pattern.context == ContextRule::Anywhere;
        let verdict =
            if (anywhere || in_context) && full(&self.regex) || in_context && full(&self.cell) {
                match &self.pattern.validator {
                    Some(name) => {
                        let mut form = compact(&text, self.pattern.compact);
                        by_name(name).unwrap()(&mut form, in_context)
                    }
                    None => Verdict::Valid,
                }
            } else {
                Verdict::Reject
            };
        match verdict {
            Verdict::Valid | Verdict::Strong | Verdict::Weak => Some("valid"),
            Verdict::Test => Some("test"),
            Verdict::FailedChecksum => Some("failed_checksum"),
            Verdict::Rounded => Some("rounded"),
            Verdict::Reject if (anywhere || in_context) && full(&self.masked) => Some("masked"),
            Verdict::Reject if in_context && full(&self.rounded) => Some("rounded"),
            Verdict::Reject => None,
        }
    }

    /// Whether the ends of `text[start..end]` may be the ends of a value.
    fn is_bounded(&self, text: &str, start: usize, end: usize) -> bool {
        let (bytes, boundary) = (text.as_bytes(), self.pattern.boundary);
        claim::begins_well(bytes, start, boundary)
            && claim::ends_well(bytes, end, boundary)
            && !claim::is_part_of_colon_groups(bytes, &(start..end))
    }

    /// A part of the text that would be found without any context.
    fn found_in(&self, text: &str) -> Option<String> {
        let text = fold(text);
        let places: Vec<usize> = (0..=text.len())
            .filter(|at| text.is_char_boundary(*at))
            .collect();
        for (i, start) in places.iter().enumerate() {
            for end in places[i + 1..].iter().rev() {
                let part = &text[*start..*end];
                if self.is_bounded(&text, *start, *end) && self.status(part, false).is_some() {
                    return Some(part.to_owned());
                }
            }
        }
        None
    }

    fn check_positive(&self, number: usize, example: &Example) {
        let place = format!("{}: positive {number} ({})", self.file, example.why);
        let value = example.value.as_deref().unwrap_or(&example.text);
        let at = example.text.find(value);
        let at = at.unwrap_or_else(|| panic!("{place}: the value is not in the text"));
        let (before, behind) = (&example.text[..at], &example.text[at + value.len()..]);
        let want = example.status.as_deref().unwrap_or("valid");
        // A label that is not in a column stands in the text before the value.
        let labelled = example.column.is_some()
            || before.ends_with(['：', ':', ' ', '号', '证', '为', '(', '"', '-']);
        if self.pattern.structure.is_some() && !labelled {
            // Found by what stands beside it, which the whole detector sees.
            return;
        }
        let got = self.status(value, labelled);
        assert_eq!(got, Some(want), "{place}");
        let folded = fold(&example.text);
        let at = fold(before).len();
        assert!(
            self.is_bounded(&folded, at, folded.len() - fold(behind).len()),
            "{place}: neighbours"
        );
    }

    fn check_negative(&self, number: usize, example: &Example) {
        let place = format!("{}: negative {number} ({})", self.file, example.why);
        if example.column.is_some() {
            assert_eq!(self.status(&example.text, true), None, "{place}");
        }
        assert_eq!(self.found_in(&example.text), None, "{place}");
    }
}

#[test]
fn every_file_is_well_formed() {
    let patterns = patterns();
    for Compiled { file, pattern, .. } in &patterns {
        let id = &pattern.id;
        let parts = id.split(['.', '-']);
        let sound = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        assert!(parts.clone().all(sound), "{file}: id");
        let last = id.rsplit('.').next().unwrap();
        assert_eq!(
            file.strip_suffix(".toml"),
            Some(last),
            "{file}: named like its id"
        );
        assert!(
            pattern.regex.is_some() || pattern.cell.is_some(),
            "{file}: no expression"
        );
        assert!(
            !pattern.name.en.is_empty() && !pattern.name.zh.is_empty(),
            "{file}: names"
        );
        assert!(pattern.description.len() > 40, "{file}: description");
        assert!(!pattern.references.is_empty(), "{file}: references");
        assert!(
            pattern.positive.len() >= 3,
            "{file}: three positive examples"
        );
        assert!(
            pattern.negative.len() >= 3,
            "{file}: three negative examples"
        );
        let examples = || pattern.positive.iter().chain(&pattern.negative);
        assert!(examples().all(|e| !e.why.is_empty()), "{file}: reasons");
        if let Some(name) = &pattern.validator {
            assert!(
                by_name(name).is_some(),
                "{file}: no validator is called {name}"
            );
        }
        if pattern.context == ContextRule::Required {
            assert!(
                !pattern.columns.is_empty(),
                "{file}: needs context and names no column"
            );
            assert!(
                pattern.regex.is_none(),
                "{file}: regex would never run alone, use cell"
            );
        }
    }
    let mut ids: Vec<_> = patterns.iter().map(|p| &p.pattern.id).collect();
    ids.sort();
    assert!(
        ids.windows(2).all(|pair| pair[0] != pair[1]),
        "ids are unique"
    );
}

#[test]
fn every_validator_is_used() {
    let patterns = patterns();
    for (name, _) in super::VALIDATORS {
        let used = |p: &Compiled| p.pattern.validator.as_deref() == Some(*name);
        assert!(patterns.iter().any(used), "no pattern uses {name}");
    }
}

#[test]
fn examples_hold() {
    let mut n_failed = 0;
    for compiled in patterns() {
        for (i, example) in compiled.pattern.positive.iter().enumerate() {
            let check = || compiled.check_positive(i + 1, example);
            n_failed +=
                usize::from(std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)).is_err());
        }
        for (i, example) in compiled.pattern.negative.iter().enumerate() {
            let check = || compiled.check_negative(i + 1, example);
            n_failed +=
                usize::from(std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)).is_err());
        }
    }
    assert_eq!(n_failed, 0, "examples fail, see above");
}

//! The audit as JUnit XML: each number of a law is a test case, and a reached one a failure.
//!
//! The shape is the one that Jenkins, GitLab and GitHub actions read: `testsuites`, `testsuite`,
//! `testcase` with `failure` or `error`. What is checked, and how it ended, stands in `checks`.

use std::io::{self, Write};

use super::Options;
use super::checks::{Check, Suite, Verdict, suites};
use super::markup::escaped;
use super::summary;
use crate::audit::Audit;

/// Writes the whole document.
pub(super) fn write(wtr: &mut dyn Write, audit: &Audit, options: &Options) -> io::Result<()> {
    let suites = suites(audit, options);
    // Of skipped ones the schemas of servers know no sum.
    let [tests, failures, errors, _] = suites
        .iter()
        .map(tally)
        .fold([0; 4], |sum, n| std::array::from_fn(|i| sum[i] + n[i]));
    let time = if audit.stats.seconds.is_finite() {
        audit.stats.seconds.max(0.0)
    } else {
        0.0
    };
    writeln!(wtr, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        wtr,
        r#"<testsuites name="{}" tests="{tests}" failures="{failures}" errors="{errors}" time="{time:.3}">"#,
        escaped(&audit.tool.name),
    )?;
    // A saved audit may say anything; a server that meets no time in it refuses the whole document.
    let timestamp = summary::started(audit).map_or_else(String::new, |started| {
        format!(r#" timestamp="{}""#, started.trim_end_matches('Z'))
    });
    for one in &suites {
        suite(wtr, one, &timestamp)?;
    }
    writeln!(wtr, "</testsuites>")
}

/// Tests, failures, errors and skipped ones of a suite.
fn tally(suite: &Suite) -> [usize; 4] {
    let count = |is: fn(&Verdict) -> bool| suite.checks.iter().filter(|c| is(&c.verdict)).count();
    [
        suite.checks.len(),
        count(|verdict| matches!(verdict, Verdict::Failed(_))),
        count(|verdict| matches!(verdict, Verdict::Unknown(_))),
        count(|verdict| matches!(verdict, Verdict::Skipped(_))),
    ]
}

/// One suite; `timestamp` is an attribute, or nothing.
fn suite(wtr: &mut dyn Write, suite: &Suite, timestamp: &str) -> io::Result<()> {
    let [tests, failures, errors, skipped] = tally(suite);
    let id = escaped(&suite.id);
    writeln!(
        wtr,
        r#"  <testsuite name="{id}" tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}" time="0"{timestamp}>"#,
    )?;
    for check in &suite.checks {
        case(wtr, &id, check)?;
    }
    writeln!(wtr, "  </testsuite>")
}

/// One case; `suite` is escaped already.
fn case(wtr: &mut dyn Write, suite: &str, check: &Check) -> io::Result<()> {
    let id = escaped(&check.id);
    write!(
        wtr,
        r#"    <testcase classname="{suite}" name="{id}" time="0""#
    )?;
    let (element, text) = match &check.verdict {
        Verdict::Passed => return writeln!(wtr, "/>"),
        Verdict::Skipped(text) => {
            let text = escaped(text);
            writeln!(wtr, r#"><skipped message="{text}"/></testcase>"#)?;
            return Ok(());
        }
        Verdict::Failed(text) => ("failure", text),
        Verdict::Unknown(text) => ("error", text),
    };
    let mut lines = text.lines();
    let first = escaped(lines.next().unwrap_or_default());
    writeln!(wtr, ">")?;
    write!(
        wtr,
        r#"      <{element} message="{first}" type="{element}">{first}"#
    )?;
    for line in lines {
        write!(wtr, "\n{}", escaped(line))?;
    }
    writeln!(wtr, "</{element}>")?;
    writeln!(wtr, "    </testcase>")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{options, plain};
    use super::*;
    use crate::audit::LimitFound;
    use crate::report::Lang;

    fn document(audit: &Audit) -> String {
        let mut out = Vec::new();
        write(&mut out, audit, &options(Lang::En, 80, false)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_time_that_is_none_is_left_out() {
        for (started, want) in [
            (
                "2026-01-05T08:00:00Z",
                " timestamp=\"2026-01-05T08:00:00\">",
            ),
            ("yesterday\"&<", " time=\"0\">"),
            ("", " time=\"0\">"),
        ] {
            let audit = Audit {
                started: started.to_owned(),
                ..plain()
            };
            let document = document(&audit);
            let suites = document.lines().filter(|l| l.starts_with("  <testsuite "));
            assert_eq!(suites.clone().count(), 2, "{document}");
            for line in suites {
                assert!(line.ends_with(want), "{line}");
            }
        }
    }

    #[test]
    fn a_limit_that_is_on_no_file_is_neither_kept_nor_exceeded() {
        let limit = |files, exceeded| LimitFound {
            limit: "kind email in gone/**".to_owned(),
            unit: "matches".to_owned(),
            exceeded,
            files,
            ..LimitFound::default()
        };
        for (files, exceeded, want) in [
            (None, false, "failures=\"0\" errors=\"0\""),
            (Some(1), false, "failures=\"0\" errors=\"0\""),
            (Some(0), false, "failures=\"0\" errors=\"1\""),
            (Some(1), true, "failures=\"1\" errors=\"0\""),
        ] {
            let audit = Audit {
                budget: vec![limit(files, exceeded)],
                ..plain()
            };
            let document = document(&audit);
            let want = format!("<testsuite name=\"budget\" tests=\"1\" {want}");
            assert!(document.contains(&want), "{want} not in {document}");
            let sentence = "No file has such a path, so that the limit guards nothing.";
            assert_eq!(document.contains(sentence), files == Some(0));
        }
    }
}

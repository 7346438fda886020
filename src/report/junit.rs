//! The audit as JUnit XML: each number of a law is a test case, and a reached one a failure.
//!
//! The shape is the one that Jenkins, GitLab and GitHub actions read: `testsuites`, `testsuite`,
//! `testcase` with `failure` or `error`. What is checked, and how it ended, stands in `checks`.

use std::io::{self, Write};

use super::Options;
use super::checks::{Check, Suite, Verdict, suites};
use super::markup::escaped;
use crate::audit::Audit;

/// Writes the whole document.
pub(super) fn write(wtr: &mut dyn Write, audit: &Audit, options: &Options) -> io::Result<()> {
    let suites = suites(audit, options);
    let (tests, failures, errors) = suites
        .iter()
        .map(tally)
        .fold((0, 0, 0), |sum, n| (sum.0 + n.0, sum.1 + n.1, sum.2 + n.2));
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
    for one in &suites {
        suite(wtr, one, &audit.started)?;
    }
    writeln!(wtr, "</testsuites>")
}

/// Tests, failures and errors of a suite.
fn tally(suite: &Suite) -> (usize, usize, usize) {
    let count = |is: fn(&Verdict) -> bool| suite.checks.iter().filter(|c| is(&c.verdict)).count();
    (
        suite.checks.len(),
        count(|verdict| matches!(verdict, Verdict::Failed(_))),
        count(|verdict| matches!(verdict, Verdict::Unknown(_))),
    )
}

fn suite(wtr: &mut dyn Write, suite: &Suite, started: &str) -> io::Result<()> {
    let (tests, failures, errors) = tally(suite);
    let id = escaped(&suite.id);
    writeln!(
        wtr,
        r#"  <testsuite name="{id}" tests="{tests}" failures="{failures}" errors="{errors}" skipped="0" time="0" timestamp="{}">"#,
        escaped(started.trim_end_matches('Z')),
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

//! The audit as one page for a browser and a printer: self-contained, in both languages, without any
//! request to a network.
//!
//! The template (`templates/report.html`) decides order and markup, `view` what is said, `text` how a
//! text becomes markup. Everything is in the markup, for readers without scripts and for print; the
//! script adds the switches, and a table of all files that the page holds. A strict policy
//! (`default-src 'none'`, style and script by their hashes) stands in its head: whatever a
//! name might smuggle in would not run.

mod assess;
mod counted;
mod files;
mod head;
mod place;
mod plain;
mod scale;
mod since;
mod text;
mod treemap;
mod view;
mod words;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use askama::Template;
use sha2::{Digest, Sha256};

use super::words::Msg;
use super::{Lang, Options};
use crate::audit::Audit;
use text::Both;
use view::View;
use words::Html;

/// The style sheet and the script, as they stand in the page.
const STYLE: &str = include_str!("../../templates/style.css");
const SCRIPT: &str = include_str!("../../templates/script.js");

/// The page.
#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    /// Language in which it opens.
    lang: &'static str,
    title: String,
    policy: String,
    style: String,
    script: &'static str,
    /// JSON, escaped for its element.
    data: String,
    view: View,
}

impl Page {
    /// A message of this page.
    #[allow(clippy::unused_self, reason = "a template calls methods of its page")]
    fn t(&self, msg: Html) -> Both {
        Both::of(|lang| msg.text(lang))
    }

    /// A message of all reports.
    #[allow(clippy::unused_self, reason = "a template calls methods of its page")]
    fn m(&self, msg: Msg) -> Both {
        Both::of(|lang| msg.text(lang))
    }
}

/// Writes the page.
pub(super) fn write(wtr: &mut dyn Write, audit: &Audit, options: &Options) -> io::Result<()> {
    let style = format!("{STYLE}{}", page_heads(audit));
    let (data, held) = files::data(audit)?;
    let page = Page {
        lang: options.lang.id(),
        title: title(audit, options.lang),
        policy: format!(
            "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
            hash(&style),
            hash(SCRIPT)
        ),
        data,
        view: View::new(audit, options, held),
        style,
        script: SCRIPT,
    };
    let html = page.render().map_err(io::Error::other)?;
    wtr.write_all(html.as_bytes())
}

fn title(audit: &Audit, lang: Lang) -> String {
    let day = started_day(audit).unwrap_or_default();
    format!("{} {day} – leakgauge", Msg::DocTitle.text(lang))
}

/// The day of the scan, if the audit tells one as scans do.
fn started_day(audit: &Audit) -> Option<&str> {
    super::summary::started(audit).map(|time| &time[..10])
}

/// Heads and feet of the printed pages, in the language that is shown.
fn page_heads(audit: &Audit) -> String {
    let mut css = String::new();
    for lang in [Lang::En, Lang::Zh] {
        let title = Msg::DocTitle.text(lang);
        let note = Html::Confidential.text(lang);
        let day = started_day(audit).unwrap_or_default();
        let id = lang.id();
        css.push_str(&format!(
            "@page {id}{{@top-left{{content:\"leakgauge · {title}\"}}@top-right{{content:\"{day}\"}}\
             @bottom-left{{content:\"{note}\"}}@bottom-right{{content:counter(page) \" / \" counter(pages)}}}}\n"
        ));
    }
    css
}

/// A hash as policies name it: `sha256-` and Base64.
fn hash(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text.as_bytes())))
}

/// Base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = 0_u32;
        for at in 0..3 {
            group = (group << 8) | u32::from(chunk.get(at).copied().unwrap_or(0));
        }
        for at in 0..4 {
            let digit = DIGITS[((group >> (18 - 6 * at)) & 63) as usize];
            out.push(if at <= chunk.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    out
}

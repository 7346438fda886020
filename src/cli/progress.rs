//! Progress: a bar by bytes on standard error with a line of what was counted below it, and the one place that knows
//! `indicatif`.
//!
//! It watches a scan and changes nothing in it. It shows counts, and paths only when asked to be verbose; never content.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use leakgauge::report::Lang;
use terminal_size::terminal_size_of;

use super::render::width;

/// Redraws in a second.
const HZ: u8 = 10;

/// Columns of a window in which all of that has room.
const WIDTH_FOR_ALL: usize = 80;

/// How far the scan is.
const MEASURES: &str = "{wide_bar} {percent:>3}% {bytes}/{total_bytes} {binary_bytes_per_sec}";

/// A bar, or nothing at all.
pub(crate) struct Progress {
    bar: ProgressBar,
    files: AtomicU64,
    files_done: AtomicU64,
    lang: Lang,
}

impl Progress {
    /// A bar if one is wanted and standard error is a terminal.
    pub(crate) fn new(wanted: bool, lang: Lang) -> Progress {
        let target = if wanted && io::stderr().is_terminal() {
            ProgressDrawTarget::stderr_with_hz(HZ)
        } else {
            ProgressDrawTarget::hidden()
        };
        Progress {
            bar: ProgressBar::with_draw_target(None, target),
            files: AtomicU64::new(0),
            files_done: AtomicU64::new(0),
            lang,
        }
    }

    /// The scan begins. Without a number of bytes (standard input) there is no end to estimate.
    pub(crate) fn started(&self, files: usize, bytes: u64) {
        self.files.store(files as u64, Ordering::Relaxed);
        let measures = match width(terminal_size_of(io::stderr())) < WIDTH_FOR_ALL {
            true => "{percent:>3}%",
            false => MEASURES,
        };
        let (measures, left) = match (bytes, self.lang) {
            (0, _) => ("{spinner} {bytes} {binary_bytes_per_sec}", ""),
            (_, Lang::En) => (measures, ", {eta} left"),
            (_, Lang::Zh) => (measures, "，剩余 {eta}"),
        };
        let template = format!("{measures}{left} {{prefix}}\n{{wide_msg}}");
        let style = ProgressStyle::with_template(&template).expect("the template is well formed");
        self.bar.set_style(style.progress_chars("=> "));
        if bytes > 0 {
            self.bar.set_length(bytes);
        }
        self.show_files();
        self.bar
            .enable_steady_tick(Duration::from_millis(1000 / u64::from(HZ)));
    }

    /// More bytes were read.
    pub(crate) fn bytes(&self, n: u64) {
        self.bar.inc(n);
    }

    /// One more file is done.
    pub(crate) fn file_done(&self) {
        self.files_done.fetch_add(1, Ordering::Relaxed);
        self.show_files();
    }

    /// Whether anything is shown.
    pub(crate) fn is_shown(&self) -> bool {
        !self.bar.is_hidden()
    }

    /// Shows what was counted so far, cut to the width of the window.
    pub(crate) fn show(&self, line: String) {
        self.bar.set_message(line);
    }

    /// Writes a line without tearing the bar.
    pub(crate) fn say(&self, line: &str) {
        self.bar.suspend(|| super::say(line));
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn show_files(&self) {
        if self.bar.is_hidden() {
            return;
        }
        let done = self.files_done.load(Ordering::Relaxed);
        let files = self.files.load(Ordering::Relaxed);
        self.bar.set_prefix(match self.lang {
            Lang::En => format!("({done}/{files} files)"),
            Lang::Zh => format!("（{done}/{files} 个文件）"),
        });
    }
}

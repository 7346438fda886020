//! Progress: a bar by bytes on standard error, and the one place that knows `indicatif`.
//!
//! It watches a scan and changes nothing in it. It shows counts of bytes and files, and paths only when asked to be
//! verbose; never content.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Redraws in a second.
const HZ: u8 = 10;

/// A bar, or nothing at all.
pub(crate) struct Progress {
    bar: ProgressBar,
    files: AtomicU64,
    files_done: AtomicU64,
}

impl Progress {
    /// A bar if one is wanted and standard error is a terminal.
    pub(crate) fn new(wanted: bool) -> Progress {
        let target = if wanted && io::stderr().is_terminal() {
            ProgressDrawTarget::stderr_with_hz(HZ)
        } else {
            ProgressDrawTarget::hidden()
        };
        Progress {
            bar: ProgressBar::with_draw_target(None, target),
            files: AtomicU64::new(0),
            files_done: AtomicU64::new(0),
        }
    }

    /// The scan begins. Without a number of bytes (standard input) there is no end to estimate.
    pub(crate) fn started(&self, files: usize, bytes: u64) {
        self.files.store(files as u64, Ordering::Relaxed);
        let template = if bytes == 0 {
            "{spinner} {bytes} {binary_bytes_per_sec} {msg}"
        } else {
            "{wide_bar} {percent:>3}% {bytes}/{total_bytes} {binary_bytes_per_sec}, {eta} left {msg}"
        };
        let style = ProgressStyle::with_template(template).expect("the template is well formed");
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
        self.bar.set_message(format!("({done}/{files} files)"));
    }
}

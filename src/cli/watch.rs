//! Watching a scan: passes what happens to the progress bar and the matches to the outputs that want them.
//!
//! Matches arrive masked. Nothing is kept here; order is the business of `OrderedHits`.

use std::io::{self, BufWriter, Write};

use leakgauge::audit::Hit;
use leakgauge::category::Category;
use leakgauge::report::OrderedHits;
use leakgauge::scan::Observer;

use super::output::Output;
use super::progress::Progress;
use super::running::Running;

/// Everything that watches one scan.
pub(crate) struct Watch<'a> {
    progress: Progress,
    /// What has been counted, if it is shown.
    running: Option<Running<'a>>,
    hits: Option<OrderedHits<BufWriter<Outputs>>>,
    /// What to call each file when it is done; empty unless verbose.
    names: Vec<String>,
}

impl<'a> Watch<'a> {
    /// Watches for a progress bar with what was counted, for the outputs in JSON Lines and, if `names` are given, for every file.
    pub(crate) fn new(
        progress: Progress,
        running: Option<Running<'a>>,
        outputs: Outputs,
        names: Vec<String>,
    ) -> Watch<'a> {
        let running = running.filter(|_| progress.is_shown());
        let hits = (!outputs.0.is_empty()).then(|| OrderedHits::new(BufWriter::new(outputs)));
        Watch {
            progress,
            running,
            hits,
            names,
        }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.progress.finish();
    }

    /// Writes out the matches that are left and puts their outputs in place.
    pub(crate) fn finish(self) -> io::Result<()> {
        let Some(hits) = self.hits else {
            return Ok(());
        };
        let outputs = hits
            .finish()?
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        outputs.0.into_iter().try_for_each(Output::finish)
    }
}

impl Observer for Watch<'_> {
    fn started(&self, files: usize, bytes: u64) {
        self.progress.started(files, bytes);
    }

    fn bytes(&self, n: u64) {
        self.progress.bytes(n);
    }

    fn file_done(&self, index: usize) {
        self.progress.file_done();
        if let Some(name) = self.names.get(index) {
            self.progress.say(&format!("done: {name}"));
        }
        if let Some(hits) = &self.hits {
            hits.file_end(index);
        }
    }

    fn wants_rows(&self) -> bool {
        self.running.is_some()
    }

    fn rows(&self, more: &[u64; Category::ALL.len()]) {
        if let Some(line) = self.running.as_ref().and_then(|running| running.add(more)) {
            self.progress.show(line);
        }
    }

    fn wants_hits(&self) -> bool {
        self.hits.is_some()
    }

    fn hits(&self, index: usize, batch: u64, found: &[Hit<'_>]) {
        if let Some(hits) = &self.hits {
            hits.hits(index, batch, found);
        }
    }
}

/// The outputs that get every match.
pub(crate) struct Outputs(pub(crate) Vec<Output>);

impl Write for Outputs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .iter_mut()
            .try_for_each(|output| output.write_all(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.iter_mut().try_for_each(Output::flush)
    }
}

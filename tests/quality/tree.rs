//! Folders in which nobody's data should be, such as source code: what is found there with high confidence is false.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use leakgauge::audit::Hit;
use leakgauge::detect::Catalog;
use leakgauge::scan::{Observer, ScanOptions, scan};
use leakgauge::source::{WalkOptions, walk};

/// Hits of high confidence.
#[derive(Default)]
pub(crate) struct Alarms {
    pub(crate) n_bytes: u64,
    /// By kind: how many.
    pub(crate) of_kind: BTreeMap<String, u64>,
    /// Where, and what as far as may be shown: the file of the walk, the line, the kind, and the value masked.
    pub(crate) places: Vec<(usize, String)>,
}

/// The kinds of which at most one in ten megabytes may be found.
pub(crate) const KINDS: [&str; 5] = [
    "cn.resident-id",
    "cn.mobile",
    "bank-card",
    "cn.vehicle-plate",
    "cn.passport",
];

struct Collector(Mutex<Alarms>);

impl Observer for Collector {
    fn wants_hits(&self) -> bool {
        true
    }

    fn hits(&self, index: usize, _batch: u64, hits: &[Hit<'_>]) {
        let mut alarms = self.0.lock().expect("no holder panics");
        for hit in hits {
            if hit.confidence != "high" || hit.status != "valid" {
                continue;
            }
            *alarms.of_kind.entry(hit.kind.to_owned()).or_default() += 1;
            if KINDS.contains(&hit.kind) {
                let line = hit.line.unwrap_or_default();
                let place = format!("{}:{line} {} {}", hit.path, hit.kind, hit.masked);
                alarms.places.push((index, place));
            }
        }
    }
}

/// Scans a folder as the program does.
pub(crate) fn measure(catalog: &Catalog, folder: &Path) -> Result<Alarms, String> {
    let walked = walk(&[folder.to_owned()], &WalkOptions::default());
    let collector = Collector(Mutex::default());
    let options = ScanOptions::default();
    let audit = scan(walked, &[], catalog, &|_, _, _| None, &options, &collector)
        .map_err(|e| e.to_string())?;
    let mut alarms = collector.0.into_inner().expect("no holder panics");
    alarms.n_bytes = audit.stats.bytes;
    alarms.places.sort();
    Ok(alarms)
}

//! Evidence: what is known of each file and member beside its counts, for a manifest.
//!
//! Digests come from whoever reads the bytes. Those of a member count once its reader or its container has come to its end by
//! itself: a thread that was stopped may or may not have read on, and the same scan must give the same manifest.

use std::sync::atomic::Ordering;
use std::time::{SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

use super::file::PartRead;
use super::part::File;
use crate::audit::{Evidence, Status};
use crate::container::calendar::civil;
use crate::error::{Reason, Skipped};
use crate::source::{self, Entry};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The evidence of the parts of a file, the file first. `n_records` are those of the part with that number.
pub(super) fn of_parts(parts: &[PartRead], n_records: impl Fn(u32) -> u64) -> Vec<Evidence> {
    let mut has_content: Vec<bool> = parts.iter().map(|p| n_records(p.of.number) > 0).collect();
    let mut all: Vec<Evidence> = Vec::with_capacity(parts.len());
    // A container stands before its members.
    for (at, part) in parts.iter().enumerate().rev() {
        let status = match &part.reasons[..] {
            [] => Status::Read,
            reasons if has_content[at] || reasons.iter().any(Reason::is_partial) => Status::Partial,
            _ => Status::Skipped,
        };
        if let Some(container) = part.container {
            has_content[container] |= status != Status::Skipped;
        }
        let slot = part.slot.as_ref().filter(|_| part.is_whole);
        let digests = slot.and_then(|slot| slot.get());
        let n_bytes = part.counter.load(Ordering::Relaxed);
        all.push(Evidence {
            path: part.of.path.clone(),
            container: part.container.map(|at| parts[at].of.path.clone()),
            made: part.is_made,
            size: Some(digests.map_or(n_bytes, |digests| digests.size)),
            blake3: digests.map(|digests| digests.blake3.clone()),
            sha256: digests.map(|digests| digests.sha256.clone()),
            format: part.identity.map(|i| i.format.to_owned()),
            encoding: part.identity.map(|i| i.encoding.to_owned()),
            status,
            reasons: part.reasons.iter().map(ToString::to_string).collect(),
            ..Evidence::default()
        });
    }
    all.reverse();
    all
}

/// Adds what is known of files as a whole: digests, for which some are read once more, and when they were written.
pub(super) fn complete(files: &mut [(usize, File)], entries: &[Entry]) {
    files.par_iter_mut().for_each(|(index, file)| {
        let entry = &entries[*index];
        let Some(evidence) = file.evidence.first_mut() else {
            return;
        };
        if !entry.is_file() {
            return;
        }
        evidence.modified = entry.modified().and_then(moment);
        match entry.digests() {
            Some(digests) => {
                evidence.size = Some(digests.size);
                evidence.blake3 = Some(digests.blake3);
                evidence.sha256 = Some(digests.sha256);
            }
            None => {
                evidence.size = evidence.size.max(Some(entry.size));
                if evidence.status == Status::Read {
                    evidence.status = Status::Partial;
                    let reason = "changed while it was scanned, so that it has no digests";
                    evidence.reasons.push(reason.to_owned());
                }
            }
        }
    });
}

/// Takes the evidence of all files, in the order of paths, with what the walk could not read.
pub(super) fn take(files: &mut [File], entries: &[Entry], skipped: &[Skipped]) -> Vec<Evidence> {
    let mut all = Vec::new();
    for (file, entry) in files.iter_mut().zip(entries) {
        let mut evidence = std::mem::take(&mut file.evidence);
        if let Some(first) = evidence.first_mut().filter(|_| entry.is_file()) {
            first.file = Some(entry.path.clone());
        }
        all.append(&mut evidence);
    }
    all.extend(skipped.iter().map(|skipped| Evidence {
        path: skipped.path.clone(),
        status: Status::Skipped,
        reasons: vec![skipped.reason.clone()],
        ..Evidence::default()
    }));
    // Members of one name stay in the order of their container.
    all.sort_by(|a, b| source::compare(&a.path, &b.path));
    all
}

/// A time as RFC 3339 writes it, in UTC, to the nanosecond. None outside of the years 0 to 9999.
fn moment(time: SystemTime) -> Option<String> {
    let (seconds, nanos) = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => (i64::try_from(since.as_secs()).ok()?, since.subsec_nanos()),
        Err(before) => {
            let until = before.duration();
            let seconds = -i64::try_from(until.as_secs()).ok()?;
            match until.subsec_nanos() {
                0 => (seconds, 0),
                nanos => (seconds - 1, 1_000_000_000 - nanos),
            }
        }
    };
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    let of_day = seconds.rem_euclid(DAY);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    (0..=9_999).contains(&year).then(|| {
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}Z")
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_written_in_utc_to_the_nanosecond() {
        for (seconds, nanos, want) in [
            (0, 0, "1970-01-01T00:00:00.000000000Z"),
            (951_782_400, 5, "2000-02-29T00:00:00.000000005Z"),
            (1_709_294_399, 999_999_999, "2024-03-01T11:59:59.999999999Z"),
            (4_107_542_399, 0, "2100-02-28T23:59:59.000000000Z"),
        ] {
            let time = UNIX_EPOCH + Duration::new(seconds, nanos);
            assert_eq!(moment(time).as_deref(), Some(want));
        }
        let before = UNIX_EPOCH - Duration::new(1, 500_000_000);
        assert_eq!(
            moment(before).as_deref(),
            Some("1969-12-31T23:59:58.500000000Z")
        );
        assert_eq!(moment(UNIX_EPOCH + Duration::from_secs(1 << 40)), None);
    }
}

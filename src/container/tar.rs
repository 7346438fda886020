//! Tar archives: ustar, pax and GNU, with long names and sparse files.
//!
//! Folders, links and devices hold no data and are passed over; a hard link names a member that is there as well.

use super::pump::{Job, Sink, Stop};
use super::reason_of;
use super::source::Whole;
use crate::error::Reason;

pub(super) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let rdr = job.source.into_reader(sink.n_read());
    let mut archive = tar::Archive::new(rdr);
    // Some writers put archives one after the other.
    archive.set_ignore_zeros(true);
    for entry in archive.entries()? {
        let mut entry = entry.map_err(|e| broken(&e))?;
        let kind = entry.header().entry_type();
        if !(kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse()) {
            continue;
        }
        let name = entry.path_bytes().into_owned();
        let size = entry.size();
        let mut rdr = Whole::new(&mut entry, size);
        sink.member(&name, &mut rdr)?;
    }
    Ok(())
}

/// What is wrong with the archive itself.
fn broken(error: &std::io::Error) -> Stop {
    match error.kind() {
        std::io::ErrorKind::Other | std::io::ErrorKind::InvalidData => match reason_of(error) {
            Reason::Damaged(_) => {
                Reason::Damaged("a header of the archive is wrong".to_owned()).into()
            }
            reason => reason.into(),
        },
        _ => reason_of(error).into(),
    }
}

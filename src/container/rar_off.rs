//! Rar archives in a build without the feature `rar`: they are named, and not read.

use super::pump::{Job, Sink, Stop};
use crate::error::Reason;

pub(super) fn walk(_: Job, _: &mut Sink) -> Result<(), Stop> {
    let what = "rar archive, which this build leaves out (feature `rar`)";
    Err(Reason::Unsupported(what.to_owned()).into())
}

//! Placeholder for the law.

use serde::{Deserialize, Serialize};

/// What the counts reach under one instrument and one reading.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// Id of the instrument.
    pub instrument: String,
}

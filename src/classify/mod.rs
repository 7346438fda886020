//! Classification: from the columns of a table and the values of a record to the categories the
//! record supports.
//!
//! Two questions, kept apart. *What is this column?* is answered once a table by [`profile`], from
//! its header and a sample of its cells. *What is this record?* is answered record by record by
//! [`rules`], from the roles that are present. Nothing here knows the law's classes or thresholds,
//! counts anything, or does input or output.

mod deduce;
mod expected;
mod keys;
mod odds;
pub mod profile;
pub mod rules;
mod shape;
mod term;
#[cfg(test)]
mod tests;

pub use keys::KeySampler;
pub use profile::{ColumnProfile, Evidence, Profile, SAMPLE_ROWS, Sampler};
pub use rules::{Condition, Decision, Rule, Rules};

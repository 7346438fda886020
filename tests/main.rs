//! The integration tests: one binary, and this is its table of contents.

mod count;
mod exports;
mod parallel;

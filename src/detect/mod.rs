//! Placeholder for detection.
pub mod pattern;
pub mod validate;
pub mod vocabulary;

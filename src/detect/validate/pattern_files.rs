//! Tests of the pattern files.

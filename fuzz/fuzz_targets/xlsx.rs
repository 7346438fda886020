//! Sheets of Excel (xlsx): an archive of the parts that stand in the input.

#![no_main]

leakgauge_fuzz::zip_target!();

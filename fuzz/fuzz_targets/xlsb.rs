//! Sheets of Excel in binary (xlsb): an archive of the parts that stand in the input.

#![no_main]

leakgauge_fuzz::zip_target!();

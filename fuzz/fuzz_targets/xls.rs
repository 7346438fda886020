//! Sheets of Excel before 2007 (xls): an OLE file of the streams that stand in the input.

#![no_main]

leakgauge_fuzz::ole_target!();

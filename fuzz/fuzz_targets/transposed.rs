//! JSON by columns.

#![no_main]

leakgauge_fuzz::container_target!(JsonColumns, leakgauge_fuzz::guard::MEMORY);

//! Tar archives: ustar, pax, GNU, sparse files.

#![no_main]

leakgauge_fuzz::container_target!(Tar, leakgauge_fuzz::guard::MEMORY);

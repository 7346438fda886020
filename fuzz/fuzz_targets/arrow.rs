//! Arrow: files and streams, their schemas, dictionaries and record batches.

#![no_main]

leakgauge_fuzz::container_target!(Arrow, leakgauge_fuzz::guard::MEMORY);

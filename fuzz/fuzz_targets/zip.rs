//! Zip archives as they are: directory, headers, methods of compression.

#![no_main]

leakgauge_fuzz::container_target!(Zip, leakgauge_fuzz::guard::MEMORY);

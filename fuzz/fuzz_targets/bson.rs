//! BSON: documents, and archives of them.

#![no_main]

leakgauge_fuzz::container_target!(Bson, leakgauge_fuzz::guard::MEMORY);

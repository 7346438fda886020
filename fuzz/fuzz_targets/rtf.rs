//! RTF: groups, tables, code pages, objects.

#![no_main]

leakgauge_fuzz::container_target!(Rtf, leakgauge_fuzz::guard::MEMORY);

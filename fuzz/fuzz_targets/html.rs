//! HTML: tables, cards, attributes, charsets.

#![no_main]

leakgauge_fuzz::container_target!(Html, leakgauge_fuzz::guard::MEMORY);

//! PDF: objects, fonts, instructions of pages, layout, attached files.

#![no_main]

leakgauge_fuzz::container_target!(Pdf, leakgauge_fuzz::guard::MEMORY_APART);

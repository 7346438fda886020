//! XML: records, workbooks of 2003.

#![no_main]

leakgauge_fuzz::container_target!(Xml, leakgauge_fuzz::guard::MEMORY);

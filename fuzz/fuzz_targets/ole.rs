//! OLE compound files as they are: tables of sectors, folders.

#![no_main]

leakgauge_fuzz::container_target!(Ole, leakgauge_fuzz::guard::MEMORY_APART);

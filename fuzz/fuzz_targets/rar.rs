//! Rar archives of both generations.

#![no_main]

leakgauge_fuzz::container_target!(Rar, leakgauge_fuzz::guard::MEMORY_APART);

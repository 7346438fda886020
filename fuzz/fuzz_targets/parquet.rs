//! Parquet: footer, pages, levels.

#![no_main]

leakgauge_fuzz::container_target!(Parquet, leakgauge_fuzz::guard::MEMORY_APART);

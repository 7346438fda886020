//! Archives of pg_dump: directory, blocks, chunks.

#![no_main]

leakgauge_fuzz::container_target!(PgDump, leakgauge_fuzz::guard::MEMORY);

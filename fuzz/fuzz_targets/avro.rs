//! Avro: schema, blocks, values.

#![no_main]

leakgauge_fuzz::container_target!(Avro, leakgauge_fuzz::guard::MEMORY);

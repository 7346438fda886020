//! Slides of PowerPoint before 2007 (ppt): an OLE file of the streams that stand in the input.

#![no_main]

leakgauge_fuzz::ole_target!();

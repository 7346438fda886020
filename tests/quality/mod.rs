//! The quality of detection, measured: labelled cases go through the real detector, and come out as precision, recall and F1.
//!
//! Three sets: cases in files (`case`), free Chinese text that is written here with its truth (`text`), and folders in which
//! there should be nothing (`tree`). `score` adds up. It knows the library from outside only, and no pattern's expression; the
//! texts are written as people write, not as the patterns read.

pub(crate) mod case;
pub(crate) mod score;
pub(crate) mod text;
#[cfg(not(test))]
pub(crate) mod tree;

#[cfg(test)]
mod floors;

//! leakgauge audits dumps and exports for personal data and says which legal thresholds the volume reaches.
//!
//! A scan is one sentence: *walk* the files, *decode* them into records, *detect* personal data in their fields, *classify*
//! what each record is, *count* it in the units of the law, *assess* the counts, *report* the result. Each verb is a module
//! below, and knows its input and its output but never its caller. [`scan::scan`] speaks the sentence up to *count*;
//! [`law::assess`] and [`report::write`] finish it. The result is an [`audit::Audit`]: plain data that holds counts, paths
//! and masked samples, never a value of what was scanned.
//!
//! The library does not print, exit, or read the environment, and asserts nothing about anybody: it says which published
//! numbers a volume reaches. The program `leakgauge` is a thin command line over what is here.
//!
//! # Example
//!
//! A register of guests, two of them different persons:
//!
//! ```
//! use leakgauge::category::Reading;
//! use leakgauge::detect::Catalog;
//! use leakgauge::law::{self, Circumstances, Level};
//! use leakgauge::scan::{ScanOptions, scan};
//! use leakgauge::source::{WalkOptions, walk};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! std::fs::write(
//!     folder.path().join("guests.csv"),
//!     "手机号,酒店名称,房间号,入住时间\n\
//!      13800010001,春山宾馆,301,2024-03-01 18:20\n\
//!      13800010002,春山宾馆,302,2024-03-01 19:05\n\
//!      13800010002,春山宾馆,302,2024-03-01 19:05\n",
//! )?;
//!
//! let catalog = Catalog::builtin()?;
//! let instrument = law::laws::by_id("cn.spc-spp-2017-10")?;
//! let rank = |category, bare, reading| instrument.rank(category, bare, reading);
//! let found = walk(&[folder.path().to_owned()], &WalkOptions::default());
//! let audit = scan(found, &[], &catalog, &rank, &ScanOptions::default(), &())?;
//!
//! let lodging = &audit.categories[0];
//! assert_eq!(lodging.category, "lodging");
//! assert_eq!((lodging.rows, lodging.items, lodging.persons), (3, 2, 2));
//!
//! let assessments = law::assess(&instrument, &audit.readings, &Circumstances::default())?;
//! assert_eq!(assessments[0].reading, Reading::Default.id());
//! assert_eq!(assessments[0].level, Level::None); // two of 500
//! # Ok(())
//! # }
//! ```
//!
//! # Modules
//!
//! In reading order: what everybody speaks of ([`record`], [`category`], [`value`], [`error`]), the stages ([`source`],
//! [`decode`], [`detect`], [`classify`], [`count`], and [`scan`], which joins them), then what is made of their result
//! ([`audit`], [`budget`], [`baseline`], [`ignore`], [`law`], [`report`]).
//!
//! Versions follow the command line, the exit codes and the output formats; this API is 0.x and may change with any minor
//! version.

pub mod record;

pub mod category;

pub mod value;

pub mod error;

mod bytes;

mod number;

pub mod source;

pub mod decode;

pub mod container;

pub mod detect;

pub mod classify;

pub mod count;

pub mod scan;

pub mod audit;

pub mod budget;

pub mod baseline;
pub mod ignore;

mod paths;

pub mod suggest;

pub mod law;

pub mod explain;

pub mod report;

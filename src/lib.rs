//! leakgauge audits dumps and exports for personal data and says which legal thresholds the volume reaches.

pub mod audit;
mod bytes;
pub mod category;
pub mod classify;
pub mod count;
pub mod decode;
pub mod detect;
pub mod error;
pub mod law;
pub mod record;
pub mod value;

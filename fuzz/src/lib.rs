//! What the targets share: how bytes are taken through the decoders, and what must hold whatever the bytes are.
//!
//! A target takes its input through the public library as a scan does, in this process: a container is walked through
//! ([`container`]), and each of its members is sniffed and decoded as `scan` decodes it ([`records`]). [`parts`] builds the
//! containers whose own checks would otherwise turn away whatever a fuzzer writes. [`guard`] tells findings from what a library
//! does and the program already answers.

#![feature(alloc_error_hook)]

pub mod container;
pub mod guard;
pub mod parts;
pub mod records;
pub mod tally;

/// A target that takes its input through the walk of a container, alone and as members of it.
#[macro_export]
macro_rules! container_target {
    ($container:ident, $memory:expr) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| {
            $crate::guard::start($memory);
            $crate::container::check(leakgauge::decode::Container::$container, data);
        });
    };
}

/// A target that builds a zip archive of parts of its input and takes that through its walk. `ending` is that of the name.
#[macro_export]
macro_rules! zip_target {
    ($($seen:literal),*) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| {
            $crate::guard::start($crate::guard::MEMORY);
            let archive = $crate::parts::zip(data, &[$($seen),*]);
            $crate::container::check(leakgauge::decode::Container::Zip, &archive);
        });
    };
}

/// A target that builds an OLE file of parts of its input and takes that through its walk.
#[macro_export]
macro_rules! ole_target {
    ($($seen:literal),*) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| {
            $crate::guard::start($crate::guard::MEMORY_APART);
            let file = $crate::parts::ole(data, &[$($seen),*]);
            $crate::container::check(leakgauge::decode::Container::Ole, &file);
        });
    };
}

/// A target that takes its input through whatever `open` makes of it, with the limits that its first bytes choose.
#[macro_export]
macro_rules! records_target {
    ($open:expr) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| {
            $crate::guard::start($crate::guard::MEMORY);
            $crate::records::check(data, &$open);
        });
    };
}

/// A target that takes its input through one decoder of records, in the encoding that its first bytes choose. What the decoder is
/// made with is named first: the text, the options, the limits.
#[macro_export]
macro_rules! decoder_target {
    (|$text:ident, $options:ident, $limits:ident| $decoder:expr) => {
        fn open<'b>(
            sips: $crate::records::Sips<'b>,
            $options: $crate::records::Options,
            $limits: &leakgauge::decode::DecodeLimits,
        ) -> Option<Box<dyn leakgauge::decode::Decode + Send + 'b>> {
            let $text =
                leakgauge::decode::charset::Transcoder::new(Box::new(sips), $options.encoding());
            Some(Box::new($decoder))
        }

        $crate::records_target!(open);
    };
}

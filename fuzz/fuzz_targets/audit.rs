//! Saved audits in JSON: read, assessed anew under every law, written in every format.

#![no_main]

use std::sync::LazyLock;

use leakgauge::law::{self, Circumstances, Instrument};
use leakgauge::report::{self, Format, Options};
use leakgauge_fuzz::guard;
use libfuzzer_sys::fuzz_target;

static LAWS: LazyLock<Vec<Instrument>> =
    LazyLock::new(|| law::laws::builtin().expect("what is built in loads"));

fuzz_target!(|data: &[u8]| {
    guard::start(guard::MEMORY);
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let Ok(mut audit) = report::read(text) else {
        return;
    };
    let write = |format, audit: &_| {
        let mut out = Vec::new();
        report::write(format, &mut out, audit, &Options::default()).map(|()| out)
    };
    let json = write(Format::Json, &audit).expect("what was read can be written");
    let json = String::from_utf8(json).expect("JSON is UTF-8");
    let again = report::read(&json).expect("what was written can be read");
    let again = write(Format::Json, &again).expect("it is the same");
    assert_eq!(json.as_bytes(), again, "an audit stays what it is");
    for format in Format::ALL {
        // Matches stand in no audit.
        let _ = write(format, &audit);
    }
    for law in LAWS.iter() {
        if let Ok(found) = law::assess(law, &audit, &Circumstances::default()) {
            audit.assessments = found;
            let _ = write(Format::Markdown, &audit);
        }
    }
});

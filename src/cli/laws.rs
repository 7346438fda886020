//! `leakgauge laws`: the instruments as data.
//!
//! What an instrument says of itself is worded in `leakgauge::law`; here it is only listed and printed.

use std::fmt::Write;

use anyhow::Result;
use leakgauge::law::laws::position;
use leakgauge::report::Lang;

use super::args::{Common, Laws};
use super::case::known;
use super::exit::ExitCode;
use super::print;
use super::render::language;

/// Runs the command.
pub(crate) fn run(command: &Laws, common: &Common) -> Result<ExitCode> {
    let zh = language(common) == Lang::Zh;
    match command {
        Laws::List { laws } => {
            let mut text = String::new();
            for law in known(laws)?.0 {
                let file = law.file();
                writeln!(
                    text,
                    "{}  {}  {}",
                    law.id(),
                    file.number,
                    file.title.get(zh)
                )?;
            }
            print(&text)?;
        }
        Laws::Show { id, laws } => {
            let (known, _) = known(laws)?;
            let mut text = known[position(id, &known)?].describe(zh);
            if !text.ends_with('\n') {
                text.push('\n');
            }
            print(&text)?;
        }
    }
    Ok(ExitCode::Success)
}

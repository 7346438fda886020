//! `leakgauge laws`: the instruments as data.
//!
//! What an instrument says of itself is worded in `leakgauge::law`; here it is only listed and printed.

use std::fmt::Write;

use anyhow::Result;
use leakgauge::law::laws;
use leakgauge::report::Lang;

use super::args::{Common, Laws};
use super::exit::ExitCode;
use super::print;
use super::render::language;

/// Runs the command.
pub(crate) fn run(command: &Laws, common: &Common) -> Result<ExitCode> {
    let zh = language(common) == Lang::Zh;
    match command {
        Laws::List => {
            let mut text = String::new();
            for law in laws::builtin()? {
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
        Laws::Show { id } => {
            let mut text = laws::by_id(id)?.describe(zh);
            if !text.ends_with('\n') {
                text.push('\n');
            }
            print(&text)?;
        }
    }
    Ok(ExitCode::Success)
}

//! Rendering: what the reports need to know besides the audit, and the writing of an audit to its outputs.
//!
//! Language, colour and width come from the environment and the terminal here, because the library looks at neither.

use std::collections::BTreeMap;
use std::env;
use std::io::{self, IsTerminal};

use anyhow::{Context, Result};
use leakgauge::audit::Audit;
use leakgauge::category::Reading;
use leakgauge::detect::Catalog;
use leakgauge::law::{EXCLUDED, Instrument};
use leakgauge::report::{self, Format, Lang, Name, Options};
use terminal_size::{Height, Width, terminal_size_of};

use super::args::{Color, Common};
use super::output::Output;

/// What every report of one run has in common.
pub(crate) struct Render {
    options: Options,
    color: Color,
}

impl Render {
    /// For an audit that `instrument` governs, under `reading`.
    pub(crate) fn new(
        common: &Common,
        catalog: &Catalog,
        laws: &[Instrument],
        instrument: &str,
        reading: Reading,
    ) -> Result<Render> {
        let governing = laws.iter().find(|law| law.id() == instrument);
        let options = Options {
            lang: language(common),
            ascii: common.ascii,
            width: width(None),
            names: names(catalog),
            instruments: laws
                .iter()
                .map(|law| {
                    let file = law.file();
                    let name = match &file.short {
                        Some(short) => Name::new(&short.en, &short.zh),
                        None => Name::new(&file.number, &file.number),
                    };
                    (law.id().to_owned(), name)
                })
                .collect(),
            classes: governing
                .map(|law| classes(law, reading))
                .unwrap_or_default(),
            class_names: governing.map(class_names).unwrap_or_default(),
            governing: reading,
            instrument: instrument.to_owned(),
            ..Options::default()
        };
        Ok(Render {
            options,
            color: common.color,
        })
    }

    /// How a report to this output is written.
    pub(crate) fn options_for(&self, output: &Output) -> Options {
        let mut options = self.options.clone();
        options.color = use_color(self.color, output.is_stdout());
        if output.is_stdout() {
            options.width = width(terminal_size_of(io::stdout()));
        }
        options
    }

    /// Tells every step in the terminal summary as well.
    pub(crate) fn with_steps(mut self) -> Render {
        self.options.steps = true;
        self
    }

    /// Writes the audit to each output and puts it in place.
    pub(crate) fn write(&self, outputs: Vec<Output>, audit: &Audit) -> Result<()> {
        for mut output in outputs {
            let options = self.options_for(&output);
            let name = output.name();
            let to_stdout = output.is_stdout();
            let written = report::write(output.format, &mut output, audit, &options)
                .and_then(|()| output.finish());
            match written {
                // Whoever reads standard output has seen enough; the verdict stands, and files are still written.
                Err(error) if to_stdout && error.kind() == io::ErrorKind::BrokenPipe => {}
                written => written.with_context(|| format!("{name}: cannot be written"))?,
            }
        }
        Ok(())
    }
}

/// Names of kinds for reports.
fn names(catalog: &Catalog) -> BTreeMap<String, Name> {
    let patterns = catalog.patterns().iter();
    patterns
        .map(|p| (p.id.clone(), Name::new(&p.name.en, &p.name.zh)))
        .collect()
}

/// A word or two for the classes whose ids are no names of the law itself.
fn class_names(law: &Instrument) -> BTreeMap<String, Name> {
    let classes = law.file().classes.iter();
    let names = classes.filter_map(|class| Some((class.id.clone(), class.short.as_ref()?)));
    names
        .map(|(id, short)| (id, Name::new(&short.en, &short.zh)))
        .collect()
}

/// The class of each category under a reading; what a reading leaves out has none.
fn classes(law: &Instrument, reading: Reading) -> BTreeMap<String, String> {
    let categories = law.file().categories.iter();
    categories
        .filter_map(|(id, class)| {
            let of_reading = match reading {
                Reading::Default => &class.default,
                Reading::Lenient => &class.lenient,
                Reading::Strict => &class.strict,
            };
            let class = class.all.as_ref().or(of_reading.as_ref())?;
            (class != EXCLUDED).then(|| (id.clone(), class.clone()))
        })
        .collect()
}

/// The language that was asked for, else that of the locale, else English.
pub(crate) fn language(common: &Common) -> Lang {
    common.lang.unwrap_or_else(|| {
        language_of_locale(["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| env::var(name).ok()))
    })
}

/// The first variable that is set and not empty decides, as POSIX has it.
fn language_of_locale(variables: [Option<String>; 3]) -> Lang {
    let locale = variables
        .into_iter()
        .flatten()
        .find(|value| !value.is_empty());
    match locale {
        Some(locale) if locale.to_ascii_lowercase().starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}

/// Whether an output gets colours. `NO_COLOR` counts when it is set and not empty (no-color.org).
fn use_color(color: Color, to_stdout: bool) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
                || env::var_os("TERM").is_some_and(|value| value == "dumb");
            to_stdout && !unwanted && io::stdout().is_terminal()
        }
    }
}

/// Columns as the shell tells them, else those of the window if it is one, else the width of a report in a file.
pub(crate) fn width(window: Option<(Width, Height)>) -> usize {
    let stated = env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let columns = stated.or(window.map(|(columns, _)| usize::from(columns.0)));
    columns.unwrap_or(Options::default().width)
}

/// Whether an audit, which holds no matches, can be written in the format.
pub(crate) fn from_audit(format: Format) -> bool {
    format != Format::JsonLines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_locale_variable_that_is_set_decides() {
        #[track_caller]
        fn check(variables: [&str; 3], want: Lang) {
            let variables = variables.map(|v| (v != "unset").then(|| v.to_owned()));
            assert_eq!(language_of_locale(variables), want);
        }
        check(["zh_CN.UTF-8", "unset", "unset"], Lang::Zh);
        check(["unset", "unset", "zh_TW"], Lang::Zh);
        check(["unset", "zh", "en_US.UTF-8"], Lang::Zh);
        check(["C", "unset", "zh_CN.UTF-8"], Lang::En);
        check(["", "", "zh_CN.UTF-8"], Lang::Zh);
        check(["unset", "unset", "unset"], Lang::En);
        check(["de_DE.UTF-8", "unset", "unset"], Lang::En);
    }
}

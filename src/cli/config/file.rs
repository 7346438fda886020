//! The file itself: read within limits, its keys and values checked one by one, each error with its line.
//!
//! Which keys there are is asked of the command line, so that an option that is new there is a key at once. What limits and
//! ignore rules mean is not known here, only how their entries look.

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Command, CommandFactory};
use leakgauge::suggest::nearest;
use leakgauge::{budget, ignore, source};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{COMMAND, is_path};
use crate::cli::args::Arguments;

/// Largest file; whatever is longer is another file, named by mistake.
const BYTES_MAX: u64 = 1 << 20;

/// Most entries of a list.
const ENTRIES_MAX: usize = if budget::LIMITS_MAX < ignore::RULES_MAX {
    budget::LIMITS_MAX
} else {
    ignore::RULES_MAX
};

/// Options that choose the file and cannot stand in it.
pub(super) const OUTSIDE: [&str; 5] = ["config", "no-config", "print-config", "help", "version"];

/// The list of limits and that of ignore rules, with the keys of their entries.
const LISTS: [(&str, &[&str]); 2] = [("limit", &budget::KEYS), ("ignore", &ignore::KEYS)];

/// A configuration file that was read.
pub(crate) struct File {
    /// Its path, as seen from the folder that the program was started in.
    pub(super) name: String,
    /// Where its paths begin.
    pub(super) folder: PathBuf,
    pub(super) text: String,
    /// Whether nobody named it.
    pub(super) found: bool,
    /// In the order of the file.
    pub(super) settings: Vec<Setting>,
    pub(super) limits: Vec<Entry>,
    pub(super) ignore: Vec<Entry>,
}

/// An option in the file.
pub(crate) struct Setting {
    pub(super) key: String,
    pub(super) line_number: usize,
    /// What would stand on the command line; paths begin at the folder of the file.
    pub(super) words: Vec<OsString>,
    /// Paths as they are written.
    written: Vec<String>,
    /// Its value as TOML.
    literal: String,
}

/// An entry of a list.
pub(crate) struct Entry {
    pub(super) line_number: usize,
    /// Its keys and values as TOML.
    pub(super) lines: Vec<String>,
}

/// Something that is wrong, and the byte of the text where it shows.
type Flaw = (usize, String);

/// The options that can stand in a file.
pub(crate) fn option_args(command: &Command) -> impl Iterator<Item = &Arg> {
    let scan = command.find_subcommand(COMMAND);
    let args = scan.into_iter().flat_map(Command::get_arguments);
    args.filter(|arg| {
        let name = arg.get_long();
        !arg.is_hide_set() && name.is_some_and(|name| !OUTSIDE.contains(&name))
    })
}

/// The text of a file of limits: the format is that of a configuration, but it holds nothing else.
pub(crate) fn budget_text(path: &Path) -> Result<String> {
    let mut command = Arguments::command();
    command.build();
    let text = read_text(path, false)?;
    let place = |(at, message): Flaw| anyhow!("line {}: {message}", line_of(&text, at));
    // What is no TOML is told of by whoever reads the limits.
    let Ok(table) = DeTable::parse(&text) else {
        return Ok(text);
    };
    for (key, value) in table.get_ref() {
        let (name, at) = (key.get_ref().as_ref(), key.span().start);
        let is_option = option_args(&command).any(|arg| arg.get_long() == Some(name));
        let (limit, keys) = LISTS[0];
        if name == limit {
            entries(limit, keys, value).map_err(place)?;
        } else if is_option || name == LISTS[1].0 {
            let message = format!(
                "`{name}` is no limit: a file with options or ignore rules is named with --config"
            );
            return Err(place((at, message)));
        } else {
            let near = nearest(name, [limit].into_iter());
            return Err(place((at, format!("unknown key `{name}`{near}"))));
        }
    }
    drop(table);
    Ok(text)
}

impl File {
    /// Reads and checks a file. `found` says that nobody named it, `command` is the whole command line.
    pub(super) fn read(path: &Path, found: bool, command: &Command) -> Result<File> {
        let name = source::display(path);
        let context = || name.clone();
        let text = read_text(path, found).with_context(context)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let mut file = File {
            name: name.clone(),
            folder,
            text: String::new(),
            found,
            settings: Vec::new(),
            limits: Vec::new(),
            ignore: Vec::new(),
        };
        let parsed = file.parse(&text, command);
        parsed
            .map_err(|(at, message)| anyhow!("{name}: line {}: {message}", line_of(&text, at)))?;
        file.text = text;
        Ok(file)
    }

    fn parse(&mut self, text: &str, command: &Command) -> Result<(), Flaw> {
        let table = DeTable::parse(text).map_err(|e| {
            let message = e.message().replace('\n', ", ");
            (e.span().map_or(0, |span| span.start), message)
        })?;
        let mut budget = None;
        let mut in_order: Vec<_> = table.get_ref().iter().collect();
        in_order.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in in_order {
            let (name, at) = (key.get_ref().as_ref(), key.span().start);
            if let Some((list, keys)) = LISTS.iter().find(|(list, _)| *list == name) {
                let entries = entries(list, keys, value)?;
                let entries = entries.into_iter().map(|(at, lines)| Entry {
                    line_number: line_of(text, at),
                    lines,
                });
                match *list == LISTS[0].0 {
                    true => self.limits = entries.collect(),
                    false => self.ignore = entries.collect(),
                }
                continue;
            }
            let mut args = option_args(command);
            let Some(arg) = args.find(|arg| arg.get_long() == Some(name)) else {
                return Err((at, unknown(name, command)));
            };
            if name == "budget" {
                budget = Some(at);
            }
            let setting = self.setting(arg, name, value, line_of(text, at))?;
            check(command, arg, &setting).map_err(|message| (value.span().start, message))?;
            self.settings.push(setting);
        }
        match budget {
            Some(at) if !self.limits.is_empty() => {
                let message = "`budget` names a file of limits, and there are [[limit]] entries as well; put all of them into one \
                               file";
                Err((at, message.to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn setting(
        &self,
        arg: &Arg,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        line_number: usize,
    ) -> Result<Setting, Flaw> {
        let is_list = matches!(arg.get_action(), ArgAction::Append);
        let values: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
            DeValue::Array(array) if is_list => array.iter().collect(),
            _ => vec![value],
        };
        let mut setting = Setting {
            key: key.to_owned(),
            line_number,
            words: Vec::new(),
            written: Vec::new(),
            literal: String::new(),
        };
        let mut literals = Vec::new();
        for value in &values {
            let wrong = |expected: &str| {
                let got = value.get_ref().type_str();
                let message = format!("`{key}` is {expected}, not of type {got}");
                (value.span().start, message)
            };
            let (word, literal) = scalar(arg, value.get_ref()).map_err(wrong)?;
            literals.push(literal);
            match is_path(arg) && word != source::STDIN {
                true => setting.words.push(self.folder.join(&word).into()),
                false => setting.words.push(word.clone().into()),
            }
            setting.written.push(word);
        }
        setting.literal = match (value.get_ref(), literals.as_slice()) {
            (DeValue::Array(_), _) => format!("[{}]", literals.join(", ")),
            (_, [one]) => one.clone(),
            _ => String::new(),
        };
        Ok(setting)
    }
}

impl Setting {
    /// As a line of the file.
    pub(super) fn line(&self) -> String {
        format!("{} = {}", self.key, self.literal)
    }

    /// Whether each of its paths leads to what is in this folder or will be, with all links resolved.
    pub(super) fn lies_below(&self, folder: &Path) -> bool {
        let is_plain =
            |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        let folder = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        let Ok(real) = fs::canonicalize(folder) else {
            return false;
        };
        self.written.iter().map(Path::new).all(|path| {
            let there = real.join(path);
            let mut up = there.ancestors();
            let resolved = up.find_map(|there| fs::canonicalize(there).ok());
            path.components().all(is_plain) && resolved.is_some_and(|at| at.starts_with(&real))
        })
    }
}

/// What an unknown key may have meant.
fn unknown(key: &str, command: &Command) -> String {
    if OUTSIDE.contains(&key) {
        return format!("`{key}` is for the command line alone");
    }
    let options = option_args(command).filter_map(Arg::get_long);
    let lists = LISTS.iter().map(|(list, _)| *list);
    let near = nearest(key, options.chain(lists));
    let hint = match near.to_string().is_empty() {
        true => {
            "; the keys are the long options of `leakgauge scan --help`, and `limit` and `ignore`"
        }
        false => "",
    };
    format!("unknown key `{key}`{near}{hint}")
}

/// The entries of a list, each with the byte where it begins and its lines.
fn entries(
    list: &str,
    keys: &[&str],
    value: &Spanned<DeValue<'_>>,
) -> Result<Vec<(usize, Vec<String>)>, Flaw> {
    let at = value.span().start;
    let no_list = || {
        (
            at,
            format!("`{list}` is a list: write [[{list}]] above each entry"),
        )
    };
    let array = value.get_ref().as_array().ok_or_else(no_list)?;
    if let Some(beyond) = array.get(ENTRIES_MAX) {
        let message = format!("there are more than {ENTRIES_MAX} [[{list}]] entries; join some");
        return Err((beyond.span().start, message));
    }
    let mut entries = Vec::new();
    for entry in array {
        let table = entry.get_ref().as_table().ok_or_else(no_list)?;
        let mut in_order: Vec<_> = table.iter().collect();
        in_order.sort_by_key(|(key, _)| key.span().start);
        let mut lines = Vec::new();
        for (key, value) in in_order {
            let (name, at) = (key.get_ref().as_ref(), key.span().start);
            if !keys.contains(&name) {
                let near = nearest(name, keys.iter().copied());
                let known = keys.join("`, `");
                let message = format!("unknown key `{name}` of [[{list}]]{near} (keys: `{known}`)");
                return Err((at, message));
            }
            lines.push(format!("{name} = {}", literal(value.get_ref())));
        }
        entries.push((entry.span().start, lines));
    }
    Ok(entries)
}

/// A value as a word of the command line and as TOML.
///
/// # Errors
/// What it should be.
fn scalar(arg: &Arg, value: &DeValue<'_>) -> Result<(String, String), &'static str> {
    let is_flag = matches!(arg.get_action(), ArgAction::SetTrue);
    // Those that may stand alone and take `=no` as well.
    let is_answer = arg.get_num_args().is_some_and(|n| n.min_values() == 0);
    let expected = match () {
        () if is_flag || is_answer => "true or false",
        () if is_path(arg) => "a path in quotation marks",
        () if matches!(arg.get_action(), ArgAction::Append) => "a string, or a list of them",
        () => "a string, a whole number or a date",
    };
    let word = match value {
        DeValue::Boolean(answer) if is_flag => answer.to_string(),
        DeValue::Boolean(answer) if is_answer => if *answer { "yes" } else { "no" }.to_owned(),
        _ if is_flag || is_answer => return Err(expected),
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(_) | DeValue::Datetime(_) if !is_path(arg) => literal(value),
        _ => return Err(expected),
    };
    Ok((word, literal(value)))
}

/// A value as TOML, on one line.
fn literal(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => quoted(text),
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            let value = i128::from_str_radix(&digits, number.radix());
            value.map_or(digits, |value| value.to_string())
        }
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(answer) => answer.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(array) => {
            let values: Vec<String> = array.iter().map(|v| literal(v.get_ref())).collect();
            format!("[{}]", values.join(", "))
        }
        DeValue::Table(table) => {
            let pair = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
                let key: &std::borrow::Cow<'_, str> = key.get_ref();
                format!("{} = {}", quoted(key), literal(value.get_ref()))
            };
            let pairs: Vec<String> = table.iter().map(pair).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

/// A string as TOML: in quotation marks, on one line, without a character that acts on a terminal.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            // Control characters, marks of direction and other invisible ones.
            '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether an option takes its value, asked of the command line by itself. What goes together is asked later.
fn check(command: &Command, arg: &Arg, setting: &Setting) -> Result<(), String> {
    let mut words: Vec<OsString> = vec![command.get_name().into(), COMMAND.into()];
    words.extend(super::words_of(arg, setting));
    match command.clone().try_get_matches_from(words) {
        Err(error)
            if !matches!(
                error.kind(),
                ErrorKind::MissingRequiredArgument | ErrorKind::ArgumentConflict
            ) =>
        {
            Err(said_by_clap(&error))
        }
        _ => Ok(()),
    }
}

/// What the command line says is wrong, on one line and without its usage.
pub(super) fn said_by_clap(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines = text.lines().map(str::trim);
    let lines = lines.take_while(|line| {
        !line.starts_with("Usage:") && !line.starts_with("For more information")
    });
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    let text = lines.join(" ");
    text.strip_prefix("error: ").unwrap_or(&text).to_owned()
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).matches('\n').count() + 1
}

/// The text of a file that is no longer than a configuration may be.
fn read_text(path: &Path, found: bool) -> Result<String> {
    let unread = match found {
        true => {
            "the file cannot be read; mend or remove it, or use no configuration with --no-config"
        }
        false => "the file cannot be read",
    };
    let metadata = fs::metadata(path).context(unread)?;
    if metadata.is_dir() || found && !metadata.is_file() {
        bail!("is no regular file; rename it, or use no configuration with --no-config");
    }
    let too_long = || anyhow!("is longer than {BYTES_MAX} bytes, and no configuration");
    if metadata.len() > BYTES_MAX {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).context(unread)?;
    let mut limited = file.take(BYTES_MAX + 1);
    limited.read_to_end(&mut bytes).context(unread)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(too_long());
    }
    let text = String::from_utf8(bytes).map_err(|e| {
        let before = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        anyhow!("line {line}: is no UTF-8; save the file in that encoding")
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

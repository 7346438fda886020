//! Values of options: how each is read from what was typed, and what is said of one that cannot be.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use leakgauge::category::{Category, Reading};
use leakgauge::count::Memory;
use leakgauge::detect::Pack;
use leakgauge::law::Action;
use leakgauge::report::{Format, Lang};

pub(super) fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::id))
        .map(|id| Format::from_id(&id).expect("only ids are possible values"))
}

pub(super) fn lang() -> impl TypedValueParser<Value = Lang> {
    PossibleValuesParser::new(["en", "zh"])
        .map(|id| Lang::from_id(&id).expect("only ids are possible values"))
}

pub(super) fn reading() -> impl TypedValueParser<Value = Reading> {
    PossibleValuesParser::new(Reading::ALL.map(Reading::id))
        .map(|id| Reading::from_id(&id).expect("only ids are possible values"))
}

pub(super) fn action() -> impl TypedValueParser<Value = Action> {
    PossibleValuesParser::new(["obtain", "provide", "both"])
        .map(|id| Action::from_id(&id).expect("only ids are possible values"))
}

/// The id of a pack.
pub(super) fn pack(id: &str) -> Result<Pack, String> {
    Pack::from_id(id).ok_or_else(|| {
        let all = Pack::all();
        let near = leakgauge::suggest::nearest(id, all.iter().map(|pack| pack.id()));
        let ids: Vec<&str> = all.iter().map(|pack| pack.id()).collect();
        format!("no pack `{id}`{near} (packs: {})", ids.join(", "))
    })
}

pub(super) fn yes_or_no() -> impl TypedValueParser<Value = bool> {
    PossibleValuesParser::new(["yes", "no"]).map(|answer| answer == "yes")
}

/// `ID`, `ID=yes` or `ID=no`.
pub(super) fn fact(text: &str) -> Result<(String, bool), String> {
    match text.split_once('=') {
        None => Ok((text.to_owned(), true)),
        Some((id, "yes")) => Ok((id.to_owned(), true)),
        Some((id, "no")) => Ok((id.to_owned(), false)),
        Some(_) => Err("expected ID, ID=yes or ID=no".to_owned()),
    }
}

/// `KEY=VALUE`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or("expected KEY=VALUE, as in `vehicle=A`")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// `CATEGORY=N`; N may be grouped with `_` or `,`.
pub(super) fn count(text: &str) -> Result<(Category, u64), String> {
    let (id, number) = text
        .split_once('=')
        .ok_or("expected CATEGORY=N, as in `lodging=500`")?;
    let category = Category::from_id(id).ok_or_else(|| {
        let near = leakgauge::suggest::nearest(id, Category::ALL.iter().map(|c| c.id()));
        format!("no category `{id}`{near}")
    })?;
    Ok((category, whole(number)?))
}

/// A whole number, which may be grouped with `_` or `,`.
fn whole(number: &str) -> Result<u64, String> {
    let digits: String = number.chars().filter(|c| !matches!(c, '_' | ',')).collect();
    digits
        .parse()
        .map_err(|_| format!("`{number}` is no whole number of items, as in `lodging=500`"))
}

/// `WHO=N`.
pub(super) fn number(text: &str) -> Result<(String, u64), String> {
    let (who, number) = text
        .split_once('=')
        .ok_or("expected WHO=N, as in `sensitive=500`")?;
    Ok((who.to_owned(), whole(number)?))
}

/// `SIZE`: bytes, or with a letter kibi-, mebi- or gibibytes.
pub(super) fn memory(text: &str) -> Result<Memory, String> {
    let (digits, unit) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1 << 10),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 1 << 20),
        Some(b'g' | b'G') => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let bytes = is_number
        .then(|| digits.parse::<u64>().ok()?.checked_mul(unit))
        .flatten()
        .ok_or("expected a number of bytes, or one with K, M or G, as in 512M")?;
    Memory::new(bytes).map_err(|e| e.to_string())
}

//! Reading baselines: as a stream, checked field by field, and without a word of what the file holds in a message, because it
//! may be any other file.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufReader, Read};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Counts, Head, Mode, SCHEMA};
use crate::count::RunKey;
use crate::error::Error;

/// Most kinds and categories of a baseline: many times as many as there are.
const IDS_MAX: usize = 4096;

/// Longest id of a kind or category, version or hash.
const WORD_BYTES_MAX: usize = 128;

/// Most bytes between two quotation marks: the strings of a baseline are short, whatever file this is.
const STRING_BYTES_MAX: usize = 4096;

/// Digits of a fingerprint.
const DIGITS: usize = 32;

/// Who is told of the fingerprints, kind by kind, in the order of kinds.
pub(super) trait Taker {
    /// A kind begins.
    fn kind(&mut self, id: &str) -> Result<(), Error>;
    /// A value of it, maybe not for the first time.
    fn value(&mut self, stand_in: u128) -> Result<(), Error>;
    /// All values of it were told.
    fn kind_ends(&mut self) -> Result<(), Error>;
}

/// Reads a baseline from the front of a file. `key` is the one that was given, if one was.
pub(super) fn read(
    file: &mut dyn Read,
    key: Option<&RunKey>,
    taker: &mut dyn Taker,
) -> Result<Head, Error> {
    let rdr = BufReader::with_capacity(64 << 10, ShortStrings { file, run: 0 });
    let mut json = serde_json::Deserializer::from_reader(rdr);
    let mut failed = None;
    let document = Document {
        key,
        taker,
        failed: &mut failed,
    };
    let read = document.deserialize(&mut json);
    let whole = read.and_then(|head| json.end().map(|()| head));
    whole.map_err(|error| failed.unwrap_or_else(|| understood(&error)))
}

/// A message of the JSON reader in our words: its own may quote the file.
fn understood(error: &serde_json::Error) -> Error {
    match error.io_error_kind() {
        Some(io::ErrorKind::InvalidData) | None => {}
        Some(kind) => return Error::new(format!("the baseline cannot be read: {kind}")),
    }
    if error.is_eof() {
        return Error::new(
            "the baseline is empty or cut off: take the whole file again, or remove it and write a new one with \
             `leakgauge baseline write`",
        );
    }
    no_baseline(&format!("line {}", error.line().max(1)))
}

fn no_baseline(why: &str) -> Error {
    Error::new(format!(
        "the file is no baseline ({why}); `leakgauge baseline write` writes one"
    ))
}

/// Refuses a file of strings that no baseline has, before they are in memory.
struct ShortStrings<'a> {
    file: &'a mut dyn Read,
    /// Bytes since the last quotation mark.
    run: usize,
}

impl ShortStrings<'_> {
    fn pass(&mut self, n: usize) -> io::Result<()> {
        self.run += n;
        if self.run > STRING_BYTES_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(())
    }
}

impl Read for ShortStrings<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buf)?;
        let mut from = 0;
        for at in memchr::memchr_iter(b'"', &buf[..n]) {
            self.pass(at - from)?;
            (self.run, from) = (0, at + 1);
        }
        self.pass(n - from)?;
        Ok(n)
    }
}

/// The whole file.
struct Document<'a> {
    key: Option<&'a RunKey>,
    taker: &'a mut dyn Taker,
    /// What we have to say, which is more than the JSON reader's error can carry.
    failed: &'a mut Option<Error>,
}

/// Keeps our error and gives one to the JSON reader, so that it stops.
fn refuse<E: de::Error>(failed: &mut Option<Error>, error: Error) -> E {
    *failed = Some(error);
    E::custom("refused")
}

/// What was read so far.
#[derive(Default)]
struct Fields {
    mode: Option<Mode>,
    tool: Option<(String, String)>,
    mark: Option<String>,
    distinct: Option<BTreeMap<String, u64>>,
    rows: Option<BTreeMap<String, u64>>,
    fingerprints: bool,
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = Head;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Head, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = Head;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a baseline")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Head, A::Error> {
        let is_schema = map.next_key::<String>()?.is_some_and(|key| key == "schema");
        if !is_schema {
            return Err(refuse(
                self.failed,
                no_baseline("it does not begin with `schema`"),
            ));
        }
        let schema: String = map.next_value()?;
        check_schema(&schema).map_err(|e| refuse(self.failed, e))?;
        let mut fields = Fields::default();
        while let Some(key) = map.next_key::<String>()? {
            self.field(&key, &mut fields, &mut map)?;
        }
        fields.head().map_err(|e| refuse(self.failed, e))
    }
}

impl Document<'_> {
    fn field<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        fields: &mut Fields,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let is_known = match key {
            "mode" => fields.mode.is_none(),
            "tool" => fields.tool.is_none(),
            "key" => fields.mark.is_none(),
            "distinct" => fields.distinct.is_none(),
            "rows" => fields.rows.is_none(),
            "fingerprints" => !fields.fingerprints,
            _ => false,
        };
        if !is_known {
            let why = "it has a field that is unknown or there already";
            return Err(refuse(self.failed, no_baseline(why)));
        }
        match key {
            "mode" => {
                let id: String = map.next_value()?;
                let mode = Mode::ALL.into_iter().find(|mode| mode.id() == id);
                let mode =
                    mode.ok_or_else(|| refuse(self.failed, no_baseline("its `mode` is unknown")))?;
                fields.mode = Some(mode);
            }
            "tool" => fields.tool = Some(map.next_value_seed(Tool(self.failed))?),
            "key" => {
                let mark: String = map.next_value()?;
                check_mark(&mark, self.key).map_err(|e| refuse(self.failed, e))?;
                fields.mark = Some(mark);
            }
            "distinct" => fields.distinct = Some(map.next_value_seed(Numbers(self.failed))?),
            "rows" => fields.rows = Some(map.next_value_seed(Numbers(self.failed))?),
            _ => {
                if fields.mark.is_none() {
                    let why = "`key` must stand before `fingerprints`";
                    return Err(refuse(self.failed, no_baseline(why)));
                }
                map.next_value_seed(Kinds(self.taker, self.failed))?;
                fields.fingerprints = true;
            }
        }
        Ok(())
    }
}

impl Fields {
    fn head(self) -> Result<Head, Error> {
        let lacking = |what: &str| no_baseline(&format!("it lacks `{what}`"));
        let mode = self.mode.ok_or_else(|| lacking("mode"))?;
        let (version, catalog) = self.tool.ok_or_else(|| lacking("tool"))?;
        let has_counts = self.distinct.is_some() || self.rows.is_some();
        let has_values = self.mark.is_some() || self.fingerprints;
        let counts = match mode {
            Mode::Counts if has_values => {
                return Err(no_baseline("with counts there are no fingerprints"));
            }
            Mode::Fingerprints if has_counts => {
                return Err(no_baseline("with fingerprints there are no counts"));
            }
            Mode::Fingerprints if !self.fingerprints => return Err(lacking("fingerprints")),
            Mode::Fingerprints => Counts::default(),
            Mode::Counts => Counts {
                distinct: self.distinct.ok_or_else(|| lacking("distinct"))?,
                rows: self.rows.ok_or_else(|| lacking("rows"))?,
            },
        };
        Ok(Head {
            mode,
            version,
            catalog,
            counts,
        })
    }
}

fn check_schema(schema: &str) -> Result<(), Error> {
    if schema == SCHEMA {
        return Ok(());
    }
    let (name, ours) = SCHEMA.split_once('/').expect("the schema has a version");
    let version = schema
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('/'));
    let version = version.and_then(|v| v.parse::<u32>().ok());
    Err(match version {
        Some(version) if version > 1 => Error::new(format!(
            "the baseline is of a newer version ({name}/{version}); this program reads {name}/{ours}: use a newer leakgauge, \
             or write it anew"
        )),
        _ => no_baseline(&format!("its `schema` is not {SCHEMA}")),
    })
}

fn check_mark(mark: &str, key: Option<&RunKey>) -> Result<(), Error> {
    let Some(key) = key else {
        return Err(Error::new(
            "the baseline holds fingerprints, which cannot be compared without their key: add --key-file FILE or \
             --passphrase-file FILE",
        ));
    };
    if mark != key.mark() {
        return Err(Error::new(
            "the baseline was made with another key: give the key file or passphrase that it was written with, or write \
             it anew",
        ));
    }
    Ok(())
}

/// Whether it is a word as versions, hashes and ids are, which can be shown.
fn is_word(text: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b".:+-".contains(&b);
    (1..=WORD_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_part)
}

fn no_id() -> Error {
    no_baseline(&format!(
        "one of its ids is none, or it has more than {IDS_MAX}"
    ))
}

/// Version and catalog.
struct Tool<'a>(&'a mut Option<Error>);

impl<'de> DeserializeSeed<'de> for Tool<'_> {
    type Value = (String, String);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Tool<'_> {
    type Value = (String, String);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("who wrote it")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut version, mut catalog) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            let field = match key.as_str() {
                "version" if version.is_none() => &mut version,
                "catalog" if catalog.is_none() => &mut catalog,
                _ => {
                    return Err(refuse(
                        self.0,
                        no_baseline("its `tool` has an unknown field"),
                    ));
                }
            };
            *field = Some(map.next_value::<String>()?).filter(|word| is_word(word));
        }
        match (version, catalog) {
            (Some(version), Some(catalog)) => Ok((version, catalog)),
            _ => Err(refuse(
                self.0,
                no_baseline("its `tool` lacks `version` or `catalog`"),
            )),
        }
    }
}

/// Numbers by id, none of them zero.
struct Numbers<'a>(&'a mut Option<Error>);

impl<'de> DeserializeSeed<'de> for Numbers<'_> {
    type Value = BTreeMap<String, u64>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Numbers<'_> {
    type Value = BTreeMap<String, u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("numbers by id")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut numbers = BTreeMap::new();
        while let Some(id) = map.next_key::<String>()? {
            let n: u64 = map.next_value()?;
            if !is_word(&id) {
                return Err(refuse(self.0, no_id()));
            }
            if numbers.insert(id, n).is_some() || numbers.len() > IDS_MAX {
                let why = format!("an id is there twice, or more than {IDS_MAX} are");
                return Err(refuse(self.0, no_baseline(&why)));
            }
        }
        numbers.retain(|_, n| *n > 0);
        Ok(numbers)
    }
}

/// Fingerprints by kind.
struct Kinds<'a>(&'a mut dyn Taker, &'a mut Option<Error>);

impl<'de> DeserializeSeed<'de> for Kinds<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Kinds<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("fingerprints by kind")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Kinds(taker, failed) = self;
        let (mut last, mut n) = (String::new(), 0);
        while let Some(id) = map.next_key::<String>()? {
            n += 1;
            if !is_word(&id) || n > IDS_MAX {
                return Err(refuse(failed, no_id()));
            }
            if id <= last {
                let why = "its kinds are not in order, or one is there twice";
                return Err(refuse(failed, no_baseline(why)));
            }
            taker.kind(&id).map_err(|e| refuse(failed, e))?;
            map.next_value_seed(Values(taker, failed))?;
            taker.kind_ends().map_err(|e| refuse(failed, e))?;
            last = id;
        }
        Ok(())
    }
}

/// The fingerprints of a kind.
struct Values<'a>(&'a mut dyn Taker, &'a mut Option<Error>);

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("fingerprints")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Values(taker, failed) = self;
        while let Some(digits) = seq.next_element::<String>()? {
            let is_hex = digits.len() == DIGITS
                && digits
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            let stand_in = u128::from_str_radix(&digits, 16).ok().filter(|_| is_hex);
            let stand_in = stand_in.ok_or_else(|| {
                let why = format!("a fingerprint has not {DIGITS} hexadecimal digits");
                refuse(failed, no_baseline(&why))
            })?;
            taker.value(stand_in).map_err(|e| refuse(failed, e))?;
        }
        Ok(())
    }
}

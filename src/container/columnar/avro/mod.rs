//! Avro files: a schema, and blocks of records behind it.
//!
//! Read from start to end, so that a file inside an archive needs no room. Every block ends with a mark that only this file has;
//! behind a block that cannot be read the next mark is looked for. Records are read by the schema they were written with.

mod datum;
mod schema;

use std::io::{self, Cursor, Read};

use self::datum::{Data, Fail};
use self::schema::{Field, Schema};
use super::Rows;
use crate::container::Limits;
use crate::container::pump::{Job, Sink, Stop};
use crate::error::Reason;

/// Longest header: the schema stands in it.
const HEADER_BYTES_MAX: u64 = 4 << 20;

/// Longest block, as it is stored and as it is read. Programs write some kilobytes or megabytes.
const BLOCK_BYTES_MAX: u64 = 64 << 20;

/// Bytes of the mark between blocks.
const MARK_BYTES: usize = 16;

pub(in crate::container) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let limits = job.unpacking.limits;
    let mut rdr = job.source.into_reader(sink.n_read());
    let header = Header::read(&mut rdr)?;
    let schema = Schema::read(&header.schema).ok_or_else(|| {
        Reason::Damaged("the schema of the file makes no sense, or is too large".to_owned())
    })?;
    let columns = schema.columns();
    let names = columns.iter().map(|column| column.name.clone()).collect();
    let mut rows = Rows::begin(sink, schema.name.as_deref(), schema.form(), names)?;
    let mut trouble = Trouble::default();
    loop {
        let block = match Block::read(&mut rdr, &header, &limits)? {
            Next::Over => break,
            Next::Cut(block) => {
                trouble.is_cut = true;
                block
            }
            Next::Block(block) => Some(block),
            Next::Lost => {
                trouble.n_blocks += 1;
                match find_mark(&mut rdr, &header.mark)? {
                    true => continue,
                    false => break,
                }
            }
            Next::Long => {
                trouble.is_long = true;
                match find_mark(&mut rdr, &header.mark)? {
                    true => continue,
                    false => break,
                }
            }
        };
        let Some(block) = block else { break };
        trouble.n_blocks += u64::from(!block.is_whole && !trouble.is_cut);
        records(&block, &schema, &columns, &mut rows, &mut trouble)?;
        if trouble.is_cut || !rows.is_wanted() {
            break;
        }
    }
    trouble.note(&mut rows);
    rows.end()
}

/// Writes the records of a block.
fn records(
    block: &Block,
    schema: &Schema,
    columns: &[Field],
    rows: &mut Rows<'_>,
    trouble: &mut Trouble,
) -> Result<(), Stop> {
    let mut data = Data { bytes: &block.data };
    for _ in 0..block.n_records {
        let n_left = data.bytes.len();
        let result = rows.row(|i, shown| data.show(schema, columns[i].of, 0, shown));
        match result {
            Ok(()) => {}
            Err(Fail::Stop(stop)) => return Err(stop),
            Err(Fail::Damaged) => {
                // What is missing of a block that is not whole is told with it.
                trouble.n_blocks += u64::from(block.is_whole);
                return rows.passed_over(data.bytes.len());
            }
            Err(Fail::Limit) => {
                trouble.is_long = true;
                return rows.passed_over(data.bytes.len());
            }
        }
        // Records without a byte hold nothing, however many are said to be there.
        if data.bytes.len() == n_left || !rows.is_wanted() {
            return rows.passed_over(data.bytes.len());
        }
    }
    // More bytes than records: what they are is not known.
    trouble.n_blocks += u64::from(!data.bytes.is_empty() && block.is_whole);
    rows.passed_over(data.bytes.len())
}

/// What of the file could not be read.
#[derive(Default)]
struct Trouble {
    n_blocks: u64,
    is_cut: bool,
    is_long: bool,
}

impl Trouble {
    fn note(self, rows: &mut Rows<'_>) {
        let missing = &mut rows.missing;
        if self.is_cut {
            let what = "ends in the middle of a block".to_owned();
            missing.note(what, Reason::Truncated(String::new()));
        }
        if self.n_blocks > 0 {
            let what = format!("{} blocks are read in part or not at all", self.n_blocks);
            missing.note(what, Reason::Damaged(String::new()));
        }
        if self.is_long {
            let most = BLOCK_BYTES_MAX >> 20;
            let what = format!("blocks of more than {most} MiB, or records too long or too deep");
            missing.note(what, Reason::Limit(String::new()));
        }
    }
}

/// What stands before the blocks.
struct Header {
    schema: Vec<u8>,
    codec: Codec,
    mark: [u8; MARK_BYTES],
}

/// How blocks are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Codec {
    Null,
    Deflate,
    Snappy,
    Zstandard,
    Bzip2,
    Xz,
}

impl Header {
    fn read(rdr: &mut dyn Read) -> Result<Header, Stop> {
        let mut rdr = rdr.take(HEADER_BYTES_MAX);
        let header = Header::read_limited(&mut rdr);
        if header.is_err() && rdr.limit() == 0 {
            let most = HEADER_BYTES_MAX >> 20;
            return Err(Reason::Limit(format!("a header of more than {most} MiB")).into());
        }
        header
    }

    fn read_limited(mut rdr: &mut dyn Read) -> Result<Header, Stop> {
        let mut magic = [0; 4];
        rdr.read_exact(&mut magic)?;
        let wrong = || {
            Stop::from(Reason::Damaged(
                "the header of the file is wrong".to_owned(),
            ))
        };
        let (mut schema, mut codec) = (None, Codec::Null);
        loop {
            let n = long(&mut rdr)?.ok_or_else(wrong)?;
            if n == 0 {
                break;
            }
            if n < 0 {
                long(&mut rdr)?.ok_or_else(wrong)?;
            }
            for _ in 0..n.unsigned_abs() {
                let key = sized(&mut rdr)?.ok_or_else(wrong)?;
                let value = sized(&mut rdr)?.ok_or_else(wrong)?;
                match &key[..] {
                    b"avro.schema" => schema = Some(value),
                    b"avro.codec" => codec = Codec::by_name(&value)?,
                    _ => {}
                }
            }
        }
        let mut mark = [0; MARK_BYTES];
        rdr.read_exact(&mut mark)?;
        Ok(Header {
            schema: schema.ok_or_else(wrong)?,
            codec,
            mark,
        })
    }
}

impl Codec {
    fn by_name(name: &[u8]) -> Result<Codec, Reason> {
        Ok(match name {
            b"null" | b"" => Codec::Null,
            b"deflate" => Codec::Deflate,
            b"snappy" => Codec::Snappy,
            b"zstandard" => Codec::Zstandard,
            b"bzip2" => Codec::Bzip2,
            b"xz" => Codec::Xz,
            _ => {
                let what = "a method of compression of Avro".to_owned();
                return Err(Reason::Unsupported(what));
            }
        })
    }

    /// The bytes of a block as far as they can be unpacked, and whether they all can.
    fn unpacked(self, packed: &[u8], limits: &Limits) -> (Vec<u8>, bool) {
        let mut rdr: Box<dyn Read + '_> = match self {
            Codec::Null => return (packed.to_vec(), true),
            Codec::Snappy => return snappy(packed),
            Codec::Deflate => Box::new(flate2::bufread::DeflateDecoder::new(packed)),
            Codec::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(packed)),
            Codec::Xz => {
                let kib = u32::try_from(limits.window_bytes_max >> 10).unwrap_or(u32::MAX);
                Box::new(lzma_rust2::XzReader::new_mem_limit(packed, true, kib))
            }
            Codec::Zstandard => match zstd::stream::read::Decoder::with_buffer(packed) {
                Ok(mut decoder) => {
                    let log = limits.window_bytes_max.max(1 << 10).ilog2();
                    let is_set = decoder.window_log_max(log.min(27)).is_ok();
                    match is_set {
                        true => Box::new(decoder),
                        false => return (Vec::new(), false),
                    }
                }
                Err(_) => return (Vec::new(), false),
            },
        };
        let mut data = Vec::new();
        let result = rdr.by_ref().take(BLOCK_BYTES_MAX).read_to_end(&mut data);
        let is_whole = result.is_ok() && (data.len() as u64) < BLOCK_BYTES_MAX;
        (data, is_whole)
    }
}

/// A block of snappy, behind which the checksum of what is in it stands.
fn snappy(packed: &[u8]) -> (Vec<u8>, bool) {
    let unpacked = || {
        let (packed, sum) = packed.split_last_chunk::<4>()?;
        let n = snap::raw::decompress_len(packed).ok()?;
        if n as u64 > BLOCK_BYTES_MAX {
            return None;
        }
        let data = snap::raw::Decoder::new().decompress_vec(packed).ok()?;
        let mut crc = flate2::Crc::new();
        crc.update(&data);
        Some((data, crc.sum() == u32::from_be_bytes(*sum)))
    };
    unpacked().unwrap_or((Vec::new(), false))
}

/// Records, unpacked.
struct Block {
    n_records: u64,
    data: Vec<u8>,
    is_whole: bool,
}

/// What comes next in the file.
enum Next {
    Block(Block),
    /// The file ends in the middle of this.
    Cut(Option<Block>),
    /// No block stands here.
    Lost,
    /// A block that is too long.
    Long,
    /// The file ends.
    Over,
}

impl Block {
    fn read(rdr: &mut dyn Read, header: &Header, limits: &Limits) -> io::Result<Next> {
        let mut first = [0];
        if rdr.read(&mut first)? == 0 {
            return Ok(Next::Over);
        }
        let mut rdr = Cursor::new(first).chain(rdr);
        let numbers = long(&mut rdr).and_then(|n| Ok((n, long(&mut rdr)?)));
        let (n_records, n_bytes) = match numbers {
            Ok((Some(n_records), Some(n_bytes))) => (n_records, n_bytes),
            Ok(_) => return Ok(Next::Lost),
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(Next::Cut(None)),
            Err(e) => return Err(e),
        };
        let (Ok(n_records), Ok(n_bytes)) = (u64::try_from(n_records), u64::try_from(n_bytes))
        else {
            return Ok(Next::Lost);
        };
        if n_bytes > BLOCK_BYTES_MAX {
            return Ok(Next::Long);
        }
        let mut packed = Vec::new();
        rdr.by_ref().take(n_bytes).read_to_end(&mut packed)?;
        let is_cut = (packed.len() as u64) < n_bytes;
        let (data, is_unpacked) = header.codec.unpacked(&packed, limits);
        let mut block = Block {
            n_records,
            data,
            is_whole: is_unpacked && !is_cut,
        };
        if is_cut {
            return Ok(Next::Cut(Some(block)));
        }
        let mut mark = [0; MARK_BYTES];
        match rdr.read_exact(&mut mark) {
            Ok(()) if mark == header.mark => {}
            // What stands before a wrong mark may be anything; the records that can be read of it count.
            Ok(()) => block.is_whole = false,
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
                return Ok(Next::Cut(Some(block)));
            }
            Err(e) => return Err(e),
        }
        Ok(Next::Block(block))
    }
}

/// Goes to behind the next mark; false if there is none.
fn find_mark(rdr: &mut dyn Read, mark: &[u8; MARK_BYTES]) -> io::Result<bool> {
    let mut last = [0; MARK_BYTES];
    let mut n = 0;
    let mut byte = [0];
    while rdr.read(&mut byte)? > 0 {
        last.rotate_left(1);
        last[MARK_BYTES - 1] = byte[0];
        n += 1;
        if n >= MARK_BYTES && last == *mark {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A number of the header or before a block; an inner none if it is none.
fn long(rdr: &mut dyn Read) -> io::Result<Option<i64>> {
    let mut bytes = Vec::with_capacity(10);
    loop {
        let mut byte = [0];
        rdr.read_exact(&mut byte)?;
        bytes.push(byte[0]);
        if byte[0] < 0x80 || bytes.len() == 10 {
            return Ok(Data { bytes: &bytes }.long());
        }
    }
}

/// A text of the header; an inner none if its length makes no sense.
fn sized(rdr: &mut dyn Read) -> io::Result<Option<Vec<u8>>> {
    let Some(Ok(n)) = long(rdr)?.map(u64::try_from) else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    rdr.take(n).read_to_end(&mut bytes)?;
    match bytes.len() as u64 == n {
        true => Ok(Some(bytes)),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

//! Fingerprints: keyed stand-ins for values, persons and contents, so that what is kept to count cannot be read back.
//!
//! *Numbers* are permuted, not hashed: two different numbers never fall together. The permutation is made for speed and to
//! spread; it would not stand against someone who holds it in hand and knows some of the numbers. So it never leaves the
//! memory of the process bare: what is written to a disk is enciphered (`store`) or hashed once more (`known`).
//!
//! *Texts and contents* of at most [`SHORT_BYTES`] are hashed to 128 bits by two universal hashes in a row. NH (Black, Halevi,
//! Krawczyk, Krovetz, Rogaway: "UMAC: Fast and Secure Message Authentication", CRYPTO '99) over words of 64 bits, in two
//! passes, the second with the key moved on by a pair of words (their Toeplitz construction), turns the text into 32 bytes
//! for two multiplications every 16 bytes; two different texts of one length fall together there with a chance of at most
//! 2⁻¹²⁸ (2⁻ʷᵗ for t passes over words of w bits). Those four words and one of length and domain go through two independent
//! multilinear hashes of 64 bits each, of which Lemire and Kaser ("Strongly universal string hashing is fast", Computer
//! Journal 57, 2014, theorem 3.1, K = 128, L = 64) show that they fall together with a chance of 2⁻⁶⁴ each, and that their
//! values are evenly spread. So two different texts have the same fingerprint with a chance of at most 2⁻¹²⁸ + 2⁻¹²⁸, without
//! any assumption but that the key is random; and among n of them the chance that any two fall together is below n²/2¹²⁸:
//! 3 · 10⁻²¹ for 10⁹. It holds for texts chosen by an adversary too, who sees neither key nor fingerprints.
//! *Longer* ones are hashed by keyed BLAKE3, of which 128 bits are taken; the bound is the same, if BLAKE3 is what it claims.

use std::collections::BTreeSet;

use argon2::Argon2;

use crate::error::Error;

/// The secret of a run, or of several whose counts are to be joined.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RunKey([u8; 32]);

/// Fewest bytes of a key file, and fewest different ones among them: of random keys not one in 10¹⁵ has fewer.
const KEY_BYTES_MIN: usize = 32;
const KEY_DIFFERENT_MIN: usize = 16;

/// Fewest characters of a passphrase.
const PASSPHRASE_MIN: usize = 12;

/// The cost of guessing a passphrase: the second choice of RFC 9106, section 4, for memory of 64 MiB.
const ARGON_KIB: u32 = 64 << 10;
const ARGON_PASSES: u32 = 3;
const ARGON_LANES: u32 = 4;

/// The salt of passphrases. It is the same everywhere, because the same passphrase must give the same key on machines that
/// know nothing of each other; so a passphrase that others use too is as weak as theirs.
const ARGON_SALT: &[u8] = b"leakgauge 2026-11 tally passphrase";

impl RunKey {
    /// A key from the system's source of randomness.
    ///
    /// # Errors
    /// When the system has none.
    pub fn random() -> Result<RunKey, Error> {
        random_bytes().map(RunKey)
    }

    /// The key made of these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> RunKey {
        RunKey(bytes)
    }

    /// The key made of what a key file holds: at least 32 random bytes, as they are or in hexadecimal digits.
    ///
    /// # Errors
    /// When that is too short, or cannot be random.
    pub fn from_file(content: &[u8]) -> Result<RunKey, Error> {
        let text = content.trim_ascii();
        let is_hex = !text.is_empty() && text.iter().all(u8::is_ascii_hexdigit);
        let bytes = if is_hex {
            from_hex(text)
        } else {
            content.to_vec()
        };
        let different: BTreeSet<u8> = bytes.iter().copied().collect();
        if bytes.len() < KEY_BYTES_MIN || different.len() < KEY_DIFFERENT_MIN {
            return Err(Error::new(
                "too short or too even for a key: 32 random bytes or more, or 64 hexadecimal digits; \
                 `head -c 32 /dev/urandom > FILE` makes one",
            ));
        }
        Ok(RunKey(blake3::derive_key(
            "leakgauge 2026-11 key file",
            &bytes,
        )))
    }

    /// The key made of a passphrase, slowly: Argon2id in 64 MiB. The same passphrase gives the same key everywhere.
    ///
    /// # Errors
    /// When it has fewer than 12 characters, and when there is no memory to make the key in.
    pub fn from_passphrase(passphrase: &str) -> Result<RunKey, Error> {
        if passphrase.chars().count() < PASSPHRASE_MIN {
            return Err(Error::new(format!(
                "the passphrase is too short: at least {PASSPHRASE_MIN} characters"
            )));
        }
        let params = argon2::Params::new(ARGON_KIB, ARGON_PASSES, ARGON_LANES, Some(32))
            .expect("the parameters are those of RFC 9106");
        let argon = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let mut key = [0; 32];
        argon
            .hash_password_into(passphrase.as_bytes(), ARGON_SALT, &mut key)
            .map_err(|e| Error::new(format!("no key can be made of the passphrase: {e}")))?;
        Ok(RunKey(key))
    }

    /// What a new key file may hold: 32 random bytes in hexadecimal digits.
    ///
    /// # Errors
    /// When the system has no source of randomness.
    pub fn new_file() -> Result<String, Error> {
        Ok(format!("{}\n", blake3::Hash::from(random_bytes()?)))
    }

    /// The stand-in of a content, of which this is the hash: by it the holder of the key knows contents as the same, and
    /// nobody else does.
    pub fn content(&self, hash: &[u8; 32]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("leakgauge 2026-11 contents of files");
        hasher.update(&self.0).update(hash);
        hasher.finalize().into()
    }

    /// The keys of a file: one to encipher it, and one to show that it was made under this key.
    pub(super) fn of_file(&self, salt: &[u8; 32]) -> ([u8; 32], [u8; 32]) {
        let mut hasher = blake3::Hasher::new_derive_key("leakgauge 2026-11 tally file");
        hasher.update(&self.0).update(salt);
        let mut drawn = Drawn(hasher.finalize_xof());
        (drawn.bytes(), drawn.bytes())
    }

    /// The key of stand-ins of values that are kept between runs (`known`), and what shows which key that is.
    pub(super) fn of_known_values(&self) -> ([u8; 32], [u8; 16]) {
        let mut drawn = Drawn(self.derived("leakgauge 2026-11 values of a baseline"));
        (drawn.bytes(), drawn.bytes())
    }

    /// Bytes that only the holder of the key can make, different for each purpose.
    fn derived(&self, purpose: &str) -> blake3::OutputReader {
        let mut hasher = blake3::Hasher::new_derive_key(purpose);
        hasher.update(&self.0);
        hasher.finalize_xof()
    }
}

impl std::fmt::Debug for RunKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RunKey")
    }
}

fn from_hex(digits: &[u8]) -> Vec<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or(0) as u8;
    let pairs = digits.chunks_exact(2);
    pairs
        .map(|pair| value(pair[0]) << 4 | value(pair[1]))
        .collect()
}

/// Secret bytes from the system.
///
/// # Errors
/// When the system has no source of randomness.
pub(super) fn random_bytes() -> Result<[u8; 32], Error> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| {
        Error::new(format!(
            "the system gives no randomness for the key of the run: {e}"
        ))
    })?;
    Ok(bytes)
}

/// Longest text that the universal hashes take.
const SHORT_BYTES: usize = 1024;

/// Bytes that NH takes at a time: two words.
const PAIR_BYTES: usize = 16;

/// Pairs of the longest text.
const PAIRS: usize = SHORT_BYTES / PAIR_BYTES;

/// Words that the second hash takes: four of the first, one of length and domain.
const WORDS: usize = 5;

/// A run's key, laid out for use. 2 KiB; each worker has its own.
pub(super) struct Keyed {
    /// What it is made of.
    pub(super) key: RunKey,
    /// For each pair of words of a text its two key words of the first pass, then those of the second, which are the
    /// first pass's of the next pair.
    nh: Box<[[u64; 4]; PAIRS]>,
    /// Of each half of a fingerprint what is added, and what each word is multiplied by.
    multilinear: [(u128, [u128; WORDS]); 2],
    /// For texts that are long.
    long: [u8; 32],
    /// Odd, so that multiplying by them can be undone.
    multipliers: [u64; 2],
    offset: u64,
}

/// Reads a key off a stream of secret bytes.
struct Drawn(blake3::OutputReader);

impl Drawn {
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }

    fn word(&mut self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    fn wide(&mut self) -> u128 {
        u128::from_le_bytes(self.bytes())
    }
}

impl Keyed {
    pub(super) fn new(key: &RunKey) -> Keyed {
        let mut drawn = Drawn(key.derived("leakgauge 2026-11 fingerprints"));
        let mut nh = Box::new([[0; 4]; PAIRS]);
        let mut ahead = [drawn.word(), drawn.word()];
        for keys in nh.iter_mut() {
            let now = ahead;
            ahead = [drawn.word(), drawn.word()];
            *keys = [now[0], now[1], ahead[0], ahead[1]];
        }
        Keyed {
            key: *key,
            nh,
            multilinear: std::array::from_fn(|_| {
                (drawn.wide(), std::array::from_fn(|_| drawn.wide()))
            }),
            long: drawn.bytes(),
            multipliers: [drawn.word() | 1, drawn.word() | 1],
            offset: drawn.word(),
        }
    }

    /// The stand-in of a number. A bijection: different numbers have different stand-ins. Spreads evenly over the high bits.
    #[inline]
    pub(super) fn number(&self, number: u64) -> u64 {
        let mut x = number.wrapping_add(self.offset);
        x ^= x >> 32;
        x = x.wrapping_mul(self.multipliers[0]);
        x ^= x >> 29;
        x = x.wrapping_mul(SPREAD);
        x ^= x >> 32;
        x.wrapping_mul(self.multipliers[1])
    }

    /// The stand-in of a text. `domain` keeps apart texts that mean different things. Spreads evenly over the high bits.
    pub(super) fn text(&self, domain: u8, text: &[u8]) -> u128 {
        if text.len() > SHORT_BYTES {
            return self.long(domain, text);
        }
        let [a, b] = self.nh(text);
        let of = (text.len() as u64) << 8 | u64::from(domain);
        let words = [a as u64, (a >> 64) as u64, b as u64, (b >> 64) as u64, of];
        let half = |(add, keys): &(u128, [u128; WORDS])| {
            let products = words.iter().zip(keys);
            let product = |(w, k): (&u64, &u128)| k.wrapping_mul(u128::from(*w));
            products.map(product).fold(*add, u128::wrapping_add) >> 64
        };
        half(&self.multilinear[0]) << 64 | half(&self.multilinear[1])
    }

    #[cold]
    fn long(&self, domain: u8, text: &[u8]) -> u128 {
        let mut hasher = blake3::Hasher::new_keyed(&self.long);
        hasher.update(&[domain]).update(text);
        let mut bytes = [0; 16];
        hasher.finalize_xof().fill(&mut bytes);
        u128::from_le_bytes(bytes)
    }

    /// Both passes of NH over a short text. Its end is made a pair in a way that is different for different texts of the
    /// same length.
    #[inline]
    fn nh(&self, text: &[u8]) -> [u128; 2] {
        let mut sums = [0; 2];
        let (pairs, rest) = text.as_chunks::<PAIR_BYTES>();
        for (pair, keys) in pairs.iter().zip(self.nh.iter()) {
            let (low, high) = (word(pair, 0), word(pair, 8));
            add_pair(&mut sums, low, high, keys);
        }
        if !rest.is_empty() {
            let (low, high) = last_pair(text);
            add_pair(&mut sums, low, high, &self.nh[pairs.len()]);
        }
        sums
    }
}

/// The last bytes of a text as two words: the last 16, or all of a shorter one, some of them twice.
#[inline(always)]
fn last_pair(text: &[u8]) -> (u64, u64) {
    let n = text.len();
    let half = |at: usize| {
        let bytes = text[at..at + 4].try_into().expect("four bytes");
        u64::from(u32::from_le_bytes(bytes))
    };
    match n {
        16.. => (word(text, n - 16), word(text, n - 8)),
        8.. => (word(text, 0), word(text, n - 8)),
        4.. => (half(0), half(n - 4)),
        _ => {
            let byte = |at: usize| u64::from(text[at]);
            (byte(0) | byte(n / 2) << 8, byte(n - 1))
        }
    }
}

/// The multiplier of the finalizer of SplitMix64.
const SPREAD: u64 = 0xBF58_476D_1CE4_E5B9;

#[inline(always)]
fn add_pair(sums: &mut [u128; 2], low: u64, high: u64, keys: &[u64; 4]) {
    let product =
        |k: u64, l: u64| u128::from(low.wrapping_add(k)) * u128::from(high.wrapping_add(l));
    sums[0] = sums[0].wrapping_add(product(keys[0], keys[1]));
    sums[1] = sums[1].wrapping_add(product(keys[2], keys[3]));
}

/// Eight bytes from an offset on.
#[inline(always)]
fn word(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keyed(byte: u8) -> Keyed {
        Keyed::new(&RunKey::from_bytes([byte; 32]))
    }

    fn multiplicative_inverse(a: u64) -> u64 {
        (0..6).fold(a, |x, _| {
            x.wrapping_mul(2u64.wrapping_sub(a.wrapping_mul(x)))
        })
    }

    proptest! {
        #[test]
        fn numbers_are_permuted(bytes in any::<[u8; 32]>(), number in any::<u64>()) {
            let key = Keyed::new(&RunKey::from_bytes(bytes));
            let undo = |m: u64| multiplicative_inverse(m);
            let mut x = key.number(number).wrapping_mul(undo(key.multipliers[1]));
            x ^= x >> 32;
            x = x.wrapping_mul(undo(SPREAD));
            x ^= (x >> 29) ^ (x >> 58);
            x = x.wrapping_mul(undo(key.multipliers[0]));
            x ^= x >> 32;
            prop_assert_eq!(x.wrapping_sub(key.offset), number);
        }

        /// The definitions, word for word, over texts whose length is a multiple of a pair's.
        #[test]
        fn texts_are_hashed_as_defined(
            bytes in any::<[u8; 32]>(),
            words in proptest::collection::vec(any::<(u64, u64)>(), 0..=PAIRS),
            domain in any::<u8>(),
        ) {
            let key = Keyed::new(&RunKey::from_bytes(bytes));
            let mut keys: Vec<u64> = key.nh.iter().flat_map(|k| [k[0], k[1]]).collect();
            keys.extend(&key.nh[PAIRS - 1][2..]);
            let mut level_1 = Vec::new();
            for pass in 0..2 {
                let mut sum = 0u128;
                for (i, (low, high)) in words.iter().enumerate() {
                    let left = low.wrapping_add(keys[2 * (i + pass)]);
                    let right = high.wrapping_add(keys[2 * (i + pass) + 1]);
                    sum = sum.wrapping_add(u128::from(left) * u128::from(right));
                }
                level_1.extend([sum as u64, (sum >> 64) as u64]);
            }
            level_1.push(16 * 256 * words.len() as u64 + u64::from(domain));
            let halves: Vec<u128> = key.multilinear.iter().map(|(add, keys)| {
                let mut sum = *add;
                for (k, w) in keys.iter().zip(&level_1) {
                    sum = sum.wrapping_add(k.wrapping_mul(u128::from(*w)));
                }
                sum >> 64
            }).collect();
            let text: Vec<u8> = words.iter().flat_map(|(low, high)| [low.to_le_bytes(), high.to_le_bytes()].concat()).collect();
            prop_assert_eq!(key.text(domain, &text), halves[0] << 64 | halves[1]);
        }

        /// Texts of one length that differ in a byte differ in what is hashed of them.
        #[test]
        fn no_byte_of_a_text_is_left_out(len in 1usize..100, at in any::<proptest::sample::Index>(), flip in 1u8..) {
            let key = keyed(3);
            let text: Vec<u8> = (0..len as u8).collect();
            let mut other = text.clone();
            other[at.index(len)] ^= flip;
            prop_assert_ne!(key.nh(&text), key.nh(&other));
        }
    }

    #[test]
    fn texts_that_differ_anywhere_have_different_fingerprints() {
        let key = keyed(7);
        let mut seen = BTreeSet::new();
        let mut n = 0;
        for len in [0, 1, 2, 3, 5, 8, 11, 15, 17, 31, 33, 1023, 1025, 2048, 3000] {
            let mut text = vec![b'a'; len];
            seen.insert(key.text(1, &text));
            // Zeros at the end are no filling.
            text.push(0);
            seen.insert(key.text(1, &text));
            text.pop();
            n += 2;
            for at in [0, 1, len / 2, len.saturating_sub(1)]
                .into_iter()
                .collect::<BTreeSet<_>>()
            {
                if at < len {
                    text[at] = b'b';
                    seen.insert(key.text(1, &text));
                    text[at] = b'a';
                    n += 1;
                }
            }
        }
        // Parts that have changed places.
        let (a, b) = ([1u8; SHORT_BYTES], [2u8; SHORT_BYTES]);
        seen.insert(key.text(1, &[a, b].concat()));
        seen.insert(key.text(1, &[b, a].concat()));
        assert_eq!(seen.len(), n + 2);
    }

    #[test]
    fn the_key_shows_nothing_and_domains_and_keys_differ() {
        assert_eq!(format!("{:?}", RunKey::from_bytes([7; 32])), "RunKey");
        let key = keyed(7);
        assert_ne!(key.text(1, b"a"), key.text(2, b"a"));
        assert_ne!(key.text(1, b"a"), keyed(8).text(1, b"a"));
        assert_ne!(key.number(1), keyed(8).number(1));
    }

    #[test]
    fn keys_are_made_of_files_and_passphrases_or_refused() {
        let raw: Vec<u8> = (100..132).collect();
        let hex: String = raw.iter().map(|b| format!("{b:02x}")).collect();
        let key = |content: &[u8]| RunKey::from_file(content).unwrap();
        assert_eq!(key(&raw).0, key(hex.as_bytes()).0);
        assert_eq!(
            key(&raw).0,
            key(format!("{}\n", hex.to_uppercase()).as_bytes()).0
        );
        assert_ne!(key(&raw).0, key(&(101..133).collect::<Vec<u8>>()).0);
        for refused in [
            &b""[..],
            b"secret",
            &raw[..31],
            &hex.as_bytes()[..62],
            &[7; 64],
            b"\n",
        ] {
            let error = RunKey::from_file(refused).unwrap_err().to_string();
            assert!(error.contains("64 hexadecimal digits"), "{error}");
        }
        let phrase = |text: &str| RunKey::from_passphrase(text);
        let made = phrase("correct horse battery").unwrap().0;
        assert_eq!(made, phrase("correct horse battery").unwrap().0);
        assert_ne!(made, phrase("correct horse batterz").unwrap().0);
        assert!(
            phrase("short")
                .unwrap_err()
                .to_string()
                .contains("12 characters")
        );
        assert!(phrase("十二个汉字的口令是够长的吗").is_ok());
    }
}

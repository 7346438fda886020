//! Addresses of cryptocurrencies whose checksum can be verified: Base58Check (Bitcoin and its kin, TRON), Bech32 and Bech32m
//! (BIP 173, BIP 350), and hexadecimal ones of Ethereum with the capitals of EIP-55.

use sha2::{Digest, Sha256};
use sha3::Keccak256;

use super::{Compact, Verdict};

/// Address of a cryptocurrency.
pub(super) fn crypto_address(compact: &mut Compact<'_>, _in_context: bool) -> Verdict {
    let address = compact.as_bytes();
    match address {
        [b'0', b'x', rest @ ..] => ethereum(rest),
        _ if is_bech32(address) => {
            compact.make_lowercase();
            Verdict::Valid
        }
        _ if is_base58(address) => Verdict::Valid,
        _ => Verdict::Reject,
    }
}

/// Versions of Base58Check: Bitcoin, its test network, Litecoin, Dogecoin, Dash and TRON, each for keys and for scripts.
const VERSIONS: [u8; 11] = [
    0x00, 0x05, 0x6F, 0xC4, 0x30, 0x32, 0x1E, 0x16, 0x4C, 0x10, 0x41,
];

/// A version, a hash of 20 bytes, and the first four bytes of their hash.
const BASE58_BYTES: usize = 25;

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

fn is_base58(text: &[u8]) -> bool {
    if !(26..=35).contains(&text.len()) {
        return false;
    }
    let mut bytes = [0_u8; BASE58_BYTES];
    for sign in text {
        let Some(value) = BASE58.iter().position(|b| b == sign) else {
            return false;
        };
        let mut carry = value as u32;
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return false;
        }
    }
    // Each zero byte in front is written as a 1.
    let n_ones = text.iter().take_while(|b| **b == b'1').count();
    let n_zeros = bytes.iter().take_while(|b| **b == 0).count();
    let (body, check) = bytes.split_at(BASE58_BYTES - 4);
    n_ones == n_zeros
        && VERSIONS.contains(&body[0])
        && Sha256::digest(Sha256::digest(body))[..4] == *check
}

const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Prefixes of Bitcoin, its test networks, and Litecoin.
const PREFIXES: [&[u8]; 5] = [b"bc", b"tb", b"bcrt", b"ltc", b"tltc"];

/// Whether this is the address of a witness program: in small letters or in capitals, not in both.
fn is_bech32(text: &[u8]) -> bool {
    let has_small = text.iter().any(u8::is_ascii_lowercase);
    if has_small && text.iter().any(u8::is_ascii_uppercase) || text.len() > 90 {
        return false;
    }
    let Some(at) = text.iter().rposition(|b| *b == b'1') else {
        return false;
    };
    let (prefix, data) = (&text[..at], &text[at + 1..]);
    let is_prefix = PREFIXES.iter().any(|p| p.eq_ignore_ascii_case(prefix));
    if !is_prefix || data.len() < 8 {
        return false;
    }
    let mut state = 1;
    let expanded = prefix.iter().map(u8::to_ascii_lowercase);
    let expanded = expanded
        .clone()
        .map(|b| b >> 5)
        .chain([0])
        .chain(expanded.map(|b| b & 31));
    for value in expanded {
        state = bech32_step(state, value);
    }
    let (mut version, mut last) = (None, 0);
    for (i, byte) in data.iter().enumerate() {
        let Some(value) = BECH32.iter().position(|b| *b == byte.to_ascii_lowercase()) else {
            return false;
        };
        version.get_or_insert(value);
        if i == data.len() - 7 {
            last = value;
        }
        state = bech32_step(state, value as u8);
    }
    // The first value is the version, the last six are the checksum; bits are left over, and are zero.
    let n_bits = (data.len() - 7) * 5;
    let (n_bytes, n_left) = (n_bits / 8, n_bits % 8);
    let sound = n_left < 5 && last & ((1 << n_left) - 1) == 0;
    match version {
        Some(0) => sound && state == 1 && matches!(n_bytes, 20 | 32),
        Some(1..=16) => sound && state == 0x2bc8_30a3 && (2..=40).contains(&n_bytes),
        _ => false,
    }
}

/// A step of the code over 32 values that both checksums are built on.
fn bech32_step(state: u32, value: u8) -> u32 {
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    let top = state >> 25;
    let next = (state & 0x01ff_ffff) << 5 ^ u32::from(value);
    let terms = GENERATOR.iter().enumerate();
    terms.fold(next, |next, (i, term)| {
        next ^ if top >> i & 1 == 1 { *term } else { 0 }
    })
}

/// Forty hexadecimal digits. Where both capitals and small letters stand, they are the checksum of EIP-55; otherwise there is
/// none, and confidence is less.
fn ethereum(digits: &[u8]) -> Verdict {
    if digits.len() != 40 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Verdict::Reject;
    }
    let has = |class: fn(&u8) -> bool| digits.iter().any(class);
    // Zeros, or one digit again and again, are placeholders.
    if super::digits::is_repeated(digits) {
        return Verdict::Test;
    }
    if !(has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)) {
        return Verdict::Weak;
    }
    let mut small = [0; 40];
    small.copy_from_slice(digits);
    small.make_ascii_lowercase();
    let hash = Keccak256::digest(small);
    let nibble = |i: usize| hash[i / 2] >> (4 * (1 - i % 2)) & 0xF;
    let is_right = |(i, digit): (usize, &u8)| {
        digit.is_ascii_digit() || digit.is_ascii_uppercase() == (nibble(i) >= 8)
    };
    match digits.iter().enumerate().all(is_right) {
        true => Verdict::Valid,
        false => Verdict::Reject,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, rejects};
    use super::*;

    #[test]
    fn accepts_published_addresses() {
        for address in [
            // The first block, a vanity address of the wiki, and one of a well-known test suite.
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "3P14159f73E4gFr7JterCCQh9QjiTjiZrG",
            "mucFNhKMYoBQYUAEsrFVscQ1YaFQPekBpg",
            // BIP 173 and BIP 350.
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            // EIP-55.
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
            // The contract of the dollar token on TRON.
            "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
        ] {
            check(crypto_address, address, false, Verdict::Valid, address);
        }
        let capitals = "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4";
        check(
            crypto_address,
            capitals,
            false,
            Verdict::Valid,
            &capitals.to_lowercase(),
        );
        let small = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed";
        check(crypto_address, small, false, Verdict::Weak, small);
        let zero = "0x0000000000000000000000000000000000000000";
        check(crypto_address, zero, false, Verdict::Test, zero);
    }

    #[test]
    fn rejects_what_fails_its_checksum() {
        for (address, why) in [
            ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "another letter"),
            (
                "11A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
                "a zero byte too many",
            ),
            ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN0", "no such sign"),
            (
                "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
                "another letter",
            ),
            (
                "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8f3t4",
                "capitals and small letters",
            ),
            (
                "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
                "the newer checksum with version 0",
            ),
            (
                "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3pjxtptv",
                "bits left over",
            ),
            (
                "bc10w508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kw5rljs90",
                "BIP 350: too long",
            ),
            (
                "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe1",
                "wrong capitals",
            ),
            ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", "39 digits"),
            ("", "nothing"),
        ] {
            rejects(crypto_address, address, true, why);
        }
    }
}

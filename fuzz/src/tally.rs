//! Tallies as they would be written by somebody who has the key: everything that guards a tally is right, so that its directory
//! and what is enclosed are reached. The layout is that of `src/count/file.rs`.

use std::fs::File;
use std::io::Write;
use std::sync::LazyLock;

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher};
use leakgauge::detect::Catalog;
use leakgauge::scan::catalog_hash;

use crate::parts::parts;

/// The key of all tallies here.
pub const KEY: [u8; 32] = [7; 32];

/// The catalog that they are counted under, and its hash.
pub static CATALOG: LazyLock<(Catalog, String)> = LazyLock::new(|| {
    let catalog = Catalog::builtin().expect("what is built in loads");
    let hash = catalog_hash(&catalog).expect("what is built in loads");
    (catalog, hash)
});

/// What stands in a directory for the place of the enclosure.
const ENCLOSURE: &str = "\"ENCLOSURE\"";

/// The file of a tally, of the parts `directory`, `enclosure` and `runs`. Runs stand first and are kept as they are.
///
/// # Errors
/// When there is no room for temporary files.
pub fn file(data: &[u8]) -> std::io::Result<File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(&bytes(data))?;
    Ok(file)
}

/// The bytes of such a file.
pub fn bytes(data: &[u8]) -> Vec<u8> {
    let parts = parts(data);
    let part = |name: &str| {
        let part = parts.iter().find(|(n, _)| n == name);
        part.map_or(&[][..], |(_, content)| content)
    };
    let salt = blake3::Hash::from_bytes([9; 32]);
    let mut keys = [0; 64];
    let mut hasher = blake3::Hasher::new_derive_key("leakgauge 2026-11 tally file");
    hasher.update(&KEY).update(salt.as_bytes());
    hasher.finalize_xof().fill(&mut keys);
    let (cipher, prover) = keys.split_at(32);
    let cipher: [u8; 32] = cipher.try_into().expect("half of 64");
    let prover: [u8; 32] = prover.try_into().expect("half of 64");

    let head = format!(
        r#"{{"version":"{}","catalog":"{}","salt":"{}"}}"#,
        env!("LEAKGAUGE_VERSION"),
        CATALOG.1,
        salt.to_hex()
    );
    let mut file = b"LGTALLY\0\x03\0\0\0".to_vec();
    file.extend((head.len() as u32).to_le_bytes());
    file.extend(head.as_bytes());
    file.extend(part("runs"));
    let section = |file: &mut Vec<u8>, number: u64, content: &[u8]| {
        let start = file.len() as u64;
        let mut content = content.to_vec();
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&number.to_le_bytes());
        ChaCha20::new(&cipher.into(), &nonce.into()).apply_keystream(&mut content);
        file.extend(&content);
        (start, content.len() as u64)
    };
    let (start, length) = section(&mut file, 1, part("enclosure"));
    let place = format!(r#"{{"number":1,"start":{start},"len":{length}}}"#);
    let directory = String::from_utf8_lossy(part("directory")).replace(ENCLOSURE, &place);
    let (start, length) = section(&mut file, 0, directory.as_bytes());
    for number in [0, start, length] {
        file.extend(number.to_le_bytes());
    }
    let checksum = blake3::hash(&file);
    let proof = blake3::keyed_hash(&prover, checksum.as_bytes());
    file.extend(checksum.as_bytes());
    file.extend(proof.as_bytes());
    file
}

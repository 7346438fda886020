//! One export a record class: every row lands in the category its manifest names, in one run over the folder.
//!
//! This looks at the main category of each file only; what a row supports besides is a matter of the record rules.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::count::{arg, audit, entry, file};

#[test]
fn every_row_lands_in_the_category_of_the_manifest() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/exports");
    let manifest = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
    let manifest: Vec<Value> = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest.len(), 11);
    let audit = audit(&[arg(&folder)]);

    let mut rows_of: BTreeMap<&str, u64> = BTreeMap::new();
    for expected in &manifest {
        let name = expected["file"].as_str().unwrap();
        let category = expected["id"].as_str().unwrap();
        let found = file(&audit, name);
        assert_eq!(found["records"], expected["rows"], "records of {name}");
        assert_eq!(
            found["categories"][category], expected["rows"],
            "{category} rows of {name}"
        );
        *rows_of.entry(category).or_default() += expected["rows"].as_u64().unwrap();
    }
    assert_eq!(rows_of["transaction"], 2_000, "two files hold transactions");
    for (category, rows) in rows_of {
        let found = entry(&audit, "categories", "category", category);
        assert_eq!(found["rows"], rows, "rows of {category} in all files");
    }
}

#[test]
fn the_encoding_of_each_export_is_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/exports");
    let audit = audit(&[arg(&folder)]);
    for (name, encoding) in [
        ("hotel_checkin.csv", "GB18030"),
        ("bank_statement.csv", "GB18030"),
        ("call_detail.csv", "UTF-8"),
        ("express_orders.tsv", "UTF-8"),
    ] {
        assert_eq!(file(&audit, name)["encoding"], encoding, "{name}");
    }
}

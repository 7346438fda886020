//! Tells the targets the version of the library, which stands in the files that it writes.

fn main() {
    let manifest = std::fs::read_to_string("../Cargo.toml").expect("the library lies above");
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("version = "))
        .expect("it has a version");
    println!("cargo:rerun-if-changed=../Cargo.toml");
    println!(
        "cargo:rustc-env=LEAKGAUGE_VERSION={}",
        version.trim_matches('"')
    );
}

//! Links what `std` would have linked.

fn main() {
    println!("cargo::rustc-link-lib=c");
    println!("cargo::rustc-link-lib=gcc_s");
    println!("cargo::rerun-if-changed=build.rs");
}

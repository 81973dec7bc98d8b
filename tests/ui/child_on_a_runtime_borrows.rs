//! What runs on a runtime borrows nothing: `scope_with` is for that.

use ringfence::{AsyncStd, gather};

async fn total(words: Vec<String>) -> usize {
    let lengths = words.iter().map(|word| async move { word.len() });
    gather(lengths).on(&AsyncStd).await.iter().sum()
}

fn main() {
    let _ = total(vec![]);
}

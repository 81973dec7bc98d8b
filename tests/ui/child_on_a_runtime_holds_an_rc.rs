//! What runs on a runtime is `Send`: so is each child, with what it holds across an `.await`.

use ringfence::{AsyncStd, gather};
use std::{future::ready, rc::Rc};

fn main() {
    let children = (0..2).map(|n| async move {
        let shared = Rc::new(n);
        ready(()).await;
        *shared
    });
    let _ = gather(children).on(&AsyncStd);
}

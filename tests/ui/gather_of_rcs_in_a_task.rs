//! A verb is `Send` if its children are.

use ringfence::gather;
use std::{future::ready, rc::Rc};

fn main() {
    tokio::spawn(async {
        gather((ready(Rc::new(1)), ready(2))).await;
    });
}

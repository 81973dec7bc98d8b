//! What a child may return, and what a mode is, is for the library to say.

use ringfence::{ChildOutput, Mode};

struct Mine;

impl ChildOutput<String> for Mine {
    type Value = u8;
}

impl Mode for Mine {}

fn main() {}

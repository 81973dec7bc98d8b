#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod recorder;
mod recording;
mod spans;
mod timeline;
mod trace_file;

pub use recorder::Recorder;
pub use recording::Recording;
pub use spans::Spans;

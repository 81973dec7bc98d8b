//! A client that fetches files from mirrors, and picks no runtime.
//!
//! ```
//! use std::{convert::Infallible, future::{Ready, ready}, time::Duration};
//! use stranger::{Client, Transport};
//!
//! struct Echo;
//!
//! impl Transport for Echo {
//!     type Error = Infallible;
//!     type Get = Ready<Result<String, Infallible>>;
//!
//!     fn get(&self, mirror: &str, path: &str) -> Self::Get {
//!         ready(Ok(format!("{mirror}/{path}")))
//!     }
//! }
//!
//! let client = Client::new(Echo, ["one.example", "two.example"]);
//! let file = ringfence_core::block_on(client.fetch("a.txt"));
//! assert_eq!(file.unwrap(), "one.example/a.txt");
//! ```
#![forbid(unsafe_code)]

mod cache;
mod client;

pub use cache::Cache;
pub use client::{Client, FetchError, Transport};

//! A client of a replicated key-value store, as a library author would write it.
//!
//! It asks several replicas at once, several keys at once, follows references as deep as they go,
//! computes in parallel, and waits for none of it longer than it is told. There is no runtime in its
//! dependencies and no feature for one: what it needs of a network is a trait, [`Connect`], and for a
//! clock and for threads `ringfence` finds the runtime that the application runs on.
//!
//! # Examples
//!
//! ```
//! use larder::{Connect, Error, Larder, Replica};
//!
//! async fn breakfast(network: impl Connect, replicas: Vec<Replica>) -> Result<String, Error> {
//!     let larder = Larder::new(network, replicas);
//!     larder.put("toast", "needs bread, butter").await?;
//!     let toast = larder.needs("toast").await?;
//!     Ok(toast.into_keys().collect::<Vec<_>>().join(", "))
//! }
//!
//! // Without a replica there is nothing to eat, and nobody to connect to.
//! let breakfast = ringfence::block_on(breakfast(Nowhere, vec![]));
//! assert!(matches!(breakfast, Err(Error::NoReplica { .. })));
//! # struct Nowhere;
//! # impl Connect for Nowhere {
//! #     type Stream = futures::io::Cursor<Vec<u8>>;
//! #     async fn connect(&self, _: std::net::SocketAddr) -> std::io::Result<Self::Stream> {
//! #         unreachable!("there is no address")
//! #     }
//! # }
//! ```
#![forbid(unsafe_code)]

mod client;
mod connect;
mod error;
mod request;

pub use client::{Larder, Replica};
pub use connect::Connect;
pub use error::{Error, Trouble};

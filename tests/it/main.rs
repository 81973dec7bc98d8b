//! Behaviour of ringfence: the traps, misuse, and every verb against a model.

mod concurrent;
mod family;
mod hedge;
mod limiter;
mod matrix;
mod misuse;
mod model;
mod quorum;
mod scope;
mod traits;
mod traps;
mod verbs;

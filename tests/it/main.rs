//! Behaviour of ringfence: the traps, misuse, and every verb against a model.

mod cloning;
mod concurrent;
mod family;
mod hedge;
mod limiter;
mod limits;
mod matrix;
mod members;
mod misuse;
mod model;
mod observe;
mod on;
mod quorum;
mod remote;
mod scope;
mod sets;
mod shown;
mod streams;
mod supervise;
mod traits;
mod traps;
mod verbs;

//! Behaviour of ringfence: the traps, misuse, and every verb against a model.

mod family;
mod matrix;
mod members;
mod misuse;
mod model;
mod on;
mod remote;
mod scope;
mod sets;
mod streams;
mod traits;
mod traps;
mod verbs;

//! Behaviour of ringfence: the traps, misuse, and every verb against a model.

mod family;
mod matrix;
mod misuse;
mod model;
mod on;
mod scope;
mod traits;
mod traps;
mod verbs;

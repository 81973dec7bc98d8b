//! What can go wrong.

use ringfence::{Elapsed, rt::NoRuntime};
use std::io;

/// Why a value could not be had, or kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No replica could be of use.
    #[error("no replica was of use for `{key}`: {}", listed(.troubles))]
    NoReplica {
        /// What was asked for.
        key: String,
        /// What was wrong with each, in the order of the replicas.
        troubles: Vec<Trouble>,
    },
    /// The store has nothing under a key that is needed.
    #[error("there is no `{key}`")]
    Missing {
        /// What was asked for.
        key: String,
    },
    /// There is nothing to compute on. It says what would help.
    #[error(transparent)]
    NoRuntime(#[from] NoRuntime),
}

/// What was wrong with one replica.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// It could not be reached, or broke off.
    #[error("not reached ({0})")]
    Network(#[from] io::Error),
    /// It did not answer in time.
    #[error("no answer ({0})")]
    Late(#[from] Elapsed),
    /// It did not do as asked.
    #[error("refused ({0})")]
    Refused(String),
    /// It did not answer as the protocol says.
    #[error("answered nonsense ({0:?})")]
    Nonsense(String),
}

fn listed(troubles: &[Trouble]) -> String {
    troubles.iter().map(Trouble::to_string).collect::<Vec<_>>().join("; ")
}

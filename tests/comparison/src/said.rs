//! What a library does with a trap.

use std::fmt;

/// How a cell ended, as the table shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// As one would wish.
    Fine,
    /// Something else, in a few words.
    Else(String),
}

impl Said {
    pub(crate) fn other(what: impl Into<String>) -> Self {
        Self::Else(what.into())
    }

    /// Fine, or in these words what it is.
    pub(crate) fn fine_if(fine: bool, otherwise: &str) -> Self {
        if fine { Self::Fine } else { Self::other(otherwise) }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fine => f.write_str("ok"),
            Self::Else(what) => f.write_str(what),
        }
    }
}

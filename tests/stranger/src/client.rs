//! Fetching from the mirror that answers first.

use ringfence_core::{Elapsed, race_ok, sleep, try_gather};
use std::{error::Error, fmt, future::Future, time::Duration};

/// Gets a file from a mirror: all that is asked of the network.
pub trait Transport {
    /// Why a mirror did not answer.
    type Error: fmt::Display;
    /// The answer, on its way.
    type Get: Future<Output = Result<String, Self::Error>>;

    /// Asks `mirror` for the file at `path`.
    fn get(&self, mirror: &str, path: &str) -> Self::Get;
}

/// Fetches files from the first of several mirrors that has them.
///
/// The mirrors are asked one after the other, a little apart; whoever answers first wins, and the
/// others are given up.
#[derive(Debug)]
pub struct Client<T> {
    transport: T,
    mirrors: Vec<String>,
    stagger: Duration,
    patience: Duration,
}

impl<T: Transport> Client<T> {
    /// Returns a client of these mirrors, the best first.
    pub fn new<M: Into<String>>(transport: T, mirrors: impl IntoIterator<Item = M>) -> Self {
        let mirrors = mirrors.into_iter().map(Into::into).collect();
        let (stagger, patience) = (Duration::from_millis(250), Duration::from_secs(30));
        Self { transport, mirrors, stagger, patience }
    }

    /// Fetches one file.
    ///
    /// # Errors
    ///
    /// If no mirror has it, with what each has said; or if none has answered after half a minute.
    pub async fn fetch(&self, path: &str) -> Result<String, FetchError<T::Error>> {
        let answers = (0..).zip(&self.mirrors).map(|(place, mirror)| async move {
            sleep(self.stagger * place).await;
            self.transport.get(mirror, path).await
        });
        match race_ok(answers).named("fetch").timeout(self.patience).await {
            Ok(Ok(file)) => Ok(file),
            Ok(Err(errors)) => Err(FetchError::NoMirror(errors)),
            Err(late) => Err(FetchError::Late(late)),
        }
    }

    /// Fetches files, at most four at a time, or none if one of them cannot be had.
    ///
    /// # Errors
    ///
    /// The first error; the other fetches are given up.
    pub async fn fetch_all(&self, paths: &[&str]) -> Result<Vec<String>, FetchError<T::Error>> {
        try_gather(paths.iter().map(|path| self.fetch(path))).limit(4).await
    }
}

/// A file that could not be had.
#[derive(Debug)]
pub enum FetchError<E> {
    /// All mirrors have refused: what each has said, in their order.
    NoMirror(Vec<E>),
    /// No mirror has answered in time.
    Late(Elapsed),
}

impl<E: fmt::Display> fmt::Display for FetchError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMirror(errors) => {
                let errors: Vec<_> = errors.iter().map(E::to_string).collect();
                write!(f, "no mirror has it: {}", errors.join("; "))
            }
            Self::Late(late) => late.fmt(f),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> Error for FetchError<E> {}

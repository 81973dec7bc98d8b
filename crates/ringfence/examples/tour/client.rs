//! A client that picks no runtime.
//!
//! Whoever uses it says how to connect; no signature here names an executor, and nothing is
//! spawned. What several requests do together is in `stops.rs`, which picks no runtime either.

use super::http::{self, HttpError};
use futures::io::{AsyncRead, AsyncWrite};
use std::{io, net::SocketAddr, sync::Mutex};

/// All that is asked of a runtime: to open a connection.
pub(crate) trait Connect: Send + Sync {
    type Stream: AsyncRead + AsyncWrite + Unpin + Send;

    fn connect(&self, addr: SocketAddr) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

/// What can be fetched: a page of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Url {
    pub(crate) host: &'static str,
    pub(crate) addr: SocketAddr,
    pub(crate) page: usize,
}

/// Why a fetch failed, and at which server.
#[derive(Debug, thiserror::Error)]
#[error("{host}: {cause}")]
pub(crate) struct FetchError {
    host: &'static str,
    cause: HttpError,
}

/// Fetches pages, and knows which of its fetches were not let to end.
#[derive(Debug)]
pub(crate) struct Client<C> {
    connector: C,
    abandoned: Mutex<Vec<&'static str>>,
}

impl<C: Connect> Client<C> {
    pub(crate) fn new(connector: C) -> Self {
        Self { connector, abandoned: Mutex::default() }
    }

    /// Fetches one page.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, its connection is closed, and the fetch counts as abandoned.
    pub(crate) async fn fetch(&self, url: Url) -> Result<String, FetchError> {
        let Url { host, addr, page } = url;
        let mut fetch = Underway { host, ended: false, abandoned: &self.abandoned };
        let answer = async {
            let stream = self.connector.connect(addr).await?;
            http::get(stream, host, &format!("/{page}")).await
        }
        .await;
        fetch.ended = true;
        answer.map_err(|cause| FetchError { host, cause })
    }

    /// Returns the servers of the fetches that were dropped since the last call, by name.
    pub(crate) fn take_abandoned(&self) -> Vec<&'static str> {
        let mut hosts = std::mem::take(&mut *self.abandoned.lock().expect("a list of names"));
        hosts.sort_unstable();
        hosts
    }
}

/// A fetch that has not ended; it notes on its drop if it never did.
struct Underway<'a> {
    host: &'static str,
    ended: bool,
    abandoned: &'a Mutex<Vec<&'static str>>,
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.abandoned.lock().expect("a list of names").push(self.host);
        }
    }
}

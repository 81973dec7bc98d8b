//! What is asked of the application.

use futures::io::{AsyncRead, AsyncWrite};
use std::{io, net::SocketAddr};

/// Opens connections: all that this library asks of a runtime by name.
pub trait Connect: Send + Sync {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send;

    /// Opens a connection to `address`.
    ///
    /// # Errors
    ///
    /// Those of the network.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, no connection may be left open.
    fn connect(&self, address: SocketAddr)
    -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

//! One way to connect for each runtime.

use super::client::Connect;
use std::{io, net::SocketAddr};

/// Connects by `async-io`, whose reactor runs on a thread of its own and needs no executor.
pub(crate) struct AsyncIo;

impl Connect for AsyncIo {
    type Stream = smol::net::TcpStream;

    async fn connect(&self, addr: SocketAddr) -> io::Result<Self::Stream> {
        smol::net::TcpStream::connect(addr).await
    }
}

#[cfg(feature = "tokio")]
pub(crate) struct Tokio;

#[cfg(feature = "tokio")]
impl Connect for Tokio {
    type Stream = tokio_util::compat::Compat<tokio::net::TcpStream>;

    async fn connect(&self, addr: SocketAddr) -> io::Result<Self::Stream> {
        use tokio_util::compat::TokioAsyncReadCompatExt as _;
        Ok(tokio::net::TcpStream::connect(addr).await?.compat())
    }
}

#[cfg(feature = "async-std")]
pub(crate) struct AsyncStd;

#[cfg(feature = "async-std")]
impl Connect for AsyncStd {
    type Stream = async_std::net::TcpStream;

    async fn connect(&self, addr: SocketAddr) -> io::Result<Self::Stream> {
        async_std::net::TcpStream::connect(addr).await
    }
}

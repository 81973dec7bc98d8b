//! One way to connect and to listen for each runtime.

use super::{client::Connect, service::Listen};
use std::{
    io,
    net::{SocketAddr, TcpListener},
};

/// By `async-io`, whose reactor runs on a thread of its own and needs no executor.
#[derive(Clone, Copy)]
pub(crate) struct AsyncIo;

impl Connect for AsyncIo {
    type Stream = smol::net::TcpStream;

    async fn connect(&self, addr: SocketAddr) -> io::Result<Self::Stream> {
        smol::net::TcpStream::connect(addr).await
    }
}

impl Listen for AsyncIo {
    type Listener = smol::net::TcpListener;
    type Stream = smol::net::TcpStream;

    fn listen(&self, listener: TcpListener) -> io::Result<Self::Listener> {
        listener.try_into()
    }

    async fn accept(&self, listener: &Self::Listener) -> io::Result<Self::Stream> {
        listener.accept().await.map(|(stream, _)| stream)
    }
}

#[cfg(feature = "tokio")]
#[derive(Clone, Copy)]
pub(crate) struct Tokio;

#[cfg(feature = "tokio")]
impl Connect for Tokio {
    type Stream = tokio_util::compat::Compat<tokio::net::TcpStream>;

    async fn connect(&self, addr: SocketAddr) -> io::Result<Self::Stream> {
        use tokio_util::compat::TokioAsyncReadCompatExt as _;
        Ok(tokio::net::TcpStream::connect(addr).await?.compat())
    }
}

#[cfg(feature = "tokio")]
impl Listen for Tokio {
    type Listener = tokio::net::TcpListener;
    type Stream = tokio_util::compat::Compat<tokio::net::TcpStream>;

    fn listen(&self, listener: TcpListener) -> io::Result<Self::Listener> {
        listener.set_nonblocking(true)?;
        tokio::net::TcpListener::from_std(listener)
    }

    async fn accept(&self, listener: &Self::Listener) -> io::Result<Self::Stream> {
        use tokio_util::compat::TokioAsyncReadCompatExt as _;
        listener.accept().await.map(|(stream, _)| stream.compat())
    }
}

#[cfg(feature = "async-std")]
#[derive(Clone, Copy)]
pub(crate) struct AsyncStd;

#[cfg(feature = "async-std")]
impl Connect for AsyncStd {
    type Stream = async_std::net::TcpStream;

    async fn connect(&self, addr: SocketAddr) -> io::Result<Self::Stream> {
        async_std::net::TcpStream::connect(addr).await
    }
}

#[cfg(feature = "async-std")]
impl Listen for AsyncStd {
    type Listener = async_std::net::TcpListener;
    type Stream = async_std::net::TcpStream;

    fn listen(&self, listener: TcpListener) -> io::Result<Self::Listener> {
        Ok(listener.into())
    }

    async fn accept(&self, listener: &Self::Listener) -> io::Result<Self::Stream> {
        listener.accept().await.map(|(stream, _)| stream)
    }
}

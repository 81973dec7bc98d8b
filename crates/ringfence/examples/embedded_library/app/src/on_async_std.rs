//! On async-std: the feature says it all, since inside async-std its timers are found.

use crate::{replicas::Places, story};
use async_std::{net::TcpStream, task};
use larder::Connect;
use std::{io, net::SocketAddr};

struct Tcp;

impl Connect for Tcp {
    type Stream = TcpStream;

    async fn connect(&self, address: SocketAddr) -> io::Result<Self::Stream> {
        TcpStream::connect(address).await
    }
}

pub(crate) fn run(places: Places) -> String {
    task::block_on(task::spawn(story::tell(|| Tcp, places)))
}

//! On smol, which cannot tell that code runs inside it: so it is named.

use crate::{replicas::Places, story};
use larder::Connect;
use ringfence::{Smol, rt};
use smol::net::TcpStream;
use std::{io, net::SocketAddr};

struct Tcp;

impl Connect for Tcp {
    type Stream = TcpStream;

    async fn connect(&self, address: SocketAddr) -> io::Result<Self::Stream> {
        TcpStream::connect(address).await
    }
}

pub(crate) fn run(places: Places) -> String {
    let story = rt::with_runtime(Smol, story::tell(|| Tcp, places));
    smol::block_on(smol::spawn(story))
}

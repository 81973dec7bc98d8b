//! On tokio: the feature says it all, since inside tokio its timers are found.

use crate::{replicas::Places, story};
use larder::Connect;
use std::{io, net::SocketAddr};
use tokio::{net::TcpStream, runtime::Runtime};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt as _};

struct Tcp;

impl Connect for Tcp {
    type Stream = Compat<TcpStream>;

    async fn connect(&self, address: SocketAddr) -> io::Result<Self::Stream> {
        TcpStream::connect(address).await.map(|stream| stream.compat())
    }
}

pub(crate) fn run(places: Places) -> String {
    let runtime = Runtime::new().expect("threads for a runtime");
    // As a task, so that it moves between the threads.
    let story = runtime.spawn(story::tell(|| Tcp, places));
    runtime.block_on(story).expect("the story does not panic")
}

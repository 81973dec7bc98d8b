//! The library's own tests: in memory, on a virtual clock.

use futures::{
    future,
    io::{AsyncRead, AsyncWrite, Cursor},
};
use larder::{Connect, Error, Larder, Replica, Trouble};
use ringfence_test::{TestRuntime, run};
use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

/// What the replica at a port does.
const SILENT: u16 = 1;
const WHOLE: u16 = 2;

/// A network in memory, on which each port has its manners.
struct Memory;

impl Connect for Memory {
    type Stream = Answer;

    async fn connect(&self, address: SocketAddr) -> io::Result<Answer> {
        match address.port() {
            WHOLE => Ok(Answer(Cursor::new(b"OK plenty\n"))),
            SILENT => future::pending().await,
            _ => Err(io::ErrorKind::ConnectionRefused.into()),
        }
    }
}

/// An answer that is there, whatever is asked.
struct Answer(Cursor<&'static [u8; 10]>);

impl AsyncRead for Answer {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Answer {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn larder(ports: &[u16]) -> Larder<Memory> {
    let replica = |port: &u16| Replica { address: ([127, 0, 0, 1], *port).into() };
    Larder::new(Memory, ports.iter().map(replica).collect())
}

#[test]
fn a_silent_replica_delays_nobody_while_another_answers() {
    run(0, async {
        assert_eq!(larder(&[SILENT, WHOLE]).get("salt").await.unwrap(), Some("plenty".into()));
        assert_eq!(TestRuntime::current().clock().elapsed(), Duration::ZERO);
    });
}

#[test]
fn a_silent_replica_alone_is_waited_for_as_long_as_patience_lasts() {
    run(0, async {
        let hour = Duration::from_secs(3600);
        let error = larder(&[3, SILENT]).patience(hour).get("salt").await.unwrap_err();
        let Error::NoReplica { troubles, .. } = error else { panic!("{error}") };
        assert!(matches!(&troubles[..], [Trouble::Network(_), Trouble::Late(_)]));
        assert_eq!(TestRuntime::current().clock().elapsed(), hour);
    });
}

#[test]
fn checksums_are_computed_on_the_runtime_in_force_and_without_one_it_is_said_what_helps() {
    let sums = run(0, async { larder(&[WHOLE]).checksums(&["salt", "rice"]).await });
    assert_eq!(sums.unwrap(), [669, 669]);

    let error = ringfence::block_on(larder(&[WHOLE]).checksums(&["salt"])).unwrap_err();
    assert!(error.to_string().contains("rt::with_runtime"));
}

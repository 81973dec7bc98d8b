//! As much of HTTP/1.1 as a server of the tour needs: requests and answers, over any stream.

use futures::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use std::io;

/// Why a dialogue was broken off.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DialogueError {
    #[error("malformed request: {0}")]
    Malformed(#[from] httparse::Error),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// A request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) body: String,
    /// The client will ask no more on this connection.
    pub(crate) is_last: bool,
}

/// A connection, as its server sees it: requests, one after the other, and an answer to each.
#[derive(Debug)]
pub(crate) struct Dialogue<S> {
    stream: BufReader<S>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Dialogue<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    /// Waits for the beginning of a request; false if the client hangs up instead.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub(crate) async fn goes_on(&mut self) -> io::Result<bool> {
        Ok(!self.stream.fill_buf().await?.is_empty())
    }

    /// Reads a request to its end.
    ///
    /// A client that would rather be asked for the body, since it takes long, is asked.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, what was read is lost, and the connection is of no more use.
    pub(crate) async fn hear(&mut self) -> Result<Request, DialogueError> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head).await? == 0 {
                return Err(cut());
            }
        }
        let mut headers = [httparse::EMPTY_HEADER; 8];
        let mut parsed = httparse::Request::new(&mut headers);
        parsed.parse(head.as_bytes())?;
        let header = |name| {
            let header = parsed.headers.iter().find(|header| header.name == name)?;
            std::str::from_utf8(header.value).ok()
        };
        let length = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if header("expect") == Some("100-continue") {
            self.say("HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        let mut body = String::new();
        if (&mut self.stream).take(length).read_to_string(&mut body).await? < length as usize {
            return Err(cut());
        }
        let path = parsed.path.unwrap_or_default().to_owned();
        Ok(Request { path, body, is_last: header("connection") == Some("close") })
    }

    /// Answers the request that was heard last.
    pub(crate) async fn answer(&mut self, status: &str, body: &str) -> io::Result<()> {
        let length = body.len();
        self.say(&format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}")).await
    }

    async fn say(&mut self, what: &str) -> io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(what.as_bytes()).await?;
        stream.flush().await
    }
}

/// The client hung up within a request.
fn cut() -> DialogueError {
    io::Error::from(io::ErrorKind::UnexpectedEof).into()
}

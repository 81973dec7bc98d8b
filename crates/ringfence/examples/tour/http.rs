//! As much of HTTP/1.1 as the tour needs: one request, one answer, over any stream.

use futures::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use std::io;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    #[error("status {0}")]
    Status(u16),
    #[error("connection closed after {got} of {of} bytes")]
    Cut { got: usize, of: usize },
    #[error("connection closed within the head")]
    NoHead,
    #[error("malformed answer: {0}")]
    Malformed(#[from] httparse::Error),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Asks for `path`, and returns the body of the answer.
///
/// # Cancel safety
///
/// The exchange is lost if the future is dropped, and the stream with it: nobody gets a
/// connection on which an answer to somebody else may still come.
pub(crate) async fn get<S>(mut stream: S, host: &str, path: &str) -> Result<String, HttpError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    parse(&answer)
}

/// A request whose head was sent, and whose body is awaited by the server.
#[derive(Debug)]
pub(crate) struct Upload<S> {
    stream: S,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Upload<S> {
    /// Sends the head, and waits until the server asks for the body, of `length` bytes.
    pub(crate) async fn begin(mut stream: S, path: &str, length: usize) -> Result<Self, HttpError> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nexpect: 100-continue\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await?;
        stream.flush().await?;
        let mut asked = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
        stream.read_exact(&mut asked).await?;
        Ok(Self { stream })
    }

    /// Sends the body, or as much of it as there is, and waits for the answer.
    pub(crate) async fn end(mut self, body: &str) -> Result<String, HttpError> {
        self.stream.write_all(body.as_bytes()).await?;
        self.stream.flush().await?;
        let mut answer = Vec::new();
        self.stream.read_to_end(&mut answer).await?;
        parse(&answer)
    }
}

/// Returns the body of an answer which was read to the end of the connection.
fn parse(answer: &[u8]) -> Result<String, HttpError> {
    let mut headers = [httparse::EMPTY_HEADER; 8];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(start) = head.parse(answer)? else {
        return Err(HttpError::NoHead);
    };
    if let Some(status @ 300..) = head.code {
        return Err(HttpError::Status(status));
    }
    let body = &answer[start..];
    let length = head.headers.iter().find(|header| header.name == "content-length");
    let length = length.and_then(|header| std::str::from_utf8(header.value).ok()?.parse().ok());
    match length {
        Some(of) if body.len() < of => Err(HttpError::Cut { got: body.len(), of }),
        _ => Ok(String::from_utf8_lossy(body).into_owned()),
    }
}

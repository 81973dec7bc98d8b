//! The protocol: one request and one answer for each connection.
//!
//! ```text
//! GET <key>           OK <value> | NONE | ERR <why>
//! PUT <key> <value>   OK | ERR <why>
//! ```

use crate::{Connect, Trouble};
use futures::io::{AsyncReadExt as _, AsyncWriteExt as _};
use std::net::SocketAddr;

/// A request, in one line.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Request<'a> {
    Get { key: &'a str },
    Put { key: &'a str, value: &'a str },
}

impl Request<'_> {
    /// Sends the request, and returns the value in the answer, if there is one.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, so is the connection, with whatever was on its way in it.
    pub(crate) async fn send(
        self,
        network: &impl Connect,
        address: SocketAddr,
    ) -> Result<Option<String>, Trouble> {
        let line = match self {
            Self::Get { key } => format!("GET {key}\n"),
            Self::Put { key, value } => format!("PUT {key} {value}\n"),
        };
        let mut stream = network.connect(address).await?;
        stream.write_all(line.as_bytes()).await?;
        stream.flush().await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        parse(&answer)
    }
}

fn parse(answer: &str) -> Result<Option<String>, Trouble> {
    let line = answer.strip_suffix('\n').ok_or_else(|| Trouble::Nonsense(answer.to_owned()))?;
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    match word {
        "OK" => Ok(Some(rest.to_owned())),
        "NONE" => Ok(None),
        "ERR" => Err(Trouble::Refused(rest.to_owned())),
        _ => Err(Trouble::Nonsense(line.to_owned())),
    }
}

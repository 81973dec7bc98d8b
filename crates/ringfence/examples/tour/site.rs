//! The servers of a tour, and what they have seen.

use super::{
    client::Url,
    server::{Script, Server},
};
use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
    thread::{self, JoinHandle},
};

/// Servers on the loopback interface. They run until [`close`](Site::close).
pub(crate) struct Site(Vec<(Arc<Server>, JoinHandle<TcpListener>)>);

/// Where the servers are.
#[derive(Clone, Debug)]
pub(crate) struct Map(BTreeMap<&'static str, SocketAddr>);

impl Map {
    /// Returns the first page of a server.
    pub(crate) fn url(&self, host: &'static str) -> Url {
        self.page(host, 0)
    }

    /// Returns a page of a server that has several.
    pub(crate) fn page(&self, host: &'static str, page: usize) -> Url {
        Url { host, addr: self.0[host], page }
    }
}

/// What the servers have seen.
#[derive(Debug)]
pub(crate) struct Seen {
    /// How many requests had their connection closed before the answer.
    pub(crate) hung_up: usize,
    /// How many requests each server had at once, at most.
    pub(crate) most_in_flight: BTreeMap<&'static str, usize>,
}

impl Site {
    /// Starts a server for each script.
    pub(crate) fn open(scripts: &'static [Script]) -> io::Result<Self> {
        let start = |script: &'static Script| {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            let server = Arc::new(Server::new(script, listener.local_addr()?));
            let serving = Arc::clone(&server);
            Ok((server, thread::spawn(move || serving.serve(listener))))
        };
        scripts.iter().map(start).collect::<io::Result<_>>().map(Self)
    }

    /// Returns where the servers are.
    pub(crate) fn map(&self) -> Map {
        Map(self.0.iter().map(|(server, _)| (server.name(), server.addr())).collect())
    }

    /// Ends the servers, once no connection is open any more, and says what they have seen.
    pub(crate) fn close(self) -> io::Result<Seen> {
        let mut seen = Seen { hung_up: 0, most_in_flight: BTreeMap::new() };
        for (server, thread) in self.0 {
            server.close()?;
            thread.join().map_err(|_| io::Error::other("a server panicked"))?;
            seen.hung_up += server.hung_up();
            seen.most_in_flight.insert(server.name(), server.most_in_flight());
        }
        Ok(seen)
    }
}

//! Real servers on the loopback interface, each with its script. Plain threads, no runtime.

use super::client::Url;
use std::{
    collections::BTreeMap,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// What one page of a server does when it is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub(crate) delay: Duration,
    pub(crate) answer: Answer,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    Body,
    /// Status 500.
    Fault,
    /// The connection is closed in the middle of the body.
    Half,
    /// What is not HTTP.
    Noise,
    /// The request is read, and never answered.
    Silence,
}

/// The servers of a tour. They run until [`close`](Site::close).
pub(crate) struct Site(Vec<(Arc<Server>, JoinHandle<()>)>);

struct Server {
    name: &'static str,
    addr: SocketAddr,
    pages: &'static [Page],
    closing: AtomicBool,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    hung_up: AtomicUsize,
}

/// Where the servers are.
#[derive(Clone, Debug)]
pub(crate) struct Map(BTreeMap<&'static str, SocketAddr>);

impl Map {
    /// Returns the first page of a server.
    pub(crate) fn url(&self, host: &'static str) -> Url {
        self.page(host, 0)
    }

    pub(crate) fn page(&self, host: &'static str, page: usize) -> Url {
        Url { host, addr: self.0[host], page }
    }
}

/// What the servers have seen.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Requests whose client closed the connection before the answer.
    pub(crate) hung_up: usize,
    /// Server by server, how many requests it had at once at most.
    pub(crate) most_in_flight: BTreeMap<&'static str, usize>,
}

impl Site {
    /// Starts a server for each name.
    pub(crate) fn open(servers: &[(&'static str, &'static [Page])]) -> io::Result<Self> {
        let start = |&(name, pages)| {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            let server = Arc::new(Server::new(name, listener.local_addr()?, pages));
            let thread = thread::spawn({
                let server = Arc::clone(&server);
                move || server.serve(&listener)
            });
            Ok((server, thread))
        };
        servers.iter().map(start).collect::<io::Result<_>>().map(Self)
    }

    pub(crate) fn map(&self) -> Map {
        Map(self.0.iter().map(|(server, _)| (server.name, server.addr)).collect())
    }

    /// Ends the servers, once no connection is open any more, and says what they have seen.
    pub(crate) fn close(self) -> io::Result<Seen> {
        let mut seen = Seen { hung_up: 0, most_in_flight: BTreeMap::new() };
        for (server, thread) in self.0 {
            server.closing.store(true, SeqCst);
            // The listener looks at the flag at each connection.
            TcpStream::connect(server.addr)?;
            thread.join().map_err(|_| io::Error::other("a server panicked"))?;
            seen.hung_up += server.hung_up.load(SeqCst);
            seen.most_in_flight.insert(server.name, server.most_in_flight.load(SeqCst));
        }
        Ok(seen)
    }
}

impl Server {
    fn new(name: &'static str, addr: SocketAddr, pages: &'static [Page]) -> Self {
        Self {
            name,
            addr,
            pages,
            closing: AtomicBool::new(false),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
            hung_up: AtomicUsize::new(0),
        }
    }

    /// Accepts connections, one thread each, and returns when all of them are closed.
    fn serve(&self, listener: &TcpListener) {
        thread::scope(|threads| {
            for stream in listener.incoming() {
                if self.closing.load(SeqCst) {
                    return;
                }
                // A client that is gone by now, or goes, is no concern of the server's.
                threads.spawn(move || stream.and_then(|stream| self.answer(stream)));
            }
        });
    }

    fn answer(&self, mut stream: TcpStream) -> io::Result<()> {
        let number = read_request(&stream)?;
        let Page { delay, answer } = self.pages[number];
        let now = self.in_flight.fetch_add(1, SeqCst) + 1;
        self.most_in_flight.fetch_max(now, SeqCst);
        let hung_up = hangs_up_within(&mut stream, delay)?;
        // Before the answer, upon which the client may send its next request.
        self.in_flight.fetch_sub(1, SeqCst);
        if hung_up {
            self.hung_up.fetch_add(1, SeqCst);
            return Ok(());
        }
        let body = format!("body of {}/{number}", self.name);
        let head = |status| format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
        let answer = match answer {
            Answer::Body => head("200 OK") + &body,
            Answer::Fault => head("500 Internal Server Error") + &body,
            Answer::Half => head("200 OK") + &body[..body.len() / 2],
            Answer::Noise => body,
            Answer::Silence => String::new(),
        };
        stream.write_all(answer.as_bytes())
    }
}

/// Reads a request, and returns the page that it asks for.
fn read_request(stream: &TcpStream) -> io::Result<usize> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().ok_or(io::ErrorKind::UnexpectedEof)??;
    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    let page = request.strip_prefix("GET /").and_then(|rest| rest.split(' ').next()?.parse().ok());
    page.ok_or_else(|| io::ErrorKind::InvalidInput.into())
}

/// Waits for as long as the answer takes, and returns whether the client hung up meanwhile.
fn hangs_up_within(stream: &mut TcpStream, delay: Duration) -> io::Result<bool> {
    stream.set_read_timeout(Some(delay))?;
    // A client that has asked says nothing more, until it closes the connection.
    match stream.read_exact(&mut [0]) {
        Ok(()) => Err(io::ErrorKind::InvalidInput.into()),
        Err(error) => match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Ok(false),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => Ok(true),
            _ => Err(error),
        },
    }
}

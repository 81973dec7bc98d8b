//! A server of HTTP/1.1 that does as it is told. Plain threads, no runtime.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

/// For how long a server waits for a client that does not do its part.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// What a server does.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) name: &'static str,
    pub(crate) pages: &'static [Page],
    /// If there is one, pages are answered one at a time in this order, whatever the order of the
    /// requests: the next once the client has closed the connection of the one before.
    pub(crate) order: &'static [usize],
}

/// What is done for a page when it is asked for.
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
    /// Nothing, for longer than any client waits.
    Silence,
}

/// A server, and what it has seen.
pub(crate) struct Server {
    script: &'static Script,
    addr: SocketAddr,
    closing: AtomicBool,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    hung_up: AtomicUsize,
    /// How many pages have been answered, for those whose turn comes later.
    answered: Mutex<usize>,
    next: Condvar,
}

impl Server {
    pub(crate) fn new(script: &'static Script, addr: SocketAddr) -> Self {
        Self {
            script,
            addr,
            closing: AtomicBool::new(false),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
            hung_up: AtomicUsize::new(0),
            answered: Mutex::new(0),
            next: Condvar::new(),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.script.name
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns how many requests had their connection closed before the answer.
    pub(crate) fn hung_up(&self) -> usize {
        self.hung_up.load(SeqCst)
    }

    /// Returns how many requests there were at once, at most.
    pub(crate) fn most_in_flight(&self) -> usize {
        self.most_in_flight.load(SeqCst)
    }

    /// Accepts connections, one thread each, until told to close and all are closed. Returns the
    /// listener: while it is open, `close` is not refused.
    pub(crate) fn serve(&self, listener: TcpListener) -> TcpListener {
        thread::scope(|threads| {
            for stream in listener.incoming() {
                if self.closing.load(SeqCst) {
                    return;
                }
                // A client that goes before it has asked is no concern of the server's.
                threads.spawn(move || stream.and_then(|stream| self.converse(stream)));
            }
        });
        listener
    }

    /// Lets `serve` return.
    pub(crate) fn close(&self) -> io::Result<()> {
        self.closing.store(true, SeqCst);
        // It looks at the flag at each connection.
        TcpStream::connect(self.addr).map(drop)
    }

    /// Takes one request and answers it.
    fn converse(&self, mut stream: TcpStream) -> io::Result<()> {
        let number = read_request(&stream)?;
        let Page { delay, answer } = self.script.pages[number];
        let now = self.in_flight.fetch_add(1, SeqCst) + 1;
        self.most_in_flight.fetch_max(now, SeqCst);
        self.wait_for_turn(number);
        let hung_up = hangs_up_within(&mut stream, delay)?;
        // Before the answer, upon which the client may send its next request.
        self.in_flight.fetch_sub(1, SeqCst);
        if hung_up {
            self.hung_up.fetch_add(1, SeqCst);
        } else {
            stream.write_all(self.answer(number, answer).as_bytes())?;
            stream.shutdown(Shutdown::Write)?;
            hangs_up_within(&mut stream, PATIENCE)?;
        }
        *self.answered.lock().expect("a number") += 1;
        self.next.notify_all();
        Ok(())
    }

    /// Waits until the pages before this one have been answered, if there is an order.
    fn wait_for_turn(&self, number: usize) {
        let place = self.script.order.iter().position(|page| *page == number).unwrap_or(0);
        let answered = self.answered.lock().expect("a number");
        let waited = self.next.wait_timeout_while(answered, PATIENCE, |done| *done < place);
        drop(waited.expect("a number"));
    }

    fn answer(&self, number: usize, answer: Answer) -> String {
        let body = format!("body of {}/{number}", self.name());
        let head = |status| format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
        match answer {
            Answer::Body => head("200 OK") + &body,
            Answer::Fault => head("500 Internal Server Error") + &body,
            Answer::Half => head("200 OK") + &body[..body.len() / 2],
            Answer::Noise => body,
            Answer::Silence => String::new(),
        }
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

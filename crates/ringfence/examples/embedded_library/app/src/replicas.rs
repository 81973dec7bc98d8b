//! Replicas on the loopback interface: threads that know nothing of async code.

use std::{
    collections::BTreeMap,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
};

/// What the good replicas hold at first.
const STOCK: [(&str, &str); 7] = [
    ("bread", "needs flour, salt"),
    ("cake", "needs flour, jam, cream"),
    ("cream", "needs milk"),
    ("flour", "plenty"),
    ("milk", "a litre"),
    ("pie", "needs flour, rhubarb"),
    ("salt", "a pinch"),
];

/// Where the replicas listen.
#[derive(Clone, Copy)]
pub(crate) struct Places {
    pub(crate) pantry: SocketAddr,
    pub(crate) cellar: SocketAddr,
    pub(crate) broken: SocketAddr,
    pub(crate) silent: SocketAddr,
}

/// How a replica answers.
enum Manners {
    Good(Mutex<BTreeMap<String, String>>),
    Broken,
    Silent,
}

/// Four replicas that run.
pub(crate) struct Replicas {
    places: Places,
    closing: Arc<AtomicBool>,
    threads: Vec<JoinHandle<io::Result<TcpListener>>>,
}

impl Replicas {
    pub(crate) fn open() -> io::Result<Self> {
        let closing = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::new();
        let mut open = |manners| {
            let listener = TcpListener::bind("127.0.0.1:0")?;
            let address = listener.local_addr()?;
            let closing = Arc::clone(&closing);
            threads.push(thread::spawn(move || serve(listener, &closing, &manners)));
            io::Result::Ok(address)
        };
        let good = || {
            let stock = STOCK.map(|(key, value)| (key.to_owned(), value.to_owned()));
            Manners::Good(Mutex::new(stock.into()))
        };
        let places = Places {
            pantry: open(good())?,
            cellar: open(good())?,
            broken: open(Manners::Broken)?,
            silent: open(Manners::Silent)?,
        };
        Ok(Self { places, closing, threads })
    }

    pub(crate) fn places(&self) -> Places {
        self.places
    }

    /// Ends the replicas, once their clients have hung up.
    pub(crate) fn close(self) -> io::Result<()> {
        self.closing.store(true, Relaxed);
        let Places { pantry, cellar, broken, silent } = self.places;
        for address in [pantry, cellar, broken, silent] {
            // So that it looks.
            TcpStream::connect(address)?;
        }
        for replica in self.threads {
            replica.join().expect("no replica panics")?;
        }
        Ok(())
    }
}

/// Lets clients in until the replicas close, and returns the listener: while it is open, nobody who
/// knocks is refused, also if the one that it let in last came before and has given up.
fn serve(
    listener: TcpListener,
    closing: &AtomicBool,
    manners: &Manners,
) -> io::Result<TcpListener> {
    thread::scope(|connections| {
        loop {
            let (stream, _) = listener.accept()?;
            if closing.load(Relaxed) {
                return io::Result::Ok(());
            }
            // A client that has hung up before its answer is none of our concern.
            connections.spawn(|| answer(stream, manners));
        }
    })?;
    Ok(listener)
}

fn answer(mut stream: TcpStream, manners: &Manners) -> io::Result<()> {
    let mut line = String::new();
    let mut reader = BufReader::new(stream.try_clone()?);
    reader.read_line(&mut line)?;
    let answer = match manners {
        Manners::Good(stock) => answer_of(&mut stock.lock().expect("no replica panics"), &line),
        Manners::Broken => "ERR out of order\n".to_owned(),
        Manners::Silent => {
            // Until the client hangs up.
            reader.read_to_string(&mut line)?;
            return Ok(());
        }
    };
    stream.write_all(answer.as_bytes())
}

fn answer_of(stock: &mut BTreeMap<String, String>, line: &str) -> String {
    let words: Vec<_> = line.trim_end().splitn(3, ' ').collect();
    match *words {
        ["GET", key] => match stock.get(key) {
            Some(value) => format!("OK {value}\n"),
            None => "NONE\n".to_owned(),
        },
        ["PUT", key, value] => {
            stock.insert(key.to_owned(), value.to_owned());
            "OK\n".to_owned()
        }
        _ => "ERR unknown request\n".to_owned(),
    }
}

//! The stops of the tour where it serves: a server of its own, and visitors beside it.
//!
//! No runtime is named here either. What happens is in the order of its causes: nobody waits for
//! time to pass but the server, while it gives grace to a visitor who never finishes.

use super::{
    client::{Client, Connect, FetchError, Url},
    http::Upload,
    server::PATIENCE,
    service::{Handler, Listen, Service},
};
use futures::io::{AsyncReadExt as _, AsyncWriteExt as _};
use ringfence::try_gather;
use std::{
    error::Error,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
};

const ROUTES: [(&str, Handler); 2] =
    [("/0", |_| "welcome".into()), ("/1", |entry| format!("noted: {entry}"))];

/// A connection that fails is noted, and the server goes on.
pub(crate) async fn one_fails<N: Connect + Listen>(client: &Client<N>, network: &N) -> Vec<String> {
    let (house, port) = House::open(client, network);
    let visits = async {
        let mut came = Vec::from(try_gather([0, 0, 0].map(|page| house.fetch(page))).await?);

        let mut rude = house.connect().await?;
        rude.write_all(b"is anybody there?\r\n\r\n").await?;
        let heard = rude.read_to_end(&mut Vec::new()).await?;
        came.push(format!("rude: closed after {heard} bytes"));

        came.push(house.fetch(0).await?);
        house.service.close();
        Ok(came)
    };
    house.receive(port, visits).await
}

/// Who is idle goes at once, who is slow has time to finish, who never finishes is left over.
pub(crate) async fn some_are_late<N: Connect + Listen>(
    client: &Client<N>,
    network: &N,
) -> Vec<String> {
    let (house, port) = House::open(client, network);
    let visits = async {
        // Connections 0, 1 and 2; that the second is served says that the first was let in.
        let mut idle = house.connect().await?;
        let slow = Upload::begin(house.connect().await?, "/1", "slow but sure".len()).await?;
        let stuck = Upload::begin(house.connect().await?, "/1", "never all of it".len()).await?;
        house.service.close();

        let heard = idle.read_to_end(&mut Vec::new()).await?;
        let mut came = vec![format!("idle: closed after {heard} bytes")];
        // Who is idle was told by the scope, whose body ended with that, and closed the port.
        let late = house.fetch(0).await;
        came.push(late.unwrap_or_else(|_| "late: turned away".into()));
        came.push(format!("slow: {}", slow.end("slow but sure").await?));
        let stuck = stuck.end("never").await;
        came.push(stuck.unwrap_or_else(|_| "stuck: no answer".into()));
        Ok(came)
    };
    house.receive(port, visits).await
}

/// A server, and the way to it.
struct House<'a, N> {
    service: Service,
    addr: SocketAddr,
    client: &'a Client<N>,
    network: &'a N,
}

impl<'a, N: Connect + Listen> House<'a, N> {
    /// Opens a port, at which visitors wait until they are received.
    fn open(client: &'a Client<N>, network: &'a N) -> (Self, TcpListener) {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port on the loopback");
        let addr = port.local_addr().expect("an address");
        (Self { service: Service::new(ROUTES), addr, client, network }, port)
    }

    async fn fetch(&self, page: usize) -> Result<String, FetchError> {
        self.client.fetch(Url { host: "house", addr: self.addr, page }).await
    }

    async fn connect(&self) -> io::Result<<N as Connect>::Stream> {
        self.network.connect(self.addr).await
    }

    /// Serves beside the visits; returns what the visitors saw, then what the server noted.
    async fn receive(
        &self,
        port: TcpListener,
        visits: impl Future<Output = Result<Vec<String>, Box<dyn Error + Send + Sync>>>,
    ) -> Vec<String> {
        let served = async { Ok(self.service.serve(self.network, port).await?) };
        let came = try_gather((visits, served)).timeout(PATIENCE).await;
        match came.unwrap_or_else(|elapsed| Err(elapsed.into())) {
            Ok((mut came, ())) => {
                came.extend(self.service.take_journal());
                came.push(format!("requests answered: {}", self.service.answered()));
                came
            }
            Err(trouble) => vec![format!("error: {trouble}")],
        }
    }
}

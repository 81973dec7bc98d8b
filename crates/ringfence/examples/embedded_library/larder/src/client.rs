//! The client.

use crate::{Connect, Error, Trouble, request::Request};
use ringfence::{Scope, gather, race_ok, remote, rt, scope, timeout, try_gather};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::Mutex,
    time::Duration,
};

/// How many keys are asked for at a time.
const AT_ONCE: usize = 4;

/// One copy of the store.
#[derive(Clone, Debug)]
pub struct Replica {
    /// Where it listens.
    pub address: SocketAddr,
}

/// A client of a store that is kept in several places.
#[derive(Debug)]
pub struct Larder<C> {
    network: C,
    replicas: Vec<Replica>,
    patience: Duration,
}

impl<C: Connect> Larder<C> {
    /// Makes a client that waits five seconds for an answer.
    pub fn new(network: C, replicas: Vec<Replica>) -> Self {
        Self { network, replicas, patience: Duration::from_secs(5) }
    }

    /// Sets how long an answer of one replica is waited for.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Returns the value of `key`, from whichever replica answers first.
    ///
    /// # Errors
    ///
    /// If no replica answers in time and in order, with what was wrong with each.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, so are all connections. Those to the slower replicas have been
    /// closed when it resolves.
    pub async fn get(&self, key: &str) -> Result<Option<String>, Error> {
        race_ok(self.replicas.iter().map(|replica| self.ask(replica, Request::Get { key })))
            .await
            .map_err(|troubles| Error::NoReplica { key: key.to_owned(), troubles })
    }

    /// Returns the values of `keys`, in their order.
    ///
    /// # Errors
    ///
    /// That of the first key that cannot be had. The others are given up, and no connection is
    /// open any more when this returns.
    ///
    /// # Cancel safety
    ///
    /// As [`get`](Self::get).
    pub async fn get_all(&self, keys: &[&str]) -> Result<Vec<Option<String>>, Error> {
        try_gather(keys.iter().map(|key| self.get(key))).limit(AT_ONCE).await
    }

    /// Puts a value into all replicas, and returns how many have taken it.
    ///
    /// # Errors
    ///
    /// If no replica has.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, some replicas may have taken the value and some not.
    pub async fn put(&self, key: &str, value: &str) -> Result<usize, Error> {
        let put = Request::Put { key, value };
        let answers = gather(self.replicas.iter().map(|replica| self.ask(replica, put))).await;
        let (taken, troubles): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        if taken.is_empty() {
            let troubles = troubles.into_iter().filter_map(Result::err).collect();
            return Err(Error::NoReplica { key: key.to_owned(), troubles });
        }
        Ok(taken.len())
    }

    /// Returns the value of `key` and of all that it needs, and they need, as deep as it goes.
    ///
    /// A value needs others if it says so: `needs bread, butter`.
    ///
    /// # Errors
    ///
    /// The first: that of a key that cannot be had, or that is needed and missing. The others are
    /// given up, and no connection is open any more when this returns.
    ///
    /// # Cancel safety
    ///
    /// As [`get`](Self::get).
    pub async fn needs(&self, key: &str) -> Result<BTreeMap<String, String>, Error> {
        let found = Found::default();
        // Nobody knows beforehand how many children there will be: each may find more.
        scope(async |s| {
            self.follow(&s, key.to_owned(), &found);
            Ok(())
        })
        .limit(AT_ONCE)
        .first()
        .await?;
        Ok(found.values.into_inner().expect("no child has panicked"))
    }

    /// Returns a checksum of each value, in the order of the keys; nothing has that of an empty one.
    ///
    /// They are computed in parallel, on the runtime in force: that of the application, whichever
    /// it is.
    ///
    /// # Errors
    ///
    /// If there is no runtime, or as [`get_all`](Self::get_all).
    ///
    /// # Cancel safety
    ///
    /// As [`get`](Self::get). A checksum that is under way is ended, and the others never begin.
    pub async fn checksums(&self, keys: &[&str]) -> Result<Vec<u32>, Error> {
        let runtime = rt::current()?;
        let values = self.get_all(keys).await?;
        let checksums = values
            .into_iter()
            .map(|value| remote(&runtime, async move { checksum(&value.unwrap_or_default()) }));
        Ok(gather(checksums).await)
    }

    /// Starts a child that gets `key`, and one for each key that it is the first to need.
    fn follow<'env>(&'env self, s: &Scope<'env, Error>, key: String, found: &'env Found) {
        if !found.is_new(&key) {
            return;
        }
        s.spawn_with(async move |s| {
            let Some(value) = self.get(&key).await? else { return Err(Error::Missing { key }) };
            for needed in value.strip_prefix("needs ").into_iter().flat_map(|all| all.split(", ")) {
                self.follow(&s, needed.to_owned(), found);
            }
            found.keep(key, value);
            Ok(())
        });
    }

    /// Asks one replica, for as long as patience lasts.
    async fn ask(
        &self,
        replica: &Replica,
        request: Request<'_>,
    ) -> Result<Option<String>, Trouble> {
        timeout(self.patience, request.send(&self.network, replica.address)).await?
    }
}

/// Stands for something that takes a while.
fn checksum(value: &str) -> u32 {
    value.bytes().fold(1, |sum, byte| (sum + u32::from(byte)) % 65521)
}

/// What the children of [`Larder::needs`] have found. They borrow it.
#[derive(Debug, Default)]
struct Found {
    keys: Mutex<BTreeSet<String>>,
    values: Mutex<BTreeMap<String, String>>,
}

impl Found {
    fn is_new(&self, key: &str) -> bool {
        self.keys.lock().expect("no child has panicked").insert(key.to_owned())
    }

    fn keep(&self, key: String, value: String) {
        self.values.lock().expect("no child has panicked").insert(key, value);
    }
}

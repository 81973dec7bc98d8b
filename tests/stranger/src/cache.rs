//! Fetching each file once.

use crate::{Client, FetchError, Transport};
use std::{
    collections::BTreeMap,
    future::poll_fn,
    mem,
    sync::{Arc, Mutex, PoisonError},
    task::{Poll, Waker},
};

/// Fetches each file once, however many ask for it at a time.
///
/// Whoever asks first fetches, the others wait. If the fetch fails or is given up, the next of
/// them fetches.
#[derive(Debug)]
pub struct Cache<T> {
    client: Client<T>,
    files: Mutex<BTreeMap<String, File>>,
}

#[derive(Debug)]
enum File {
    /// Somebody fetches it, for all these.
    Underway(Vec<Waker>),
    Here(Arc<str>),
}

/// What whoever asks for a file is to do.
enum Turn<'a, T> {
    Take(Arc<str>),
    Fetch(Underway<'a, T>),
}

impl<T: Transport> Cache<T> {
    /// Returns an empty cache in front of `client`.
    pub fn new(client: Client<T>) -> Self {
        Self { client, files: Mutex::default() }
    }

    /// Returns a file, and fetches it if nobody has.
    ///
    /// # Errors
    ///
    /// As [`Client::fetch`], to whoever fetched: another who waits tries again.
    pub async fn get(&self, path: &str) -> Result<Arc<str>, FetchError<T::Error>> {
        match self.turn(path).await {
            Turn::Take(file) => Ok(file),
            Turn::Fetch(underway) => {
                let file: Arc<str> = self.client.fetch(path).await?.into();
                underway.finish(&file);
                Ok(file)
            }
        }
    }

    /// Waits until the file is here, or until nobody fetches it.
    async fn turn(&self, path: &str) -> Turn<'_, T> {
        poll_fn(|cx| {
            // Foreign code, which the lock must not see.
            let waker = cx.waker().clone();
            self.with(|files| match files.get_mut(path) {
                Some(File::Here(file)) => Poll::Ready(Turn::Take(file.clone())),
                Some(File::Underway(waiting)) => {
                    waiting.push(waker);
                    Poll::Pending
                }
                None => {
                    files.insert(path.to_owned(), File::Underway(Vec::new()));
                    Poll::Ready(Turn::Fetch(Underway { cache: self, path: path.to_owned() }))
                }
            })
        })
        .await
    }
}

impl<T> Cache<T> {
    fn with<R>(&self, look: impl FnOnce(&mut BTreeMap<String, File>) -> R) -> R {
        look(&mut self.files.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A fetch that others wait for; they are told when it is dropped.
struct Underway<'a, T> {
    cache: &'a Cache<T>,
    path: String,
}

impl<T> Underway<'_, T> {
    fn finish(self, file: &Arc<str>) {
        let here = File::Here(file.clone());
        let before = self.cache.with(|files| files.insert(self.path.clone(), here));
        wake(before);
    }
}

impl<T> Drop for Underway<'_, T> {
    fn drop(&mut self) {
        let path = mem::take(&mut self.path);
        let given_up = self.cache.with(|files| match files.get(&path) {
            Some(File::Underway(_)) => files.remove(&path),
            _ => None,
        });
        wake(given_up);
    }
}

/// Wakes all who wait: one of them fetches, the others wait again or have the file.
fn wake(file: Option<File>) {
    if let Some(File::Underway(waiting)) = file {
        waiting.into_iter().for_each(Waker::wake);
    }
}

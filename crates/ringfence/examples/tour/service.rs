//! A server that picks no runtime: a scope, with a child for each connection.
//!
//! What the connections share lives outside of the scope, and they borrow it. It is plain: no
//! `Arc`, and no connection that is still at work when [`serve`](Service::serve) has returned.

use super::{
    dialogue::{Dialogue, DialogueError, Request},
    scenario::GRACE,
};
use futures::io::{AsyncRead, AsyncWrite};
use ringfence::{CancelToken, OnFailure, ScopeError, scope};
use std::{
    collections::BTreeMap,
    io, mem,
    net::TcpListener,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

/// All that is asked of a runtime: to take connections.
pub(crate) trait Listen: Send + Sync {
    type Listener: Send + Sync;
    type Stream: AsyncRead + AsyncWrite + Unpin + Send;

    fn listen(&self, listener: TcpListener) -> io::Result<Self::Listener>;

    fn accept(
        &self,
        listener: &Self::Listener,
    ) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

/// Makes the answer to a request from its body.
pub(crate) type Handler = fn(&str) -> String;

/// What is served, and what has been.
#[derive(Debug)]
pub(crate) struct Service {
    routes: BTreeMap<&'static str, Handler>,
    closing: CancelToken,
    answered: AtomicUsize,
    journal: Mutex<Vec<String>>,
}

impl Service {
    pub(crate) fn new(routes: impl IntoIterator<Item = (&'static str, Handler)>) -> Self {
        Self {
            routes: routes.into_iter().collect(),
            closing: CancelToken::new(),
            answered: AtomicUsize::new(0),
            journal: Mutex::default(),
        }
    }

    /// Accepts connections and serves them, until [`close`](Self::close).
    ///
    /// Then the port is closed at once, and so is each connection that is between two requests. The
    /// others have the grace to end theirs; those that do not are dropped. A connection that fails
    /// is noted, and no concern of the others.
    ///
    /// # Errors
    ///
    /// If no connection can be accepted any more.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the port and all connections are closed.
    pub(crate) async fn serve<L: Listen>(
        &self,
        network: &L,
        listener: TcpListener,
    ) -> Result<(), ScopeError<DialogueError>> {
        scope(async |s| {
            let listener = network.listen(listener)?;
            for number in 0.. {
                let accept = network.accept(&listener);
                let Ok(accepted) = self.closing.run_until_cancelled(accept).await else { break };
                let name = format!("connection {number}");
                let connection = self.converse(name.clone(), accepted?, s.token());
                s.child().named(name).spawn(connection);
            }
            s.cancel("shutting down");
            Ok(())
        })
        .on_failure(OnFailure::sink(|failure| self.note(format!("failed: {failure}"))))
        .grace(GRACE)
        .on_leftovers(|label| self.note(format!("left over: {label}")))
        .await
    }

    /// Lets `serve` return, once what is at work has ended.
    pub(crate) fn close(&self) {
        self.closing.cancel("shutting down");
    }

    /// Answers the requests of one connection.
    async fn converse<S>(
        &self,
        name: String,
        stream: S,
        closing: CancelToken,
    ) -> Result<(), DialogueError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut dialogue = Dialogue::new(stream);
        // The token is looked at between requests: one that has begun shall have its answer.
        while let Ok(goes_on) = closing.run_until_cancelled(dialogue.goes_on()).await {
            if !goes_on? {
                break;
            }
            let request = dialogue.hear().await?;
            let (status, body) = self.answer(&request);
            dialogue.answer(status, &body).await?;
            self.answered.fetch_add(1, Relaxed);
            if request.is_last {
                break;
            }
        }
        if closing.is_cancelled() {
            self.note(format!("finished in grace: {name}"));
        }
        Ok(())
    }

    fn answer(&self, request: &Request) -> (&'static str, String) {
        match self.routes.get(&*request.path) {
            Some(handler) => ("200 OK", handler(&request.body)),
            None => ("404 Not Found", String::new()),
        }
    }

    /// Returns how many requests were answered.
    pub(crate) fn answered(&self) -> usize {
        self.answered.load(Relaxed)
    }

    /// Returns what was noted since the last call.
    pub(crate) fn take_journal(&self) -> Vec<String> {
        mem::take(&mut *self.journal.lock().expect("a list of notes"))
    }

    fn note(&self, what: String) {
        self.journal.lock().expect("a list of notes").push(what);
    }
}

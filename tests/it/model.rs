//! What each verb means, as a plain loop over the ends of its children.

use crate::{matrix::End, verbs::Name};

/// What a verb says when it is polled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Pending,
    /// It is ready, with this report.
    Ready(String),
    /// A child's panic goes on.
    Panicked,
}

/// A verb that has no futures, wakers or slots, but is told of each end.
pub(crate) struct Model {
    name: Name,
    /// How each child has ended, by its place.
    ended: Vec<Option<End>>,
    /// The children in the order of their ends.
    order: Vec<usize>,
    decided: Option<Answer>,
}

impl Model {
    pub(crate) fn new(name: Name, len: usize) -> Self {
        Self { name, ended: vec![None; len], order: Vec::new(), decided: None }
    }

    /// A child ends. What ends after the decision is not heard of, except by `wait`, which
    /// returns all that are done by then.
    pub(crate) fn end(&mut self, place: usize, end: End) {
        let waits = matches!(self.name, Name::WaitFirst | Name::WaitFailure);
        if self.decided.is_some() && !waits {
            return;
        }
        self.ended[place] = Some(end);
        self.order.push(place);
        let word = word(place, end);
        self.decided = match (self.name, end) {
            (Name::Settle | Name::Set | Name::WaitAll, _) => None,
            (Name::WaitFirst, _) | (Name::WaitFailure, End::Error | End::Panic) => {
                Some(Answer::Ready(self.in_order_of_ends()))
            }
            (Name::WaitFailure, _) => {
                self.decided.as_ref().map(|_| Answer::Ready(self.in_order_of_ends()))
            }
            (_, End::Panic) => Some(Answer::Panicked),
            (Name::TryGather, End::Error) | (Name::Race, _) | (Name::RaceOk, End::Value) => {
                Some(Answer::Ready(word))
            }
            _ => None,
        };
    }

    /// What the verb says, once it is polled.
    pub(crate) fn answer(&self) -> Answer {
        match &self.decided {
            Some(answer) => answer.clone(),
            None if self.ended.iter().any(Option::is_none) => Answer::Pending,
            None => Answer::Ready(match self.name {
                Name::Gather | Name::TryGather | Name::Settle | Name::RaceOk | Name::Race => {
                    self.in_order_of_places()
                }
                _ => self.in_order_of_ends(),
            }),
        }
    }

    fn in_order_of_places(&self) -> String {
        self.words(0..self.ended.len())
    }

    fn in_order_of_ends(&self) -> String {
        self.words(self.order.iter().copied())
    }

    fn words(&self, places: impl Iterator<Item = usize>) -> String {
        let word = |place: usize| self.ended[place].map(|end| word(place, end));
        places.filter_map(word).collect::<Vec<_>>().join(" ")
    }
}

/// An end as `brief` says it.
fn word(place: usize, end: End) -> String {
    match end {
        End::Value => format!("v{place}"),
        End::Error => format!("e{place}"),
        End::Panic => "p".to_owned(),
        End::Never => unreachable!("it ends never"),
    }
}

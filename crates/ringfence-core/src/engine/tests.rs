//! Tests of what the stores of verbs show.

use super::{
    crew::Here,
    keep::{All, Outputs},
    limit::Share,
    links::End,
    list::List,
    source::FromArray,
    tuple::Tuple,
};
use crate::limiter::Limiter;
use alloc::format;
use core::future::{Ready, ready};

#[test]
fn the_store_of_a_verb_shows_how_many_children_it_has() {
    let crew = Here::<Ready<u8>, _>::new(FromArray::new([ready(1)].into_iter()));
    let list = List::<_, (), Outputs, All<u8>>::new(crew);
    let shown = format!("{list:?}");
    assert!(shown.starts_with("List { crew: Here { running: 0, admitted: 0"), "{shown}");
    let tuple = Tuple::<End, Outputs>::new(End);
    assert_eq!(format!("{tuple:?}"), "Tuple { children: 0, .. }");
    let share = Share::new(Limiter::new(1));
    assert_eq!(format!("{share:?}"), "Share { places: None, .. }");
}

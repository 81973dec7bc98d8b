//! Futures that are not awaited, and builders that are not used, do nothing.

#![deny(unused_must_use)]

use ringfence::{
    JoinSet, Scope, gather, race, scope, scope_local, settle, sleep, try_gather, until, wait,
};
use std::{
    future::{Ready, ready},
    time::Duration,
};

type Text = Result<(), String>;

fn main() {
    scope(async |_| -> Text { Ok(()) });
    scope_local(async |_| -> Text { Ok(()) });
    scope(async |_| -> Text { Ok(()) }).first();
    gather([ready(1)]);
    gather([ready(1)]).limit(1);
    gather([ready(1)]).timeout(Duration::ZERO);
    try_gather([ready(Text::Ok(()))]);
    settle([ready(1)]);
    race([ready(1)]);
    wait([ready(1)], until::AllCompleted);
    sleep(Duration::ZERO);
    JoinSet::<Ready<u8>>::new();
    let _ = |s: &Scope<'_, String>, set: &mut JoinSet<Ready<u8>>| {
        s.child();
        s.spawn(async {}).outcome();
        s.cancelled();
        set.next();
        set.wait(until::AllCompleted);
    };
}

//! The client, by scripted mirrors and a virtual clock.

use ringfence_core::sleep;
use ringfence_test::{Controller, Probe, Stepper, TestRuntime, run};
use std::{future::Future, pin::Pin, sync::Mutex, task::Poll, time::Duration};
use stranger::{Client, FetchError, Transport};

type Answer = Result<String, &'static str>;
type Get = Pin<Box<dyn Future<Output = Answer>>>;

/// Mirrors that answer after a time of their own: `"200ms ok"`, `"1000ms down"`.
struct Scripted;

impl Transport for Scripted {
    type Error = &'static str;
    type Get = Get;

    fn get(&self, mirror: &str, path: &str) -> Get {
        let (millis, answer) = mirror.split_once("ms ").unwrap();
        let (millis, answer) = (millis.parse().unwrap(), answer.to_owned());
        let path = path.to_owned();
        Box::pin(async move {
            sleep(Duration::from_millis(millis)).await;
            if answer == "down" { Err("down") } else { Ok(format!("{path}: {answer}")) }
        })
    }
}

/// Mirrors that answer when the test says so.
#[derive(Default)]
struct Held(Mutex<Vec<Controller<Answer>>>);

impl Transport for &Held {
    type Error = &'static str;
    type Get = Probe<Answer>;

    fn get(&self, _: &str, _: &str) -> Probe<Answer> {
        let probe = Probe::pending();
        self.0.lock().unwrap().push(probe.controller());
        probe
    }
}

fn millis() -> u128 {
    TestRuntime::current().clock().elapsed().as_millis()
}

#[test]
fn a_quick_mirror_wins_and_the_others_are_not_even_asked() {
    run(0, async {
        let client = Client::new(Scripted, ["100ms first", "0ms second"]);
        assert_eq!(client.fetch("a").await.unwrap(), "a: first");
        assert_eq!(millis(), 100);
    });
}

#[test]
fn a_slow_mirror_is_overtaken() {
    run(0, async {
        let client = Client::new(Scripted, ["60000ms first", "100ms second"]);
        assert_eq!(client.fetch("a").await.unwrap(), "a: second");
        assert_eq!(millis(), 350);
    });
}

#[test]
fn if_no_mirror_has_it_all_of_them_are_told() {
    run(0, async {
        let client = Client::new(Scripted, ["10ms down", "10ms down"]);
        let error = client.fetch("a").await.unwrap_err();
        assert_eq!(error.to_string(), "no mirror has it: down; down");
    });
}

#[test]
fn half_a_minute_is_enough() {
    run(0, async {
        let client = Client::new(Scripted, ["60000ms first", "60000ms second"]);
        let Err(FetchError::Late(late)) = client.fetch("a").await else { panic!("it is late") };
        assert_eq!((late.name(), late.unfinished().len(), millis()), (Some("fetch"), 2, 30_000));
        assert_eq!(TestRuntime::current().clock().alarms(), 0, "no timer is left");
    });
}

#[test]
fn files_are_fetched_four_at_a_time_and_one_error_is_enough() {
    run(0, async {
        let client = Client::new(Scripted, ["100ms ok"]);
        let files = client.fetch_all(&["a", "b", "c", "d", "e"]).await.unwrap();
        assert_eq!((files.len(), files[4].as_str(), millis()), (5, "e: ok", 200));
        let client = Client::new(Scripted, ["100ms down"]);
        assert!(client.fetch_all(&["a", "b", "c", "d", "e"]).await.is_err());
        assert_eq!(millis(), 300);
    });
}

#[test]
fn a_fetch_that_is_given_up_drops_what_it_has_asked_for() {
    let held = Held::default();
    run(0, async {
        let client = Client::new(&held, ["one", "two", "three"]);
        let mut fetch = Stepper::new(client.fetch("a"));
        assert!(fetch.step().is_pending());
        sleep(Duration::from_millis(300)).await;
        assert!(fetch.step().is_pending());
        let controls = held.0.lock().unwrap().clone();
        assert_eq!(controls.len(), 2, "the third is not asked yet");
        controls[1].complete(Ok("two has it".to_owned()));
        assert!(fetch.is_woken());
        let Poll::Ready(file) = fetch.step() else { panic!("it is here") };
        assert_eq!(file.unwrap(), "two has it");
        controls.iter().for_each(Controller::assert_sound);
        assert!(!controls[0].has_ended(), "the loser was dropped on its way");
    });
}

//! What panics in a child, in its destructor or in its output's takes nobody else with it.

use crate::{
    family::{CHILD_PANICS, DROP_PANICS, Family},
    verbs::{End, Name, Report, Running, VERBS, Verb, caught},
};
use ringfence_test::Stepper;
use std::task::Poll;

/// What panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Poll,
    Drop,
    Output,
}

/// Which children are faulty.
#[derive(Clone, Copy, Debug)]
enum Who {
    One(usize),
    /// All but child 0, who decides.
    Others,
}

/// A case of the product.
#[derive(Clone, Copy)]
struct Case {
    verb: &'static Verb,
    len: usize,
    fault: Fault,
    who: Who,
}

/// Calls `test` with each verb, number of children and choice of the faulty.
fn for_each_case(fault: Fault, test: impl Fn(Case)) {
    for verb in VERBS {
        // Beyond 62, a list has more than one header.
        let many = if verb.container == "Vec" || verb.container == "JoinSet" { 130 } else { 12 };
        for len in [2, 4, 12, many] {
            for who in [Who::One(1), Who::One(len / 2), Who::One(len - 1), Who::Others] {
                test(Case { verb, len, fault, who });
            }
        }
    }
}

/// A verb that runs, and the panics that came out of it. The last title names a case that aborts.
struct Run {
    case: Case,
    family: Family,
    verb: Option<Stepper<Running>>,
    report: Option<Report>,
    panics: Vec<String>,
}

impl Run {
    fn new(case: Case) -> Self {
        let (family, children) = Family::with(case.len, |place, child| {
            if case.fault == Fault::Drop && case.is_faulty(place) {
                child.panics_on_drop()
            } else {
                child
            }
        });
        let verb = Some(Stepper::new((case.verb.run)(children)));
        let mut run = Self { case, family, verb, report: None, panics: Vec::new() };
        eprintln!("{}", run.title());
        run.poll();
        assert!(!run.is_over(), "{}", run.title());
        run
    }

    fn title(&self) -> String {
        let Case { verb, len, fault, who } = self.case;
        format!("{:?} of {len} in {}: {fault:?} of {who:?}", verb.name, verb.container)
    }

    fn is_over(&self) -> bool {
        self.report.is_some() || !self.panics.is_empty()
    }

    /// Polls the verb, unless it is over.
    fn poll(&mut self) {
        if self.is_over() {
            return;
        }
        let verb = self.verb.as_mut().unwrap();
        match caught(|| verb.run_until_stalled()) {
            Ok(Poll::Ready(report)) => self.report = Some(report),
            Ok(Poll::Pending) => {}
            Err(message) => self.panics.push(message),
        }
        if self.is_over() {
            assert!(self.family.are_all_dropped(), "{}: a child outlives its verb", self.title());
        }
    }

    /// Drops everything, and asserts that everything was dropped once.
    fn finish(mut self) -> Self {
        let verb = self.verb.take();
        self.panics.extend(caught(|| drop(verb)).err());
        for end in self.report.iter_mut().flat_map(|report| report.drain(..)) {
            self.panics.extend(caught(|| drop(end)).err());
        }
        let title = self.title();
        caught(|| self.family.assert_sound()).unwrap_or_else(|why| panic!("{title}: {why}"));
        self
    }
}

impl Case {
    fn is_faulty(&self, place: usize) -> bool {
        match self.who {
            Who::One(faulty) => place == faulty,
            Who::Others => place != 0,
        }
    }

    fn faulty(&self) -> impl Iterator<Item = usize> + use<> {
        let case = *self;
        (0..self.len).filter(move |place| case.is_faulty(*place))
    }

    /// Whether the caller is told of each child's end.
    fn tells_all(&self) -> bool {
        matches!(self.verb.name, Name::Settle | Name::WaitAll | Name::Set)
    }
}

// trap: T8
// rule: promise-panics
// rule: panic-drop-at-end
#[test]
fn a_panic_of_a_child_that_ends_is_told_and_the_others_are_driven_or_dropped() {
    for fault in [Fault::Poll, Fault::Drop] {
        for_each_case(fault, |case| {
            let mut run = Run::new(case);
            for place in case.faulty() {
                match fault {
                    Fault::Poll => run.family.panic(place),
                    _ => run.family.succeed(place),
                }
                run.poll();
            }
            for place in (0..case.len).filter(|place| !case.is_faulty(*place)) {
                run.family.succeed(place);
            }
            run.poll();
            assert!(run.is_over(), "{}: a zombie", run.title());
            let message = if fault == Fault::Poll { CHILD_PANICS } else { DROP_PANICS };
            let told =
                |report: &Report| report.iter().filter(|end| matches!(end, End::Panicked)).count();
            match &run.report {
                Some(report) if case.tells_all() => {
                    assert_eq!(told(report), case.faulty().count(), "{}", run.title());
                    assert_eq!(report.len(), case.len, "{}", run.title());
                }
                Some(report) => assert_eq!(told(report), 1, "{}", run.title()),
                None => assert_eq!(run.panics, [message], "{}", run.title()),
            }
            run.finish();
        });
    }
}

// trap: T8
#[test]
fn an_output_that_panics_on_drop_is_handed_over_like_any_other() {
    for_each_case(Fault::Output, |case| {
        let mut run = Run::new(case);
        for place in case.faulty() {
            run.family.succeed_with_bomb(place);
            run.poll();
        }
        for place in (0..case.len).filter(|place| !case.is_faulty(*place)) {
            run.family.succeed(place);
        }
        run.poll();
        assert!(run.report.is_some(), "{}", run.title());
        let run = run.finish();
        assert!(!run.panics.is_empty(), "{}: the bomb was not handed over", run.title());
    });
}

// trap: T8
// rule: panic-drop-of-rest
#[test]
fn a_destructor_that_panics_while_others_are_cancelled_keeps_none_from_being_dropped() {
    for_each_case(Fault::Drop, |case| {
        let mut run = Run::new(case);
        let message = match case.verb.name {
            Name::Gather | Name::AsCompleted => {
                run.family.panic(0);
                // The first panic is the one that goes on.
                CHILD_PANICS
            }
            Name::TryGather | Name::WaitFailure => {
                run.family.fail(0);
                DROP_PANICS
            }
            Name::Race | Name::RaceOk | Name::WaitFirst => {
                run.family.succeed(0);
                DROP_PANICS
            }
            // They cancel nobody.
            Name::Settle | Name::WaitAll | Name::Set => return drop(run.finish()),
        };
        run.poll();
        assert_eq!(run.panics, [message], "{}", run.title());
        run.finish();
    });
}

// trap: T8
// rule: panic-drop-of-rest
#[test]
fn an_output_that_is_not_handed_over_may_panic_on_drop() {
    for_each_case(Fault::Output, |case| {
        let mut run = Run::new(case);
        for place in case.faulty() {
            match case.verb.name {
                Name::Gather | Name::TryGather => run.family.succeed_with_bomb(place),
                Name::RaceOk => run.family.fail_with_bomb(place),
                // They hand over all that they have.
                _ => return,
            }
            run.poll();
        }
        let name = case.verb.name;
        match name {
            Name::Gather => run.family.panic(0),
            Name::TryGather => run.family.fail(0),
            _ => run.family.succeed(0),
        }
        if !matches!(case.who, Who::Others) && case.len > 2 {
            assert!(!run.is_over(), "{}", run.title());
        }
        run.poll();
        assert!(run.is_over(), "{}", run.title());
        let run = run.finish();
        assert!(!run.panics.is_empty(), "{}", run.title());
        if name == Name::Gather {
            assert_eq!(run.panics[0], CHILD_PANICS, "{}", run.title());
        }
    });
}

// trap: T8
// rule: panic-drop-of-verb
#[test]
fn a_verb_that_is_dropped_drops_each_child_although_some_panic() {
    for_each_case(Fault::Drop, |case| {
        let run = Run::new(case).finish();
        assert_eq!(run.panics, [DROP_PANICS], "{}", run.title());
    });
}

// trap: T8
#[test]
fn a_verb_that_is_dropped_drops_each_output_although_some_panic() {
    for_each_case(Fault::Output, |case| {
        let mut run = Run::new(case);
        for place in case.faulty() {
            match case.verb.name {
                Name::RaceOk => run.family.fail_with_bomb(place),
                // They keep nothing; and what the stream and the set have given is the caller's.
                Name::Race | Name::WaitFirst | Name::AsCompleted | Name::Set => return,
                _ => run.family.succeed_with_bomb(place),
            }
            run.poll();
        }
        assert!(!run.is_over(), "{}", run.title());
        let run = run.finish();
        assert_eq!(run.panics.len(), 1, "{}", run.title());
    });
}

// trap: T8
// rule: panic-drop-of-verb
#[test]
fn a_verb_that_is_dropped_during_a_panic_does_not_end_the_process() {
    for fault in [Fault::Drop, Fault::Output] {
        for_each_case(fault, |case| {
            let mut run = Run::new(case);
            if fault == Fault::Output {
                for place in case.faulty() {
                    match case.verb.name {
                        Name::RaceOk => run.family.fail_with_bomb(place),
                        Name::Race | Name::WaitFirst | Name::AsCompleted | Name::Set => return,
                        _ => run.family.succeed_with_bomb(place),
                    }
                    run.poll();
                }
            }
            let verb = run.verb.take();
            let panic = caught(|| {
                let _verb = verb;
                panic!("{CHILD_PANICS}, and it is the parent's");
            });
            assert!(panic.is_err_and(|message: String| message.starts_with(CHILD_PANICS)));
            run.finish();
        });
    }
}

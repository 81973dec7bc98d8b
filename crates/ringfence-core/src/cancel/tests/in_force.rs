//! Which token is in force.

use super::*;
use crate::outcome::catch;

/// What the token in force says why it was cancelled.
fn reason() -> Option<Option<Reason>> {
    current().map(|token| token.reason())
}

fn marked(reason: &'static str) -> CancelToken {
    let token = CancelToken::new();
    token.cancel(reason);
    token
}

// rule: token-in-force
#[test]
fn no_token_is_in_force_outside() {
    assert_eq!(reason(), None);
}

// rule: token-in-force
#[test]
fn the_innermost_token_is_in_force_and_then_the_one_before() {
    let [outer, inner] = [marked("outer"), marked("inner")].map(InForce::from);
    within(&outer, || {
        assert_eq!(reason(), Some(Some("outer".into())));
        within(&inner, || assert_eq!(reason(), Some(Some("inner".into()))));
        assert_eq!(reason(), Some(Some("outer".into())));
    });
    assert_eq!(reason(), None);
}

#[test]
fn the_token_before_is_in_force_after_a_panic() {
    let [outer, inner] = [marked("outer"), marked("inner")].map(InForce::from);
    within(&outer, || {
        let panic = catch(|| within(&inner, || panic!("within")));
        assert_eq!(panic.unwrap_err().message(), Some("within"));
        assert_eq!(reason(), Some(Some("outer".into())));
    });
}

#[test]
fn a_token_is_in_force_on_its_thread_only() {
    let token = marked("here");
    let other = within(&InForce::from(token), || std::thread::spawn(reason).join().unwrap());
    assert_eq!(other, None);
}

#[test]
fn the_token_in_force_is_the_token_itself() {
    let token = CancelToken::new();
    let in_force = InForce::from(token.clone());
    within(&in_force, || current().unwrap().cancel("from inside"));
    assert_eq!(token.reason(), Some("from inside".into()));
}

#[test]
fn what_was_in_force_may_be_kept() {
    let token = InForce::from(marked("kept"));
    let kept = within(&token, in_force).unwrap();
    drop(token);
    assert_eq!(kept.token().reason(), Some("kept".into()));
}

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
    let [outer, inner] = [marked("outer"), marked("inner")];
    {
        let _outer = within(outer.clone());
        assert_eq!(reason(), Some(Some("outer".into())));
        {
            let _inner = within(inner.clone());
            assert_eq!(reason(), Some(Some("inner".into())));
        }
        assert_eq!(reason(), Some(Some("outer".into())));
    }
    assert_eq!(reason(), None);
}

#[test]
fn the_token_before_is_in_force_after_a_panic() {
    let [outer, inner] = [marked("outer"), marked("inner")];
    let _outer = within(outer.clone());
    let panic = catch(|| {
        let _inner = within(inner.clone());
        panic!("within");
    });
    assert_eq!(panic.unwrap_err().message(), Some("within"));
    assert_eq!(reason(), Some(Some("outer".into())));
}

#[test]
fn a_token_is_in_force_on_its_thread_only() {
    let token = marked("here");
    let _here = within(token.clone());
    assert_eq!(std::thread::spawn(reason).join().unwrap(), None);
}

#[test]
fn the_token_in_force_is_the_token_itself() {
    let token = CancelToken::new();
    let _here = within(token.clone());
    current().unwrap().cancel("from inside");
    assert_eq!(token.reason(), Some("from inside".into()));
}

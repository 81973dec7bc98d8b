//! Children that borrow from around the body, shared and exclusively.

use super::{Failed, double, everywhere, pause};
use ringfence::{Scope, scope};
use std::collections::HashMap;

#[test]
fn children_borrow_a_vector() {
    let sum = everywhere(|| async {
        let numbers = [1, 2, 3];
        let sum = scope(async |s| {
            let a = s.spawn(async { double(numbers[0]).await });
            let b = s.spawn(double(numbers[1]));
            Ok(a.await + b.await)
        })
        .await;
        sum.unwrap() + numbers[2]
    });
    assert_eq!(sum, 9);
}

#[test]
fn children_change_a_local_each() {
    let both = everywhere(|| async {
        let (mut a, mut b) = (0, String::new());
        scope(async |s| -> Result<(), Failed> {
            s.spawn(async {
                a = double(1).await?;
                Ok(())
            });
            s.spawn(async {
                pause().await;
                b.push('b');
            });
            Ok(())
        })
        .await
        .unwrap();
        (a, b)
    });
    assert_eq!(both, (2, "b".to_string()));
}

#[test]
fn children_change_an_element_each() {
    let numbers = everywhere(|| async {
        let mut numbers = [1, 2, 3];
        scope(async |s| -> Result<(), Failed> {
            for number in &mut numbers {
                s.spawn(async move {
                    *number = double(*number).await?;
                    Ok(())
                });
            }
            Ok(())
        })
        .await
        .unwrap();
        numbers
    });
    assert_eq!(numbers, [2, 4, 6]);
}

#[test]
fn children_change_a_chunk_each_and_read_what_they_share() {
    let numbers = everywhere(|| async {
        let factor = vec![10];
        let mut numbers = vec![1, 2, 3, 4, 5];
        scope(async |s| -> Result<(), Failed> {
            for chunk in numbers.chunks_mut(2) {
                let factor = &factor;
                s.spawn(async move {
                    for number in chunk {
                        pause().await;
                        *number *= factor[0];
                    }
                });
            }
            Ok(())
        })
        .await
        .unwrap();
        numbers
    });
    assert_eq!(numbers, [10, 20, 30, 40, 50]);
}

#[test]
fn children_change_a_half_each() {
    let numbers = everywhere(|| async {
        let mut numbers = vec![1, 2, 3, 4];
        scope(async |s| -> Result<(), Failed> {
            let (left, right) = numbers.split_at_mut(2);
            s.spawn(async {
                pause().await;
                left.reverse();
            });
            s.spawn(async {
                pause().await;
                right.reverse();
            });
            Ok(())
        })
        .await
        .unwrap();
        numbers
    });
    assert_eq!(numbers, [2, 1, 4, 3]);
}

#[derive(Default)]
struct Totals {
    sum: u32,
    names: Vec<String>,
    calls: u32,
}

#[test]
fn children_change_a_field_each_of_what_was_lent_exclusively() {
    async fn fill(totals: &mut Totals) -> Result<(), Failed> {
        scope(async |s| {
            s.spawn(async {
                totals.sum = double(21).await?;
                Ok(())
            });
            s.spawn(async {
                pause().await;
                totals.names.push("a".to_string());
            });
            totals.calls += 1;
            Ok(())
        })
        .first()
        .await
    }
    let totals = everywhere(|| async {
        let mut totals = Totals::default();
        fill(&mut totals).await.unwrap();
        (totals.sum, totals.names, totals.calls)
    });
    assert_eq!(totals, (42, vec!["a".to_string()], 1));
}

#[test]
fn the_body_uses_what_no_child_uses() {
    let log = everywhere(|| async {
        let (mut log, words) = (Vec::new(), ["to", "be"]);
        scope(async |s| -> Result<(), Failed> {
            for word in &words {
                let length = s.spawn(async {
                    pause().await;
                    Ok(word.len())
                });
                log.push(length.await);
            }
            Ok(())
        })
        .await
        .unwrap();
        log
    });
    assert_eq!(log, [2, 2]);
}

#[test]
fn what_was_lent_is_free_again_after_the_scope() {
    let words = everywhere(|| async {
        let mut words = vec![String::from("a")];
        for n in 0..3 {
            let (last, length) = scope(async |s| {
                let last = s.spawn(async { words.last().ok_or(Failed("none")) });
                let length = s.spawn(async { Ok(words.len()) });
                Ok((last.await.clone(), length.await))
            })
            .await
            .unwrap();
            words.push(format!("{last}{length}{n}"));
        }
        words.pop()
    });
    assert_eq!(words.as_deref(), Some("a102132"));
}

#[test]
fn a_reference_into_what_was_lent_is_returned_out_of_the_scope() {
    async fn longest<'a>(texts: &'a [String], none: &'a str) -> &'a str {
        scope(async |s| -> Result<&'a str, Failed> {
            let found = s.spawn(async {
                pause().await;
                Ok(texts.iter().max_by_key(|text| text.len()).map_or(none, String::as_str))
            });
            Ok(found.await)
        })
        .await
        .unwrap()
    }
    let found = everywhere(|| async {
        let texts = ["a".to_string(), "bcd".to_string()];
        longest(&texts, "-").await.to_owned() + longest(&[], "-").await
    });
    assert_eq!(found, "bcd-");
}

#[test]
fn children_change_values_of_a_map() {
    let sum = everywhere(|| async {
        let mut map: HashMap<&str, u32> = [("a", 1), ("b", 2)].into();
        scope(async |s: Scope<'_, Failed>| {
            for value in map.values_mut() {
                s.spawn(async move {
                    *value = double(*value).await?;
                    Ok(())
                });
            }
            Ok(())
        })
        .await
        .unwrap();
        map.values().sum::<u32>()
    });
    assert_eq!(sum, 6);
}

//! Scopes in bodies, in children, and in those again.

use super::{Failed, double, everywhere, pause};
use ringfence::{Scope, scope};

#[test]
fn in_the_body_where_children_borrow_its_locals() {
    let sum = everywhere(|| async {
        let numbers = [1, 2];
        scope(async |s| {
            let outer = s.spawn(async { double(numbers[0]).await });
            let local = [10, 20];
            let inner = scope(async |s| {
                let a = s.spawn(async { double(local[0]).await });
                let b = s.spawn(async { double(local[1] + numbers[1]).await });
                Ok(a.await + b.await)
            });
            let inner = inner.first().await?;
            Ok::<_, Failed>(outer.await + inner)
        })
        .await
        .unwrap()
    });
    assert_eq!(sum, 2 + 20 + 44);
}

#[test]
fn in_a_child_where_children_borrow_its_locals() {
    let found = everywhere(|| async {
        let names = [String::from("a"), String::from("bb")];
        scope(async |s| -> Result<usize, Failed> {
            let inner = s.spawn(async {
                let local = names[0].clone();
                let inner = scope(async |s| {
                    let a = s.spawn(async { Ok::<_, Failed>(local.len()) });
                    let b = s.spawn(async { Ok(names[1].len()) });
                    Ok(a.await + b.await)
                });
                inner.first().await
            });
            Ok(inner.await)
        })
        .await
        .unwrap()
    });
    assert_eq!(found, 3);
}

#[test]
fn three_deep() {
    let sum = everywhere(|| async {
        let one = [1];
        scope(async |s| {
            let outermost = s.spawn(async {
                let two = [2];
                scope(async |s| {
                    let middle = s.spawn(async {
                        let three = [3];
                        scope(async |s| {
                            let inner = s.spawn(async { Ok(one[0] + two[0] + three[0]) });
                            Ok::<_, Failed>(inner.await)
                        })
                        .first()
                        .await
                    });
                    Ok(middle.await + two[0])
                })
                .first()
                .await
            });
            Ok(outermost.await + one[0])
        })
        .first()
        .await
    });
    assert_eq!(sum, Ok(6 + 2 + 1));
}

#[test]
fn children_of_the_inner_scope_spawn_into_the_outer() {
    let sum = everywhere(|| async {
        let numbers = [1, 2];
        scope(async |outer: Scope<'_, Failed>| {
            let late = scope(async |s| {
                let handle = s.spawn(async { Ok(outer.spawn(async { double(numbers[1]).await })) });
                Ok(handle.await)
            });
            let late = late.first().await?;
            Ok(late.await)
        })
        .first()
        .await
    });
    assert_eq!(sum, Ok(4));
}

#[test]
fn with_an_error_type_of_its_own() {
    let caught = everywhere(|| async {
        let limit = 3_usize;
        scope(async |s| -> Result<String, Failed> {
            let inner = s.spawn(async {
                let parsed = scope(async |s| {
                    let number = s.spawn(async { "many".parse::<usize>() });
                    Ok(number.await + limit)
                });
                match parsed.first().await {
                    Ok(number) => Ok(number.to_string()),
                    Err(error) => Ok(error.to_string()),
                }
            });
            Ok(inner.await)
        })
        .first()
        .await
    });
    assert_eq!(caught.as_deref(), Ok("invalid digit found in string"));
}

#[test]
fn a_failure_goes_up_level_by_level() {
    let failed = everywhere(|| async {
        scope(async |s| {
            s.spawn(async {
                scope(async |s| {
                    s.spawn(async {
                        pause().await;
                        Err::<(), _>(Failed("innermost"))
                    });
                    std::future::pending::<Result<(), _>>().await
                })
                .first()
                .await
            });
            std::future::pending::<Result<u32, _>>().await
        })
        .first()
        .await
    });
    assert_eq!(failed, Err(Failed("innermost")));
}

#[test]
fn a_group_of_failures_is_the_error_of_the_outer_scope() {
    let depth = everywhere(|| async {
        let outer = scope(async |s| {
            s.spawn(async {
                let inner = scope(async |s| {
                    s.spawn(async { Err::<(), _>(Failed("inner")) });
                    Ok(())
                });
                inner.await
            });
            Ok(())
        });
        outer.await.unwrap_err().to_string().contains("inner")
    });
    assert!(depth);
}

#[test]
fn disjoint_parts_are_handed_down() {
    let grid = everywhere(|| async {
        let mut grid = vec![vec![1, 2], vec![3, 4]];
        scope(async |s| -> Result<(), Failed> {
            for row in &mut grid {
                s.spawn(async move {
                    scope(async |s| {
                        for cell in row.iter_mut() {
                            s.spawn(async move {
                                *cell = double(*cell).await?;
                                Ok(())
                            });
                        }
                        Ok(())
                    })
                    .first()
                    .await
                });
            }
            Ok(())
        })
        .await
        .unwrap();
        grid
    });
    assert_eq!(grid, [[2, 4], [6, 8]]);
}

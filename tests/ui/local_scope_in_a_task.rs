//! So does its future, even if all its children happen to be `Send`.

use ringfence::scope_local;

fn main() {
    tokio::spawn(async {
        scope_local(async |s| -> Result<(), String> {
            s.spawn(async {});
            Ok(())
        })
        .await
    });
}

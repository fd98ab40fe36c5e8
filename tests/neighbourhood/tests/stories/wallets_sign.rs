//! Every call of the pages is included, signed as the pages, as wallet extensions and as hardware wallets sign it.

use crate::support::Told;
use deren_neighbourhood::clients::sign_calls;

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_the_pages_is_included_as_wallets_sign_it() {
    let folder = tempfile::tempdir().expect("a folder");
    for line in sign_calls(folder.path(), &Told).await.unwrap_or_else(|error| panic!("{error}")) {
        eprintln!("{line}");
    }
}

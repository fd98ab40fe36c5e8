//! The database reads a verdict's bits as the chain writes them.

use crate::{books::setup::Setup, history::Plan};
use deren_dashboards::books::BookQuality;
use deren_primitives::ReadingVerdict;

/// More verdicts than there are: thirteen bits are known.
const ALL: std::ops::Range<i32> = 0..1 << 14;

#[tokio::test]
async fn a_verdict_means_the_same_in_statements_as_in_the_books() {
    let setup = Setup::new(Plan::eventful(31), 0).await;
    let question = "SELECT verdict, chain.quality_of(verdict), chain.in_service(verdict)
        FROM generate_series($1, $2 - 1) AS verdict";
    let rows: Vec<(i32, i32, bool)> =
        sqlx::query_as(question).bind(ALL.start).bind(ALL.end).fetch_all(&setup.pool).await.expect("an answer");
    assert_eq!(rows.len(), ALL.len());
    for (bits, quality, in_service) in rows {
        let verdict = ReadingVerdict(u16::try_from(bits).expect("16 bits"));
        assert_eq!(quality, BookQuality::of(verdict) as i32, "{verdict:?}");
        assert_eq!(in_service, !verdict.contains(ReadingVerdict::NOT_IN_SERVICE), "{verdict:?}");
    }
}

//! Time zones by name, as the database knows them: in them days and months are cut.

use super::{
    problem::{Problem, Result},
    state::Api,
};

/// How many characters the name of a time zone has at most.
const MAX_CHARACTERS: usize = 64;
/// PostgreSQL's code of a value that it does not know, here a time zone.
const INVALID_PARAMETER: &str = "22023";

/// 400 unless it is a time zone. A large question alone would say so only where there are rows to cut.
pub async fn check(api: &Api, zone: &str) -> Result<()> {
    if !(1..=MAX_CHARACTERS).contains(&zone.chars().count()) {
        return Err(Problem::bad_request(format!("tz has 1 to {MAX_CHARACTERS} characters, as Europe/Berlin.")));
    }
    match sqlx::query("SELECT now() AT TIME ZONE $1").bind(zone).execute(api.db()).await {
        Err(sqlx::Error::Database(database)) if database.code().as_deref() == Some(INVALID_PARAMETER) => {
            Err(Problem::bad_request(format!("tz = {zone:?} is no time zone; write it as Europe/Berlin.")))
        }
        other => Ok(other.map(|_| ())?),
    }
}

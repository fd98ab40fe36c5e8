//! A browser that walks through the pages: the stories of `tests/browser`, told to a running neighbourhood.

use crate::{Neighbourhood, NeighbourhoodError, Result, Role, Watcher, binaries::system, script::run};
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../browser");
/// More than any of the stories takes, clouds included.
const DEADLINE: Duration = Duration::from_secs(600);

/// What the browser is told besides the address of the pages.
#[derive(Clone, Debug)]
pub struct Visit<'a> {
    /// A file below `tests/browser`, without what follows the first dot.
    pub story: &'a str,
    /// Whose home has a name that is HTML, and that name; for the stories that look at it.
    pub joker: Option<(&'a str, &'a str)>,
    /// Where pictures go.
    pub pictures: &'a Path,
    /// What else this story is told, as variables of its environment.
    pub more: &'a [(&'a str, String)],
}

/// Tells the browser one story, and gives what it said. `Err` with all of that if a test failed.
pub async fn visit(neighbourhood: &Neighbourhood, visit: &Visit<'_>, watcher: &dyn Watcher) -> Result<Vec<String>> {
    let pages = neighbourhood.pages()?;
    let who = |role| {
        pages.account(role).map(|account| account.name.as_str()).ok_or_else(|| {
            NeighbourhoodError::Configuration(format!("nobody here is a {role:?}: take six homes or more"))
        })
    };
    let (joker, name) = visit.joker.unwrap_or_default();
    let logs = neighbourhood.folder().join("logs");
    let mut command = Command::new(system("node")?);
    command
        .arg(playwright()?)
        .arg("test")
        .arg(visit.story)
        .current_dir(FOLDER)
        .env("DEREN_PAGES", pages.dashboards.api()?.origin())
        .env("DEREN_NODE", neighbourhood.rpc()?.url())
        .env("DEREN_OWNER", who(Role::Owner)?)
        .env("DEREN_NEIGHBOUR", who(Role::Neighbour)?)
        .env("DEREN_OPERATOR", who(Role::Operator)?)
        .env("DEREN_JOKER", joker)
        .env("DEREN_JOKERS_NAME", name)
        .env("DEREN_PICTURES", visit.pictures)
        .envs(visit.more.iter().map(|(name, value)| (name, value)))
        .env("DEREN_RESULTS", neighbourhood.folder().join("browser"))
        .env("TMPDIR", neighbourhood.folder());
    let what = format!("the browser's story `{}`", visit.story);
    let log = logs.join(format!("browser-{}.log", visit.story.replace('/', "-")));
    run(what, command, &log, DEADLINE, watcher).await
}

/// Its command line as a script for Node.js.
fn playwright() -> Result<PathBuf> {
    let script = Path::new(FOLDER).join("node_modules/@playwright/test/cli.js");
    if script.is_file() {
        return Ok(script);
    }
    let reason = format!("{} is not there: `make setup` installs it", script.display());
    Err(NeighbourhoodError::Command { what: "the browser test".into(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stories_are_where_they_are_looked_for() {
        for story in ["stories/neighbour-buys.spec.ts", "bench/block-to-page.bench.ts", "package-lock.json"] {
            assert!(Path::new(FOLDER).join(story).is_file(), "{story}");
        }
    }
}

//! The dashboards: indexer, API and pages in one process, with the settings that people would write.

use crate::{
    Binaries, NeighbourhoodError, Restartable, Result, Watcher,
    api::Api,
    layout::RETAIL_UEUR_PER_KWH,
    script::{json_of, said_by},
};
use deren_primitives::{Hex, ZoneId};
use deren_runtime::AccountId;
use deren_testing::next_free_port;
use serde::{Deserialize, Serialize};
use sp_core::H256;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// More than it takes to migrate an empty database and to catch up with a chain of a few blocks.
const START_DEADLINE: Duration = Duration::from_secs(60);
/// More than reading a few hundred blocks again takes, or a transaction until it is final.
const COMMAND_DEADLINE: Duration = Duration::from_secs(120);

/// For whom an account's page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Has panels or a battery.
    Owner,
    /// Buys.
    Neighbour,
    /// Runs the grid.
    Operator,
    /// Nobody: its home is for a newcomer.
    Spare,
}

/// An account that the pages of a development chain offer to whoever opens them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadyAccount {
    /// What it is called.
    pub name: String,
    /// For whom it is.
    pub role: Role,
    /// Its derivation path.
    pub derivation: String,
}

/// How the market's time follows the real one.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MarketClock {
    /// A moment of real time.
    pub real_unix_ms: u64,
    /// The market's time at that moment.
    pub market_unix_s: u64,
    /// How much faster it runs, in thousandths.
    pub speed_permille: u32,
}

#[derive(Serialize)]
struct Settings<'a> {
    listen: String,
    database_url: &'a str,
    node_url: &'a str,
    retail_ueur_per_kwh: u32,
    development: Development<'a>,
}

#[derive(Serialize)]
struct Development<'a> {
    accounts: &'a [ReadyAccount],
    market_clock: MarketClock,
}

/// A connection point, as its operator knows it.
#[derive(Clone, Debug)]
pub struct PointToApprove<'a> {
    /// Its zone.
    pub zone: ZoneId,
    /// Who may register a site there.
    pub owner: AccountId,
    /// Its official id.
    pub official_id: &'a str,
    /// What it carries.
    pub max_power_w: u32,
}

/// Dashboards that can be killed and started again on their database.
#[derive(Debug)]
pub struct Dashboards {
    executable: PathBuf,
    configuration: PathBuf,
    port: u16,
    /// The program.
    pub program: Restartable,
}

impl Dashboards {
    /// Writes their settings into `folder`. Nothing runs yet.
    pub fn prepare(
        binaries: &Binaries,
        folder: &Path,
        log: PathBuf,
        database_url: &str,
        node_url: &str,
        accounts: &[ReadyAccount],
        market_clock: MarketClock,
    ) -> Result<Self> {
        let port = next_free_port()?;
        let settings = Settings {
            listen: format!("127.0.0.1:{port}"),
            database_url,
            node_url,
            retail_ueur_per_kwh: RETAIL_UEUR_PER_KWH,
            development: Development { accounts, market_clock },
        };
        let text = toml::to_string(&settings).map_err(|error| NeighbourhoodError::Configuration(error.to_string()))?;
        let configuration = folder.join("dashboards.toml");
        fs::write(&configuration, text).map_err(NeighbourhoodError::file(&configuration))?;
        let program = Restartable::new("dashboards", log);
        Ok(Self { executable: binaries.dashboards.clone(), configuration, port, program })
    }

    /// What it answers; nobody is logged in.
    pub fn api(&self) -> Result<Api> {
        Api::new(self.port)
    }

    /// Starts it, or starts it again after it was killed.
    pub fn restart(&mut self) -> Result<()> {
        self.program.restart(self.command("run"))
    }

    /// Waits until it has caught up with the chain.
    pub async fn healthy(&mut self, watcher: &dyn Watcher) -> Result<()> {
        let api = self.api()?;
        self.program.wait("the pages", START_DEADLINE, watcher).until(async || api.ready().await).await
    }

    /// Makes every row that comes from the chain again. It must not run meanwhile.
    pub async fn rebuild(&self) -> Result<()> {
        said_by(self.command("rebuild"), "deren-dashboards rebuild", "", COMMAND_DEADLINE).await.map(drop)
    }

    /// Approves a connection point where the sun may produce, as its operator does it on a command line. Gives the code
    /// that the owner registers the site with.
    pub async fn approve_point(&self, node_url: &str, operator_key: &str, point: &PointToApprove<'_>) -> Result<H256> {
        #[derive(Deserialize)]
        struct Approved {
            connection_point: H256,
        }
        let mut command = Command::new(&self.executable);
        command
            .args(["approve-point", "--key", "-", "--source", "solar", "--node", node_url])
            .args(["--zone", &point.zone.to_string(), "--max-power-w", &point.max_power_w.to_string()])
            .args(["--official-id", point.official_id])
            .args(["--owner", &Hex::<&[u8]>(point.owner.as_ref()).to_string()]);
        let approved: Approved =
            json_of(command, "deren-dashboards approve-point", operator_key, COMMAND_DEADLINE).await?;
        Ok(approved.connection_point)
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(&self.executable);
        command.arg(what).arg("--config").arg(&self.configuration);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_are_toml_with_every_account() {
        let account = |name: &str, role, derivation: &str| ReadyAccount {
            name: name.into(),
            role,
            derivation: derivation.into(),
        };
        let accounts = [
            account("Adler", Role::Owner, "//home-01"),
            account("Visitor 1", Role::Neighbour, "//Visitor1"),
            account("Ferdie", Role::Operator, "//Ferdie"),
        ];
        let market_clock = MarketClock { real_unix_ms: 1, market_unix_s: 2, speed_permille: 75_000 };
        let settings = Settings {
            listen: "127.0.0.1:8650".into(),
            database_url: "postgres://deren@127.0.0.1:5432/deren",
            node_url: "ws://127.0.0.1:9944",
            retail_ueur_per_kwh: RETAIL_UEUR_PER_KWH,
            development: Development { accounts: &accounts, market_clock },
        };
        let table: toml::Table = toml::to_string(&settings).expect("writes").parse().expect("TOML");
        let accounts = table["development"]["accounts"].as_array().expect("accounts");
        assert_eq!(accounts.len(), 3);
        assert_eq!(accounts[1]["role"].as_str(), Some("neighbour"));
        assert_eq!(table["development"]["market_clock"]["speed_permille"].as_integer(), Some(75_000));
        assert_eq!(table["retail_ueur_per_kwh"].as_integer(), Some(320_000));
    }
}

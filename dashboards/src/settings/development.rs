//! `[development]`: what only a development chain has.

use super::{
    DevelopmentAccount, DevelopmentRole, MarketClock,
    known::{accounts, market_clock},
};
use deren_config::{Mistake, Table};

/// No page can show more accounts to choose from.
const MAX_ACCOUNTS: usize = 64;

/// Reads the table; what is wrong goes to `mistakes`.
pub(super) fn read(mut table: Table, mistakes: &mut Vec<Mistake>) -> (Vec<DevelopmentAccount>, Option<MarketClock>) {
    let accounts = table.tables("accounts", ("account", "[[development.accounts]]"), |_| "an account has".to_owned());
    let market_clock =
        table.section("market_clock", "a market's clock has").and_then(|clock| self::clock(clock, mistakes));
    if accounts.len() > MAX_ACCOUNTS {
        let place = table.place().clone();
        table.wrong(&place, format!("{} accounts are more than {MAX_ACCOUNTS}", accounts.len()));
    }
    mistakes.extend(table.finish());
    let mut known: Vec<DevelopmentAccount> = Vec::new();
    for mut table in accounts.into_iter().take(MAX_ACCOUNTS) {
        let place = table.place_of("name");
        if let Some(account) = account(&mut table) {
            if known.iter().any(|other| other.name == account.name) {
                table.wrong(&place, format!("two accounts are called {}", account.name));
            }
            known.push(account);
        }
        mistakes.extend(table.finish());
    }
    (known, market_clock)
}

fn account(table: &mut Table) -> Option<DevelopmentAccount> {
    let name = table.parsed(&accounts::NAME, |name| {
        let is_bad = name.trim().is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control);
        if is_bad { Err("`name` has 1 to 60 characters".to_owned()) } else { Ok(name.to_owned()) }
    });
    let role = table.parsed(&accounts::ROLE, |role| match role {
        "owner" => Ok(DevelopmentRole::Owner),
        "neighbour" => Ok(DevelopmentRole::Neighbour),
        "operator" => Ok(DevelopmentRole::Operator),
        "spare" => Ok(DevelopmentRole::Spare),
        other => Err(format!("`role` is `{other}`, it should be owner, neighbour, operator or spare")),
    });
    let derivation = table.parsed(&accounts::DERIVATION, |path| {
        let is_path = path.starts_with("//") && path.len() <= 100;
        if is_path { Ok(path.to_owned()) } else { Err(format!("`derivation` is `{path}`, it should be like //Alice")) }
    });
    Some(DevelopmentAccount { name: name?, role: role?, derivation: derivation? })
}

fn clock(mut table: Table, mistakes: &mut Vec<Mistake>) -> Option<MarketClock> {
    let real_unix_ms = table.number(&market_clock::REAL_UNIX_MS);
    let market_unix_s = table.number(&market_clock::MARKET_UNIX_S);
    let speed_permille = table.number(&market_clock::SPEED_PERMILLE);
    mistakes.extend(table.finish());
    Some(MarketClock { real_unix_ms: real_unix_ms?, market_unix_s: market_unix_s?, speed_permille: speed_permille? })
}

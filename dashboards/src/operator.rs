//! What a grid operator sends to the chain from a command line: the approval of a connection point.
//!
//! The key signs in this process and goes nowhere; of the point's official id the chain gets a salted hash.

use crate::{api::address::Address, indexer::EUR_ASSET_ID};
use deren_primitives::{Hex, MarketId, Source, Sources, blake2_256, point_commitment};
use serde::Serialize;
use std::time::Duration;
use subxt::{
    OnlineClient, SubstrateConfig,
    config::DefaultExtrinsicParamsBuilder,
    error::{DispatchError, TransactionEventsError},
    ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType},
};
use subxt_signer::sr25519::Keypair;
use url::Url;

/// More than a transaction needs until it is final, on a chain that goes on.
const TIMEOUT: Duration = Duration::from_secs(180);
/// The step of registers that a point's devices may have, as the pages approve it.
const USUAL_REGISTER_STEP_MWH: u32 = 10_000;
/// Where no regulator gives a keyed hash, the id's own keeps the same point from being approved twice.
const NULLIFIER_DOMAIN: &[u8] = b"DEREN/development-nullifier/v1\0";
/// How many characters an official id has at most.
const MAX_ID_CHARACTERS: usize = 64;

/// The operator's and the owner's secret: with it and the official id the hash on the chain can be made again.
pub type Salt = [u8; 16];

/// What is approved.
#[derive(Clone, Debug)]
pub struct Approval {
    /// In which zone.
    pub zone: u32,
    /// By which account a site may be registered there.
    pub owner: Address,
    /// What the connection carries, in W.
    pub max_power_w: u32,
    /// From what it may produce.
    pub sources: Vec<Source>,
    /// Names the point by hashes.
    pub point: Point,
}

/// A connection point as the chain sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    salt: Salt,
    salted: [u8; 32],
    nullifier: [u8; 32],
}

/// What the chain has approved, and what the owner needs to know of it.
#[derive(Clone, Debug, Serialize)]
pub struct Approved {
    /// The code that the owner registers the site with: the point's name on the chain.
    pub connection_point: String,
    /// To be kept by operator and owner.
    pub salt: String,
    /// The market of the zone.
    pub market: u32,
    /// The zone.
    pub zone: u32,
    /// Who may register a site there.
    pub owner: Address,
    /// With devices of at most this power.
    pub max_power_w: u32,
    /// The block in which it was approved.
    pub block: String,
}

/// Why nothing was approved.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// Nobody could find the point again by such an id.
    #[error("the official id has {0} characters; it must have 1 to {MAX_ID_CHARACTERS}")]
    OfficialId(usize),
    /// The node is away, or refuses the transaction.
    #[error("the node at {url}: {reason}")]
    Node {
        /// Its address.
        url: Url,
        /// What it said, or that it said nothing.
        reason: String,
    },
    /// The chain refused the approval.
    #[error("the chain refused it: {0}")]
    Refused(String),
}

/// The call as the chain takes it.
#[derive(EncodeAsType)]
#[encode_as_type(crate_path = "::subxt::ext::scale_encode")]
struct ApprovePoint {
    zone: u32,
    salted: [u8; 32],
    nullifier: [u8; 32],
    owner: [u8; 32],
    terms: PointTerms,
}

#[derive(EncodeAsType)]
#[encode_as_type(crate_path = "::subxt::ext::scale_encode")]
struct PointTerms {
    max_power_w: u32,
    max_register_step_mwh: u32,
    sources: u8,
}

/// The part of the event that is not known before.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "::subxt::ext::scale_decode")]
struct PointApproved {
    commitment: [u8; 32],
    market: u32,
}

impl Point {
    /// Hashes an official id with this salt; `nullifier` is the regulator's, or `None` where there is none.
    pub fn new(official_id: &str, salt: Salt, nullifier: Option<[u8; 32]>) -> Result<Self, OperatorError> {
        let id = official_id.trim().to_uppercase();
        let characters = id.chars().count();
        if !(1..=MAX_ID_CHARACTERS).contains(&characters) {
            return Err(OperatorError::OfficialId(characters));
        }
        let salted = blake2_256(&[salt.as_slice(), id.as_bytes()].concat());
        let own = || blake2_256(&[NULLIFIER_DOMAIN, id.as_bytes()].concat());
        Ok(Self { salt, salted, nullifier: nullifier.unwrap_or_else(own) })
    }
}

/// Signs the approval, sends it, and waits until it is final. Its fee is paid in EUR, as on the pages.
pub async fn approve_point(node: &Url, key: &Keypair, approval: &Approval) -> Result<Approved, OperatorError> {
    let answer = tokio::time::timeout(TIMEOUT, Box::pin(send(node, key, approval))).await;
    answer.unwrap_or_else(|_| Err(away(node, format!("the approval was not final within {} s", TIMEOUT.as_secs()))))
}

async fn send(node: &Url, key: &Keypair, approval: &Approval) -> Result<Approved, OperatorError> {
    let Approval { zone, owner, max_power_w, ref sources, point } = *approval;
    let terms =
        PointTerms { max_power_w, max_register_step_mwh: USUAL_REGISTER_STEP_MWH, sources: Sources::of(sources).0 };
    let call = ApprovePoint { zone, salted: point.salted, nullifier: point.nullifier, owner: owner.0, terms };
    let call = subxt::tx::dynamic("Registry", "approve_point", call);
    // The address was given by whoever runs this; inside a machine ws:// is what there is.
    let client = OnlineClient::<SubstrateConfig>::from_insecure_url(node.as_str()).await;
    let client = client.map_err(|error| away(node, error))?;
    let at = client.at_current_block().await.map_err(|error| away(node, error))?;
    let fee = DefaultExtrinsicParamsBuilder::<SubstrateConfig>::new().tip_of(0, EUR_ASSET_ID).build();
    let sent = at.transactions().sign_and_submit_then_watch(&call, key, fee).await;
    let block = sent.map_err(|error| away(node, error))?.wait_for_finalized().await;
    let block = block.map_err(|error| away(node, error))?;
    let events = block.wait_for_success().await.map_err(|error| refused(node, error))?;
    let approved = events
        .iter()
        .flatten()
        .find(|event| event.pallet_name() == "Registry" && event.event_name() == "PointApproved");
    let approved = approved.ok_or_else(|| away(node, "the block has no PointApproved, yet the call succeeded"))?;
    let approved: PointApproved = approved.decode_fields_unchecked_as().map_err(|error| away(node, error))?;
    // What the owner is told must be what they will find.
    if approved.commitment != point_commitment(MarketId(approved.market), &point.salted) {
        return Err(away(node, "the chain names the point by another rule than this program: update it"));
    }
    Ok(Approved {
        connection_point: Hex(approved.commitment).to_string(),
        salt: Hex(point.salt).to_string(),
        market: approved.market,
        zone,
        owner,
        max_power_w,
        block: Hex(block.block_hash()).to_string(),
    })
}

fn away(url: &Url, reason: impl ToString) -> OperatorError {
    OperatorError::Node { url: url.clone(), reason: reason.to_string() }
}

/// A pallet documents each of its errors: that says more than the error's name.
fn refused(url: &Url, error: TransactionEventsError) -> OperatorError {
    let TransactionEventsError::ExtrinsicFailed(failure) = error else { return away(url, error) };
    let DispatchError::Module(module) = &failure else { return OperatorError::Refused(failure.to_string()) };
    let name = module.details_string();
    let docs = module.details().map(|details| details.variant.docs.join(" ")).unwrap_or_default();
    OperatorError::Refused(if docs.is_empty() { name } else { format!("{docs} ({name})") })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same as in `web/src/pages/grid/points.test.ts`: an operator's page and this name a point alike.
    #[test]
    fn a_point_is_named_as_the_pages_name_it() {
        let point = Point::new(" de0001 ", [7; 16], None).expect("an id");
        assert_eq!(Hex(point.salted).to_string(), "0xa9f806565c608bd9a31c93cbcf063316273f28a64cac0717be7292a6f44ae72c");
        assert_eq!(
            Hex(point.nullifier).to_string(),
            "0x719899c5bbb35b829bfedba4b324fab9f168131cd4934c9411cba457a82eb9ea"
        );
        let regulated = Point::new("DE0001", [7; 16], Some([1; 32])).expect("an id");
        assert_eq!((regulated.salted, regulated.nullifier), (point.salted, [1; 32]));
    }

    #[test]
    fn an_id_that_is_none_is_refused() {
        for id in ["", "   ", "X".repeat(MAX_ID_CHARACTERS + 1).as_str()] {
            assert!(matches!(Point::new(id, [7; 16], None), Err(OperatorError::OfficialId(_))), "{id:?}");
        }
    }

    #[tokio::test]
    async fn a_node_that_is_away_is_named() {
        let approval = Approval {
            zone: 1,
            owner: Address([1; 32]),
            max_power_w: 11_000,
            sources: vec![Source::Solar],
            point: Point::new("DE0001", [7; 16], None).expect("an id"),
        };
        // Nothing listens on the discard port.
        let node = Url::parse("ws://127.0.0.1:9").expect("an address");
        let key = subxt_signer::sr25519::dev::alice();
        let error = approve_point(&node, &key, &approval).await.expect_err("no node");
        assert!(error.to_string().contains("ws://127.0.0.1:9"), "{error}");
    }
}

//! What hardware wallets check: a transaction signed over the digest of the metadata with which the wallet reads it.

use super::{DEV, LOCAL, Node, Result, query_with};
use codec::{Decode, Encode};
use deren_runtime::{Hash, RuntimeCall, SignedPayload, UncheckedExtrinsic, VERSION, submission};
use frame_metadata::RuntimeMetadataPrefixed;
use frame_metadata_hash_extension::CheckMetadataHash;
use jsonrpsee::{core::client::ClientT, rpc_params, ws_client::WsClient};
use merkleized_metadata::{ExtraInfo, generate_metadata_digest};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    generic::Era,
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidity},
};

/// Where the digests are kept that the Wasms are built with.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../metadata-digests.txt");

/// The digest of the metadata of the Wasm that this node runs, as a wallet computes it.
async fn digest_of(client: &WsClient) -> Result<[u8; 32]> {
    let metadata: Option<Vec<u8>> = query_with(client, "Metadata_metadata_at_version", &15u32.encode()).await?;
    let RuntimeMetadataPrefixed(_, metadata) = Decode::decode(&mut &metadata.ok_or("there is version 15")?[..])?;
    let properties: serde_json::Value = client.request("system_properties", rpc_params![]).await?;
    let info = ExtraInfo {
        spec_version: VERSION.spec_version,
        spec_name: VERSION.spec_name.to_string(),
        base58_prefix: properties["ss58Format"].as_u64().ok_or("a prefix")?.try_into()?,
        decimals: properties["tokenDecimals"].as_u64().ok_or("decimals")?.try_into()?,
        token_symbol: properties["tokenSymbol"].as_str().ok_or("a symbol")?.to_owned(),
    };
    Ok(generate_metadata_digest(&metadata, info)?.hash())
}

/// What the chain says of a transaction that is signed over this digest.
async fn verdict(client: &WsClient, digest: [u8; 32]) -> Result<TransactionValidity> {
    let genesis: String = client.request("chain_getBlockHash", rpc_params![0]).await?;
    let genesis = Hash::from_slice(&hex::decode(genesis.trim_start_matches("0x"))?);
    let call = RuntimeCall::System(frame_system::Call::remark { remark: b"signed on a device".to_vec() });
    let mut extension = submission::extension(0, Era::Immortal, 0);
    extension.9 = CheckMetadataHash::new_with_custom_hash(digest);
    let versions = (VERSION.spec_version, VERSION.transaction_version);
    let implied = ((), (), versions.0, versions.1, genesis, genesis, (), (), (), Some(digest), ());
    let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implied);
    let alice = Sr25519Keyring::Alice;
    let signature = payload.using_encoded(|bytes| alice.sign(bytes));
    let signed = UncheckedExtrinsic::new_signed(call, alice.to_account_id().into(), signature.into(), extension);
    let arguments = (TransactionSource::External, signed, genesis).encode();
    query_with(client, "TaggedTransactionQueue_validate_transaction", &arguments).await
}

#[tokio::test]
async fn each_wasm_takes_what_is_signed_over_the_digest_of_its_metadata_alone() -> Result {
    let mut digests = String::new();
    let mut verdicts = Vec::new();
    for (wasm, chain) in [("without-sudo", LOCAL), ("with-sudo", DEV)] {
        let node = Node::start_on(chain)?;
        let client = node.client().await?;
        let digest = digest_of(&client).await?;
        digests += &format!("{wasm} 0x{}\n", hex::encode(digest));
        verdicts.push((wasm, verdict(&client, digest).await?, verdict(&client, [7; 32]).await?));
    }
    deren_testing::assert_snapshot(KEPT, digests, "--workspace --test process digest");
    if deren_testing::updates_snapshots() {
        // The Wasm that ran has the old ones.
        return Ok(());
    }
    for (wasm, right, wrong) in verdicts {
        assert!(right.is_ok(), "{wasm}: {right:?}");
        assert_eq!(wrong, Err(InvalidTransaction::BadProof.into()), "{wasm}");
    }
    Ok(())
}

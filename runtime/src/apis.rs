//! What the node and the outside may ask of the runtime.
#![allow(missing_docs, reason = "the macro generates items without docs")]

use crate::{
    AccountId, Babe, Balance, Block, Executive, Grandpa, InherentDataExt, Matching, Metering, Nonce, Registry, Rewards,
    Runtime, RuntimeCall, SessionKeys, System, TransactionPayment, VERSION, Validators, configs::BABE_EPOCH, genesis,
    submission, units::EPOCH_SLOTS,
};
use alloc::vec::Vec;
use codec::Encode;
use deren_primitives::{
    ChainParameters, DeviceCursor, DeviceId, GatewayId, GatewayRecord, MarketId, ReadingBatch, ReadingOutcome,
    SampledBatch, Signature, Slot, SlotSummary,
};
use deren_runtime_apis::{MarketRegistry, SettlementProgress};
use frame_support::{traits::KeyOwnerProofSystem, weights::Weight};
use pallet_grandpa::AuthorityId as GrandpaId;
use sp_consensus_babe as babe;
use sp_consensus_grandpa as grandpa;
use sp_core::{OpaqueMetadata, crypto::KeyTypeId};
use sp_runtime::{
    ApplyExtrinsicResult, ExtrinsicInclusionMode,
    traits::{Block as BlockT, NumberFor},
    transaction_validity::{TransactionSource, TransactionValidity},
};
use sp_version::RuntimeVersion;

sp_api::impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion {
            VERSION
        }

        fn execute_block(block: <Block as BlockT>::LazyBlock) {
            Executive::execute_block(block);
        }

        fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
            Executive::initialize_block(header)
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata {
            OpaqueMetadata::new(Runtime::metadata().into())
        }

        fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
            Runtime::metadata_at_version(version)
        }

        fn metadata_versions() -> Vec<u32> {
            Runtime::metadata_versions()
        }
    }

    impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
        fn execute_view_function(
            id: frame_support::view_functions::ViewFunctionId,
            input: Vec<u8>,
        ) -> Result<Vec<u8>, frame_support::view_functions::ViewFunctionDispatchError> {
            Runtime::execute_view_function(id, input)
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
            Executive::apply_extrinsic(extrinsic)
        }

        fn finalize_block() -> <Block as BlockT>::Header {
            Executive::finalize_block()
        }

        fn inherent_extrinsics(data: sp_inherents::InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
            data.create_extrinsics()
        }

        fn check_inherents(
            block: <Block as BlockT>::LazyBlock,
            data: sp_inherents::InherentData,
        ) -> sp_inherents::CheckInherentsResult {
            data.check_extrinsics(&block)
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            source: TransactionSource,
            transaction: <Block as BlockT>::Extrinsic,
            block_hash: <Block as BlockT>::Hash,
        ) -> TransactionValidity {
            Executive::validate_transaction(source, transaction, block_hash)
        }
    }

    impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
        fn offchain_worker(header: &<Block as BlockT>::Header) {
            Executive::offchain_worker(header)
        }
    }

    impl babe::BabeApi<Block> for Runtime {
        fn configuration() -> babe::BabeConfiguration {
            let epoch = Babe::epoch_config().unwrap_or(BABE_EPOCH);
            babe::BabeConfiguration {
                slot_duration: Babe::slot_duration(),
                epoch_length: EPOCH_SLOTS,
                c: epoch.c,
                authorities: Babe::authorities().to_vec(),
                randomness: Babe::randomness(),
                allowed_slots: epoch.allowed_slots,
            }
        }

        fn current_epoch_start() -> babe::Slot {
            Babe::current_epoch_start()
        }

        fn current_epoch() -> babe::Epoch {
            Babe::current_epoch()
        }

        fn next_epoch() -> babe::Epoch {
            Babe::next_epoch()
        }

        fn generate_key_ownership_proof(
            _: babe::Slot,
            authority: babe::AuthorityId,
        ) -> Option<babe::OpaqueKeyOwnershipProof> {
            Validators::prove((babe::KEY_TYPE, authority))
                .map(|proof| proof.encode())
                .map(babe::OpaqueKeyOwnershipProof::new)
        }

        fn submit_report_equivocation_unsigned_extrinsic(
            equivocation: babe::EquivocationProof<<Block as BlockT>::Header>,
            owner: babe::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            Babe::submit_unsigned_equivocation_report(equivocation, owner.decode()?)
        }
    }

    impl grandpa::GrandpaApi<Block> for Runtime {
        fn grandpa_authorities() -> grandpa::AuthorityList {
            Grandpa::grandpa_authorities()
        }

        fn current_set_id() -> grandpa::SetId {
            pallet_grandpa::CurrentSetId::<Runtime>::get()
        }

        fn generate_key_ownership_proof(
            _: grandpa::SetId,
            authority: GrandpaId,
        ) -> Option<grandpa::OpaqueKeyOwnershipProof> {
            Validators::prove((grandpa::KEY_TYPE, authority))
                .map(|proof| proof.encode())
                .map(grandpa::OpaqueKeyOwnershipProof::new)
        }

        fn submit_report_equivocation_unsigned_extrinsic(
            equivocation: grandpa::EquivocationProof<<Block as BlockT>::Hash, NumberFor<Block>>,
            owner: grandpa::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            Grandpa::submit_unsigned_equivocation_report(equivocation, owner.decode()?)
        }
    }

    impl sp_session::SessionKeys<Block> for Runtime {
        fn generate_session_keys(owner: Vec<u8>, seed: Option<Vec<u8>>) -> sp_session::OpaqueGeneratedSessionKeys {
            SessionKeys::generate(&owner, seed).into()
        }

        fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
            SessionKeys::decode_into_raw_public_keys(&encoded)
        }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
        fn account_nonce(account: AccountId) -> Nonce {
            System::account_nonce(account)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance> for Runtime {
        fn query_info(
            transaction: <Block as BlockT>::Extrinsic,
            length: u32,
        ) -> pallet_transaction_payment_rpc_runtime_api::RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_info(transaction, length)
        }

        fn query_fee_details(
            transaction: <Block as BlockT>::Extrinsic,
            length: u32,
        ) -> pallet_transaction_payment_rpc_runtime_api::FeeDetails<Balance> {
            TransactionPayment::query_fee_details(transaction, length)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentCallApi<Block, Balance, RuntimeCall>
        for Runtime
    {
        fn query_call_info(
            call: RuntimeCall,
            length: u32,
        ) -> pallet_transaction_payment_rpc_runtime_api::RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_call_info(call, length)
        }

        fn query_call_fee_details(
            call: RuntimeCall,
            length: u32,
        ) -> pallet_transaction_payment_rpc_runtime_api::FeeDetails<Balance> {
            TransactionPayment::query_call_fee_details(call, length)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl deren_runtime_apis::GatewayApi<Block> for Runtime {
        fn parameters() -> ChainParameters {
            Metering::parameters()
        }

        fn gateway(gateway: GatewayId) -> Option<GatewayRecord> {
            Registry::gateway_record(gateway)
        }

        fn cursors(devices: Vec<DeviceId>) -> Vec<Option<DeviceCursor>> {
            Metering::cursors(devices)
        }

        fn check(batch: ReadingBatch, signature: Signature) -> Vec<ReadingOutcome> {
            Metering::check(batch, signature)
        }

        fn transaction(batch: ReadingBatch, signature: Signature) -> Vec<u8> {
            submission::transaction(batch, signature)
        }

        fn check_v2(batch: SampledBatch, signature: Signature) -> Vec<ReadingOutcome> {
            Metering::check_v2(batch, signature)
        }

        fn transaction_v2(batch: SampledBatch, signature: Signature) -> Vec<u8> {
            submission::transaction_v2(batch, signature)
        }
    }

    impl deren_runtime_apis::MarketApi<Block> for Runtime {
        fn markets() -> Vec<MarketId> {
            <Registry as MarketRegistry<AccountId>>::markets()
        }

        fn slot(market: MarketId, slot: Slot) -> Option<SlotSummary> {
            pallet_deren_matching::Summaries::<Runtime>::get(market, slot)
        }

        fn settled_through(market: MarketId) -> Slot {
            Matching::settled_through(market)
        }

        fn era(slot: Slot) -> u32 {
            Rewards::era_of(slot)
        }

        fn minted(era: u32) -> Option<u128> {
            Rewards::minted(era)
        }
    }

    impl deren_runtime_apis::InvariantsApi<Block> for Runtime {
        fn check() -> Result<(), Vec<u8>> {
            crate::invariants::check_for_anyone().map_err(Vec::from)
        }
    }

    impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
        fn build_state(json: Vec<u8>) -> sp_genesis_builder::Result {
            genesis::build_state(json)
        }

        fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
            genesis::config(id)
        }

        fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
            genesis::preset_names()
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    impl frame_benchmarking::Benchmark<Block> for Runtime {
        fn benchmark_metadata(
            extra: bool,
        ) -> (Vec<frame_benchmarking::BenchmarkList>, Vec<frame_support::traits::StorageInfo>) {
            crate::benchmarks::metadata(extra)
        }

        fn dispatch_benchmark(
            config: frame_benchmarking::BenchmarkConfig,
        ) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
            crate::benchmarks::run(&config)
        }
    }

    #[cfg(feature = "try-runtime")]
    impl frame_try_runtime::TryRuntime<Block> for Runtime {
        fn on_runtime_upgrade(checks: frame_try_runtime::UpgradeCheckSelect) -> (Weight, Weight) {
            let weight = Executive::try_runtime_upgrade(checks).unwrap_or_else(|error| panic!("the upgrade's checks fail: {error:?}"));
            (weight, crate::configs::BlockWeights::get().max_block)
        }

        fn execute_block(
            block: <Block as BlockT>::LazyBlock,
            state_root_check: bool,
            signature_check: bool,
            select: frame_try_runtime::TryStateSelect,
        ) -> Weight {
            Executive::try_execute_block(block, state_root_check, signature_check, select)
                .unwrap_or_else(|error| panic!("the block or the state after it is unsound: {error:?}"))
        }
    }
}

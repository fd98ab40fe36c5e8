//! What clients that others wrote must find in the metadata to read this chain and to sign for it.

use crate::{RuntimeCall, RuntimeEvent, TxExtension, UncheckedExtrinsic};
use scale_info::TypeInfo;
use sp_runtime::traits::{ExtrinsicMetadata, TransactionExtension};

/// Python's clients look for events in the type with this name in a crate's root.
#[test]
fn events_are_in_the_crates_root() {
    assert_eq!(RuntimeEvent::type_info().path.segments, ["deren_runtime", "RuntimeEvent"]);
}

/// Wallets sign what they know by name: an extension that names an asset they take for another one's bytes.
#[test]
fn wallets_know_every_extension_that_has_bytes() {
    let known = [
        "CheckSpecVersion",
        "CheckTxVersion",
        "CheckGenesis",
        "CheckMortality",
        "CheckNonce",
        "ChargeTransactionPayment",
        "CheckMetadataHash",
    ];
    for extension in <TxExtension as TransactionExtension<RuntimeCall>>::metadata() {
        let has_bytes = !is_empty(&extension.ty.type_info()) || !is_empty(&extension.implicit.type_info());
        assert!(!has_bytes || known.contains(&extension.identifier), "{}", extension.identifier);
    }
    assert!(UncheckedExtrinsic::VERSIONS.contains(&4), "what wallets sign has version 4");
}

/// True of a type without any field.
fn is_empty(of: &scale_info::Type) -> bool {
    match &of.type_def {
        scale_info::TypeDef::Composite(composite) => composite.fields.is_empty(),
        scale_info::TypeDef::Tuple(tuple) => tuple.fields.is_empty(),
        _ => false,
    }
}

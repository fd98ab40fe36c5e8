//! A JSON-RPC server that behaves as a node does on the wire. It makes faults that a real node cannot be told to make:
//! lost transactions, reorganisations, refusals, another genesis. Blocks are made when a test says so.

pub mod chain;
pub mod gateway;
pub mod outbox;
pub mod real;

use chain::{Batch, Chain};
use codec::{Decode, DecodeAll, Encode};
use deren_primitives::{DeviceId, GatewayId, Hex, ReadingBatch, SampledBatch, Signature, hex_digits};
use jsonrpsee::{
    PendingSubscriptionSink, RpcModule, SubscriptionMessage,
    core::{RpcResult, SubscriptionResult},
    server::{Server, ServerHandle},
    types::{ErrorObjectOwned, Params},
};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::sync::watch;

/// The server with its chain.
pub struct FakeNode {
    pub address: SocketAddr,
    context: Arc<Context>,
    handle: ServerHandle,
}

struct Context {
    chain: Mutex<Chain>,
    best: watch::Sender<u32>,
    finalised: watch::Sender<u32>,
}

impl FakeNode {
    /// A node of `chain` on a free port.
    pub async fn start(chain: Chain) -> Self {
        Self::start_at(chain, ([127, 0, 0, 1], 0).into()).await
    }

    /// A node of `chain` at this address.
    pub async fn start_at(chain: Chain, address: SocketAddr) -> Self {
        let server = loop {
            // A port that was just left may still be held for a moment.
            match Server::builder().build(address).await {
                Ok(server) => break server,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        let address = server.local_addr().expect("bound");
        let context = Arc::new(Context {
            best: watch::Sender::new(chain.best_number()),
            finalised: watch::Sender::new(chain.finalised_number()),
            chain: Mutex::new(chain),
        });
        let handle = server.start(module(context.clone()));
        Self { address, context, handle }
    }

    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    pub fn chain(&self) -> MutexGuard<'_, Chain> {
        self.context.chain.lock().expect("not poisoned")
    }

    /// Makes a block of what is in the pool, and tells subscribers.
    pub fn make_block(&self) {
        let number = {
            let mut chain = self.chain();
            chain.make_block();
            chain.best_number()
        };
        self.context.best.send_replace(number);
    }

    /// Finalises the best block, and tells subscribers.
    pub fn finalise(&self) {
        let number = {
            let mut chain = self.chain();
            chain.finalise();
            chain.finalised_number()
        };
        self.context.finalised.send_replace(number);
    }

    /// Forgets all blocks that are not final, with the transactions in them.
    pub fn reorganise(&self) {
        self.chain().reorganise();
        self.make_block();
    }

    /// Makes and finalises blocks until `condition` holds; panics if it never does.
    pub async fn run_until(&self, what: &str, condition: impl Fn(&Chain) -> bool) {
        for _ in 0..1200 {
            if condition(&self.chain()) {
                return;
            }
            self.make_block();
            self.finalise();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("in vain: {what}");
    }

    /// Cuts all connections and gives the chain back.
    pub async fn stop(self) -> Chain {
        let _ = self.handle.stop();
        self.handle.clone().stopped().await;
        self.chain().clone()
    }
}

impl Drop for FakeNode {
    fn drop(&mut self) {
        let _ = self.handle.stop();
    }
}

fn hex_of(bytes: impl AsRef<[u8]>) -> String {
    Hex(bytes).to_string()
}

fn bytes_of(text: &str) -> Vec<u8> {
    hex::decode(hex_digits(text)).expect("hexadecimal digits")
}

fn module(context: Arc<Context>) -> RpcModule<Arc<Context>> {
    let mut module = RpcModule::new(context);
    let lock = |context: &Arc<Arc<Context>>| context.chain.lock().expect("not poisoned").clone();
    module
        .register_method("chain_getBlockHash", move |params: Params<'_>, context, _| -> RpcResult<Option<String>> {
            let number: u32 = params.one()?;
            Ok(context.chain.lock().expect("not poisoned").hash(number).map(hex_of))
        })
        .expect("once");
    module
        .register_method("chain_getFinalizedHead", move |_, context: &Arc<Context>, _| -> RpcResult<String> {
            let chain = context.chain.lock().expect("not poisoned");
            let hash = chain.hash(chain.finalised_number()).expect("it is there");
            Ok(if chain.nonsense_head { "0x12".to_owned() } else { hex_of(hash) })
        })
        .expect("once");
    module
        .register_method("state_getStorage", move |_, context: &Arc<Context>, _| -> RpcResult<String> {
            Ok(hex_of(context.chain.lock().expect("not poisoned").best().time_ms.encode()))
        })
        .expect("once");
    module
        .register_method("state_call", move |params: Params<'_>, context, _| -> RpcResult<String> {
            let (function, arguments, at): (String, String, Option<String>) = params.parse()?;
            let chain = context.chain.lock().expect("not poisoned");
            let at = at.map(|hash| bytes_of(&hash));
            if chain.lacks_version_2 && function.ends_with("_v2") {
                // As a node says it.
                let text = format!("Client error: Execution failed: Other: Exported method {function} is not found");
                return Err(ErrorObjectOwned::owned(4003, text, None::<()>));
            }
            Ok(hex_of(answer(&chain, &function, &bytes_of(&arguments), at.as_deref())))
        })
        .expect("once");
    module
        .register_method("author_submitExtrinsic", move |params: Params<'_>, context, _| -> RpcResult<String> {
            let bytes: String = params.one()?;
            let result = context.chain.lock().expect("not poisoned").submit(batch_of(&bytes_of(&bytes)));
            result.map(|()| hex_of([0; 32])).map_err(|(code, text)| ErrorObjectOwned::owned(code, text, None::<()>))
        })
        .expect("once");
    let _ = lock;
    subscribe(&mut module, "chain_subscribeNewHeads", "chain_newHead", "chain_unsubscribeNewHeads", |c| &c.best);
    subscribe(
        &mut module,
        "chain_subscribeFinalizedHeads",
        "chain_finalizedHead",
        "chain_unsubscribeFinalizedHeads",
        |c| &c.finalised,
    );
    module
}

fn subscribe(
    module: &mut RpcModule<Arc<Context>>,
    begin: &'static str,
    notification: &'static str,
    end: &'static str,
    which: fn(&Context) -> &watch::Sender<u32>,
) {
    module
        .register_subscription(
            begin,
            notification,
            end,
            move |_, pending: PendingSubscriptionSink, context, _| async move {
                let sink = pending.accept().await?;
                let mut numbers = which(&context).subscribe();
                loop {
                    let number = *numbers.borrow_and_update();
                    let header = serde_json::json!({ "number": format!("{number:#x}") });
                    if sink.send(SubscriptionMessage::from_json(&header)?).await.is_err() {
                        break;
                    }
                    tokio::select! {
                        () = sink.closed() => break,
                        changed = numbers.changed() => if changed.is_err() { break },
                    }
                }
                SubscriptionResult::Ok(())
            },
        )
        .expect("once");
}

/// A batch of either version with its signature. Their bytes are of different lengths, so that they tell which it is.
fn batch_of(bytes: &[u8]) -> Batch {
    match <(ReadingBatch, Signature)>::decode_all(&mut &*bytes) {
        Ok(batch) if !batch.0.readings.is_empty() => batch.into(),
        _ => <(SampledBatch, Signature)>::decode_all(&mut &*bytes).expect("a batch").into(),
    }
}

fn answer(chain: &Chain, function: &str, mut arguments: &[u8], at: Option<&[u8]>) -> Vec<u8> {
    let block = chain.block(at);
    match function {
        "GatewayApi_parameters" => chain.parameters.encode(),
        "GatewayApi_gateway" => {
            let gateway = GatewayId::decode(&mut arguments).expect("a gateway");
            chain.record(gateway).encode()
        }
        "GatewayApi_cursors" => {
            let devices = Vec::<DeviceId>::decode(&mut arguments).expect("devices");
            devices.iter().map(|device| block.cursors.get(device).copied()).collect::<Vec<_>>().encode()
        }
        "GatewayApi_check" | "GatewayApi_check_v2" => chain.check(&batch_of(arguments)).encode(),
        "GatewayApi_transaction" | "GatewayApi_transaction_v2" => arguments.encode(),
        other => panic!("the gateway asked for {other}"),
    }
}

//! The gateway's keys, with the real program: on a token (SoftHSM), in an encrypted file, lost and replaced, and in two
//! places at once.

use crate::support::{
    FakeNode,
    chain::Chain,
    real::{Configured, Running, assert_unbroken, complaint, finals, home, json, output},
};
use deren_gateway::clock::unix_ms;
use deren_primitives::{PublicKey, Signature, SiteId, link_message, rotate_message, verify};
use serde_json::Value;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "81726354";

fn private(path: &Path, content: &str) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    hex::decode(value.as_str().unwrap().trim_start_matches("0x")).unwrap().try_into().unwrap()
}

/// A SoftHSM with one token, in a folder of its own.
struct Token {
    configuration: PathBuf,
    pin: PathBuf,
}

impl Token {
    fn new(folder: &Path) -> Self {
        let tokens = folder.join("tokens");
        fs::create_dir(&tokens).unwrap();
        let token = Self { configuration: folder.join("softhsm2.conf"), pin: folder.join("pin") };
        let text =
            format!("directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n", tokens.display());
        fs::write(&token.configuration, text).unwrap();
        private(&token.pin, &format!("{PIN}\n"));
        let made = Command::new("softhsm2-util")
            .args(["--init-token", "--free", "--label", "deren test", "--so-pin", "12345678", "--pin", PIN])
            .env("SOFTHSM2_CONF", &token.configuration)
            .output()
            .expect("softhsm2 is installed: scripts/setup.sh does it");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        token
    }

    fn key(&self, token: &str) -> String {
        let pin = self.pin.display();
        format!("key = \"pkcs11:token={token};object=gateway?module-path={MODULE}&pin-source=file:{pin}\"")
    }

    fn with(&self, mut command: Command) -> Command {
        command.env("SOFTHSM2_CONF", &self.configuration);
        command
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_on_a_token_signs_readings_links_and_its_own_successor() {
    let folder = tempfile::tempdir().unwrap();
    let (simulator, node) = (home().await, FakeNode::start(Chain::new(1, 1)).await);
    let token = Token::new(folder.path());
    let gateway = Configured::new(folder.path(), &simulator, &node, &token.key("deren%20test"));
    let (id, device) = gateway.register(&node, token.with(gateway.command(&["keys"]))).await;
    let again = json(&output(token.with(gateway.command(&["keys"]))).await);
    assert_eq!(again["gateway"], id.to_string(), "the key stays on the token");
    assert!(!folder.path().join("data/gateway.key").exists());

    let owner = format!("0x{}", "ab".repeat(32));
    let expires = unix_ms() / 1000 + 600;
    let link = ["link", "--owner", &owner, "--site", "5", "--expires", &expires.to_string()];
    let link = json(&output(token.with(gateway.command(&link))).await);
    let code: Signature = bytes(&link["code"]);
    assert!(verify(&id.0, &link_message(&node.chain().genesis(), &[0xab; 32], SiteId(5), expires), &code));

    // The node takes only what verifies.
    let _running = Running::start(token.with(gateway.command(&["run"])));
    let before = finals(&node, 3).await.len();
    let rotation = json(&output(token.with(gateway.command(&["rotate"]))).await);
    let new_key: PublicKey = bytes(&rotation["new_key"]);
    let message = rotate_message(&node.chain().genesis(), id, 1, &new_key);
    assert!(verify(&id.0, &message, &bytes(&rotation["signature"])));
    node.chain().register(new_key, 1, &[device]);
    gateway.until(&node, "the new key is in use", |status| status["key_epoch"] == 1).await;
    assert_unbroken(&finals(&node, before + 3).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_does_not_open_is_an_error_that_shows_no_pin() {
    let folder = tempfile::tempdir().unwrap();
    let (simulator, node) = (home().await, FakeNode::start(Chain::new(1, 1)).await);
    let token = Token::new(folder.path());
    let gateway = Configured::new(folder.path(), &simulator, &node, &token.key("deren%20test"));
    fs::set_permissions(&token.pin, fs::Permissions::from_mode(0o644)).unwrap();
    let said = complaint(token.with(gateway.command(&["keys"]))).await;
    assert!(said.contains("has mode 644") && said.contains("chmod 600"), "{said}");
    private(&token.pin, "11112222");
    let said = complaint(token.with(gateway.command(&["keys"]))).await;
    assert!(said.contains("the PIN in") && !said.contains("11112222"), "{said}");
    let other = Configured::new(&folder.path().join("other"), &simulator, &node, &token.key("none"));
    let said = complaint(token.with(other.command(&["keys"]))).await;
    assert!(said.contains("there is no such token"), "{said}");
    let text = fs::read_to_string(&gateway.file).unwrap().replace(MODULE, "/nowhere.so");
    fs::write(&gateway.file, text).unwrap();
    let said = complaint(token.with(gateway.command(&["keys"]))).await;
    assert!(said.contains("/nowhere.so cannot be loaded"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encrypted_key_opens_with_its_passphrase_from_systemd_or_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let (simulator, node) = (home().await, FakeNode::start(Chain::new(1, 1)).await);
    let gateway = Configured::new(folder.path(), &simulator, &node, "");
    let with = |arguments: &[&str]| {
        let mut command = gateway.command(arguments);
        command.env("DEREN_GATEWAY_KEY_PASSPHRASE", "correct horse");
        command
    };
    let (id, _) = gateway.register(&node, gateway.command(&["keys"])).await;
    let encrypted = output(with(&["keys", "encrypt"])).await;
    assert!(encrypted.status.success(), "{}", String::from_utf8_lossy(&encrypted.stderr));
    let file = fs::read_to_string(folder.path().join("data/gateway.key")).unwrap();
    assert!(file.contains("argon2id") && !file.contains("\"keys\""), "{file}");

    let said = complaint(gateway.command(&["run"])).await;
    assert!(said.contains("needs a passphrase") && said.contains("LoadCredential"), "{said}");
    let mut wrong = gateway.command(&["run"]);
    wrong.env("DEREN_GATEWAY_KEY_PASSPHRASE", "wrong horse");
    assert!(complaint(wrong).await.contains("the passphrase is wrong"));
    assert_eq!(json(&output(with(&["keys"])).await)["gateway"], id.to_string());

    let credentials = folder.path().join("credentials");
    fs::create_dir(&credentials).unwrap();
    private(&credentials.join("key-passphrase"), "correct horse\n");
    // As systemd 255 shows it, which names the reader in an access control list.
    fs::set_permissions(credentials.join("key-passphrase"), fs::Permissions::from_mode(0o440)).unwrap();
    let mut command = gateway.command(&["run"]);
    command.env("CREDENTIALS_DIRECTORY", &credentials);
    let _running = Running::start(command);
    assert_unbroken(&finals(&node, 2).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_key_is_replaced_by_the_owner_and_the_readings_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let (simulator, node) = (home().await, FakeNode::start(Chain::new(1, 1)).await);
    let gateway = Configured::new(folder.path(), &simulator, &node, "");
    let (id, device) = gateway.register(&node, gateway.command(&["keys"])).await;
    let before = {
        let _running = Running::start(gateway.command(&["run"]));
        finals(&node, 2).await.len()
    };
    fs::remove_file(folder.path().join("data/gateway.key")).unwrap();
    let said = complaint(gateway.command(&["run"])).await;
    assert!(said.contains("keys replace"), "{said}");
    let replaced = json(&output(gateway.command(&["keys", "replace"])).await);
    let new_key: PublicKey = bytes(&replaced["new_key"]);
    assert_eq!((&replaced["new_key_epoch"], replaced["gateway"].as_str().unwrap()), (&1.into(), &*id.to_string()));
    let message = rotate_message(&node.chain().genesis(), id, 1, &new_key);
    assert!(verify(&new_key, &message, &bytes(&replaced["code"])), "what the registry asks of a replacement");
    // Until the owner has put it on the chain nothing is submitted.
    let _running = Running::start(gateway.command(&["run"]));
    gateway.until(&node, "it waits", |status| status["troubles"].to_string().contains("knows another key")).await;
    assert_eq!(node.chain().final_readings().len(), before);
    node.chain().register(new_key, 1, &[device]);
    assert_unbroken(&finals(&node, before + 3).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_gateway_with_a_copy_of_the_key_does_not_start_on_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let (simulator, node) = (home().await, FakeNode::start(Chain::new(1, 1)).await);
    let first = Configured::new(&folder.path().join("first"), &simulator, &node, "");
    let second = Configured::new(&folder.path().join("second"), &simulator, &node, "");
    first.register(&node, first.command(&["keys"])).await;
    fs::create_dir(folder.path().join("second/data")).unwrap();
    for file in ["gateway.key", "identity.json"] {
        fs::copy(folder.path().join("first/data").join(file), folder.path().join("second/data").join(file)).unwrap();
    }
    let running = Running::start(first.command(&["run"]));
    finals(&node, 2).await;
    let said = complaint(second.command(&["run"])).await;
    assert!(said.contains("runs already (this machine)"), "{said}");
    drop(running);
    // The kernel gave the name back.
    let _running = Running::start(second.command(&["run"]));
    second.until(&node, "it runs now", |status| status["gateway"].is_string()).await;
}

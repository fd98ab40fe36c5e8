//! `deren-gateway`: the commands. What they print is for other programs: JSON on stdout, everything else on stderr.

mod commands;

use clap::{Args, Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};

#[derive(Parser)]
#[command(version, about = "Reads a site's meters and brings signed readings of them to the chain")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Config {
    /// The configuration, a TOML file
    #[arg(long, env = "DEREN_GATEWAY_CONFIG", value_name = "FILE")]
    config: PathBuf,
}

#[derive(Args)]
struct TemplatesFolder {
    /// Folder with device templates of your own, as the configuration's `templates_folder`
    #[arg(long, env = "DEREN_GATEWAY_TEMPLATES_FOLDER", value_name = "FOLDER")]
    templates_folder: Option<PathBuf>,
}

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
struct KeysArgs {
    #[command(subcommand)]
    command: Option<KeysCommand>,
    #[command(flatten)]
    config: Option<Config>,
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Encrypt the key file; the passphrase comes from DEREN_GATEWAY_KEY_PASSPHRASE, from systemd, or from the file
    /// that the key's URI names
    Encrypt(Config),
    /// Make a new key in place of one that is lost, and print what the owner puts on the chain
    Replace {
        #[command(flatten)]
        config: Config,
        /// The gateway's id, if its data folder does not know it any more
        #[arg(long, value_name = "0x…")]
        gateway: Option<deren_primitives::GatewayId>,
    },
}

#[derive(Subcommand)]
enum Command {
    /// Read the devices, sign their readings and send them to the chain until told to end
    Run(Config),
    /// Print the gateway's public key and its devices' ids as one JSON line; makes the key if there is none
    Keys(KeysArgs),
    /// Print the code with which an owner links this gateway to a site
    Link {
        #[command(flatten)]
        config: Config,
        /// The owner's account: 0x and 64 hexadecimal digits
        #[arg(long, value_name = "0x…")]
        owner: String,
        /// The site's number
        #[arg(long)]
        site: u32,
        /// When the code expires, in seconds since 1970
        #[arg(long, value_name = "UNIX")]
        expires: u64,
    },
    /// Make the gateway's next key, and print what its owner puts on the chain; the present key signs until then
    Rotate(Config),
    /// Read one device once, and print what it shows as one JSON line
    Read {
        /// Such as sunspec+tcp://192.168.1.20:502?unit=1
        uri: String,
        #[command(flatten)]
        templates: TemplatesFolder,
    },
    /// Look for devices, and print each as one JSON line; nothing is written to them
    Discover {
        /// A host, host:port, http://host, a network such as 192.168.1.0/24, `local`, `serial`, /dev/ttyUSB0, `mdns`,
        /// `brokers` or mqtt://broker; without one, all of these that this machine has
        target: Option<String>,
        #[command(flatten)]
        templates: TemplatesFolder,
    },
    /// Write the signed readings of a time as a file that anyone can check
    Export {
        #[command(flatten)]
        config: Config,
        /// The first second: a time such as 2026-11-21T15:00:00Z, or seconds since 1970
        #[arg(long, value_name = "TIME")]
        from: String,
        /// The second after the last one
        #[arg(long, value_name = "TIME")]
        to: String,
        /// The file, which is checked before it gets this name. Without it the readings go to standard output
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Check a file of exported readings: signatures, numbers, chain of hashes, registers
    Verify {
        /// The file that `export` wrote
        file: PathBuf,
        /// A key that you know to be the gateway's, as the chain names it: its epoch, `:`, 0x and 64 digits
        #[arg(long = "key", value_name = "EPOCH:0x…")]
        keys: Vec<String>,
    },
    /// Print what the running gateway says of itself, as JSON
    Status(Config),
    /// Device templates: list those that there are, check a file of your own, try it on a device
    #[command(subcommand)]
    Template(commands::template::Template),
    /// Say what is wrong with a configuration, and which devices do not answer
    Check {
        #[command(flatten)]
        config: Config,
        /// Do not try the devices
        #[arg(long)]
        offline: bool,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // One thread runs everything; the disk has a few of its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(4).build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(dispatch(cli.command)),
        Err(error) => Err(anyhow::anyhow!("the system gives no event loop: {error}")),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("deren-gateway: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(Config { config }) => commands::run::run(&config).await,
        Command::Keys(KeysArgs { command, config }) => match (command, config) {
            (Some(KeysCommand::Encrypt(Config { config })), _) => commands::keys::encrypt(&config),
            (Some(KeysCommand::Replace { config, gateway }), _) => {
                commands::keys::replace(&config.config, gateway).await
            }
            (None, Some(Config { config })) => commands::keys::keys(&config).await,
            (None, None) => Err(anyhow::anyhow!("--config FILE is missing")),
        },
        Command::Link { config, owner, site, expires } => {
            commands::link::link(&config.config, &owner, site, expires).await
        }
        Command::Rotate(Config { config }) => commands::link::rotate(&config).await,
        Command::Read { uri, templates } => commands::read::read(&uri, templates.templates_folder.as_deref()).await,
        Command::Discover { target, templates } => {
            commands::read::discover(target.as_deref(), templates.templates_folder.as_deref()).await
        }
        Command::Export { config, from, to, output } => {
            commands::export::export(&config.config, &from, &to, output.as_deref())
        }
        Command::Verify { file, keys } => commands::verify::verify(&file, &keys),
        Command::Status(Config { config }) => commands::status::status(&config).await,
        Command::Template(command) => commands::template::run(command).await,
        Command::Check { config, offline } => commands::check::check(&config.config, offline).await,
    }
}

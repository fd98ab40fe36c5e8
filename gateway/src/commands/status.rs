//! `status`: what the running gateway says of itself.

use deren_gateway::{page, settings::Settings};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    process::ExitCode,
};

pub(crate) async fn status(config: &Path) -> anyhow::Result<ExitCode> {
    let listen = Settings::load(config)?.page_listen;
    let ip = if listen.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { listen.ip() };
    let body = page::ask(SocketAddr::new(ip, listen.port()), "/api/status").await?;
    println!("{}", body.trim_end());
    Ok(ExitCode::SUCCESS)
}

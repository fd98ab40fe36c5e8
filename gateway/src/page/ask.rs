//! Asks a running gateway's page, as `deren-gateway status` does. It speaks just enough HTTP for that.

use crate::error::GatewayError;
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(5);
const MAX_ANSWER_BYTES: u64 = 4 * 1024 * 1024;

/// The body at `path` of the page at `address`.
///
/// # Errors
/// [`GatewayError::Page`] if nobody answers there in time, or with anything but success.
pub async fn ask(address: SocketAddr, path: &str) -> Result<String, GatewayError> {
    let failed = |reason: String| GatewayError::Page { address: address.to_string(), reason };
    let answer = timeout(PATIENCE, request(address, path))
        .await
        .map_err(|_| failed("no answer in time".to_owned()))?
        .map_err(|error| failed(format!("{error}; is the gateway running?")))?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| failed("the answer is not HTTP".to_owned()))?;
    match head.split_whitespace().nth(1) {
        Some("200") => Ok(body.to_owned()),
        code => Err(failed(format!("it answered {}", code.unwrap_or("nothing")))),
    }
}

async fn request(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    // HTTP/1.0: the body is whole, and the connection ends with it.
    let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

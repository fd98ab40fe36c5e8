//! A device that shows JSON documents over HTTP, by its template. It answers a GET, and nothing else.

use crate::{clients, device::Device, unit::readout};
use deren_meters::template::payload::MqttTemplate;
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// Largest request that is read, bytes.
const MOST_BYTES: usize = 4_096;
/// How long a client may take to ask.
const PATIENCE: Duration = Duration::from_secs(5);

/// A device and its documents.
#[derive(Debug)]
pub struct HttpServer {
    /// The device.
    pub device: Device,
    /// What its documents look like.
    pub template: MqttTemplate,
}

impl HttpServer {
    /// Serves until the listener breaks.
    ///
    /// # Errors
    /// What the operating system says.
    pub async fn serve(self, listener: TcpListener) -> io::Result<()> {
        let server = Arc::new(self);
        clients::serve(listener, |client| {
            let server = server.clone();
            async move {
                // A client that goes away before its answer is none of the device's business.
                let _ = timeout(PATIENCE, server.answer(client)).await;
            }
        })
        .await
    }

    async fn answer(&self, mut client: TcpStream) -> io::Result<()> {
        let mut request = Vec::new();
        let mut chunk = [0; 512];
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            let count = client.read(&mut chunk).await?;
            request.extend(chunk.iter().take(count));
            if count == 0 || request.len() > MOST_BYTES {
                return Ok(());
            }
        }
        let text = String::from_utf8_lossy(&request);
        let mut words = text.split(' ');
        let document = match (words.next(), words.next()) {
            (Some("GET"), Some(path)) => self.document(path).await,
            _ => None,
        };
        let (status, body) = document.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        client.write_all(&[head.as_bytes(), &body].concat()).await?;
        client.shutdown().await
    }

    /// What it shows now at that path.
    async fn document(&self, path: &str) -> Option<Vec<u8>> {
        let moment = self.device.home().now().await;
        let readout = readout(&self.device, &self.device.shown(&moment));
        self.template.encode(&readout, "").into_iter().find(|(at, _)| at == path).map(|(_, document)| document)
    }
}

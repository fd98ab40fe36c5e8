//! One GET over HTTP/1.1, for devices that have a small web server. No redirects, no more than asked for.

use super::{Access, Wire};
use crate::{MeterError, Unreached};
use std::{str, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout_at},
};

/// Largest answer that is taken, head and body, bytes.
const MAX_BYTES: usize = 32 * 1_024;
const MAX_HEADERS: usize = 32;

/// Where a web server is.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// Name or address, without brackets.
    pub(crate) host: String,
    /// TCP port.
    pub(crate) port: u16,
    /// `host:port`, as errors and the request name it.
    pub(crate) endpoint: String,
    /// How it is known, and who we are there, if it is asked over HTTPS.
    access: Option<Access>,
}

/// An answer that is complete.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    body: Vec<u8>,
}

/// How much of an answer is there.
enum Progress {
    More,
    Done(Answer),
}

impl Server {
    /// A server over HTTP, or over HTTPS if there is a way to know it.
    pub(crate) fn new(host: &str, port: u16, access: Option<Access>) -> Self {
        let host = host.to_owned();
        let endpoint = Wire::Tcp { host: host.clone(), port }.to_string();
        Self { host, port, endpoint, access }
    }

    /// Its address, with the scheme.
    pub(crate) fn url(&self) -> String {
        format!("{}://{}", if self.access.is_some() { "https" } else { "http" }, self.endpoint)
    }

    /// The body of `path`, asked for over a connection of its own, in at most `limit`.
    ///
    /// # Errors [`MeterError::Unreachable`], [`MeterError::Timeout`] and [`MeterError::Disconnected`].
    /// [`MeterError::BadReply`] if the answer is no success, too long, or no HTTP, or if the server has another
    /// certificate. [`MeterError::File`] if there is no token to ask with.
    pub(crate) async fn get(&self, path: &str, limit: Duration) -> Result<Vec<u8>, MeterError> {
        let deadline = Instant::now() + limit;
        let unreachable = |reason: Unreached| MeterError::Unreachable { endpoint: self.endpoint.clone(), reason };
        let stream = timeout_at(deadline, TcpStream::connect((self.host.as_str(), self.port)))
            .await
            .map_err(|_| unreachable(Unreached::silent(limit)))?
            .map_err(|error| unreachable(error.into()))?;
        let answer = timeout_at(deadline, self.ask(stream, path)).await.map_err(|_| MeterError::Timeout {
            endpoint: self.endpoint.clone(),
            what: format!("GET {path}"),
            timeout_ms: u32::try_from(limit.as_millis()).unwrap_or(u32::MAX),
        })??;
        let refused = |reason: &str| self.bad(path, format!("status {}{reason}", answer.status));
        match answer.status {
            200 => Ok(answer.body),
            401 | 403 if self.access.is_some() => Err(refused("; is its token there, and still valid?")),
            401 | 403 => Err(refused("; switch the local API on in the app of the device")),
            404 => Err(refused("; is it the right device, and does it count energy?")),
            _ => Err(refused("")),
        }
    }

    fn bad(&self, path: &str, reason: String) -> MeterError {
        MeterError::BadReply { endpoint: self.endpoint.clone(), what: format!("GET {path}"), reason }
    }

    async fn ask(&self, stream: TcpStream, path: &str) -> Result<Answer, MeterError> {
        let Some(access) = &self.access else { return self.talk(stream, path, "").await };
        let stream = access.encrypted(&self.host, stream).await.map_err(|reason| self.bad(path, reason))?;
        self.talk(stream, path, &access.authorization()?).await
    }

    /// Asks and listens. `who` is the line of the request that says who we are.
    async fn talk(
        &self,
        mut stream: impl AsyncRead + AsyncWrite + Unpin,
        path: &str,
        who: &str,
    ) -> Result<Answer, MeterError> {
        let lost = |reason: String| MeterError::Disconnected { endpoint: self.endpoint.clone(), reason };
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept: application/json\r\n{who}Connection: close\r\n\r\n",
            self.endpoint
        );
        stream.write_all(request.as_bytes()).await.map_err(|error| lost(error.to_string()))?;
        let mut bytes = Vec::new();
        let mut chunk = [0; 2_048];
        loop {
            let count = stream.read(&mut chunk).await.map_err(|error| lost(error.to_string()))?;
            bytes.extend(chunk.iter().take(count));
            let bad = |reason: String| self.bad(path, reason);
            match progress(&bytes, count == 0).map_err(bad)? {
                Progress::Done(answer) => return Ok(answer),
                Progress::More if count == 0 => return Err(lost(format!("it ended after {} bytes", bytes.len()))),
                Progress::More if bytes.len() >= MAX_BYTES => {
                    return Err(bad(format!("it is longer than {MAX_BYTES} bytes")));
                }
                Progress::More => {}
            }
        }
    }
}

/// Any bytes as an answer, which may come in two pieces.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn answer(bytes: &[u8]) {
    let _ = progress(bytes, false).is_ok();
    let _ = progress(bytes, true).is_ok();
}

/// What there is of an answer. `ended` says that nothing more will come.
fn progress(bytes: &[u8], ended: bool) -> Result<Progress, String> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    let length = match head.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(Progress::More),
        Err(error) => return Err(format!("no HTTP ({error})")),
    };
    let status = head.code.unwrap_or_default();
    let body = bytes.get(length..).unwrap_or_default();
    let value = |name: &str| {
        let header = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        str::from_utf8(header.value).ok().map(str::trim)
    };
    let done = |body: Vec<u8>| Ok(Progress::Done(Answer { status, body }));
    if value("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        return match unchunked(body)? {
            Some(body) => done(body),
            None => Ok(Progress::More),
        };
    }
    match value("content-length") {
        Some(text) => {
            let wanted: usize = text.parse().map_err(|_| format!("its length is `{text}`"))?;
            if wanted > MAX_BYTES {
                return Err(format!("it is longer than {MAX_BYTES} bytes"));
            }
            match body.get(..wanted) {
                Some(body) => done(body.to_vec()),
                None => Ok(Progress::More),
            }
        }
        None if ended => done(body.to_vec()),
        None => Ok(Progress::More),
    }
}

/// A body in chunks, put together; `None` while its last one is not there.
fn unchunked(mut body: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let mut whole = Vec::new();
    loop {
        let (begin, size) = match httparse::parse_chunk_size(body) {
            Ok(httparse::Status::Complete(chunk)) => chunk,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(_) => return Err("a chunk has no size".into()),
        };
        let size = usize::try_from(size).ok().filter(|size| *size <= MAX_BYTES).ok_or("a chunk is too long")?;
        if size == 0 {
            return Ok(Some(whole));
        }
        let Some(chunk) = body.get(begin..begin + size) else { return Ok(None) };
        whole.extend(chunk);
        // After each chunk there is an end of line.
        let Some(rest) = body.get(begin + size + 2..) else { return Ok(None) };
        body = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str, ended: bool) -> Result<Option<(u16, String)>, String> {
        Ok(match progress(text.as_bytes(), ended)? {
            Progress::Done(answer) => Some((answer.status, String::from_utf8_lossy(&answer.body).into_owned())),
            Progress::More => None,
        })
    }

    #[test]
    fn answers_of_a_length_in_chunks_and_to_the_end_are_read() {
        let body = Ok(Some((200, "{\"a\":1}".to_owned())));
        assert_eq!(read("HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}more", false), body);
        assert_eq!(
            read(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\n\r\n",
                false
            ),
            body
        );
        assert_eq!(read("HTTP/1.0 200 OK\r\n\r\n{\"a\":1}", true), body);
        assert_eq!(read("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", false), Ok(Some((403, String::new()))));
    }

    #[test]
    fn a_part_of_an_answer_is_waited_on_and_what_is_none_refused() {
        let whole = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n";
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length], false), Ok(None), "{length} bytes");
        }
        for bad in [
            "SSH-2.0-OpenSSH_9.2\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFF\r\n",
        ] {
            assert!(read(bad, false).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_or_not(bytes: Vec<u8>, chunked: bool, ended: bool) {
            let head: &[u8] = if chunked { b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" } else { b"HTTP/1.1 200 OK\r\n" };
            let _ = progress(&[head, &bytes].concat(), ended);
            let _ = progress(&bytes, ended);
        }
    }
}

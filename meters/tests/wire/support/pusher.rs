//! Somebody who pushes bytes without being asked, over TCP or into a pseudo terminal. That is a serial port as far as
//! driver and operating system are concerned.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::OpenOptionsExt,
    time::Duration,
};
use tokio::{io::AsyncWriteExt, net::TcpListener, sync::watch, task::JoinHandle, time::sleep};
use tokio_serial::{SerialPort, SerialStream};

/// Not to become the terminal that controls this process, by Linux's number.
const O_NOCTTY: i32 = 0o400;
/// Between two rounds of the same pieces.
const PAUSE: Duration = Duration::from_millis(30);

/// A pseudo terminal: its far end, the path of the near one, and what keeps the line up when a driver closes its port.
pub fn serial_line() -> (SerialStream, String, File) {
    let (master, mut slave) = SerialStream::pair().expect("a pseudo terminal");
    slave.set_exclusive(false).expect("shared");
    let path = slave.name().expect("a path");
    let held = OpenOptions::new().read(true).write(true).custom_flags(O_NOCTTY).open(&path).expect("opened");
    (master, path, held)
}

/// Pushes the same pieces again and again, each in a write of its own, until they are changed.
pub struct Pusher {
    pieces: watch::Sender<Vec<Vec<u8>>>,
    task: JoinHandle<()>,
    // Keeps a serial line up when the driver closes its port.
    _held: Option<File>,
    /// `host:port`, or the serial port's path.
    pub place: String,
}

impl Pusher {
    /// Serves one client at a time on a port of its own.
    pub async fn tcp(pieces: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Self::on(listener, pieces)
    }

    /// The same on that listener.
    pub fn on(listener: TcpListener, pieces: Vec<Vec<u8>>) -> Self {
        let place = listener.local_addr().expect("an address").to_string();
        let (pieces, mut changed) = watch::channel(pieces);
        let task = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                push(&mut client, &mut changed).await;
            }
        });
        Self { pieces, task, _held: None, place }
    }

    /// Into a serial line.
    pub fn serial(pieces: Vec<Vec<u8>>) -> Self {
        let (mut master, place, held) = serial_line();
        let (pieces, mut changed) = watch::channel(pieces);
        let task = tokio::spawn(async move { push(&mut master, &mut changed).await });
        Self { pieces, task, _held: Some(held), place }
    }

    /// The same of a meter with that speed: to whom listens at another one, it is noise. A pseudo terminal has no
    /// parity.
    pub fn serial_at(baud: u32, pieces: Vec<Vec<u8>>) -> Self {
        let (mut master, place, held) = serial_line();
        let (pieces, changed) = watch::channel(pieces);
        let task = tokio::spawn(async move {
            loop {
                let round = changed.borrow().clone();
                // What the other side has set.
                let fits = master.baud_rate().is_ok_and(|set| set == baud);
                for mut piece in round {
                    if !fits {
                        piece.iter_mut().for_each(|byte| *byte |= 0x80);
                    }
                    if master.write_all(&piece).await.is_err() {
                        return;
                    }
                }
                sleep(PAUSE).await;
            }
        });
        Self { pieces, task, _held: Some(held), place }
    }

    /// Pushes these from now on.
    pub fn change(&self, pieces: Vec<Vec<u8>>) {
        self.pieces.send_replace(pieces);
    }
}

async fn push(to: &mut (impl tokio::io::AsyncWrite + Unpin), pieces: &mut watch::Receiver<Vec<Vec<u8>>>) {
    loop {
        let round = pieces.borrow_and_update().clone();
        for piece in round {
            if to.write_all(&piece).await.is_err() || to.flush().await.is_err() {
                return;
            }
            sleep(Duration::from_millis(1)).await;
        }
        sleep(PAUSE).await;
    }
}

impl Drop for Pusher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

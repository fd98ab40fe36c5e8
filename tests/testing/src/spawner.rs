//! Starts servers from one thread that lives as long as we do. Linux ends a child with the *thread* that started it,
//! and a test's thread ends before what the test shares with others.

use std::{
    io,
    process::{Child, Command},
    sync::{LazyLock, Mutex, PoisonError, mpsc},
    thread,
};

type Order = (Command, mpsc::SyncSender<io::Result<Child>>);

static ORDERS: LazyLock<Mutex<Option<mpsc::SyncSender<Order>>>> = LazyLock::new(|| {
    let (sender, orders) = mpsc::sync_channel::<Order>(4);
    let worker = thread::Builder::new().name("postgres starter".into()).spawn(move || {
        while let Ok((mut command, done)) = orders.recv() {
            let _ = done.send(command.spawn());
        }
    });
    Mutex::new(worker.is_ok().then_some(sender))
});

/// As [`Command::spawn`].
pub(crate) fn spawn(command: Command) -> io::Result<Child> {
    let sender = ORDERS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let (done, result) = mpsc::sync_channel(1);
    let sent = sender.is_some_and(|sender| sender.send((command, done)).is_ok());
    match result.recv() {
        Ok(child) if sent => child,
        _ => Err(io::Error::other("there is no thread to start it from")),
    }
}

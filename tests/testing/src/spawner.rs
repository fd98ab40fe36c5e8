//! Starts programs from one thread that lives as long as we do. Linux ends a child with the *thread* that started it,
//! and the threads of a test or of a runtime come and go.

use std::{
    io,
    process::{Child, Command},
    sync::{LazyLock, mpsc},
    thread,
};

type Job = (Command, mpsc::SyncSender<io::Result<Child>>);

static SPAWNER: LazyLock<io::Result<mpsc::SyncSender<Job>>> = LazyLock::new(|| {
    let (jobs, queue) = mpsc::sync_channel::<Job>(16);
    thread::Builder::new().name("spawner".into()).spawn(move || {
        for (mut command, reply) in queue {
            let _ = reply.send(command.spawn());
        }
    })?;
    Ok(jobs)
});

/// As [`Command::spawn`], from that thread.
pub fn spawn(command: Command) -> io::Result<Child> {
    let gone = || io::Error::other("the thread that starts programs has ended");
    let jobs = SPAWNER.as_ref().map_err(|error| io::Error::new(error.kind(), error.to_string()))?;
    let (reply, answer) = mpsc::sync_channel(1);
    jobs.send((command, reply)).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())?
}

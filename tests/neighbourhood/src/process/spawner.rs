//! Starts programs so that the kernel ends them with us.
//!
//! Linux kills a child when the *thread* that started it ends, and a runtime's threads come and go. So one thread,
//! which lives as long as we do, starts them all.

use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal};
use std::{
    io,
    os::unix::process::CommandExt,
    process::{Child, Command},
    sync::{LazyLock, mpsc},
    thread,
};

type Job = (Command, mpsc::SyncSender<io::Result<Child>>);

static SPAWNER: LazyLock<io::Result<mpsc::SyncSender<Job>>> = LazyLock::new(|| {
    let (jobs, queue) = mpsc::sync_channel::<Job>(16);
    thread::Builder::new().name("spawner".into()).spawn(move || {
        for (command, reply) in queue {
            let _ = reply.send(start(command));
        }
    })?;
    Ok(jobs)
});

/// Starts the command in a process group of its own.
pub fn spawn(command: Command) -> io::Result<Child> {
    let gone = || io::Error::other("the thread that starts programs has ended");
    let jobs = SPAWNER.as_ref().map_err(|error| io::Error::new(error.kind(), error.to_string()))?;
    let (reply, answer) = mpsc::sync_channel(1);
    jobs.send((command, reply)).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())?
}

#[expect(unsafe_code, reason = "the parent-death signal can only be set between fork and exec")]
fn start(mut command: Command) -> io::Result<Child> {
    let us = getpid();
    command.process_group(0);
    // SAFETY: the closure makes two system calls and allocates nothing, which is allowed after a fork.
    unsafe {
        command.pre_exec(move || {
            set_parent_process_death_signal(Some(Signal::KILL))?;
            // If we ended before the call above, nobody will send the signal.
            if getppid() == Some(us) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
        });
    }
    command.spawn()
}

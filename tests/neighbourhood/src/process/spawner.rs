//! Starts programs so that the kernel ends them with us.

use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal};
use std::{
    io,
    os::unix::process::CommandExt,
    process::{Child, Command},
};

/// Starts the command in a process group of its own.
#[expect(unsafe_code, reason = "the parent-death signal can only be set between fork and exec")]
pub fn spawn(mut command: Command) -> io::Result<Child> {
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
    deren_testing::spawn(command)
}

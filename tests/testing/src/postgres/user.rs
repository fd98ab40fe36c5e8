//! As whom PostgreSQL runs: as ourselves, or under root as another user that exists.

use super::{PostgresError, Result};
use std::{fs, io, os::unix::fs::chown, path::Path, process::Command};

const CANDIDATES: [&str; 2] = ["postgres", "nobody"];

/// Who runs the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum User {
    /// We ourselves.
    Us,
    /// Another user, because we are root.
    Other { uid: u32, gid: u32 },
}

impl User {
    pub(crate) fn choose() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Us);
        }
        let passwd = fs::read_to_string("/etc/passwd").map_err(PostgresError::file("/etc/passwd"))?;
        CANDIDATES.iter().find_map(|name| find(&passwd, name)).ok_or(PostgresError::NoUser)
    }

    /// The program as this user; it is killed when `dies_with_us` and the thread that started it ends.
    pub(crate) fn command(self, program: &Path, dies_with_us: bool) -> Command {
        let mut command = Command::new("setpriv");
        if let Self::Other { uid, gid } = self {
            command.arg(format!("--reuid={uid}")).arg(format!("--regid={gid}")).arg("--clear-groups");
        }
        if dies_with_us {
            command.arg("--pdeathsig=KILL");
        } else if self == Self::Us {
            return Command::new(program);
        }
        command.arg("--").arg(program);
        command
    }

    /// Gives the user a file or folder of ours.
    pub(crate) fn own(self, path: &Path) -> io::Result<()> {
        match self {
            Self::Us => Ok(()),
            Self::Other { uid, gid } => chown(path, Some(uid), Some(gid)),
        }
    }
}

/// The user of this name in a text like `/etc/passwd`, unless it is root by another name.
fn find(passwd: &str, name: &str) -> Option<User> {
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    let (uid, gid) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    (uid != 0).then_some(User::Other { uid, gid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let passwd = "root:x:0:0::/root:/bin/sh\npostgres2:x:7:7::/:\npostgres:x:101:104::/:\nnobody:x:0:0::/:\n";
        assert_eq!(find(passwd, "postgres"), Some(User::Other { uid: 101, gid: 104 }));
        assert_eq!(find(passwd, "nobody"), None, "root by another name");
        assert_eq!(find("broken line\n", "postgres"), None);
    }

    #[test]
    fn as_another_user_a_program_loses_its_groups() {
        let command = User::Other { uid: 101, gid: 104 }.command(Path::new("/bin/true"), true);
        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect();
        assert_eq!(arguments, ["--reuid=101", "--regid=104", "--clear-groups", "--pdeathsig=KILL", "--", "/bin/true"]);
    }
}

//! Small files that must be whole or not there: written beside, flushed to disk, then renamed. Private ones are never
//! readable by others, not even for a moment. What root writes belongs to whoever has the folder. So a command typed
//! with `sudo` does not lock the gateway out of its own data.

use crate::error::GatewayError;
use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    path::Path,
};

const ROOT: u32 = 0;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone: mode 0600.
    Owner,
    /// Everyone: mode 0644.
    Everyone,
}

/// Makes `folder` with all its parents, for its owner alone where it is new.
///
/// # Errors
/// [`GatewayError::File`] if it cannot be made.
pub fn make_folder(folder: &Path) -> Result<(), GatewayError> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)
        .and_then(|()| fs::set_permissions(folder, Permissions::from_mode(0o700)))
        .map_err(|error| GatewayError::disk(folder, &error))
}

/// Replaces `path` with `content` in one step that survives a loss of power.
///
/// # Errors
/// [`GatewayError::File`] if the file, or one beside it, cannot be written; then `path` is what it was.
pub fn replace(path: &Path, content: &[u8], readers: Readers) -> Result<(), GatewayError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(folder)?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::Everyone => 0o644,
    };
    let write = || {
        match fs::remove_file(beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(beside)?;
        give_to_owner(&file, folder)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(beside, path)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|error| GatewayError::disk(path, &error))
}

fn give_to_owner(file: &File, folder: &Path) -> io::Result<()> {
    let (is, should) = (file.metadata()?, fs::metadata(folder)?);
    if is.uid() != ROOT || should.uid() == ROOT {
        return Ok(());
    }
    fchown(file, Some(should.uid()), Some(should.gid()))
}

/// What `path` holds, or nothing if there is no such file.
///
/// # Errors
/// [`GatewayError::File`] if it is there and cannot be read.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, GatewayError> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(GatewayError::disk(path, &error)),
    }
}

/// As [`read`], and refuses a file that others may read.
///
/// # Errors
/// [`GatewayError::SecretsExposed`], or as [`read`].
pub fn read_private(path: &Path) -> Result<Option<Vec<u8>>, GatewayError> {
    let Some(content) = read(path)? else {
        return Ok(None);
    };
    let mode = fs::metadata(path).map_err(|error| GatewayError::disk(path, &error))?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(GatewayError::SecretsExposed { path: path.display().to_string(), mode });
    }
    Ok(Some(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_file_is_its_owners_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/secret");
        replace(&path, b"one", Readers::Owner).expect("written");
        replace(&path, b"two", Readers::Owner).expect("written again");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert_eq!(read_private(&path).expect("private"), Some(b"two".to_vec()));
    }

    #[test]
    fn what_root_writes_belongs_to_the_folders_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let (somebody, path) = (65_534, folder.path().join("state"));
        if fs::metadata(folder.path()).expect("there").uid() != ROOT {
            println!("SKIPPED: only root can give a file away");
            return;
        }
        std::os::unix::fs::chown(folder.path(), Some(somebody), Some(somebody)).expect("given away");
        replace(&path, b"whole", Readers::Owner).expect("written");
        let metadata = fs::metadata(&path).expect("there");
        assert_eq!((metadata.uid(), metadata.gid(), metadata.mode() & 0o777), (somebody, somebody, 0o600));
    }

    #[test]
    fn a_private_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        for mode in [0o640, 0o604, 0o620] {
            replace(&path, b"x", Readers::Owner).expect("written");
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("set");
            let error = read_private(&path).expect_err("exposed").to_string();
            assert!(error.contains("chmod 600") && error.contains(&format!("{mode:03o}")), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_no_error() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(read(&folder.path().join("none")).expect("fine"), None);
        assert!(read(folder.path()).is_err());
    }

    #[test]
    fn what_a_crash_left_beside_is_no_hindrance() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state");
        fs::write(folder.path().join("state.new"), b"half").expect("written");
        replace(&path, b"whole", Readers::Everyone).expect("written");
        assert_eq!(read(&path).expect("there"), Some(b"whole".to_vec()));
    }
}

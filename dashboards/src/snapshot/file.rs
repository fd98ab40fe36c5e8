//! A file of frames: each has a letter, a length and bytes. The last one has the hash of all before it, so that a file
//! that was cut off or changed is no snapshot. It must know nothing of what the frames say.

use super::SnapshotError;
use blake2::{Blake2b, Digest, digest::consts::U32};
use std::io::ErrorKind;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// No frame holds more, so no reader needs more memory.
const MAX_FRAME_BYTES: usize = 1 << 20;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// The header.
    Header = b'H',
    /// A table's name; its rows follow.
    Table = b'T',
    /// Rows, cut anywhere.
    Rows = b'R',
    /// How many rows the table has.
    Count = b'C',
    /// The hash.
    End = b'E',
}

const KINDS: [Kind; 5] = [Kind::Header, Kind::Table, Kind::Rows, Kind::Count, Kind::End];

/// Writes frames.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    hash: Blake2b<U32>,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    /// Begins a file.
    pub fn new(out: W) -> Self {
        Self { out, hash: Blake2b::new() }
    }

    /// Writes bytes, in several frames if they are many.
    pub(super) async fn put(&mut self, kind: Kind, bytes: &[u8]) -> Result<(), SnapshotError> {
        for part in bytes.chunks(MAX_FRAME_BYTES) {
            let length = u32::try_from(part.len()).map_err(|_| std::io::Error::from(ErrorKind::InvalidInput))?;
            let [a, b, c, d] = length.to_be_bytes();
            for bytes in [&[kind as u8, a, b, c, d], part] {
                self.hash.update(bytes);
                self.out.write_all(bytes).await?;
            }
        }
        Ok(())
    }

    /// Ends the file with its hash, and gives back what it was written to.
    pub(super) async fn end(mut self) -> Result<W, SnapshotError> {
        let hash = self.hash.clone().finalize();
        self.put(Kind::End, &hash).await?;
        self.out.flush().await?;
        Ok(self.out)
    }
}

/// Reads frames.
#[derive(Debug)]
pub struct Reader<R> {
    from: R,
    hash: Blake2b<U32>,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    /// Nothing is read yet.
    pub fn new(from: R) -> Self {
        Self { from, hash: Blake2b::new() }
    }

    /// The next frame. The last one is given only if its hash is that of all that was read.
    pub(super) async fn next(&mut self) -> Result<(Kind, Vec<u8>), SnapshotError> {
        let mut head = [0; 5];
        self.fill(&mut head).await?;
        let [kind, length @ ..] = head;
        let kind = KINDS.into_iter().find(|known| *known as u8 == kind);
        let kind = kind.ok_or_else(|| SnapshotError::Damaged("a frame of no known kind".to_owned()))?;
        let length = u32::from_be_bytes(length) as usize;
        if length > MAX_FRAME_BYTES {
            return Err(SnapshotError::Damaged(format!("a frame of {length} bytes")));
        }
        let mut bytes = vec![0; length];
        self.fill(&mut bytes).await?;
        if kind == Kind::End {
            self.ensure_whole(&bytes).await?;
        }
        self.hash.update(head);
        self.hash.update(&bytes);
        Ok((kind, bytes))
    }

    async fn ensure_whole(&mut self, noted: &[u8]) -> Result<(), SnapshotError> {
        if self.hash.clone().finalize().as_slice() != noted {
            return Err(SnapshotError::Damaged("its hash is another".to_owned()));
        }
        match self.from.read(&mut [0]).await? {
            0 => Ok(()),
            _ => Err(SnapshotError::Damaged("something stands behind its end".to_owned())),
        }
    }

    async fn fill(&mut self, bytes: &mut [u8]) -> Result<(), SnapshotError> {
        match self.from.read_exact(bytes).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(SnapshotError::Cut),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn written(frames: &[(Kind, Vec<u8>)]) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new());
        for (kind, bytes) in frames {
            writer.put(*kind, bytes).await.expect("written");
        }
        writer.end().await.expect("ended")
    }

    async fn read(file: &[u8]) -> Result<Vec<(Kind, Vec<u8>)>, SnapshotError> {
        let (mut reader, mut frames) = (Reader::new(file), Vec::new());
        loop {
            match reader.next().await? {
                (Kind::End, _) => return Ok(frames),
                frame => frames.push(frame),
            }
        }
    }

    #[tokio::test]
    async fn frames_are_read_as_they_were_written() {
        let frames = [(Kind::Header, b"{}".to_vec()), (Kind::Rows, vec![7; 3]), (Kind::Count, vec![0; 8])];
        assert_eq!(read(&written(&frames).await).await.expect("read"), frames);
    }

    #[tokio::test]
    async fn many_bytes_go_into_several_frames() {
        let long = vec![1; MAX_FRAME_BYTES + 1];
        let frames = read(&written(&[(Kind::Rows, long.clone())]).await).await.expect("read");
        assert_eq!(frames.iter().map(|(_, bytes)| bytes.len()).collect::<Vec<_>>(), [MAX_FRAME_BYTES, 1]);
    }

    #[tokio::test]
    async fn a_file_that_is_cut_anywhere_is_refused() {
        let file = written(&[(Kind::Header, b"{}".to_vec()), (Kind::Rows, vec![7; 3])]).await;
        for length in 0..file.len() {
            assert!(matches!(read(&file[..length]).await, Err(SnapshotError::Cut)), "{length} bytes");
        }
    }

    #[tokio::test]
    async fn a_file_in_which_any_bit_is_changed_is_refused() {
        let file = written(&[(Kind::Header, b"{}".to_vec()), (Kind::Rows, vec![7; 3])]).await;
        for place in 0..file.len() {
            for bit in 0..8 {
                let mut damaged = file.clone();
                damaged[place] ^= 1 << bit;
                assert!(read(&damaged).await.is_err(), "bit {bit} of byte {place}");
            }
        }
        let longer = [file.as_slice(), &[0]].concat();
        assert!(matches!(read(&longer).await, Err(SnapshotError::Damaged(_))));
    }
}

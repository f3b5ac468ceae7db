//! The own format `vcto.inventory/1`, as JSON or NDJSON, read as a stream.

use std::io::{self, Read};

use crate::error::{Error, ErrorKind, Result};
use crate::estate::Inventory;
use crate::monitor::Monitor;

/// Reads an inventory of `size` bytes.
pub(super) fn read(input: impl Read, size: u64, monitor: &Monitor) -> Result<Inventory> {
    let mut watched = Watched {
        inner: input,
        monitor,
        done: 0,
        size,
    };
    let read = Inventory::read(&mut watched);
    monitor.check()?;
    if watched.done == 0 {
        return Err(Error::new(ErrorKind::InvalidInput, "the file is empty"));
    }
    read
}

/// Tells progress, and ends the stream when the caller asks to stop.
struct Watched<'m, R> {
    inner: R,
    monitor: &'m Monitor,
    done: u64,
    size: u64,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.done += read as u64;
        match self.monitor.report("source.read", self.done, Some(self.size)) {
            Ok(()) => Ok(read),
            Err(stopped) => Err(io::Error::other(stopped)),
        }
    }
}

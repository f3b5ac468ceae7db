//! The log in PostgreSQL, seen through one connection.

use std::path::Path;

use super::super::mark::MarkFile;
use super::super::{
    Batch, Identity, Row, Sealed, Store, StoredCheckpoint, Stray, Visit, WrappedKey, key_purpose, signed,
    tile_number, unsigned,
};
use super::lease::Fences;
use super::session::{Session, fixed, get};
use crate::error::Result;
use crate::ledger::entry::LogId;
use crate::ledger::tree::{Hash, TileId};

/// Payloads are read and written in portions of about this much, in bytes.
const PORTION: usize = 8 << 20;

/// A connection to a log that is there.
pub(super) struct Connection {
    session: Session,
    log_id: LogId,
    mark: MarkFile,
    fences: Fences,
    // INVARIANT: true exactly while a transaction is open.
    is_writing: bool,
}

impl Connection {
    pub(super) fn new(session: Session, log_id: LogId, mark: MarkFile, fences: Fences) -> Self {
        Self {
            session,
            log_id,
            mark,
            fences,
            is_writing: false,
        }
    }

    /// Shows the payloads of these rows, which lie next to each other.
    fn show(&mut self, rows: &[(Row, i64)], visit: &mut Visit<'_>) -> Result<()> {
        let (Some((first, _)), Some((last, _))) = (rows.first(), rows.last()) else {
            return Ok(());
        };
        let stored = self.session.all(
            "SELECT seq, ciphertext FROM vcto.payload WHERE seq BETWEEN $1 AND $2 ORDER BY seq",
            &[&signed(first.seq), &signed(last.seq)],
        )?;
        let mut stored = stored.iter().peekable();
        for (row, _) in rows {
            let mut payload = None;
            while let Some(found) = stored.peek() {
                let seq = unsigned(get(found, 0)?)?;
                if seq > row.seq {
                    break;
                }
                if seq == row.seq {
                    payload = Some(get(found, 1)?);
                }
                stored.next();
            }
            visit(row, payload)?;
        }
        Ok(())
    }
}

impl Store for Connection {
    fn identity(&mut self) -> Result<Identity> {
        let row = self
            .session
            .one("SELECT log_id, origin, region FROM vcto.log", &[])?;
        Ok(Identity {
            log_id: LogId(fixed(&row, 0)?),
            origin: get(&row, 1)?,
            region: get(&row, 2)?,
        })
    }

    fn keys(&mut self) -> Result<Vec<WrappedKey>> {
        self.session
            .all(
                "SELECT purpose, epoch, provider, wrapped, commitment FROM vcto.wrapped_key ORDER BY purpose, epoch",
                &[],
            )?
            .iter()
            .map(|row| {
                Ok(WrappedKey {
                    purpose: key_purpose(get(row, 0)?, get(row, 1)?)?,
                    provider: get(row, 2)?,
                    wrapped: get(row, 3)?,
                    commitment: fixed(row, 4)?,
                })
            })
            .collect()
    }

    fn size(&mut self) -> Result<u64> {
        let row = self
            .session
            .one("SELECT coalesce(max(seq) + 1, 0) FROM vcto.entry", &[])?;
        unsigned(get(&row, 0)?)
    }

    fn scan(&mut self, from: u64, limit: usize, visit: &mut Visit<'_>) -> Result<usize> {
        let rows = self.session.all(
            "SELECT e.seq, e.header, e.leaf_hash, coalesce(octet_length(p.ciphertext), 0)::bigint FROM vcto.entry e \
             LEFT JOIN vcto.payload p ON p.log_id = e.log_id AND p.seq = e.seq WHERE e.seq >= $1 ORDER BY e.seq LIMIT $2",
            &[&signed(from), &signed(limit as u64)],
        )?;
        let rows = rows
            .iter()
            .map(|row| Ok((stored_row(row)?, get(row, 3)?)))
            .collect::<Result<Vec<(Row, i64)>>>()?;
        for portion in portions(&rows, |(_, length)| usize::try_from(*length).unwrap_or(0)) {
            self.show(portion, visit)?;
        }
        Ok(rows.len())
    }

    fn rows(&mut self, from: u64, limit: usize) -> Result<Vec<Row>> {
        self.session
            .all(
                "SELECT seq, header, leaf_hash FROM vcto.entry WHERE seq >= $1 ORDER BY seq LIMIT $2",
                &[&signed(from), &signed(limit as u64)],
            )?
            .iter()
            .map(stored_row)
            .collect()
    }

    fn seq_of_tag(&mut self, tag: &[u8; 16]) -> Result<Option<u64>> {
        let rows = self.session.all(
            "SELECT seq FROM vcto.entry WHERE log_id = vcto.this_log() AND substr(header, 112, 16) = $1 \
             AND substr(header, 112, 16) <> '\\x00000000000000000000000000000000'::bytea",
            &[&tag.as_slice()],
        )?;
        rows.first().map(|row| unsigned(get(row, 0)?)).transpose()
    }

    fn tile(&mut self, id: TileId) -> Result<Option<Vec<Hash>>> {
        let rows = self
            .session
            .all("SELECT hashes FROM vcto.tile WHERE id = $1", &[&tile_number(id)?])?;
        rows.first()
            .map(|row| Ok(get::<&[u8]>(row, 0)?.as_chunks().0.to_vec()))
            .transpose()
    }

    fn checkpoints(&mut self, from: u64, limit: usize) -> Result<Vec<StoredCheckpoint>> {
        self.session
            .all(
                "SELECT size, note FROM vcto.checkpoint WHERE size >= $1 ORDER BY size LIMIT $2",
                &[&signed(from), &signed(limit as u64)],
            )?
            .iter()
            .map(stored_checkpoint)
            .collect()
    }

    fn last_checkpoint(&mut self) -> Result<Option<StoredCheckpoint>> {
        let rows = self.session.all(
            "SELECT size, note FROM vcto.checkpoint ORDER BY size DESC LIMIT 1",
            &[],
        )?;
        rows.first().map(stored_checkpoint).transpose()
    }

    fn mark(&mut self) -> Result<Option<String>> {
        self.mark.read()
    }

    fn mark_path(&self) -> Option<&Path> {
        Some(self.mark.path())
    }

    fn strays(&mut self) -> Result<Vec<Stray>> {
        self.session
            .all(STRAYS, &[])?
            .iter()
            .map(|row| Ok(Stray::new(get(row, 0)?, get(row, 1)?)))
            .collect()
    }

    fn set_mark(&mut self, note: &str) -> Result<()> {
        self.mark.replace(note)
    }

    fn begin(&mut self) -> Result<()> {
        // The server lets the waiting in by their order, and lets go when the transaction or the connection ends.
        let turn = i64::from_be_bytes(*self.log_id.0.first_chunk().unwrap_or(&[0; 8]));
        self.is_writing = true;
        self.session
            .run(&format!("BEGIN; SELECT pg_advisory_xact_lock({turn})"))
            .inspect_err(|_| self.abandon())
    }

    fn holds(&mut self, lease: &str) -> Result<bool> {
        let Some(fence) = self.fences.of(lease) else {
            return Ok(true);
        };
        get(
            &self
                .session
                .one("SELECT vcto.hold_lease($1, $2)", &[&lease, &fence])?,
            0,
        )
    }

    fn commit(&mut self, batch: &Batch) -> Result<()> {
        insert(&mut self.session, self.log_id, batch)?;
        // INVARIANT: reached only where nothing failed, so that the server cannot answer with a rollback.
        self.session.run("COMMIT")?;
        self.is_writing = false;
        Ok(())
    }

    fn abandon(&mut self) {
        if std::mem::take(&mut self.is_writing) {
            let _ = self.session.run("ROLLBACK");
        }
    }
}

/// Rows that belong to no entry, in one statement: a log that is in use grows meanwhile.
const STRAYS: &str = "WITH log AS (SELECT coalesce(max(seq) + 1, 0) AS size FROM vcto.entry) \
     SELECT 'payload', seq FROM vcto.payload, log WHERE seq < 0 OR seq >= size \
     UNION ALL SELECT 'tile', id FROM vcto.tile, log WHERE id < 0 OR id >> 56 > 6 \
       OR (id & 72057594037927935) >= size >> (8 * ((id >> 56) + 1))::int \
     UNION ALL SELECT 'checkpoint', size FROM vcto.checkpoint WHERE size < 1 LIMIT 20";

/// Everything of a batch, each kind with one statement a portion.
pub(super) fn insert(session: &mut Session, log_id: LogId, batch: &Batch) -> Result<()> {
    let log = log_id.0.as_slice();
    if !batch.entries.is_empty() {
        let seqs: Vec<i64> = batch
            .entries
            .iter()
            .map(|entry| signed(entry.header.seq))
            .collect();
        let headers: Vec<&[u8]> = batch.entries.iter().map(|entry| entry.bytes.as_slice()).collect();
        let hashes: Vec<&[u8]> = batch
            .entries
            .iter()
            .map(|entry| entry.leaf_hash.as_slice())
            .collect();
        session.execute(
            "INSERT INTO vcto.entry (log_id, seq, header, leaf_hash) \
             SELECT $1, added.* FROM unnest($2::bigint[], $3::bytea[], $4::bytea[]) AS added",
            &[&log, &seqs, &headers, &hashes],
        )?;
    }
    for portion in portions(&batch.entries, |entry: &Sealed| entry.ciphertext.len()) {
        let seqs: Vec<i64> = portion.iter().map(|entry| signed(entry.header.seq)).collect();
        let payloads: Vec<&[u8]> = portion.iter().map(|entry| entry.ciphertext.as_slice()).collect();
        session.execute(
            "INSERT INTO vcto.payload (log_id, seq, ciphertext) \
             SELECT $1, added.* FROM unnest($2::bigint[], $3::bytea[]) AS added",
            &[&log, &seqs, &payloads],
        )?;
    }
    for tile in &batch.tiles {
        session.execute(
            "INSERT INTO vcto.tile (log_id, id, hashes) VALUES ($1, $2, $3)",
            &[&log, &tile_number(tile.id)?, &tile.hashes.as_flattened()],
        )?;
    }
    if let Some(checkpoint) = &batch.checkpoint {
        session.execute(
            "INSERT INTO vcto.checkpoint (log_id, size, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            &[&log, &signed(checkpoint.size), &checkpoint.note],
        )?;
    }
    Ok(())
}

/// Runs of neighbours that have at most [`PORTION`] bytes together, or are one.
fn portions<'a, T>(all: &'a [T], length: impl Fn(&T) -> usize + 'a) -> impl Iterator<Item = &'a [T]> {
    let mut rest = all;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fit = rest
            .iter()
            .take_while(|one| {
                bytes += length(one);
                bytes <= PORTION
            })
            .count();
        let (portion, after) = rest.split_at_checked(fit.max(1))?;
        rest = after;
        Some(portion)
    })
}

fn stored_row(row: &postgres::Row) -> Result<Row> {
    Ok(Row {
        seq: unsigned(get(row, 0)?)?,
        header: get(row, 1)?,
        leaf_hash: get(row, 2)?,
    })
}

fn stored_checkpoint(row: &postgres::Row) -> Result<StoredCheckpoint> {
    Ok(StoredCheckpoint {
        size: unsigned(get(row, 0)?)?,
        note: get(row, 1)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_hold_everything_once_in_order() {
        let lengths = [PORTION, 1, 2, PORTION - 3, PORTION + 9, 0, 4];
        let split: Vec<&[usize]> = portions(&lengths, |length| *length).collect();
        assert_eq!(
            split,
            [&lengths[..1], &lengths[1..4], &lengths[4..5], &lengths[5..]]
        );
        assert_eq!(portions(&[0usize; 0], |length| *length).count(), 0);
    }
}

//! The verifier: one pass over a log from its first entry, whatever it is stored in. Needs no key.

mod findings;
mod records;
mod statements;
mod strays;

use super::chain::{KeyChain, is_rotation};
use super::edge::PAGE;
use super::entry::LogId;
use super::keys::KeyPurpose;
use super::note::VerifierKey;
use super::seal::KeyRing;
use super::store::{Row, StoredCheckpoint, Stray, Visit};
use super::tree::{Hash, TILE_WIDTH, TileId, edge_width, levels_of};
use super::verdict::{DomainReplay, Verification, VerifyOptions};
use crate::error::{Error, ErrorKind, Result};
use findings::{About, Findings};
use records::Records;
use statements::Statements;

/// Where the records come from. What it returns is not trusted. An error of kind `corrupt` is a finding; any other ends
/// the verification.
pub(super) trait Evidence {
    /// How many entries there should be.
    fn size(&mut self) -> Result<u64>;
    /// As [`Store::scan`](super::store::Store::scan).
    fn scan(&mut self, from: u64, limit: usize, visit: &mut Visit<'_>) -> Result<usize>;
    /// As `scan`, without reading a payload.
    fn scan_headers(&mut self, from: u64, limit: usize, visit: &mut Visit<'_>) -> Result<usize>;
    /// The stored tile of this width; `None` when it is missing.
    fn tile(&mut self, id: TileId, width: usize) -> Result<Option<Vec<Hash>>>;
    /// Whether tiles that are not full are stored too.
    fn has_partial_tiles(&self) -> bool;
    /// As [`Store::checkpoints`](super::store::Store::checkpoints).
    fn checkpoints(&mut self, from: u64, limit: usize) -> Result<Vec<StoredCheckpoint>>;
    /// As [`Store::strays`](super::store::Store::strays).
    fn strays(&mut self) -> Result<Vec<Stray>> {
        Ok(Vec::new())
    }
    /// What the wrapped keys that are stored are for.
    fn key_purposes(&mut self) -> Result<Vec<KeyPurpose>> {
        Ok(Vec::new())
    }
    /// The high-water mark.
    fn mark(&mut self) -> Result<Mark>;
}

/// See [`Evidence::mark`].
pub(super) enum Mark {
    /// This kind of evidence has none.
    Foreign,
    /// It should be there and is not.
    Missing,
    Note(String),
}

/// What is known of the log before its records are read.
#[derive(Default)]
pub(super) struct Claims<'a> {
    /// The key that must have signed, from a source that the verifier trusts.
    pub(super) key: Option<VerifierKey>,
    /// The keys that the evidence itself states, in order; none where it states none.
    pub(super) stated_keys: Vec<VerifierKey>,
    pub(super) log_id: Option<LogId>,
    /// To open payloads with, for the replay.
    pub(super) ring: Option<&'a KeyRing>,
    pub(super) replay: Option<Box<dyn DomainReplay>>,
    /// What was found wrong before: files beside the records.
    pub(super) before: Vec<Error>,
}

/// Runs the pass.
pub(super) fn audit(
    evidence: &mut dyn Evidence,
    claims: Claims<'_>,
    options: &VerifyOptions,
) -> Result<Verification> {
    let mut findings = Findings::default();
    for error in &claims.before {
        let about = match error.kind() {
            ErrorKind::Denied => About::Authenticity,
            _ => About::Integrity,
        };
        findings.note(about, Some(0), error.to_string());
    }
    let mut records = Records::new(claims.ring, claims.replay, claims.log_id, options.headers_only);
    let genesis = records.read_genesis(evidence, &mut findings)?;
    let trusted = claims.key.or_else(|| options.key.clone());
    let is_trusted = trusted.is_some();
    let named: Option<VerifierKey> = genesis.and_then(|genesis| genesis.vkey.parse().ok());
    let first = named
        .or_else(|| trusted.clone())
        .or_else(|| claims.stated_keys.first().cloned());
    let mut statements = Statements::new(first.map(KeyChain::new), options);
    statements.collect(evidence, &mut findings)?;
    // After the statements: a log that is in use may grow meanwhile, and never shrinks.
    let size = evidence.size()?;
    let mut pass = Pass {
        evidence,
        records: &mut records,
        statements: &mut statements,
        findings: &mut findings,
        is_headers_only: options.headers_only,
    };
    pass.run(size, options)?;
    statements.finish(evidence, size, &mut findings)?;
    strays::find(evidence, records.epoch(), &mut findings)?;
    statements.check_keys(trusted.as_ref(), &claims.stated_keys, &mut findings);
    let policy = records.finish_replay(&mut findings);
    Ok(findings.report(&records, &statements, options, policy, is_trusted))
}

/// The way over the entries.
struct Pass<'a, 'b> {
    evidence: &'a mut dyn Evidence,
    records: &'a mut Records<'b>,
    statements: &'a mut Statements<'b>,
    findings: &'a mut Findings,
    is_headers_only: bool,
}

impl Pass<'_, '_> {
    /// Reads every entry, as far as they can be read.
    fn run(&mut self, size: u64, options: &VerifyOptions) -> Result<()> {
        while self.records.size() < size {
            let from = self.records.size();
            options.monitor.report("ledger.verify", from, Some(size))?;
            let read = self.page(from, size);
            self.compare_full()?;
            match read {
                Err(error) if is_finding(&error) => {
                    let at = self.records.size();
                    let text = format!("entry {at} cannot be read: {error}");
                    self.findings.note(About::Integrity, Some(at), text);
                    return Ok(());
                }
                Err(error) => return Err(error),
                Ok(()) if self.records.size() == from => {
                    self.findings
                        .note(About::Integrity, Some(from), format!("entry {from} is missing"));
                    return Ok(());
                }
                Ok(()) => {}
            }
        }
        options.monitor.report("ledger.verify", size, Some(size))?;
        self.compare_edge()
    }

    fn page(&mut self, from: u64, size: u64) -> Result<()> {
        let Self {
            evidence,
            records,
            statements,
            findings,
            is_headers_only: _,
        } = self;
        statements.load(*evidence, from, findings)?;
        let limit = usize::try_from(size - from).unwrap_or(PAGE).min(PAGE);
        let mut visit = |row: &Row, ciphertext: Option<&[u8]>| {
            if is_rotation(&row.header) {
                statements.follow(row.seq, records.tree(), ciphertext.unwrap_or_default(), findings);
            }
            if let Some(header) = records.take(row, ciphertext, findings) {
                statements.check_receipt(&header, findings);
            }
            statements.check(records.tree(), findings);
            Ok(())
        };
        if self.is_headers_only {
            evidence.scan_headers(from, limit, &mut visit)?;
        } else {
            evidence.scan(from, limit, &mut visit)?;
        }
        Ok(())
    }

    /// Compares the tiles that were filled with those that are stored.
    fn compare_full(&mut self) -> Result<()> {
        for tile in self.records.take_full() {
            compare(self.evidence, tile.id, &tile.hashes, self.findings)?;
        }
        Ok(())
    }

    /// Compares the tiles that are not full, where such are stored.
    fn compare_edge(&mut self) -> Result<()> {
        let tree = self.records.tree();
        if !self.evidence.has_partial_tiles() {
            return Ok(());
        }
        for level in (0u8..8).take(levels_of(tree.size())) {
            if edge_width(tree.size(), level) > 0 {
                let index = (tree.size() >> (8 * u32::from(level))) / TILE_WIDTH as u64;
                compare(
                    self.evidence,
                    TileId { level, index },
                    tree.edge(level),
                    self.findings,
                )?;
            }
        }
        Ok(())
    }
}

fn compare(
    evidence: &mut dyn Evidence,
    id: TileId,
    expected: &[Hash],
    findings: &mut Findings,
) -> Result<()> {
    let stored = match evidence.tile(id, expected.len()) {
        Err(error) if is_finding(&error) => None,
        other => other?,
    };
    let stored = stored.unwrap_or_default();
    let wrong = expected
        .iter()
        .zip(stored.iter().map(Some).chain(std::iter::repeat(None)));
    let Some(at) = wrong.into_iter().position(|(want, have)| have != Some(want)) else {
        return Ok(());
    };
    let slot = id.index * TILE_WIDTH as u64 + at as u64;
    let seq = slot.checked_shl(8 * u32::from(id.level)).unwrap_or(0);
    findings.note(
        About::Integrity,
        Some(seq),
        format!(
            "tile {}/{} is missing or is not the one over the stored entries, from entry {seq} on",
            id.level, id.index
        ),
    );
    Ok(())
}

/// Whether a failure to read says something of the log, not of the reading.
fn is_finding(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Corrupt | ErrorKind::Unsupported | ErrorKind::RollbackDetected
    )
}

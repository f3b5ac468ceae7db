//! What was said of the log: by its own signature, and by those who saw it before.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::findings::{About, Findings};
use super::{Evidence, Mark, is_finding};
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::anchor::AnchorProof;
use crate::ledger::chain::KeyChain;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::edge::PAGE;
use crate::ledger::header::Header;
use crate::ledger::note::VerifierKey;
use crate::ledger::store::StoredCheckpoint;
use crate::ledger::tree::{Hash, Tree, leaf_hash};
use crate::ledger::verdict::VerifyOptions;

/// The statements that are still to be compared with the entries.
pub(super) struct Statements<'a> {
    keys: Option<KeyChain>,
    options: &'a VerifyOptions,
    /// The mark and the checkpoints from outside, smallest first.
    outside: VecDeque<Statement>,
    /// Of the next page, smallest first.
    stored: VecDeque<StoredCheckpoint>,
    receipts: VecDeque<(u64, Hash)>,
    signed_size: u64,
    /// A signature of the log held, and a bad entry before explains why its root is another.
    is_explained: bool,
    anchors: u64,
    vouched: Option<Timestamp>,
}

struct Statement {
    what: &'static str,
    size: u64,
    said: Said,
    /// Whether it was kept outside.
    is_anchor: bool,
    /// Since when it vouches for the log, by a clock outside.
    since: Option<Timestamp>,
}

enum Said {
    /// A signed note. Which key it needs is known when the entries before it were read.
    Note(String),
    Root(Hash),
}

impl<'a> Statements<'a> {
    pub(super) fn new(keys: Option<KeyChain>, options: &'a VerifyOptions) -> Self {
        let mut receipts: Vec<_> = options.receipts.clone();
        receipts.sort_unstable();
        Self {
            keys,
            options,
            outside: VecDeque::new(),
            stored: VecDeque::new(),
            receipts: receipts.into(),
            signed_size: 0,
            is_explained: false,
            anchors: 0,
            vouched: None,
        }
    }

    /// The newest time at which somebody outside took a head of the log that was new then.
    pub(super) fn vouched(&self) -> Option<Timestamp> {
        self.vouched
    }

    /// How many statements from outside were found true.
    pub(super) fn anchors(&self) -> u64 {
        self.anchors
    }

    /// The size of the largest signed checkpoint that was found true.
    pub(super) fn signed_size(&self) -> u64 {
        self.signed_size
    }

    /// Reads the mark and the statements that the caller brings.
    pub(super) fn collect(&mut self, evidence: &mut dyn Evidence, findings: &mut Findings) -> Result<()> {
        if self.keys.is_none() {
            findings.note(
                About::Authenticity,
                Some(0),
                "no key of the log is known: nothing vouches for it",
            );
            return Ok(());
        }
        let mut statements = Vec::new();
        statements.extend(mark(evidence, findings)?);
        for note in &self.options.checkpoints {
            statements.extend(stated("a checkpoint from outside", note, true, findings));
        }
        statements.extend(anchored(self.options, findings));
        statements.sort_by_key(|statement| statement.size);
        self.outside = statements.into();
        Ok(())
    }

    /// Reads the stored checkpoints of the next page of entries.
    pub(super) fn load(
        &mut self,
        evidence: &mut dyn Evidence,
        from: u64,
        findings: &mut Findings,
    ) -> Result<()> {
        match evidence.checkpoints(from.saturating_add(1), PAGE) {
            Ok(stored) => self.stored = stored.into(),
            Err(error) if is_finding(&error) => {
                self.stored.clear();
                findings.note(
                    About::Authenticity,
                    Some(from),
                    format!("the checkpoints cannot be read: {error}"),
                );
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Compares all statements about a tree of this size.
    pub(super) fn check(&mut self, tree: &Tree, findings: &mut Findings) {
        let size = tree.size();
        while self.stored.front().is_some_and(|stored| stored.size <= size) {
            if let Some(stored) = self.stored.pop_front() {
                self.check_stored(&stored, tree, findings);
            }
        }
        while self
            .outside
            .front()
            .is_some_and(|statement| statement.size <= size)
        {
            let Some(statement) = self.outside.pop_front() else {
                break;
            };
            let Some(root) = self.root_of(&statement, findings) else {
                continue;
            };
            let holds = statement.size == size && root == tree.root();
            if holds {
                if matches!(statement.said, Said::Note(_)) {
                    self.signed_size = self.signed_size.max(size);
                }
                self.anchors += u64::from(statement.is_anchor);
                self.vouched = self.vouched.max(statement.since);
            } else {
                self.contradicted(About::Completeness, statement.what, statement.size, findings);
            }
        }
    }

    /// Compares a header with the receipt for its place.
    pub(super) fn check_receipt(&mut self, header: &Header, findings: &mut Findings) {
        while self.receipts.front().is_some_and(|(seq, _)| *seq <= header.seq) {
            let Some((seq, hash)) = self.receipts.pop_front() else {
                break;
            };
            if seq == header.seq && hash == leaf_hash(&header.to_bytes()) {
                self.anchors += 1;
            } else {
                findings.note(
                    About::Completeness,
                    Some(seq),
                    format!("entry {seq} is not the one that a receipt was given for"),
                );
            }
        }
    }

    /// What is said of more entries than there are.
    pub(super) fn finish(
        &mut self,
        evidence: &mut dyn Evidence,
        size: u64,
        findings: &mut Findings,
    ) -> Result<()> {
        let outside = std::mem::take(&mut self.outside);
        let beyond_end: Vec<_> = outside
            .iter()
            .filter(|statement| statement.size > size && self.root_of(statement, findings).is_some())
            .collect();
        let mut beyond = |what: &str, said: u64| {
            findings.note(
                About::Completeness,
                Some(size),
                format!("the log has {size} entries; {what} says {said}"),
            );
        };
        for statement in beyond_end {
            beyond(statement.what, statement.size);
        }
        for (seq, _) in self.receipts.iter().filter(|(seq, _)| *seq >= size) {
            beyond("a receipt", seq.saturating_add(1));
        }
        match evidence.checkpoints(size.saturating_add(1), 1) {
            Ok(stored) => {
                // A log that is in use may have grown and been signed meanwhile.
                let now = evidence.size()?;
                for stored in stored.iter().filter(|stored| stored.size > now) {
                    beyond("a stored checkpoint", stored.size);
                }
            }
            Err(error) if is_finding(&error) => {}
            Err(error) => return Err(error),
        }
        if self.signed_size == 0 && !self.is_explained && !findings.has_failed(About::Authenticity) {
            findings.note(
                About::Authenticity,
                Some(0),
                "no signed checkpoint vouches for the log",
            );
        }
        Ok(())
    }

    /// Takes an entry that says which key signs from the next entry on.
    pub(super) fn follow(&mut self, seq: u64, before: &Tree, payload: &[u8], findings: &mut Findings) {
        if let Some(keys) = &mut self.keys
            && let Err(error) = keys.follow(seq, &before.root(), payload)
        {
            findings.note(About::Authenticity, Some(seq), format!("entry {seq}: {error}"));
        }
    }

    /// Whether the keys that are expected and those that were stated are those of the log.
    pub(super) fn check_keys(
        &self,
        trusted: Option<&VerifierKey>,
        stated: &[VerifierKey],
        findings: &mut Findings,
    ) {
        let Some(chain) = &self.keys else { return };
        if trusted.is_some_and(|trusted| chain.keys().all(|key| key != trusted)) {
            let text = "the key that is to have signed is none of the log's";
            findings.note(About::Authenticity, Some(0), text);
        }
        if !stated.is_empty() && !chain.keys().eq(stated) {
            let text = "the keys in `log.vkey` are not those that the log itself names";
            findings.note(About::Authenticity, Some(0), text);
        }
    }

    /// The root that a statement is about, once its signature holds.
    fn root_of(&self, statement: &Statement, findings: &mut Findings) -> Option<Hash> {
        let note = match &statement.said {
            Said::Root(root) => return Some(*root),
            Said::Note(note) => note,
        };
        match Checkpoint::verify(note.as_bytes(), self.keys.as_ref()?.at(statement.size)) {
            Ok(checkpoint) => Some(*checkpoint.root()),
            Err(error) => {
                findings.note(
                    About::Completeness,
                    Some(0),
                    format!("{}: {error}", statement.what),
                );
                None
            }
        }
    }

    fn check_stored(&mut self, stored: &StoredCheckpoint, tree: &Tree, findings: &mut Findings) {
        let Some(key) = self.keys.as_ref().map(|keys| keys.at(stored.size)) else {
            return;
        };
        let last = stored.size.saturating_sub(1);
        match Checkpoint::verify(stored.note.as_bytes(), key) {
            Err(error) => {
                findings.note(
                    About::Authenticity,
                    Some(last),
                    format!("checkpoint {}: {error}", stored.size),
                );
            }
            Ok(checkpoint) if checkpoint.size() != stored.size => {
                findings.note(
                    About::Authenticity,
                    Some(last),
                    format!("checkpoint {} is of another size", stored.size),
                );
            }
            Ok(checkpoint) if tree.size() == stored.size && tree.root() == *checkpoint.root() => {
                self.signed_size = self.signed_size.max(stored.size);
            }
            Ok(_) => self.contradicted(
                About::Authenticity,
                "the signed checkpoint",
                stored.size,
                findings,
            ),
        }
    }

    /// A signed root is another than that of the entries. Where an entry before is known to be bad, that is why.
    fn contradicted(&mut self, about: About, what: &str, size: u64, findings: &mut Findings) {
        let explained =
            findings.has_failed(About::Integrity) && findings.first_bad().is_some_and(|bad| bad < size);
        if explained {
            self.is_explained = true;
            return;
        }
        let first = self.signed_size.min(size.saturating_sub(1));
        findings.note(
            about,
            Some(first),
            format!("{what} over {size} entries is not that of the stored entries, from {first} on"),
        );
    }
}

/// What the high-water mark says.
fn mark(evidence: &mut dyn Evidence, findings: &mut Findings) -> Result<Option<Statement>> {
    Ok(match evidence.mark() {
        Err(error) if is_finding(&error) => {
            findings.note(About::Completeness, Some(0), error.to_string());
            None
        }
        Err(error) => return Err(error),
        Ok(Mark::Foreign) => None,
        Ok(Mark::Missing) => {
            let text = "the high-water mark is missing: a cut tail would not show";
            findings.remark(About::Completeness, None, text);
            None
        }
        Ok(Mark::Note(note)) => stated("the high-water mark", &note, false, findings),
    })
}

/// What the anchor log says, as far as it is proved.
fn anchored(options: &VerifyOptions, findings: &mut Findings) -> Vec<Statement> {
    let evidence = &options.anchors;
    for text in &evidence.problems {
        findings.note(About::Completeness, None, text.clone());
    }
    let mut statements = Vec::new();
    for proof in &evidence.proofs {
        match statement(proof, options) {
            Ok(statement) => statements.push(statement),
            Err(error) => findings.note(About::Completeness, None, format!("the anchor proof: {error}")),
        }
    }
    let is_outside = statements.iter().any(|statement| statement.is_anchor);
    if !evidence.kept.is_empty() && evidence.problems.is_empty() && !is_outside {
        let text = "no anchor proof leads to a checkpoint of the anchor log that was kept outside";
        findings.remark(About::Completeness, None, text);
    }
    statements
}

/// A head of the log as the anchor log has it. It was kept outside where the proof leads to a checkpoint that was.
fn statement(proof: &AnchorProof, options: &VerifyOptions) -> Result<Statement> {
    let keys = proof.keys(options.anchors.key.as_ref())?;
    let (head, checkpoint) = proof.verify_by(&keys)?;
    let mut is_anchor = false;
    let mut since = None;
    for kept in &options.anchors.kept {
        let stated = match keys.verify(kept.note.as_bytes()) {
            // A later one may bear a key to which the anchor log handed over after the proof was made.
            Err(_) if is_later(&kept.note, &checkpoint) => continue,
            stated => stated?,
        };
        if stated.size() != checkpoint.size() {
            continue;
        }
        if stated.root() != checkpoint.root() {
            let text = format!(
                "the anchor log signed two histories of its first {} entries: the one that was kept outside and this one",
                checkpoint.size()
            );
            return Err(Error::new(ErrorKind::Corrupt, text).during("ledger.anchor"));
        }
        is_anchor = true;
        since = since.max(kept.since);
    }
    Ok(Statement {
        what: "a head in the anchor log",
        size: head.size,
        said: Said::Root(head.root),
        is_anchor,
        // An old head under a new checkpoint says nothing of what came after it.
        since: since.map(|since| since.min(head.at)),
    })
}

fn is_later(note: &str, checkpoint: &Checkpoint) -> bool {
    Checkpoint::size_unverified(note.as_bytes()).is_ok_and(|size| size > checkpoint.size())
}

/// A signed note from outside of the records.
fn stated(what: &'static str, note: &str, is_anchor: bool, findings: &mut Findings) -> Option<Statement> {
    match Checkpoint::size_unverified(note.as_bytes()) {
        Ok(size) => Some(Statement {
            what,
            size,
            said: Said::Note(note.to_owned()),
            is_anchor,
            since: None,
        }),
        Err(error) => {
            findings.note(About::Completeness, Some(0), format!("{what}: {error}"));
            None
        }
    }
}

//! Carries out verdicts: what was inferred becomes stated, or is recorded as refused.

use std::collections::{BTreeMap, BTreeSet};

use super::groups;
use super::method::Method;
use super::verdict::{Decision, Verdict};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetId, Inventory, Note, Relation, RelationKind};
use crate::source::overlay::{Failures, Names};

/// Which relations a row speaks of; what is `None` may be anything.
type Key = (
    Option<AssetId>,
    Option<AssetId>,
    Option<RelationKind>,
    Option<String>,
);

/// The verdicts of all sheets, with their ends resolved.
pub(in crate::source) struct Verdicts {
    rows: BTreeMap<Key, Verdict>,
    /// Rows that matched something, or that stand by themselves.
    used: BTreeSet<Key>,
    /// Hard relations by methods of which any one relation is enough.
    alternatives: Vec<(Relation, Method)>,
    notes: Vec<Note>,
}

impl Verdicts {
    /// Resolves the ends of the rows. A row that names no asset is noted, since assets go: the next sheet has it no more.
    ///
    /// # Errors
    /// `ambiguous` for a name that several assets have; `invalid_input` for rows that say different things of the same
    /// relations. The first ten are listed, with their lines.
    pub(in crate::source) fn of(verdicts: Vec<Verdict>, inventory: &Inventory) -> Result<Self> {
        let mut all = Self {
            rows: BTreeMap::new(),
            used: BTreeSet::new(),
            alternatives: Vec::new(),
            notes: Vec::new(),
        };
        if verdicts.is_empty() {
            return Ok(all);
        }
        let names = Names::of(&inventory.assets);
        let mut failures = Failures::default();
        for verdict in verdicts {
            match all.key(&verdict, &names) {
                Ok(Some(key)) => all.insert(key, verdict, &mut failures),
                Ok(None) => {}
                Err(error) => failures.push(error.at(verdict.place())),
            }
        }
        failures.none()?;
        Ok(all)
    }

    fn key(&mut self, verdict: &Verdict, names: &Names<'_>) -> Result<Option<Key>> {
        let mut ends = [None, None];
        for (end, slot) in [&verdict.from, &verdict.to].into_iter().zip(&mut ends) {
            let Some(text) = end else { continue };
            if let Some(id) = names.one(text) {
                *slot = Some(id.clone());
                continue;
            }
            let refusal = names.refusal(text);
            if refusal.kind() == ErrorKind::Ambiguous {
                return Err(refusal);
            }
            self.note(
                verdict,
                format!("{}: the verdict is passed over", refusal.message()),
            );
            return Ok(None);
        }
        let [from, to] = ends;
        Ok(Some((from, to, verdict.kind.clone(), verdict.method.clone())))
    }

    fn insert(&mut self, key: Key, verdict: Verdict, failures: &mut Failures) {
        match self.rows.get(&key) {
            Some(known) if known.decision != verdict.decision => failures.push(conflict(known, &verdict)),
            Some(_) => {}
            None => {
                self.rows.insert(key, verdict);
            }
        }
    }

    fn note(&mut self, verdict: &Verdict, text: String) {
        self.notes.push(Note {
            at: Some(verdict.place().into()),
            text: text.into(),
            asset: None,
        });
    }

    /// States what rows with both ends and a method say: it stands on the word of a person, whether it is inferred again
    /// or not.
    pub(in crate::source) fn state(&mut self, inventory: &mut Inventory) {
        let rows = self.rows.iter().filter(|(key, _)| is_direct(key));
        let rows: Vec<(Key, Verdict)> = rows
            .map(|(key, verdict)| (key.clone(), verdict.clone()))
            .collect();
        self.state_all(rows, inventory);
    }

    fn state_all(&mut self, rows: Vec<(Key, Verdict)>, inventory: &mut Inventory) {
        let stated = Stated::of(inventory, &rows);
        for (key, verdict) in rows {
            self.used.insert(key.clone());
            let (Some(from), Some(to), kind, method) = key else {
                continue;
            };
            if verdict.decision == Decision::Refuse {
                if stated.impact(&from, &to) {
                    self.note(
                        &verdict,
                        "it refuses a relation that is stated: that stays".to_owned(),
                    );
                }
                let refusal = refusal(from, to, method.as_deref(), &verdict, &verdict.why);
                inventory.relations.push(refusal);
                continue;
            }
            let method = known(method.as_deref());
            let Some(kind) = kind.or_else(|| method.map(Method::kind)) else {
                continue;
            };
            if !stated.has(&from, &to, &kind) {
                let relation = confirmed(from, to, kind, &verdict, &verdict.why);
                self.remember(&relation, method, verdict.decision);
                inventory.relations.push(relation);
            }
        }
    }

    fn remember(&mut self, relation: &Relation, method: Option<Method>, decision: Decision) {
        if let Some(method) = method.filter(|method| method.is_alternative())
            && decision == Decision::Confirm
        {
            self.alternatives.push((relation.clone(), method));
        }
    }

    /// Decides on everything that is inferred and not decided yet, and adds the groups and notes that follow.
    ///
    /// # Errors
    /// `invalid_input` where two rows that are equally close say different things of a relation.
    pub(in crate::source) fn decide(mut self, inventory: &mut Inventory) -> Result<()> {
        let mut failures = Failures::default();
        if self.rows.len() > self.used.len() {
            let relations = std::mem::take(&mut inventory.relations);
            for relation in relations {
                match self.closest(&relation) {
                    Ok(Some((key, verdict))) => {
                        let decided = self.decided(&relation, &verdict);
                        self.used.insert(key);
                        inventory.relations.push(decided);
                    }
                    Ok(None) => inventory.relations.push(relation),
                    Err(error) => {
                        failures.push(error);
                        inventory.relations.push(relation);
                    }
                }
            }
        }
        failures.none()?;
        self.leave(inventory);
        groups::add(inventory, &self.alternatives);
        inventory.source.notes.append(&mut self.notes);
        Ok(())
    }

    /// Rows that nothing that was inferred met: with both ends and a kind they stand by themselves, the others are noted.
    fn leave(&mut self, inventory: &mut Inventory) {
        let unused = self.rows.iter().filter(|(key, _)| !self.used.contains(*key));
        let (whole, others): (Vec<_>, Vec<_>) = unused
            .map(|(key, verdict)| (key.clone(), verdict.clone()))
            .partition(|((from, to, kind, _), _)| from.is_some() && to.is_some() && kind.is_some());
        for (_, verdict) in &whole {
            // Another tool may have a method of its own; a word that is nearly known is mistyped, and meets nothing.
            if let Some(hint) = unknown(verdict).filter(|hint| hint.contains("did you mean")) {
                self.note(verdict, format!("it meets nothing that was inferred: {hint}"));
            }
        }
        self.state_all(whole, inventory);
        for (_, verdict) in others {
            let hint = unknown(&verdict).map(|hint| format!("; {hint}"));
            let text = format!(
                "nothing that was inferred is meant by it: the verdict changes nothing{}",
                hint.unwrap_or_default()
            );
            self.note(&verdict, text);
        }
    }

    /// The row that is closest to an inferred relation: with both ends before one before none, and among those with the
    /// method before without it, with the kind before without it.
    fn closest(&self, relation: &Relation) -> Result<Option<(Key, Verdict)>> {
        if relation.is_stated() || relation.kind == RelationKind::UnrelatedTo {
            return Ok(None);
        }
        let (from, to) = (Some(relation.from.clone()), Some(relation.to.clone()));
        let method = relation.inference().map(|method| method.raw().clone());
        let kind = Some(relation.kind.clone());
        let by_ends = [
            vec![(from.clone(), to.clone())],
            vec![(from, None), (None, to)],
            vec![(None, None)],
        ];
        for ends in by_ends {
            for (with_method, with_kind) in [(true, true), (true, false), (false, true), (false, false)] {
                let keys = ends.iter().map(|(from, to)| {
                    let kind = kind.clone().filter(|_| with_kind);
                    let method = method.clone().filter(|_| with_method);
                    (from.clone(), to.clone(), kind, method)
                });
                let mut found = keys.filter_map(|key| self.rows.get_key_value(&key));
                let Some((key, verdict)) = found.next() else {
                    continue;
                };
                if let Some((_, other)) = found.find(|(_, other)| other.decision != verdict.decision) {
                    return Err(conflict(verdict, other));
                }
                return Ok(Some((key.clone(), verdict.clone())));
            }
        }
        Ok(None)
    }

    fn decided(&mut self, relation: &Relation, verdict: &Verdict) -> Relation {
        let why = relation
            .note()
            .map(|note| note.raw().as_str())
            .unwrap_or_default();
        let method = relation.inference().map(|method| method.raw().as_str());
        let (from, to) = (relation.from.clone(), relation.to.clone());
        if verdict.decision == Decision::Refuse {
            return refusal(from, to, method, verdict, why);
        }
        let decided = confirmed(from, to, relation.kind.clone(), verdict, why);
        self.remember(&decided, known(method), verdict.decision);
        decided
    }
}

/// Whether a row says all that a relation needs, and by which method.
fn is_direct((from, to, _, method): &Key) -> bool {
    from.is_some() && to.is_some() && known(method.as_deref()).is_some()
}

fn known(method: Option<&str>) -> Option<Method> {
    method?.parse().ok()
}

/// That the method of a row is unknown, with what may be meant.
fn unknown(verdict: &Verdict) -> Option<String> {
    let error = verdict.method.as_deref()?.parse::<Method>().err()?;
    Some(format!("{}: {}", error.message(), error.remedy_text()?))
}

fn conflict(one: &Verdict, other: &Verdict) -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        format!("two verdicts on the same relations differ: {one}, {other}"),
    )
    .at(other.place())
    .remedy("take one of them out, or name both ends in the one that is meant as the exception")
}

fn confirmed(from: AssetId, to: AssetId, kind: RelationKind, verdict: &Verdict, why: &str) -> Relation {
    let relation = Relation::new(from, to, kind).noted(verdict.remark(why));
    match verdict.decision {
        Decision::ConfirmSoft => relation.soft(),
        Decision::Confirm | Decision::Refuse => relation,
    }
}

fn refusal(from: AssetId, to: AssetId, method: Option<&str>, verdict: &Verdict, why: &str) -> Relation {
    let refusal = Relation::new(from, to, RelationKind::UnrelatedTo).noted(verdict.remark(why));
    match method {
        Some(method) => refusal.inferred_by(method),
        None => refusal,
    }
}

/// What is stated of the pairs that rows speak of.
struct Stated {
    kinds: BTreeSet<(AssetId, AssetId, RelationKind)>,
    impact: BTreeSet<(AssetId, AssetId)>,
    grouped: BTreeSet<(AssetId, AssetId)>,
}

impl Stated {
    fn of(inventory: &Inventory, rows: &[(Key, Verdict)]) -> Self {
        let pairs: BTreeSet<(&AssetId, &AssetId)> = rows
            .iter()
            .filter_map(|((from, to, ..), _)| Some((from.as_ref()?, to.as_ref()?)))
            .collect();
        let mut stated = Self {
            kinds: BTreeSet::new(),
            impact: BTreeSet::new(),
            grouped: BTreeSet::new(),
        };
        for relation in inventory.relations.iter().filter(|relation| relation.is_stated()) {
            if pairs.contains(&(&relation.from, &relation.to)) {
                let (from, to) = (relation.from.clone(), relation.to.clone());
                if relation.kind.carries_impact() {
                    stated.impact.insert((from.clone(), to.clone()));
                }
                stated.kinds.insert((from, to, relation.kind.clone()));
            }
        }
        for group in &inventory.requirements {
            for member in &group.members {
                if pairs.contains(&(&group.asset, member)) {
                    stated.grouped.insert((group.asset.clone(), member.clone()));
                }
            }
        }
        stated
    }

    /// Whether the relation is stated, or a group that somebody stated says more.
    fn has(&self, from: &AssetId, to: &AssetId, kind: &RelationKind) -> bool {
        let grouped = kind.carries_impact() && self.grouped.contains(&(from.clone(), to.clone()));
        grouped || self.kinds.contains(&(from.clone(), to.clone(), kind.clone()))
    }

    fn impact(&self, from: &AssetId, to: &AssetId) -> bool {
        let pair = (from.clone(), to.clone());
        self.impact.contains(&pair) || self.grouped.contains(&pair)
    }
}

/// Leaves out of what is inferred what is stated too, or was refused.
pub(in crate::source) fn settle(inventory: &mut Inventory) {
    let inferred = |relation: &Relation| !relation.is_stated() && relation.kind != RelationKind::UnrelatedTo;
    if !inventory.relations.iter().any(inferred) {
        return;
    }
    let mut stated: BTreeSet<(AssetId, AssetId, RelationKind)> = BTreeSet::new();
    let mut refused: BTreeSet<(AssetId, AssetId, Option<String>)> = BTreeSet::new();
    for relation in &inventory.relations {
        let (from, to) = (relation.from.clone(), relation.to.clone());
        if relation.kind == RelationKind::UnrelatedTo {
            let method = relation.inference().map(|method| method.raw().clone());
            refused.insert((from, to, method));
        } else if relation.is_stated() {
            stated.insert((from, to, relation.kind.clone()));
        }
    }
    inventory.relations.retain(|relation| {
        if !inferred(relation) {
            return true;
        }
        let (from, to) = (&relation.from, &relation.to);
        let method = relation.inference().map(|method| method.raw().clone());
        let is_refused = refused.contains(&(from.clone(), to.clone(), None))
            || refused.contains(&(from.clone(), to.clone(), method));
        !is_refused && !stated.contains(&(from.clone(), to.clone(), relation.kind.clone()))
    });
}

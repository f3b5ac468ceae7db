//! Relations that nobody recorded, inferred from addresses, names and software: marked as such, soft, each with its why.
//!
//! What each [`Method`] reads and when it does not guess: `docs/sources.md`, "Inference".

mod address;
mod backup;
mod decide;
mod dns;
mod domain;
mod gateway;
mod ground;
mod groups;
mod holders;
mod hosting;
mod judgement;
mod known;
mod marks;
mod method;
mod places;
pub(super) mod sheet;
mod sql;
mod verdict;

use serde::Serialize;

pub(super) use decide::{Verdicts, settle};
pub use method::Method;
pub use sheet::inferred_csv;
pub(super) use verdict::{ANY, Decision, Verdict, take};

use crate::error::Result;
use crate::estate::{AssetId, Inventory, Note, Relation};
use crate::monitor::Monitor;
use crate::text::Untrusted;
use ground::Ground;
use judgement::Judgement;
use known::{Because, Known};

/// At most this many doubts of one method are listed; all are counted.
const LISTED: usize = 1_000;

/// At most this many doubts of one method become notes of an inventory.
const NOTED: usize = 20;

/// Between two looks at the monitor so many assets are judged.
const STEP: usize = 4_096;

/// What was inferred, and of what no guess was made.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Inference {
    /// The new relations, sorted. Each is soft and says its method, its confidence and, in its note, why.
    pub relations: Vec<Relation>,
    /// One count a method, by the name of the method.
    pub methods: Vec<MethodCount>,
    /// Where the evidence fits several answers, or none well: for a person to decide. Up to 1,000 a method.
    pub doubts: Vec<Doubt>,
}

/// How far one method came.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MethodCount {
    /// Which method.
    pub method: Method,
    /// Relations that it infers.
    pub inferred: u64,
    /// Relations that the evidence speaks for and that are there already: stated, or inferred before. For hosting and
    /// backup: assets of which a host or backup is stated.
    pub known: u64,
    /// Relations that the evidence speaks for and that a person refused.
    pub refused: u64,
    /// Assets of which something is in doubt, and was not guessed.
    pub ambiguous: u64,
    /// Assets whose evidence leads to nothing in the estate.
    pub unmatched: u64,
    /// Assets that the method could be about and of which it finds no evidence.
    pub without_evidence: u64,
}

/// Something that was not guessed.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[non_exhaustive]
pub struct Doubt {
    /// By which method.
    pub method: Method,
    /// The dependant.
    pub asset: AssetId,
    /// Why not, in one sentence.
    pub why: Untrusted<String>,
}

/// Infers relations from what is recorded of the assets.
///
/// Nothing is changed: the result says what could be added. It is the same for the same content, whatever its order. A
/// relation that is stated, or was refused by a person, is not inferred; where several answers fit, none is. It takes time
/// in proportion to the size of the inventory, and to that of its logarithm.
///
/// ```
/// use vcto::estate::{Asset, AssetKind, Confidence, Inventory};
/// use vcto::source;
///
/// let inventory = Inventory {
///     assets: vec![
///         Asset::new("pc", AssetKind::Workstation).with("gateways", "10.0.0.1"),
///         Asset::new("fw", AssetKind::Firewall).with("addresses", "203.0.113.7; 10.0.0.1"),
///     ],
///     ..Inventory::default()
/// };
/// let inference = source::infer(&inventory)?;
/// let relation = &inference.relations[0];
/// assert_eq!((relation.from.as_str(), relation.to.as_str()), ("pc", "fw"));
/// assert_eq!(relation.confidence(), Some(Confidence::Medium));
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `invalid_input` for an id that is there twice.
pub fn infer(inventory: &Inventory) -> Result<Inference> {
    infer_watched(inventory, &Monitor::default()).map_err(|error| error.during("source.infer"))
}

/// As [`infer`], and can be stopped.
pub(super) fn infer_watched(inventory: &Inventory, monitor: &Monitor) -> Result<Inference> {
    let ground = Ground::of(inventory)?;
    let known = Known::of(&ground, inventory);
    let mut inference = Inference::default();
    for method in Method::ALL {
        monitor.check()?;
        let mut tally = Tally::new(*method, &ground, &known);
        let judge = judge(*method, &ground);
        for from in 0..ground.len() {
            if from.is_multiple_of(STEP) {
                monitor.report("source.infer", from as u64, Some(ground.len() as u64))?;
            }
            if !ground.is_idle(from)
                && let Some(judgement) = judge(from)
            {
                tally.take(from, judgement);
            }
        }
        inference.relations.append(&mut tally.relations);
        inference.doubts.append(&mut tally.doubts);
        inference.methods.push(tally.count);
    }
    inference.relations.sort();
    Ok(inference)
}

/// What a method says of the asset at a position.
fn judge<'g>(method: Method, ground: &'g Ground<'_>) -> Box<dyn Fn(usize) -> Option<Judgement> + 'g> {
    match method {
        Method::Backup => {
            let vaults = backup::Vaults::of(ground);
            Box::new(move |from| vaults.judge(ground, from))
        }
        Method::Dns => {
            let resolvers = dns::Resolvers::of(ground);
            Box::new(move |from| resolvers.judge(ground, from))
        }
        Method::DomainJoin => {
            let directory = domain::Directory::of(ground);
            Box::new(move |from| directory.judge(ground, from))
        }
        Method::Gateway => {
            let gateways = gateway::Gateways::of(ground);
            Box::new(move |from| gateways.judge(ground, from))
        }
        Method::Hosting => {
            let hosts = hosting::Hosts::of(ground);
            Box::new(move |from| hosts.judge(ground, from))
        }
        Method::SqlClient => {
            let databases = sql::Databases::of(ground);
            Box::new(move |from| databases.judge(ground, from))
        }
    }
}

/// What one method came to so far.
struct Tally<'g, 'a> {
    ground: &'g Ground<'a>,
    known: &'g Known,
    count: MethodCount,
    relations: Vec<Relation>,
    doubts: Vec<Doubt>,
}

impl<'g, 'a> Tally<'g, 'a> {
    fn new(method: Method, ground: &'g Ground<'a>, known: &'g Known) -> Self {
        Self {
            ground,
            known,
            count: MethodCount {
                method,
                inferred: 0,
                known: 0,
                refused: 0,
                ambiguous: 0,
                unmatched: 0,
                without_evidence: 0,
            },
            relations: Vec::new(),
            doubts: Vec::new(),
        }
    }

    fn take(&mut self, from: usize, judgement: Judgement) {
        let method = self.count.method;
        if self.known.answers(method, from) {
            self.count.known += 1;
            return;
        }
        if !judgement.evidence {
            self.count.without_evidence += 1;
        } else if !judgement.doubts.is_empty() {
            self.count.ambiguous += 1;
        } else if judgement.guesses.is_empty() {
            self.count.unmatched += 1;
        }
        let Some(asset) = self.ground.asset(from) else {
            return;
        };
        for guess in judgement.guesses {
            let Some(dependency) = self.ground.asset(guess.to) else {
                continue;
            };
            match self.known.has(method, from, guess.to) {
                Some(Because::Known) => self.count.known += 1,
                Some(Because::Refused) => self.count.refused += 1,
                None => {
                    self.count.inferred += 1;
                    self.relations.push(
                        Relation::new(asset.id.clone(), dependency.id.clone(), method.kind())
                            .soft()
                            .inferred(method.as_str(), guess.confidence)
                            .noted(guess.why),
                    );
                }
            }
        }
        let room = LISTED.saturating_sub(self.doubts.len());
        self.doubts
            .extend(judgement.doubts.into_iter().take(room).map(|why| Doubt {
                method,
                asset: asset.id.clone(),
                why: why.into(),
            }));
    }
}

impl Inference {
    /// Adds what was inferred to the inventory that it was inferred from, and notes what was not guessed.
    pub(super) fn apply(self, inventory: &mut Inventory) {
        for count in &self.methods {
            inventory.source.notes.extend(count.note());
            let doubts = self.doubts.iter().filter(|doubt| doubt.method == count.method);
            inventory
                .source
                .notes
                .extend(doubts.take(NOTED).map(|doubt| Note {
                    at: Some(place(doubt.method)),
                    text: doubt.why.clone(),
                    asset: Some(doubt.asset.clone()),
                }));
        }
        inventory.relations.extend(self.relations);
    }
}

impl MethodCount {
    /// The count in words, where there is something to say.
    fn note(&self) -> Option<Note> {
        let parts = [
            (self.inferred, "inferred"),
            (self.known, "known without it"),
            (self.refused, "refused by a person"),
            (self.ambiguous, "in doubt and not guessed"),
            (self.unmatched, "whose evidence leads nowhere in these records"),
            (self.without_evidence, "without evidence"),
        ];
        let said: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        (self.inferred + self.refused + self.ambiguous > 0).then(|| Note {
            at: Some(place(self.method)),
            text: said.join(", ").into(),
            asset: None,
        })
    }
}

fn place(method: Method) -> Untrusted<String> {
    format!("inference by {method}").into()
}

/// Whether a note of an inventory tells what was inferred, or what was not guessed.
pub(crate) fn is_of_inference(note: &Note) -> bool {
    let mut methods = Method::ALL.iter();
    methods.any(|method| note.at.as_ref() == Some(&place(*method)))
}

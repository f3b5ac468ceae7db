//! What an analyzer is given: the estate with its relations by either end, the day, the settings, and who watches.

use std::ops::Range;
use std::sync::OnceLock;

use jiff::civil::Date;

use super::finding::Read;
use super::lifecycle::{Catalogue, days_between};
use super::matrix::{Alike, Column, Matrix, Twins};
use super::processors::Processors;
use super::settings::Settings;
use crate::digest::Hasher;
use crate::error::Result;
use crate::estate::{Asset, AssetId, Estate, Note, Relation, RelationKind, Requirement, Strength};
use crate::monitor::Monitor;
use crate::text::Untrusted;

/// So many remarks stand in the evidence one by one.
const NOTES: usize = 20;

/// The input of an [`Analyzer`](super::Analyzer).
#[derive(Debug)]
pub struct Context<'a> {
    estate: &'a Estate,
    as_of: Date,
    settings: &'a Settings,
    catalogue: &'a Catalogue,
    processors: &'a Processors,
    monitor: &'a Monitor,
    impact: OnceLock<Read>,
    criticality: OnceLock<Read>,
    network: OnceLock<Read>,
    matrix: OnceLock<Matrix>,
    twins: OnceLock<Twins<'a>>,
    /// Positions of relations, sorted by the id of the dependency; stable, so within one by dependant and kind.
    by_dependency: OnceLock<Vec<u32>>,
}

impl<'a> Context<'a> {
    /// Prepares an estate for review.
    pub(super) fn new(
        estate: &'a Estate,
        as_of: Date,
        settings: &'a Settings,
        (catalogue, processors): (&'a Catalogue, &'a Processors),
        monitor: &'a Monitor,
    ) -> Self {
        Self {
            estate,
            as_of,
            settings,
            catalogue,
            processors,
            monitor,
            impact: OnceLock::new(),
            criticality: OnceLock::new(),
            network: OnceLock::new(),
            matrix: OnceLock::new(),
            twins: OnceLock::new(),
            by_dependency: OnceLock::new(),
        }
    }

    /// The snapshot.
    pub fn estate(&self) -> &'a Estate {
        self.estate
    }

    /// The day of the review: all verdicts are as of this day.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// The limits.
    pub fn settings(&self) -> &'a Settings {
        self.settings
    }

    /// Until when products are supported.
    pub fn catalogue(&self) -> &'a Catalogue {
        self.catalogue
    }

    /// Which processors Windows 11 supports.
    pub fn processors(&self) -> &'a Processors {
        self.processors
    }

    /// Days from the day of the review to another; negative where that lies behind.
    pub fn days_to(&self, day: Date) -> i64 {
        days_between(self.as_of, day)
    }

    /// Who watches.
    pub fn monitor(&self) -> &'a Monitor {
        self.monitor
    }

    /// That everything which carries impact was read: relations and groups.
    pub fn impact_layer(&self) -> Read {
        let read = || {
            let relations = self.estate.relations().iter();
            let mut layer = Layer::new();
            relations
                .filter(|relation| relation.kind.carries_impact())
                .for_each(|relation| layer.relation(relation));
            for group in self.estate.requirements() {
                layer.group(group);
            }
            layer.read("impact")
        };
        self.impact.get_or_init(read).clone()
    }

    /// That the criticality of every asset was read.
    pub fn criticality_layer(&self) -> Read {
        let read = || {
            let mut layer = Layer::new();
            for asset in self.estate.assets() {
                if let Some(criticality) = &asset.criticality {
                    layer.property(&asset.id, criticality.as_str());
                }
            }
            layer.read("property criticality")
        };
        self.criticality.get_or_init(read).clone()
    }

    /// That all recorded links of the network were read.
    pub fn network_layer(&self) -> Read {
        let read = || {
            let relations = self.estate.relations().iter();
            let mut layer = Layer::new();
            relations
                .filter(|relation| relation.kind == RelationKind::ConnectsTo)
                .for_each(|relation| layer.relation(relation));
            layer.read("network")
        };
        self.network.get_or_init(read).clone()
    }

    /// Every device against what should look after it.
    pub fn matrix(&self) -> &Matrix {
        self.matrix.get_or_init(|| Matrix::new(self))
    }

    /// A device that may be this one and that the column knows: see [`Twins`].
    pub(super) fn twin(&self, column: Column, asset: &Asset) -> Option<(Alike, &'a Asset)> {
        let twins = self.twins.get_or_init(|| Twins::of(self.estate));
        twins.find(self, column, asset)
    }

    pub(super) fn into_matrix(mut self) -> Matrix {
        self.matrix.take().unwrap_or_else(|| Matrix::new(&self))
    }

    /// Called between units of work.
    ///
    /// # Errors
    /// `cancelled` when the caller asked to stop.
    pub fn check(&self) -> Result<()> {
        self.monitor.check()
    }

    /// The relations of this asset to what it depends on, is backed up by, and so on; sorted by the other end.
    pub fn outgoing(&self, asset: &AssetId) -> &'a [Relation] {
        let relations = self.estate.relations();
        let Range { start, end } = run(relations.len(), |at| {
            relations.get(at).map(|relation| relation.from.cmp(asset))
        });
        relations.get(start..end).unwrap_or_default()
    }

    /// The relations of one kind out of [`outgoing`](Self::outgoing).
    pub fn outgoing_of(
        &self,
        asset: &Asset,
        kind: RelationKind,
    ) -> impl Iterator<Item = &'a Relation> + use<'a> {
        self.outgoing(&asset.id)
            .iter()
            .filter(move |relation| relation.kind == kind)
    }

    /// The relations of others to this asset, sorted by the other end.
    pub fn incoming(&self, asset: &AssetId) -> impl Iterator<Item = &'a Relation> {
        let relations = self.estate.relations();
        let sorted = self.by_dependency.get_or_init(|| {
            let mut sorted: Vec<u32> = (0..u32::try_from(relations.len()).unwrap_or(u32::MAX)).collect();
            sorted.sort_by_key(|at| relations.get(*at as usize).map(|relation| &relation.to));
            sorted
        });
        let at = |position: usize| {
            let index = *sorted.get(position)?;
            relations.get(index as usize)
        };
        let range = run(sorted.len(), |position| {
            at(position).map(|relation| relation.to.cmp(asset))
        });
        range.filter_map(at)
    }

    /// The relations of one kind out of [`incoming`](Self::incoming).
    pub fn incoming_of(&self, asset: &AssetId, kind: RelationKind) -> impl Iterator<Item = &'a Relation> {
        self.incoming(asset).filter(move |relation| relation.kind == kind)
    }
}

impl Read {
    /// What was read of a fact of this asset, present or not.
    pub fn fact(asset: &Asset, fact: &str) -> Self {
        Self::Fact {
            asset: asset.id.clone(),
            fact: fact.to_owned(),
            value: asset.fact(fact).cloned(),
        }
    }

    /// That the criticality of this asset was read.
    pub fn criticality(asset: &Asset) -> Self {
        Self::Property {
            asset: asset.id.clone(),
            property: "criticality".to_owned(),
            value: asset.criticality.as_ref().map(|word| word.as_str().into()),
        }
    }

    /// That the kind of this asset was read.
    pub fn kind(asset: &Asset) -> Self {
        Self::Property {
            asset: asset.id.clone(),
            property: "kind".to_owned(),
            value: Some(asset.kind.as_str().into()),
        }
    }

    /// That the name of this asset was read.
    pub fn name(asset: &Asset) -> Self {
        Self::Property {
            asset: asset.id.clone(),
            property: "name".to_owned(),
            value: asset.name.clone().map(Untrusted::into_raw).map(Untrusted::new),
        }
    }

    /// That this asset was found to have no relation of a kind, either way.
    pub fn no_relation(asset: &Asset, kind: &RelationKind) -> Self {
        Self::NoRelation {
            asset: asset.id.clone(),
            kind: kind.clone(),
        }
    }

    /// That these remarks on reading a source were read; a source without a name: on joining all of them.
    pub fn notes(source: &str, notes: &[&Note]) -> Self {
        let mut hasher = Hasher::new("vcto evidence notes v1");
        for note in notes {
            let text = |text: Option<&str>| text.unwrap_or_default().as_bytes().to_vec();
            hasher
                .field(&text(note.at.as_ref().map(|at| at.raw().as_str())))
                .field(note.text.raw().as_bytes())
                .field(&text(note.asset.as_ref().map(AssetId::as_str)));
        }
        Self::Notes {
            source: Untrusted::new(source.to_owned()),
            count: notes.len() as u64,
            digest: hasher.finish(),
            first: notes.iter().take(NOTES).map(|note| Note::clone(note)).collect(),
        }
    }

    /// That this relation was read.
    pub fn relation(relation: &Relation) -> Self {
        Self::Relation {
            relation: relation.clone(),
        }
    }
}

/// Digests a layer of the estate, in its order.
struct Layer {
    hasher: Hasher,
    count: u64,
}

impl Layer {
    fn new() -> Self {
        Self {
            hasher: Hasher::new("vcto evidence layer v1"),
            count: 0,
        }
    }

    fn relation(&mut self, relation: &Relation) {
        self.count += 1;
        self.hasher
            .field(relation.from.as_str().as_bytes())
            .field(relation.to.as_str().as_bytes())
            .field(relation.kind.as_str().as_bytes())
            .field(&[u8::from(relation.strength == Strength::Soft)]);
    }

    fn property(&mut self, asset: &AssetId, value: &str) {
        self.count += 1;
        self.hasher
            .field(asset.as_str().as_bytes())
            .field(value.as_bytes());
    }

    fn group(&mut self, group: &Requirement) {
        self.count += 1;
        self.hasher
            .field(group.asset.as_str().as_bytes())
            .field(&u64::from(group.needs).to_le_bytes())
            .field(&(group.members.len() as u64).to_le_bytes());
        for member in &group.members {
            self.hasher.field(member.as_str().as_bytes());
        }
    }

    fn read(&self, layer: &str) -> Read {
        Read::Layer {
            layer: layer.to_owned(),
            count: self.count,
            digest: self.hasher.finish(),
        }
    }
}

/// The run of positions that compare equal, in a sequence sorted by the comparison.
fn run(len: usize, compare: impl Fn(usize) -> Option<std::cmp::Ordering>) -> Range<usize> {
    let bound = |inclusive: bool| {
        let (mut low, mut high) = (0, len);
        while low < high {
            let middle = low + (high - low) / 2;
            let before = match compare(middle) {
                Some(std::cmp::Ordering::Less) => true,
                Some(std::cmp::Ordering::Equal) => inclusive,
                _ => false,
            };
            if before {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    };
    bound(false)..bound(true)
}

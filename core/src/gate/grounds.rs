//! On what a change rests now: its risk and its facts, read from the last snapshot of the estate and the executors.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::record::Grounds;
use super::registry::Registry;
use super::risk::{ActionRisk, COMPLIANCE_FACT, DataQuality, Exposure, Known, Risk, RiskInput, UndoRisk};
use super::rules;
use super::state::{Proposal, State};
use super::together::Subject;
use crate::change::{Change, FactRef, Step};
use crate::digest::{Digest, Hasher};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Asset, AssetId, Criticality, Estate, Fact, Source};
use crate::impact::{self, BlastRadius};

/// What the present is read from.
pub(super) struct Present<'a> {
    pub(super) state: &'a State,
    pub(super) registry: &'a Registry,
    /// The last snapshot; absent where none was recorded.
    pub(super) estate: Option<&'a Estate>,
    pub(super) has_notifier: bool,
    pub(super) at: Timestamp,
}

impl Present<'_> {
    /// The grounds of a change. `original` is the proposal that it takes back.
    pub(super) fn grounds(&self, subject: &Subject<'_>, original: Option<&Proposal>) -> Result<Grounds> {
        let change = subject.change;
        if rules::is_of_the_rules(change) {
            return rules::grounds(self.state, change);
        }
        let targets: Vec<Target<'_>> = change
            .targets()
            .into_iter()
            .map(|id| self.target(id))
            .collect::<Result<_>>()?;
        let area = self.state.setup.areas()?.get(&change.area);
        let (reach, touched) = touched(&targets).unzip();
        let count = touched.as_ref().map(|touched| touched.len() as u64);
        let input = RiskInput {
            area: change.area.clone(),
            reach,
            touched: count,
            with_earlier: subject.together(self.state, self.estate, touched, self.at)?,
            targets: targets.iter().map(Target::exposure).collect(),
            actions: change
                .steps
                .iter()
                .map(|step| self.action(step, original))
                .collect(),
            data: self.data(),
            halted: !self.state.setup.halts.is_empty(),
            frozen: rules::in_force(&self.state.setup.freezes, &change.area, self.at)
                .map(|freeze| freeze.name.clone())
                .collect(),
            has_notifier: self.has_notifier,
        };
        Ok(Grounds {
            risk: Risk::assess(input, self.state.setup.policy()?, area),
            policy: self.state.setup.rules_digest(&change.area)?,
            facts: self.facts(change, &targets)?,
            snapshot: self.state.snapshot(),
        })
    }

    fn target<'a>(&'a self, id: &'a AssetId) -> Result<Target<'a>> {
        let found = self
            .estate
            .and_then(|estate| estate.asset(id.as_str()).map(|asset| (estate, asset)));
        let known = found
            .map(|(estate, asset)| {
                Ok::<_, Error>((estate, asset, impact::blast_radius(estate, id.as_str())?))
            })
            .transpose()?;
        Ok(Target { id, known })
    }

    fn action(&self, step: &Step, original: Option<&Proposal>) -> ActionRisk {
        let own = self.registry.declaration(&step.executor, &step.action);
        let (declared, undo) = if let Some(original) = original {
            let taken_back = original.change.steps.iter().find(|other| other.id == step.id);
            let declared =
                taken_back.and_then(|other| self.registry.declaration(&other.executor, &other.action));
            (declared.filter(|_| own.is_some()), UndoRisk::IsUndo)
        } else {
            let undo = step
                .undo
                .as_ref()
                .map(|undo| self.registry.declaration(&step.executor, &undo.action));
            let undo = match undo {
                None => UndoRisk::None,
                Some(Some(_)) => UndoRisk::Declared,
                Some(None) => UndoRisk::Undeclared,
            };
            (own, undo)
        };
        ActionRisk {
            executor: step.executor.clone(),
            action: step.action.clone(),
            declared,
            undo,
        }
    }

    fn data(&self) -> DataQuality {
        let Some(estate) = self.estate else {
            return DataQuality {
                age_s: None,
                complete: false,
            };
        };
        let source = estate.source();
        let told: Vec<&Source> = match source.merged_from.as_slice() {
            [] => vec![source],
            merged => merged.iter().collect(),
        };
        let ages: Option<Vec<u64>> = told
            .iter()
            .map(|source| u64::try_from(self.at.as_second() - source.captured_at?.as_second()).ok())
            .collect();
        DataQuality {
            age_s: ages.and_then(|ages| ages.into_iter().max()),
            complete: told
                .iter()
                .all(|source| source.complete && source.scopes.iter().all(|scope| scope.complete)),
        }
    }

    /// The stamp of what an approval rests on: the values of the facts that the change reads, and the blast radii of its
    /// targets. Who stated a fact and when does not count: a sync that finds the same voids nothing.
    fn facts(&self, change: &Change, targets: &[Target<'_>]) -> Result<Digest> {
        let mut hasher = Hasher::new("vcto facts v1");
        let reads: BTreeSet<&FactRef> = change.reads.iter().collect();
        hasher.update(&(reads.len() as u64).to_le_bytes());
        for read in reads {
            hasher
                .field(read.asset.as_str().as_bytes())
                .field(read.fact.as_bytes());
            hasher.field(&self.fact(read)?);
        }
        hasher.update(&(targets.len() as u64).to_le_bytes());
        for target in targets {
            hasher.field(target.id.as_str().as_bytes());
            match &target.known {
                None => hasher.field(b"absent"),
                Some((_, _, radius)) => {
                    hasher.field(b"present");
                    ids(&mut hasher, &radius.assets);
                    ids(&mut hasher, &radius.degraded)
                }
            };
        }
        Ok(hasher.finish())
    }

    /// A fact's values as JSON, sorted. No asset, no fact and no value are three things, and each differs from any value.
    fn fact(&self, read: &FactRef) -> Result<Vec<u8>> {
        let Some(asset) = self.estate.and_then(|estate| estate.asset(read.asset.as_str())) else {
            return Ok(b"no asset".to_vec());
        };
        let Some(fact) = asset.fact(&read.fact) else {
            return Ok(b"no fact".to_vec());
        };
        let mut values = fact
            .values()
            .iter()
            .map(|stated| serde_json::to_string(&stated.value))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|source| {
                Error::new(ErrorKind::Internal, "a fact does not serialise").caused_by(source)
            })?;
        values.sort();
        values.dedup();
        Ok(format!("[{}]", values.join(",")).into_bytes())
    }
}

/// A target and what the snapshot has of it.
struct Target<'a> {
    id: &'a AssetId,
    known: Option<(&'a Estate, &'a Asset, BlastRadius)>,
}

impl Target<'_> {
    fn exposure(&self) -> Exposure {
        let known = self.known.as_ref().map(|(estate, asset, radius)| {
            let dependants = radius.assets.iter().filter_map(|id| estate.asset(id.as_str()));
            Known {
                dependants: radius.assets.len() as u64,
                critical: std::iter::once(*asset).chain(dependants).any(is_critical),
                related: is_related(estate, &asset.id),
                tags: tags(asset),
            }
        });
        Exposure {
            asset: self.id.clone(),
            known,
        }
    }
}

/// How many assets may be taken along, all that depend on a target; and which are touched, the targets with them.
///
/// INVARIANT: one more target never makes either less. So a target that depends on another one counts as taken along: who
/// names the dependants as targets too would lower the level otherwise.
fn touched(targets: &[Target<'_>]) -> Option<(u64, BTreeSet<AssetId>)> {
    let mut touched: BTreeSet<AssetId> = BTreeSet::new();
    for target in targets {
        let (_, _, radius) = target.known.as_ref()?;
        touched.extend(radius.assets.iter().cloned());
    }
    let reach = touched.len() as u64;
    touched.extend(targets.iter().map(|target| target.id.clone()));
    Some((reach, touched))
}

/// Of the highest criticality, or of one that this version cannot rank.
fn is_critical(asset: &Asset) -> bool {
    matches!(
        asset.criticality,
        Some(Criticality::Critical | Criticality::Other(_))
    )
}

/// Whether anything that carries impact is stated of the asset, in either direction. What was only inferred does not make
/// its reach known.
fn is_related(estate: &Estate, asset: &AssetId) -> bool {
    if let Some(at) = estate.index_of(asset.as_str()) {
        let graph = estate.graph();
        let inferred = &graph.standing().inferred;
        let is_stated = |pair: (u32, u32)| inferred.binary_search(&pair).is_err();
        let needs = graph.dependencies(at).iter().any(|other| is_stated((at, *other)));
        if needs || graph.dependants(at).iter().any(|other| is_stated((*other, at))) {
            return true;
        }
    }
    // What says of itself that it needs itself, and groups of one, are in no graph.
    let stated = estate.relations().iter().any(|relation| {
        relation.kind.carries_impact()
            && relation.is_stated()
            && (relation.from == *asset || relation.to == *asset)
    });
    let grouped = || {
        let mut groups = estate.requirements().iter();
        groups.any(|group| group.asset == *asset || group.members.contains(asset))
    };
    stated || grouped()
}

fn tags(asset: &Asset) -> BTreeSet<String> {
    let values = asset.fact(COMPLIANCE_FACT).into_iter().flat_map(Fact::values);
    values
        .filter_map(|stated| stated.value.as_text())
        .flat_map(|text| {
            text.raw()
                .split([',', ' ', ';'])
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .filter(|tag| !tag.is_empty())
        .collect()
}

fn ids<'h>(hasher: &'h mut Hasher, ids: &[AssetId]) -> &'h mut Hasher {
    hasher.update(&(ids.len() as u64).to_le_bytes());
    for id in ids {
        hasher.field(id.as_str().as_bytes());
    }
    hasher
}

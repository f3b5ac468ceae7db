//! One inventory of several: what each source says stays, with its name beside it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::asset::{Asset, AssetKind, Criticality};
use super::bounds::MAX_NAME;
use super::fact::{FactValue, Origin};
use super::inventory::{Inventory, Source};
use super::json::Under;
use super::relation::{Relation, RelationKind};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Plain, Untrusted, quoted};

impl Inventory {
    /// Makes one inventory of several. The order in which they come does not matter; one alone stays as it is.
    ///
    /// - Assets with the same id become one. Their facts stand side by side, each with the name and time of its source,
    ///   so that disagreement stays visible ([`Fact::disagrees`](super::Fact::disagrees)).
    /// - Where kinds disagree, the closest known one is taken (any before `device`, known words before others); where
    ///   criticalities do, the highest known one; then, and for names, what most sources say, then the first by letters.
    ///   What each source said is kept as a fact `kind`, `criticality` or `name`.
    /// - A relation or requirement that several state stands once. Of links (`connects_to`) between the same two assets,
    ///   those of the source with the most are taken: two sources tell of the same cables, while two in one source are two.
    /// - The result is complete when all are, and as old as the oldest; the sources are in `source.merged_from`.
    ///
    /// ```
    /// use vcto::Inventory;
    /// use vcto::estate::{Asset, AssetKind};
    ///
    /// let told = |name: &str, os: &str| {
    ///     let mut inventory = Inventory::default();
    ///     inventory.source.name = name.into();
    ///     inventory.assets = vec![Asset::new("srv-1", AssetKind::Server).with("os_name", os)];
    ///     inventory
    /// };
    /// let both = Inventory::merge([told("rmm", "Windows Server 2019"), told("hypervisor", "Windows Server 2016")])?;
    /// let os = both.assets[0].fact("os_name").unwrap();
    /// assert!(os.disagrees());
    /// assert_eq!(os.values()[0].source().unwrap().raw(), "rmm");
    /// # Ok::<(), vcto::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_input` when there is none, or when one inventory has an id twice.
    pub fn merge(inventories: impl IntoIterator<Item = Self>) -> Result<Self> {
        merge(inventories.into_iter().collect()).map_err(|error| error.during("inventory.merge"))
    }
}

fn merge(mut inventories: Vec<Inventory>) -> Result<Inventory> {
    if inventories.len() <= 1 {
        return inventories
            .pop()
            .ok_or_else(|| Error::new(ErrorKind::InvalidInput, "nothing to merge"));
    }
    // Equal sources are told apart by nothing that the result shows.
    inventories.sort_by(|a, b| a.source.cmp(&b.source));
    let mut all = Inventory::default();
    let mut assets = Vec::new();
    let mut links: Links = BTreeMap::new();
    let mut sources = Vec::with_capacity(inventories.len());
    for inventory in inventories {
        unique(&inventory)?;
        let origin = Arc::new(Origin {
            source: Some(inventory.source.name.clone()),
            at: inventory.source.captured_at,
            confidence: None,
        });
        assets.extend(inventory.assets.into_iter().map(|mut asset| {
            name_origin(&mut asset, &origin);
            (asset, Arc::clone(&origin))
        }));
        take_relations(inventory.relations, &mut all.relations, &mut links);
        all.requirements
            .extend(inventory.requirements.into_iter().map(|mut requirement| {
                requirement.members.sort();
                requirement.members.dedup();
                requirement
            }));
        sources.push(inventory.source);
    }
    all.assets = join(assets);
    all.relations.sort();
    all.relations.dedup();
    all.relations.extend(links.into_values().flatten());
    all.requirements.sort();
    all.requirements.dedup();
    all.source = joint_source(sources);
    Ok(all)
}

/// An id that stands twice in one inventory is a mistake there, and would look like two sources.
fn unique(inventory: &Inventory) -> Result<()> {
    let mut seen = HashSet::with_capacity(inventory.assets.len());
    for (at, asset) in inventory.assets.iter().enumerate() {
        if !seen.insert(&asset.id) {
            let id = quoted(asset.id.as_str());
            return Err(
                Error::new(ErrorKind::InvalidInput, format!("the id {id} stands twice"))
                    .under("id")
                    .item(at)
                    .under("assets")
                    .within(Plain(inventory.source.name.raw())),
            );
        }
    }
    Ok(())
}

/// Says of every statement who makes it and when, where that was inherited from the inventory.
fn name_origin(asset: &mut Asset, inherited: &Arc<Origin>) {
    for fact in asset.facts.each_mut() {
        fact.settle(|value| match &mut value.origin {
            None => value.origin = Some(Arc::clone(inherited)),
            Some(origin) if origin.source.is_some() && origin.at.is_some() => {}
            Some(origin) => {
                let origin = Arc::make_mut(origin);
                if origin.source.is_none() {
                    origin.source.clone_from(&inherited.source);
                }
                origin.at = origin.at.or(inherited.at);
            }
        });
    }
}

/// The links between two assets: those of the source that knows most.
type Links = BTreeMap<(super::AssetId, super::AssetId), Vec<Relation>>;

fn take_relations(relations: Vec<Relation>, others: &mut Vec<Relation>, links: &mut Links) {
    let mut own: Links = BTreeMap::new();
    for relation in relations {
        if relation.kind == RelationKind::ConnectsTo {
            let (low, high) = if relation.from <= relation.to {
                (&relation.from, &relation.to)
            } else {
                (&relation.to, &relation.from)
            };
            own.entry((low.clone(), high.clone())).or_default().push(relation);
        } else {
            others.push(relation);
        }
    }
    for (pair, mut mine) in own {
        mine.sort();
        let known = links.entry(pair).or_default();
        if (mine.len(), Reverse(&mine)) > (known.len(), Reverse(known)) {
            *known = mine;
        }
    }
}

/// One asset for each id, in the order of the ids.
fn join(mut assets: Vec<(Asset, Arc<Origin>)>) -> Vec<Asset> {
    // Stable: the sources stand in their order.
    assets.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    let mut joined = Vec::with_capacity(assets.len());
    let mut rest = assets.into_iter().peekable();
    while let Some((first, origin)) = rest.next() {
        let mut same = vec![(first, origin)];
        while let Some(next) =
            rest.next_if(|(next, _)| same.first().is_some_and(|(asset, _)| asset.id == next.id))
        {
            same.push(next);
        }
        joined.extend(join_one(same));
    }
    joined
}

/// One asset of what several sources say of it.
fn join_one(mut same: Vec<(Asset, Arc<Origin>)>) -> Option<Asset> {
    if same.len() == 1 {
        return same.pop().map(|(asset, _)| asset);
    }
    let kinds = said(&same, |asset| Some(&asset.kind));
    let criticalities = said(&same, |asset| asset.criticality.as_ref());
    let names = said(&same, |asset| asset.name.as_ref());
    let kind = kinds.choose(closeness)?;
    let criticality = criticalities.choose(height);
    let name = names.choose(|_| 0);
    let records = [
        ("kind", kinds.disagreement(|kind| kind.as_str().to_owned())),
        (
            "criticality",
            criticalities.disagreement(|word| word.as_str().to_owned()),
        ),
        ("name", names.disagreement(|name| name.raw().clone())),
    ];
    let mut assets = same.into_iter().map(|(asset, _)| asset);
    let mut joined = assets.next()?;
    for other in assets {
        joined.facts.absorb(other.facts);
    }
    for (fact, values) in records {
        for value in values {
            joined.facts.add(fact, value);
        }
    }
    (joined.kind, joined.criticality, joined.name) = (kind, criticality, name);
    Some(joined)
}

/// What sources say of one property: each value with those that say it.
struct Said<T>(Vec<(T, Vec<Arc<Origin>>)>);

fn said<T: Clone + Ord>(same: &[(Asset, Arc<Origin>)], property: impl Fn(&Asset) -> Option<&T>) -> Said<T> {
    let mut values: BTreeMap<&T, Vec<Arc<Origin>>> = BTreeMap::new();
    for (asset, origin) in same {
        if let Some(value) = property(asset) {
            values.entry(value).or_default().push(Arc::clone(origin));
        }
    }
    Said(
        values
            .into_iter()
            .map(|(value, origins)| (value.clone(), origins))
            .collect(),
    )
}

impl<T: Clone> Said<T> {
    /// The value of the highest rank, then the most sources, then the first in order.
    fn choose(&self, rank: impl Fn(&T) -> u8) -> Option<T> {
        self.0
            .iter()
            .enumerate()
            .max_by_key(|(at, (value, origins))| (rank(value), origins.len(), Reverse(*at)))
            .map(|(_, (value, _))| value.clone())
    }

    /// All that was said, when it is not the same.
    fn disagreement(&self, text: impl Fn(&T) -> String) -> Vec<FactValue> {
        if self.0.len() < 2 {
            return Vec::new();
        }
        let statements = self.0.iter().flat_map(|(value, origins)| {
            let text = text(value);
            origins.iter().map(move |origin| FactValue {
                value: text.as_str().into(),
                origin: Some(Arc::clone(origin)),
            })
        });
        statements.collect()
    }
}

/// How much a kind says: `device` is said of anything.
fn closeness(kind: &AssetKind) -> u8 {
    match kind {
        AssetKind::Other(_) => 0,
        AssetKind::Device => 1,
        _ => 2,
    }
}

fn height(criticality: &Criticality) -> u8 {
    match criticality {
        Criticality::Critical => 4,
        Criticality::High => 3,
        Criticality::Medium => 2,
        Criticality::Low => 1,
        Criticality::Other(_) => 0,
    }
}

fn joint_source(sources: Vec<Source>) -> Source {
    let mut joint = Source {
        name: joint_name(&sources),
        complete: sources.iter().all(|source| source.complete),
        captured_at: sources.iter().map(|source| source.captured_at).min().flatten(),
        ..Source::default()
    };
    for mut source in sources {
        if source.merged_from.is_empty() {
            joint.merged_from.push(source);
        } else {
            // A merge of merges names the sources at the bottom.
            joint.notes.append(&mut source.notes);
            joint.scopes.append(&mut source.scopes);
            joint.merged_from.append(&mut source.merged_from);
        }
    }
    joint.merged_from.sort();
    joint.merged_from.dedup();
    joint
}

/// The names, or their number where they are many.
fn joint_name(sources: &[Source]) -> Untrusted<String> {
    const JOINED: usize = 4;
    let mut names: Vec<&str> = sources.iter().map(|source| source.name.raw().as_str()).collect();
    names.dedup();
    let joined = names.join(" + ");
    if names.len() <= JOINED && joined.len() <= MAX_NAME {
        joined.into()
    } else {
        format!("{} sources", names.len()).into()
    }
}

//! Failure and reachability together: what stops, what is cut off, and what cannot be told.

mod exits;
mod ground;
mod lines;
mod pieces;
mod questions;
mod run;
mod scope;
mod sets;
mod tally;
mod traits;
mod witness;
mod words;

pub use lines::State;
pub use questions::Question;
pub use tally::{PeopleAffected, ServiceEffect, SiteEffect, WayOut};
pub(super) use tally::{is_service, people};

use std::fmt;
use std::sync::Arc;

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use self::ground::Ground;
use self::lines::Lines;
use self::run::Run;
use self::scope::Scopes;
use super::explain::Explanation;
use super::{ids, json, position};
use crate::error::Result;
use crate::estate::{AssetId, Estate};
use crate::monitor::Monitor;

/// What happens when assets stop, as far as it is recorded. The four lists share no asset.
///
/// In JSON `{"seeds", "failed", "degraded", "cut_off", "unknown", "why", "people", "summary", "sites", "services",
/// "elsewhere", "questions"}`, where `why` has one sentence for each asset of the four lists, by id, and `summary` is
/// [`summary`](Self::summary).
#[derive(Clone)]
#[non_exhaustive]
pub struct WhatIf {
    /// What was assumed to fail, by id.
    pub seeds: Vec<AssetId>,
    /// The seeds and everything that stops: what [`fail`](super::fail()) gives, and what needs something cut off.
    pub failed: Vec<AssetId>,
    /// What works but leans on something that failed, is cut off or is degraded, or has lost the way to something that it
    /// can do without, by id.
    pub degraded: Vec<AssetId>,
    /// What stands but has lost its way to something that it cannot do without, or every way out that it had, by id.
    pub cut_off: Vec<AssetId>,
    /// What the records do not tell, by id. None of these is safe.
    pub unknown: Vec<AssetId>,
    /// People, counted once.
    pub people: PeopleAffected,
    /// The sites of the assets above, by id.
    pub sites: Vec<SiteEffect>,
    /// The services and applications among the assets above, by id.
    pub services: Vec<ServiceEffect>,
    /// How many more assets could not be told either, but are at sites where nothing fails.
    pub elsewhere: usize,
    /// What to ask to know more, what tells most first.
    pub questions: Vec<Question>,
    ground: Arc<Ground>,
    lines: Arc<Lines>,
}

/// How to compute [`what_if_with`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct WhatIfOptions {
    monitor: Monitor,
}

impl WhatIfOptions {
    /// Watches the work: progress is told under `impact.what_if`.
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self
    }
}

/// What stops, what is cut off and what cannot be told when these assets stop.
///
/// *Out of service* is the least set with the seeds, with every asset that [`fail`](super::fail()) would fail for what is
/// in it, and with every asset that is cut off from something it cannot do without; a member of a group counts as lost to
/// the group's owner when it is out of service or cut off from it. Those that are out because something failed are
/// `failed`, those that are out because a way is lost are `cut_off`. What is out of service forwards nothing.
///
/// *Cut off* from another asset is one that had a way to it over the network layer (`connects_to`, as somebody stated it:
/// what was only inferred proves neither a way nor a place) and has none left. An asset without a link of its own is where the hosts are that it runs on or is hosted on (a cluster where its members
/// are). An asset that is not on the network is never cut off.
///
/// A *way out* leads to a circuit or provider on the network layer, or to a firewall or router that has an impact relation
/// to one. Where circuits of a site are recorded but nothing leads to them, each of the site's firewalls and routers may
/// lead out: when all of these are lost, so is the way; when some are, it is unknown. An asset that had a way out and has
/// none is cut off too; it works on, and what leans on it is degraded.
///
/// *Unknown* is an asset that none of this touches, where something fails at its site (or at no known site, or where its
/// own site is not known): when a firewall, router, circuit or provider fails, unless its way out is recorded; when a
/// switch, access point or other part of the network does, unless it is on the network; when anything else does, unless it
/// is on the network or has a stated dependency (of power: has a dependency). Applications, services and databases have
/// no port of their own: one stated dependency tells. Workstations, printers, accounts and papers serve others only where
/// a relation says so: their failure leaves nothing unknown. A site that fails leaves everything unknown that is there.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "rmm"},
///     "assets": [{"id": "leeds", "kind": "site", "facts": {"people": 41}}, {"id": "fw", "kind": "firewall", "name": "FW-LDS-01"},
///                {"id": "line", "kind": "circuit"}, {"id": "sw", "kind": "switch"}, {"id": "nas", "kind": "storage"}],
///     "relations": [{"from": "fw", "to": "leeds", "kind": "located_at"}, {"from": "sw", "to": "leeds", "kind": "located_at"},
///                   {"from": "nas", "to": "leeds", "kind": "located_at"}, {"from": "fw", "to": "line", "kind": "connects_to"},
///                   {"from": "sw", "to": "fw", "kind": "connects_to"}]}"#)?)?;
/// let outage = impact::what_if(&estate, ["fw"])?;
/// assert_eq!(outage.cut_off[0].as_str(), "sw");
/// assert_eq!(outage.why("sw")?.unwrap(), "sw is cut off: no recorded way out is left, since FW-LDS-01 is out of service.");
/// assert_eq!(outage.people.at_least, 41);
/// assert_eq!(outage.unknown[0].as_str(), "nas");
/// assert_eq!(outage.questions[0].ask, "Which assets reach the internet through FW-LDS-01?");
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `not_found` for an unknown id, with near ones.
pub fn what_if<I>(estate: &Estate, seeds: I) -> Result<WhatIf>
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    what_if_with(estate, seeds, &WhatIfOptions::default())
}

/// [`what_if`] with options.
///
/// # Errors
/// `not_found` for an unknown id, with near ones; `cancelled` when the monitor asks to stop.
pub fn what_if_with<I>(estate: &Estate, seeds: I, options: &WhatIfOptions) -> Result<WhatIf>
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    WhatIfSimulator::new(estate).what_if_with(seeds, options)
}

/// Asks one what-if after another of the same estate: what is the same for all of them is found out once.
#[derive(Clone, Debug)]
pub struct WhatIfSimulator {
    ground: Arc<Ground>,
}

impl WhatIfSimulator {
    /// A simulator for this estate.
    pub fn new(estate: &Estate) -> Self {
        Self {
            ground: Arc::new(Ground::new(estate)),
        }
    }

    /// What [`what_if`](what_if()) gives.
    ///
    /// # Errors
    /// `not_found` for an unknown id, with near ones.
    pub fn what_if<I>(&self, seeds: I) -> Result<WhatIf>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.what_if_with(seeds, &WhatIfOptions::default())
    }

    /// What [`what_if_with`] gives.
    ///
    /// # Errors
    /// `not_found` for an unknown id, with near ones; `cancelled` when the monitor asks to stop.
    pub fn what_if_with<I>(&self, seeds: I, options: &WhatIfOptions) -> Result<WhatIf>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut positions = seeds
            .into_iter()
            .map(|seed| position(&self.ground.estate, seed.as_ref(), "impact.what_if"))
            .collect::<Result<Vec<_>>>()?;
        positions.sort_unstable();
        positions.dedup();
        let run = Run::new(&self.ground, &positions, &options.monitor)
            .map_err(|error| error.during("impact.what_if"))?;
        Ok(self.told(&positions, run))
    }

    fn told(&self, seeds: &[u32], run: Run<'_>) -> WhatIf {
        let ground = &*self.ground;
        let mut lines = Lines::new(ground, run);
        let scopes = Scopes::tell(ground, seeds, &mut lines);
        let sites = tally::sites(ground, &lines);
        let services = tally::services(ground, &lines);
        let people = tally::affected(ground, &sites, &services);
        let sites: Vec<SiteEffect> = sites.into_values().collect();
        let questions = questions::questions(ground, seeds, &scopes, &people, (&sites, &services));
        let with = |state: State| {
            let of = lines.list.iter().filter(|line| line.state == state);
            ids(&ground.estate, of.map(|line| &line.asset))
        };
        WhatIf {
            seeds: ids(&ground.estate, seeds),
            failed: with(State::Failed),
            degraded: with(State::Degraded),
            cut_off: with(State::CutOff),
            unknown: with(State::Unknown),
            people,
            sites,
            services,
            elsewhere: scopes.elsewhere,
            questions,
            ground: Arc::clone(&self.ground),
            lines: Arc::new(lines),
        }
    }
}

impl WhatIf {
    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }

    /// What is known of people in a sentence or two of bounded length, and of which sites and services nobody recorded
    /// how many there are; names in it are escaped and shortened.
    pub fn summary(&self) -> String {
        let lists = [&self.failed, &self.degraded, &self.cut_off, &self.unknown];
        let touched = lists.iter().any(|list| !list.is_empty());
        words::of_people(&self.ground, &self.people, (&self.sites, &self.services), touched)
    }

    /// What becomes of an asset. None when nothing that is recorded touches it.
    ///
    /// # Errors
    /// `not_found` for an unknown id.
    pub fn state(&self, asset: impl AsRef<str>) -> Result<Option<State>> {
        let position = position(&self.ground.estate, asset.as_ref(), "impact.what_if")?;
        Ok(self.lines.of(position).map(|line| line.state))
    }

    /// Why an asset is in one of the lists, in one sentence of bounded length; names in it are escaped and shortened. None
    /// when it is in none.
    ///
    /// # Errors
    /// `not_found` for an unknown id.
    pub fn why(&self, asset: impl AsRef<str>) -> Result<Option<String>> {
        let position = position(&self.ground.estate, asset.as_ref(), "impact.what_if")?;
        Ok(words::sentence(&self.ground, &self.lines, position))
    }

    /// Why an asset failed, is cut off or degraded, step by step, each resting on those before it. Of a group just as many
    /// lost members are named as it takes, and of the devices that kept an asset from another none can be left out. None
    /// when it is untouched or unknown.
    ///
    /// # Errors
    /// `not_found` for an unknown id.
    pub fn explain(&self, asset: impl AsRef<str>) -> Result<Option<Explanation>> {
        let position = position(&self.ground.estate, asset.as_ref(), "impact.what_if")?;
        Ok(witness::explain(&self.ground, &self.lines, position))
    }
}

impl fmt::Debug for WhatIf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WhatIf")
            .field("seeds", &self.seeds)
            .field("failed", &self.failed)
            .field("degraded", &self.degraded)
            .field("cut_off", &self.cut_off)
            .field("unknown", &self.unknown)
            .finish_non_exhaustive()
    }
}

impl Serialize for WhatIf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut shape = serializer.serialize_struct("WhatIf", 12)?;
        shape.serialize_field("seeds", &self.seeds)?;
        shape.serialize_field("failed", &self.failed)?;
        shape.serialize_field("degraded", &self.degraded)?;
        shape.serialize_field("cut_off", &self.cut_off)?;
        shape.serialize_field("unknown", &self.unknown)?;
        shape.serialize_field("why", &Sentences(self))?;
        shape.serialize_field("people", &self.people)?;
        shape.serialize_field("summary", &self.summary())?;
        shape.serialize_field("sites", &self.sites)?;
        shape.serialize_field("services", &self.services)?;
        shape.serialize_field("elsewhere", &self.elsewhere)?;
        shape.serialize_field("questions", &self.questions)?;
        shape.end()
    }
}

/// All sentences, by id.
struct Sentences<'a>(&'a WhatIf);

impl Serialize for Sentences<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let WhatIf { ground, lines, .. } = self.0;
        let mut map = serializer.serialize_map(Some(lines.list.len()))?;
        for line in &lines.list {
            if let (Some(id), Some(text)) = (
                ground.estate.id(line.asset),
                words::sentence(ground, lines, line.asset),
            ) {
                map.serialize_entry(id, &text)?;
            }
        }
        map.end()
    }
}

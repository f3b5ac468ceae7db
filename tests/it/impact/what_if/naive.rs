//! What the definitions of a what-if say of small random estates, by trying everything, from the inventory alone.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use vcto::estate::{Asset, AssetKind, Relation, RelationKind, Requirement};
use vcto::impact::{Cause, Effect, Explanation, State, WayOut};
use vcto::{Estate, Inventory};

pub type Set = BTreeSet<usize>;
type Pairs = BTreeSet<(usize, usize)>;

/// An estate by numbers. Asset i is called `name(i)`: the order of the names is not that of the numbers.
#[derive(Clone, Debug)]
pub struct World {
    pub assets: Vec<(AssetKind, Option<u64>)>,
    pub relations: Vec<Link>,
    pub groups: Vec<(usize, Vec<usize>, u32)>,
}

#[derive(Clone, Debug)]
pub struct Link {
    pub from: usize,
    pub to: usize,
    pub kind: RelationKind,
    pub soft: bool,
    pub inferred: bool,
}

pub fn name(asset: usize) -> String {
    format!("{:02}-{asset}", asset * 37 % 101)
}

pub fn number(id: &str) -> usize {
    id.split_once('-').unwrap().1.parse().unwrap()
}

/// What the definitions say.
#[derive(Debug, Default, Eq, PartialEq)]
pub struct Answer {
    pub states: BTreeMap<usize, State>,
    /// Degraded over an inferred relation and not otherwise.
    pub inferred: Set,
    pub elsewhere: usize,
    pub ways: BTreeMap<usize, WayOut>,
    pub people: [u64; 3],
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Way {
    Kept,
    Lost,
    Never,
    Perhaps,
}

impl World {
    pub fn estate(&self) -> Estate {
        let relation = |link: &Link| {
            let relation = Relation::new(
                name(link.from).as_str(),
                name(link.to).as_str(),
                link.kind.clone(),
            );
            let relation = if link.soft { relation.soft() } else { relation };
            if link.inferred {
                relation.inferred_by("dns")
            } else {
                relation
            }
        };
        let asset = |(at, (kind, people)): (usize, &(AssetKind, Option<u64>))| {
            let asset = Asset::new(name(at).as_str(), kind.clone());
            match people {
                Some(people) => asset.with("people", vcto::Decimal::from(*people)),
                None => asset,
            }
        };
        let group = |(asset, members, needs): &(usize, Vec<usize>, u32)| Requirement {
            asset: name(*asset).as_str().into(),
            members: members
                .iter()
                .map(|member| name(*member).as_str().into())
                .collect(),
            needs: *needs,
        };
        Estate::new(Inventory {
            assets: self.assets.iter().enumerate().map(asset).collect(),
            relations: self.relations.iter().map(relation).collect(),
            requirements: self.groups.iter().map(group).collect(),
            ..Inventory::default()
        })
        .expect("the world is sound")
    }

    fn kind(&self, asset: usize) -> &AssetKind {
        &self.assets[asset].0
    }

    /// What somebody stated: what was inferred proves neither a place nor a way.
    fn of<'a>(&'a self, kinds: &'a [RelationKind]) -> impl Iterator<Item = &'a Link> {
        let stated = self.relations.iter().filter(|link| !link.inferred);
        stated.filter(|link| kinds.contains(&link.kind))
    }

    fn impact(&self) -> impl Iterator<Item = &Link> {
        self.relations.iter().filter(|link| link.kind.carries_impact())
    }

    fn memberships(&self) -> Pairs {
        let each = |(asset, members, _): &(usize, Vec<usize>, u32)| {
            let asset = *asset;
            members
                .iter()
                .map(move |member| (asset, *member))
                .collect::<Vec<_>>()
        };
        self.groups.iter().flat_map(each).collect()
    }

    /// Pairs over which anything travels.
    pub fn all_pairs(&self) -> Pairs {
        self.impact()
            .map(|link| (link.from, link.to))
            .chain(self.memberships())
            .collect()
    }

    /// Groups, and hard relations outside them as groups of one.
    pub fn all_groups(&self) -> Vec<(usize, Set, usize)> {
        let members = self.memberships();
        let single = self
            .impact()
            .filter(|link| !link.soft && !members.contains(&(link.from, link.to)));
        let single = single.map(|link| (link.from, Set::from([link.to]), 1));
        let groups = self.groups.iter();
        groups
            .map(|(asset, members, needs)| (*asset, members.iter().copied().collect(), *needs as usize))
            .chain(single)
            .collect()
    }

    pub fn inferred_pairs(&self) -> Pairs {
        let stated: Pairs = self
            .impact()
            .filter(|link| !link.inferred)
            .map(|link| (link.from, link.to))
            .collect();
        let pairs: Pairs = self.all_pairs().difference(&stated).copied().collect();
        pairs.difference(&self.memberships()).copied().collect()
    }

    fn links(&self) -> Pairs {
        self.of(&[RelationKind::ConnectsTo])
            .flat_map(|link| [(link.from, link.to), (link.to, link.from)])
            .collect()
    }

    pub fn linked(&self) -> Set {
        self.links().into_iter().map(|(a, _)| a).collect()
    }

    /// Assets that are linked to these without passing the others.
    pub fn reach(&self, starts: &Set, without: &Set) -> Set {
        let links = self.links();
        let mut reached: Set = starts.difference(without).copied().collect();
        loop {
            let next: Set = links
                .iter()
                .filter(|(a, b)| reached.contains(a) && !without.contains(b))
                .map(|(_, b)| *b)
                .collect();
            if next.is_subset(&reached) {
                return reached;
            }
            reached.extend(next);
        }
    }

    fn hosts(&self, asset: usize) -> Set {
        let mut hosts: Set = self
            .of(&[RelationKind::RunsOn, RelationKind::HostedOn])
            .filter(|link| link.from == asset && !link.soft)
            .map(|link| link.to)
            .collect();
        let stated = hosts.clone();
        for (owner, members, _) in &self.groups {
            if *owner == asset && members.iter().any(|member| stated.contains(member)) {
                hosts.extend(members);
            }
        }
        if *self.kind(asset) == AssetKind::Cluster {
            let parts = self.of(&[RelationKind::MemberOf, RelationKind::PartOf]);
            hosts.extend(parts.filter(|link| link.to == asset).map(|link| link.from));
        }
        hosts
    }

    fn real_hosts(&self, asset: usize) -> Set {
        let empty = |host: &usize| {
            *self.kind(*host) == AssetKind::Cluster
                && !self.linked().contains(host)
                && self.hosts(*host).is_empty()
        };
        self.hosts(asset)
            .into_iter()
            .filter(|host| !empty(host))
            .collect()
    }

    /// Where an asset is on the network. `Err` in a ring.
    fn placed(&self, asset: usize, above: &Set) -> Result<Option<Set>, ()> {
        if self.linked().contains(&asset) {
            return Ok(Some(Set::from([asset])));
        }
        if above.contains(&asset) {
            return Err(());
        }
        let above: Set = above.iter().copied().chain([asset]).collect();
        let mut all = Set::new();
        let mut gap = false;
        for host in self.real_hosts(asset) {
            match self.placed(host, &above)? {
                Some(places) => all.extend(places),
                None => gap = true,
            }
        }
        Ok((!gap && !all.is_empty()).then_some(all))
    }

    pub fn places(&self, asset: usize) -> Set {
        self.placed(asset, &Set::new()).ok().flatten().unwrap_or_default()
    }

    fn homed(&self, asset: usize, above: &Set) -> Result<Set, ()> {
        if *self.kind(asset) == AssetKind::Site {
            return Ok(Set::from([asset]));
        }
        if above.contains(&asset) {
            return Err(());
        }
        let above: Set = above.iter().copied().chain([asset]).collect();
        let located = self
            .of(&[RelationKind::LocatedAt])
            .filter(|link| link.from == asset);
        let mut at: Set = located.map(|link| link.to).collect();
        if at.is_empty() {
            at = self.real_hosts(asset);
        }
        at.into_iter()
            .try_fold(Set::new(), |all, at| Ok(&all | &self.homed(at, &above)?))
    }

    pub fn homes(&self, asset: usize) -> Set {
        self.homed(asset, &Set::new()).unwrap_or_default()
    }

    /// Ways out: the device, whether it is stated, and what it hangs on (one of these, unless there are none).
    pub fn exits(&self) -> Vec<(usize, bool, Set)> {
        let outside = |asset: &usize| matches!(self.kind(*asset), AssetKind::Circuit | AssetKind::Provider);
        let edge = |asset: &usize| matches!(self.kind(*asset), AssetKind::Firewall | AssetKind::Router);
        let linked = self.linked();
        let mut exits: Vec<(usize, bool, Set)> = linked
            .iter()
            .filter(|asset| outside(asset))
            .map(|asset| (*asset, true, Set::new()))
            .collect();
        for device in linked.iter().filter(|asset| edge(asset)) {
            let pairs: Pairs = self
                .all_pairs()
                .difference(&self.inferred_pairs())
                .copied()
                .collect();
            let leads: Set = pairs
                .iter()
                .filter(|(a, b)| a == device && outside(b))
                .map(|(_, b)| *b)
                .collect();
            if !leads.is_empty() {
                exits.push((*device, true, leads));
            }
        }
        let stated: Set = exits.iter().flat_map(|(_, _, leads)| leads.clone()).collect();
        for site in (0..self.assets.len()).filter(|site| *self.kind(*site) == AssetKind::Site) {
            let loose: Set = (0..self.assets.len())
                .filter(|asset| *self.kind(*asset) == AssetKind::Circuit)
                .filter(|asset| !linked.contains(asset) && !stated.contains(asset))
                .filter(|asset| self.homes(*asset).contains(&site))
                .collect();
            if !loose.is_empty() {
                let devices = linked
                    .iter()
                    .filter(|device| edge(device) && self.homes(**device).contains(&site));
                exits.extend(devices.map(|device| (*device, false, loose.clone())));
            }
        }
        exits
    }

    /// How many stated and presumed ways out an asset has without these.
    pub fn ways(&self, asset: usize, out: &Set) -> [usize; 2] {
        let reached = self.reach(&self.places(asset), out);
        let exits = self.exits();
        let open = exits.iter().filter(|(device, _, leads)| {
            reached.contains(device) && (leads.is_empty() || !leads.is_subset(out))
        });
        open.fold([0, 0], |mut sum, (_, stated, _)| {
            sum[usize::from(!stated)] += 1;
            sum
        })
    }

    fn way(&self, asset: usize, out: &Set) -> Way {
        let before = self.ways(asset, &Set::new());
        let now = self.ways(asset, out);
        let stands = !self.places(asset).is_subset(out);
        match (before, now) {
            ([0, 0], _) => Way::Never,
            ([before, _], [now, _]) if before > 0 && now > 0 => Way::Kept,
            ([0, all], [_, still]) if all == still => Way::Kept,
            (_, [0, 0]) if stands => Way::Lost,
            _ => Way::Perhaps,
        }
    }

    /// Whether a pair that had a way has none, both being there.
    fn is_split(&self, from: usize, to: usize, out: &Set) -> bool {
        let (a, b) = (self.places(from), self.places(to));
        let meet = |out: &Set| !self.reach(&a, out).is_disjoint(&b);
        meet(&Set::new()) && !meet(out) && !a.is_subset(out) && !b.is_subset(out)
    }

    pub fn answer(&self, seeds: &Set) -> Answer {
        let (out, cut, splits) = self.out(seeds);
        let mut answer = Answer::default();
        for asset in &out {
            let state = if cut.contains(asset) {
                State::CutOff
            } else {
                State::Failed
            };
            answer.states.insert(*asset, state);
        }
        for asset in 0..self.assets.len() {
            if !out.contains(&asset) && self.way(asset, &out) == Way::Lost {
                answer.states.insert(asset, State::CutOff);
            }
        }
        self.degrade(&splits, &mut answer);
        self.unknown(seeds, &out, &mut answer);
        self.count(&out, &mut answer);
        answer
    }

    /// What is out of service, what of it was cut off, and the pairs that were parted.
    fn out(&self, seeds: &Set) -> (Set, Set, Pairs) {
        let groups = self.all_groups();
        let (mut out, mut cut, mut splits) = (seeds.clone(), Set::new(), Pairs::new());
        let short = |out: &Set, splits: &Pairs| -> Set {
            let up =
                |owner: usize, member: &usize| !out.contains(member) && !splits.contains(&(owner, *member));
            let few = groups.iter().filter(|(owner, members, needs)| {
                members.iter().filter(|member| up(*owner, member)).count() < *needs
            });
            few.map(|(owner, _, _)| *owner)
                .filter(|owner| !out.contains(owner))
                .collect()
        };
        loop {
            loop {
                let failing = short(&out, &Pairs::new());
                let cutting: Set = short(&out, &splits).difference(&failing).copied().collect();
                if failing.is_empty() && cutting.is_empty() {
                    break;
                }
                cut.extend(&cutting);
                out.extend(failing);
                out.extend(cutting);
            }
            let whole = self.all_pairs();
            let parted = whole.iter().filter(|(from, to)| {
                !out.contains(from) && !out.contains(to) && self.is_split(*from, *to, &out)
            });
            splits.extend(parted);
            let cutting = short(&out, &splits);
            if cutting.is_empty() {
                return (out, cut, splits);
            }
            cut.extend(&cutting);
            out.extend(cutting);
        }
    }

    fn degrade(&self, splits: &Pairs, answer: &mut Answer) {
        let (pairs, inferred) = (self.all_pairs(), self.inferred_pairs());
        for step in [false, true] {
            loop {
                let leans = |(from, to): &&(usize, usize)| {
                    !answer.states.contains_key(from)
                        && (step || !inferred.contains(&(*from, *to)))
                        && (answer.states.contains_key(to) || splits.contains(&(*from, *to)))
                };
                let next: Set = pairs.iter().filter(leans).map(|(from, _)| *from).collect();
                if next.is_empty() {
                    break;
                }
                for asset in next {
                    answer.states.insert(asset, State::Degraded);
                    if step {
                        answer.inferred.insert(asset);
                    }
                }
            }
        }
    }

    /// What an asset of this kind is for others: way out, link, power, place, or anything else; nothing for the last.
    fn role(&self, asset: usize) -> char {
        match self.kind(asset) {
            AssetKind::Workstation => ' ',
            AssetKind::Site => 's',
            AssetKind::Circuit | AssetKind::Firewall | AssetKind::Provider | AssetKind::Router => 'w',
            AssetKind::Switch => 'l',
            AssetKind::Power => 'p',
            _ => 'x',
        }
    }

    fn unknown(&self, seeds: &Set, out: &Set, answer: &mut Answer) {
        let causes: Vec<usize> = out
            .iter()
            .copied()
            .filter(|asset| seeds.contains(asset) || !self.homes(*asset).is_empty())
            .collect();
        for asset in 0..self.assets.len() {
            let kind = self.kind(asset);
            let outside = matches!(kind, AssetKind::Circuit | AssetKind::Provider | AssetKind::Site);
            if outside || answer.states.contains_key(&asset) {
                continue;
            }
            let stated: Pairs = self
                .all_pairs()
                .difference(&self.inferred_pairs())
                .copied()
                .collect();
            let leans = stated.iter().any(|(from, _)| *from == asset);
            let placed = !self.places(asset).is_empty();
            let logical = matches!(kind, AssetKind::Database | AssetKind::Service);
            let power = *kind == AssetKind::Power;
            let gap = |cause: &usize| match self.role(*cause) {
                's' => self.homes(asset).contains(cause),
                'w' => {
                    !(power || logical && leans) && matches!(self.way(asset, out), Way::Never | Way::Perhaps)
                }
                'l' => !(power || placed || logical && leans),
                'p' => !leans,
                'x' => !power && !leans && !placed,
                _ => false,
            };
            let near = |cause: &&usize| {
                let (here, there) = (self.homes(asset), self.homes(**cause));
                here.is_empty() || there.is_empty() || !here.is_disjoint(&there)
            };
            if causes.iter().filter(near).any(gap) {
                answer.states.insert(asset, State::Unknown);
            } else if causes.iter().any(gap) {
                answer.elsewhere += 1;
            }
        }
    }

    fn count(&self, out: &Set, answer: &mut Answer) {
        let touched: Set = answer
            .states
            .keys()
            .flat_map(|asset| self.homes(*asset))
            .collect();
        for site in touched {
            let there = (0..self.assets.len()).filter(|asset| {
                !matches!(self.kind(*asset), AssetKind::Circuit | AssetKind::Provider)
                    && self.homes(*asset).contains(&site)
            });
            let ways: Vec<Way> = there
                .map(|asset| match self.way(asset, out) {
                    Way::Never => Way::Never,
                    _ if out.contains(&asset) => Way::Lost,
                    way => way,
                })
                .collect();
            let way = if ways.contains(&Way::Kept) {
                WayOut::Kept
            } else if ways.contains(&Way::Perhaps) {
                WayOut::Unknown
            } else if ways.contains(&Way::Lost) {
                WayOut::Lost
            } else {
                WayOut::NotRecorded
            };
            answer.ways.insert(site, way);
        }
        let sum = |is: &dyn Fn(usize) -> bool| {
            let sites: Set = answer
                .ways
                .keys()
                .copied()
                .filter(|site| is(*site) && self.assets[*site].1.is_some())
                .collect();
            let outer = sites.iter().filter(|site| self.above(**site).is_disjoint(&sites));
            outer.map(|site| self.assets[*site].1.unwrap()).sum::<u64>()
        };
        let most = |states: &[State]| {
            let stated = answer
                .states
                .iter()
                .filter(|(asset, state)| states.contains(state) && *self.kind(**asset) != AssetKind::Site);
            stated
                .filter_map(|(asset, _)| self.assets[*asset].1)
                .max()
                .unwrap_or(0)
        };
        let lost = |site: usize| answer.ways[&site] == WayOut::Lost;
        let unknown = |site: usize| {
            let mut states = answer.states.iter();
            !lost(site)
                && states.any(|(asset, state)| *state == State::Unknown && self.homes(*asset).contains(&site))
        };
        let stopped = sum(&lost).max(most(&[State::CutOff, State::Failed]));
        // Whoever is stopped may be among them: certain is only what is beyond.
        let touched = stopped.max(most(&[State::Degraded]));
        answer.people = [
            stopped,
            touched - stopped,
            sum(&unknown).max(most(&[State::Unknown])),
        ];
    }

    /// What a site is in.
    fn above(&self, site: usize) -> Set {
        let up = [
            RelationKind::LocatedAt,
            RelationKind::MemberOf,
            RelationKind::PartOf,
        ];
        let mut above = Set::new();
        loop {
            let next: Set = self
                .of(&up)
                .filter(|link| link.from == site || above.contains(&link.from))
                .map(|link| link.to)
                .collect();
            if next.is_subset(&above) {
                above.remove(&site);
                return above;
            }
            above.extend(next);
        }
    }

    /// Checks an explanation step by step: each rests on those before it alone.
    pub fn check(&self, seeds: &Set, explanation: &Explanation) -> Result<(), TestCaseError> {
        let (mut out, mut touched) = (Set::new(), Set::new());
        for step in &explanation.steps {
            let asset = number(step.asset.as_str());
            let alone = |on: usize| {
                let mut groups = self.all_groups().into_iter();
                groups.any(|(owner, members, needs)| {
                    owner == asset && members.contains(&on) && needs == members.len()
                })
            };
            match (&step.effect, &step.cause) {
                (Effect::Failed, Cause::Seed) => prop_assert!(seeds.contains(&asset)),
                (Effect::Failed, Cause::Dependency(on)) => {
                    let on = number(on.as_str());
                    prop_assert!(out.contains(&on) && alone(on));
                }
                (
                    Effect::Failed,
                    Cause::Group {
                        failed,
                        members,
                        needs,
                    },
                ) => {
                    let failed = numbers(failed);
                    prop_assert!(failed.is_subset(&out));
                    self.group(asset, &failed, *members, *needs)?;
                }
                (
                    Effect::CutOff,
                    Cause::Unreachable {
                        dependency,
                        blocked_by,
                    },
                ) => {
                    let on = number(dependency.as_str());
                    prop_assert!(alone(on));
                    self.parted(asset, on, &numbers(blocked_by), &out, true)?;
                }
                (
                    Effect::CutOff,
                    Cause::GroupUnreachable {
                        failed,
                        unreachable,
                        blocked_by,
                        members,
                        needs,
                    },
                ) => {
                    let (failed, unreachable) = (numbers(failed), numbers(unreachable));
                    prop_assert!(failed.is_subset(&out) && failed.is_disjoint(&unreachable));
                    prop_assert!(!unreachable.is_empty());
                    self.group(asset, &(&failed | &unreachable), *members, *needs)?;
                    for on in unreachable {
                        self.parted(asset, on, &numbers(blocked_by), &out, false)?;
                    }
                }
                (Effect::CutOff, Cause::WayOut { blocked_by }) => {
                    let blocked = numbers(blocked_by);
                    prop_assert!(blocked.is_subset(&out));
                    prop_assert!(self.ways(asset, &Set::new()) != [0, 0]);
                    prop_assert_eq!(self.ways(asset, &blocked), [0, 0]);
                }
                (Effect::Degraded, Cause::Dependency(on)) => {
                    let on = number(on.as_str());
                    prop_assert!(touched.contains(&on) && self.all_pairs().contains(&(asset, on)));
                }
                (
                    Effect::Degraded,
                    Cause::Unreachable {
                        dependency,
                        blocked_by,
                    },
                ) => {
                    let on = number(dependency.as_str());
                    prop_assert!(self.all_pairs().contains(&(asset, on)));
                    self.parted(asset, on, &numbers(blocked_by), &out, true)?;
                }
                other => prop_assert!(false, "no such step: {other:?}"),
            }
            touched.insert(asset);
            if step.effect == Effect::Failed || !matches!(step.cause, Cause::WayOut { .. } | Cause::Seed) {
                // A degraded step stands after all that went out, so nothing rests on it as such.
                if step.effect != Effect::Degraded {
                    out.insert(asset);
                }
            }
        }
        prop_assert_eq!(
            explanation.steps.last().map(|step| &step.asset),
            Some(&explanation.asset)
        );
        Ok(())
    }

    /// There is such a group, and this is just enough to fail it.
    fn group(&self, owner: usize, lost: &Set, members: usize, needs: usize) -> Result<(), TestCaseError> {
        let mut groups = self.all_groups().into_iter();
        let found = groups.any(|(asset, all, k)| {
            asset == owner && all.len() == members && k == needs && lost.is_subset(&all)
        });
        prop_assert!(found);
        prop_assert_eq!(members - lost.len() + 1, needs);
        Ok(())
    }

    /// The two had a way to each other, have none without the blockers, and none of these can be left out.
    fn parted(
        &self,
        a: usize,
        b: usize,
        blockers: &Set,
        out: &Set,
        least: bool,
    ) -> Result<(), TestCaseError> {
        prop_assert!(blockers.is_subset(out), "{blockers:?} of {out:?}");
        let (a, b) = (self.places(a), self.places(b));
        let meet = |without: &Set| {
            let b: Set = b.difference(without).copied().collect();
            !self.reach(&a, without).is_disjoint(&b)
        };
        prop_assert!(meet(&Set::new()) && !meet(blockers));
        for one in blockers.iter().filter(|_| least) {
            let fewer: Set = blockers.iter().copied().filter(|other| other != one).collect();
            prop_assert!(meet(&fewer), "{one} is one too many");
        }
        Ok(())
    }
}

pub fn numbers<T: AsRef<str>>(ids: &[T]) -> Set {
    assert!(ids.windows(2).all(|pair| pair[0].as_ref() < pair[1].as_ref()));
    ids.iter().map(|id| number(id.as_ref())).collect()
}

fn asset_kind() -> impl Strategy<Value = AssetKind> {
    prop_oneof![
        2 => Just(AssetKind::Server),
        1 => Just(AssetKind::Service),
        1 => Just(AssetKind::Database),
        1 => Just(AssetKind::VirtualMachine),
        1 => Just(AssetKind::Cluster),
        2 => Just(AssetKind::Switch),
        2 => Just(AssetKind::Firewall),
        1 => Just(AssetKind::Router),
        2 => Just(AssetKind::Circuit),
        1 => Just(AssetKind::Provider),
        2 => Just(AssetKind::Site),
        1 => Just(AssetKind::Workstation),
        1 => Just(AssetKind::Power),
    ]
}

fn relation_kind() -> impl Strategy<Value = RelationKind> {
    prop_oneof![
        3 => Just(RelationKind::DependsOn),
        2 => Just(RelationKind::RunsOn),
        1 => Just(RelationKind::Uses),
        8 => Just(RelationKind::ConnectsTo),
        3 => Just(RelationKind::LocatedAt),
        1 => Just(RelationKind::MemberOf),
        1 => Just(RelationKind::BackedUpBy),
    ]
}

/// Two to ten assets of all sorts, in a network, at sites, with groups, and up to three of them as seeds.
pub fn world() -> impl Strategy<Value = (World, Set)> {
    (2_usize..11).prop_flat_map(|count| {
        let other = move |from: usize, offset: usize| (from + 1 + offset % (count - 1)) % count;
        let link =
            (0..count, 0..count, relation_kind(), 0_u8..10).prop_map(move |(from, offset, kind, sort)| {
                Link {
                    from,
                    to: other(from, offset),
                    kind,
                    soft: sort < 3,
                    inferred: sort < 2,
                }
            });
        let group = (0..count, proptest::collection::vec(0..count, 1..5), any::<u32>()).prop_map(
            move |(asset, offsets, needs)| {
                let members: Vec<usize> = offsets.iter().map(|offset| other(asset, *offset)).collect();
                let distinct = members.iter().collect::<BTreeSet<_>>().len() as u32;
                (asset, members, 1 + needs % distinct)
            },
        );
        let assets = proptest::collection::vec((asset_kind(), proptest::option::of(0_u64..50)), count);
        (
            assets,
            proptest::collection::vec(link, 0..count * 4),
            proptest::collection::vec(group, 0..3),
            proptest::collection::btree_set(0..count, 0..3),
        )
            .prop_map(|(assets, relations, groups, seeds)| {
                let mut world = World {
                    assets,
                    relations,
                    groups,
                };
                let members = world.memberships();
                // A stated soft relation to a member is refused.
                for link in world.relations.iter_mut().filter(|link| link.soft) {
                    link.inferred |= members.contains(&(link.from, link.to));
                }
                (world, seeds)
            })
    })
}

/// The same world told in another order.
pub fn shuffled() -> impl Strategy<Value = (World, World, Set)> {
    world().prop_flat_map(|(world, seeds)| {
        let relations = Just(world.relations.clone()).prop_shuffle();
        let groups = Just(world.groups.clone()).prop_shuffle();
        (Just(world), relations, groups, Just(seeds)).prop_map(|(world, relations, mut groups, seeds)| {
            groups.iter_mut().for_each(|(_, members, _)| members.reverse());
            let assets = world.assets.clone();
            (
                world,
                World {
                    assets,
                    relations,
                    groups,
                },
                seeds,
            )
        })
    })
}

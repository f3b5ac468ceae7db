//! Takes an inventory in, record by record, and freezes what a topology keeps of it.
//!
//! INVARIANT: what is refused is what reading an inventory and freezing it refuse, in the same order.

use std::io::Read;

use super::super::faults;
use super::super::graph::{Graph, GraphBuilder, Records};
use super::super::index::order_of;
use super::super::inventory::Source;
use super::super::json::Under;
use super::super::order::places;
use super::super::read::{self, Collect, Form, Reader, RequirementOutline};
use super::arena::Arena;
use super::classes::Classes;
use super::numbers::Numbers;
use crate::error::{Error, Result};
use crate::monitor::Monitor;

/// So many records are read between two looks at the monitor.
const STRIDE: u64 = 1 << 14;

/// Reads a topology.
pub(super) fn read(input: impl Read, monitor: &Monitor) -> Result<(Arena, Graph)> {
    monitor.check()?;
    let mut collector = Collector {
        ids: Numbers::default(),
        assets: Vec::new(),
        asset_count: 0,
        classes: Classes::default(),
        unstated: None,
        twice: None,
        records: Records::default(),
        requirements: Vec::new(),
        read: 0,
        monitor,
    };
    read::records(input, Form::Either, &mut collector)?;
    monitor.report("topology.freeze", collector.read, Some(collector.read))?;
    collector.freeze()
}

/// What is known of one id: where its asset stands in the inventory, and what it is.
#[derive(Clone, Copy, Debug)]
struct Told {
    at: u32,
    class: u32,
}

/// An id that so far was only named.
const NAMED: Told = Told {
    at: u32::MAX,
    class: 0,
};

struct Collector<'m> {
    ids: Numbers,
    /// By number of the id; what is missing at the end was only named.
    assets: Vec<Told>,
    asset_count: u32,
    classes: Classes,
    /// The first asset of which no source says what it is.
    unstated: Option<u32>,
    /// The first asset with the id of an earlier one.
    twice: Option<Error>,
    /// By number of the ids.
    records: Records,
    requirements: Vec<RequirementOutline>,
    read: u64,
    monitor: &'m Monitor,
}

impl Collect for Collector<'_> {
    fn source(&mut self, _: Source) {}

    fn asset(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        self.step()?;
        let asset = reader.asset_outline(&mut self.ids)?;
        let at = self.asset_count;
        self.asset_count += 1;
        if asset.kind.is_unstated() {
            self.unstated.get_or_insert(at);
        }
        let index = asset.id as usize;
        if index >= self.assets.len() {
            self.assets.resize(index + 1, NAMED);
        }
        let class = self.classes.number(asset.kind, asset.criticality);
        match self.assets.get_mut(index) {
            Some(told) if told.at == NAMED.at => *told = Told { at, class },
            Some(told) if self.twice.is_none() => {
                self.twice = Some(faults::twice(self.ids.id(asset.id), told.at, at));
            }
            _ => {}
        }
        Ok(())
    }

    fn relation(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        self.step()?;
        let relation = reader.relation_outline(&mut self.ids)?;
        self.records.push(relation.from, relation.to, relation.what);
        Ok(())
    }

    fn requirement(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        self.step()?;
        self.requirements.push(reader.requirement_outline(&mut self.ids)?);
        Ok(())
    }
}

impl Collector<'_> {
    fn step(&mut self) -> Result<()> {
        self.read += 1;
        if self.read.is_multiple_of(STRIDE) {
            self.monitor.report("topology.read", self.read, None)?;
        }
        Ok(())
    }

    fn freeze(mut self) -> Result<(Arena, Graph)> {
        self.ids.close();
        if let Some(at) = self.unstated {
            return Err(faults::unstated().item(at as usize).under("assets"));
        }
        if let Some(twice) = self.twice {
            return Err(twice);
        }
        self.relations_are_sound()?;
        self.requirements_are_sound()?;
        self.no_soft_members()?;
        // Every id that was named is that of an asset.
        let order = order_of(self.ids.len(), |number| self.ids.id(number));
        let places = places(&order);
        let place = |number: u32| places.get(number as usize).copied().unwrap_or_default();
        let arena = arena(&self.ids, &order, &self.assets, self.classes);
        drop((self.ids, order, self.assets));
        let mut records = self.records;
        records.drop_rest();
        records.renumber(place);
        let requirements = std::mem::take(&mut self.requirements);
        let mut builder = GraphBuilder::with_records(arena.ends.len(), records)?;
        for group in requirements {
            let members = group.members.into_iter().map(place).collect();
            builder.group(place(group.asset), members, group.needs);
        }
        drop(places);
        self.monitor.check()?;
        Ok((arena, builder.build()?))
    }

    fn relations_are_sound(&self) -> Result<()> {
        for (at, (from, to, _)) in self.records.iter().enumerate() {
            let sound = self.end(from).under("from").and_then(|()| {
                self.end(to).under("to")?;
                if from == to {
                    return Err(faults::to_itself());
                }
                Ok(())
            });
            sound.item(at).under("relations")?;
        }
        Ok(())
    }

    fn requirements_are_sound(&mut self) -> Result<()> {
        let mut requirements = std::mem::take(&mut self.requirements);
        for (at, group) in requirements.iter_mut().enumerate() {
            self.group(group).item(at).under("requirements")?;
        }
        self.requirements = requirements;
        Ok(())
    }

    fn group(&self, group: &mut RequirementOutline) -> Result<()> {
        self.end(group.asset).under("asset")?;
        for (at, member) in group.members.iter().enumerate() {
            let sound = self.end(*member).and_then(|()| {
                if *member == group.asset {
                    return Err(faults::own_member());
                }
                Ok(())
            });
            sound.item(at).under("members")?;
        }
        group.members.sort_unstable();
        group.members.dedup();
        match faults::group(group.members.len(), group.needs) {
            Some(fault) => Err(fault),
            None => Ok(()),
        }
    }

    /// Fails unless there is an asset with this id.
    fn end(&self, number: u32) -> Result<()> {
        match self.assets.get(number as usize) {
            Some(told) if told.at != NAMED.at => Ok(()),
            _ => Err(faults::dangling(self.ids.id(number))),
        }
    }

    /// Fails where a member of a group is a soft dependency of the same asset by what somebody stated alone. What is said of
    /// one pair acts as one, and hard wins, before that.
    fn no_soft_members(&self) -> Result<()> {
        let members = self
            .requirements
            .iter()
            .flat_map(|group| group.members.iter().map(|member| (group.asset, *member)));
        let mut pairs: Vec<(u32, u32)> = members.collect();
        if pairs.is_empty() {
            return Ok(());
        }
        pairs.sort_unstable();
        pairs.dedup();
        // By pair: whether some relation is hard, and the first that is soft and stated.
        let mut said: Vec<(bool, Option<u32>)> = vec![(false, None); pairs.len()];
        for (at, (from, to, what)) in (0..).zip(self.records.iter()) {
            let Some((hard, soft)) = pairs
                .binary_search(&(from, to))
                .ok()
                .and_then(|index| said.get_mut(index))
            else {
                continue;
            };
            *hard |= what.is_hard();
            if what.is_soft() && what.is_stated() {
                soft.get_or_insert(at);
            }
        }
        let refused = pairs.iter().zip(said).filter(|(_, (hard, _))| !hard);
        match refused.filter_map(|(pair, (_, soft))| Some((soft?, *pair))).min() {
            Some((at, (from, to))) => Err(faults::soft_member(self.ids.id(from), self.ids.id(to), at)),
            None => Ok(()),
        }
    }
}

/// The ids in their order, with what each is.
fn arena(ids: &Numbers, order: &[u32], assets: &[Told], classes: Classes) -> Arena {
    let (classes, place) = classes.sorted();
    let mut text = String::with_capacity(ids.text_length());
    let mut ends = Vec::with_capacity(order.len());
    let mut class = Vec::with_capacity(order.len());
    for number in order {
        text.push_str(ids.id(*number));
        ends.push(text.len() as u64);
        let told = assets.get(*number as usize).copied().unwrap_or(NAMED);
        class.push(place.get(told.class as usize).copied().unwrap_or_default());
    }
    Arena {
        text: text.into(),
        ends: ends.into(),
        class: class.into(),
        classes,
    }
}

//! An asset with all that it depends on, and failures within: by counters that are taken back.

#![expect(
    clippy::indexing_slicing,
    reason = "nodes and requirements are below the lengths of the lists made for them"
)]

use hashbrown::HashMap;

use super::super::cold_start::{Needs, Settled};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::Graph;
use crate::monitor::Monitor;

/// Entries of the lists of what candidates fail, and of the groups they strain: beyond that the search is refused.
const MOST_TRACES: usize = 1 << 26;

/// The asset and what it depends on. What fails within is decided within, since it holds all that its assets depend on.
pub(super) struct Cone {
    /// Positions, ascending.
    assets: Vec<u32>,
    /// The node of the asset asked about.
    top: u32,
    /// A requirement fails its owner when so many of its members have failed.
    needs: Settled,
}

/// An asset whose failure strains some group without failing its owner.
pub(super) struct Candidate {
    node: u32,
    /// What fails with it, itself first.
    fails: Vec<u32>,
    /// The groups it strains, ascending, with how many of their members fail.
    strains: Vec<(usize, u32)>,
}

/// Two assets that fail more together.
#[derive(Debug)]
pub(super) struct Joint {
    /// Positions, ascending.
    pub(super) pair: [u32; 2],
    pub(super) fails: usize,
    pub(super) breaks_asset: bool,
}

impl Cone {
    pub(super) fn new(graph: &Graph, asset: u32) -> Self {
        let mut assets = vec![asset];
        let mut node: HashMap<u32, u32> = HashMap::from_iter([(asset, 0)]);
        let mut next = 0;
        while let Some(at) = assets.get(next).copied() {
            next += 1;
            for on in graph.hard_dependencies(at) {
                if node.insert(*on, 0).is_none() {
                    assets.push(*on);
                }
            }
        }
        assets.sort_unstable();
        for (number, asset) in (0_u32..).zip(&assets) {
            node.insert(*asset, number);
        }
        let mut needs = Needs::of(assets.len());
        for (owner, at) in (0_u32..).zip(&assets) {
            for on in graph.needed_dependencies(*at) {
                needs.add(owner, 1, node.get(on).copied());
            }
            for group in graph.groups_of(*at).filter_map(|number| graph.group(number)) {
                // A group without a spare is among what is needed.
                if group.quorum > 1 {
                    let members = group
                        .members
                        .iter()
                        .filter_map(|member| node.get(member).copied());
                    needs.add(owner, group.quorum, members);
                }
            }
        }
        Self {
            top: node.get(&asset).copied().unwrap_or(0),
            needs: needs.settled(),
            assets,
        }
    }

    pub(super) fn run(&self) -> Run<'_> {
        Run {
            cone: self,
            failed: vec![false; self.assets.len()],
            counts: vec![0; self.needs.count()],
            trace: Vec::new(),
            counted: Vec::new(),
            spread: 0,
        }
    }

    /// Fails every asset but the one asked about alone; keeps those that strain a group.
    pub(super) fn candidates(&self, monitor: &Monitor) -> Result<Vec<Candidate>> {
        let mut run = self.run();
        let mut candidates = Vec::new();
        let mut entries = 0;
        for (node, _) in (0_u32..).zip(&self.assets) {
            monitor.check()?;
            if node == self.top {
                continue;
            }
            run.take_back(0, 0);
            run.add(node);
            let strains = run.strains();
            if strains.is_empty() {
                continue;
            }
            entries += run.trace.len() + strains.len();
            if entries > MOST_TRACES {
                return Err(Error::new(
                    ErrorKind::TooLarge,
                    "too many assets strain too many groups for pairs to be found",
                )
                .remedy("ask of an asset further down"));
            }
            candidates.push(Candidate {
                node,
                fails: run.trace.clone(),
                strains,
            });
        }
        Ok(candidates)
    }

    /// The later candidates that together with this one fail enough members of some group, ascending.
    pub(super) fn partners(
        &self,
        by_group: &Strained,
        candidates: &[Candidate],
        number: usize,
    ) -> Vec<usize> {
        let mut partners = Vec::new();
        let Some(one) = candidates.get(number) else {
            return partners;
        };
        for (group, failed) in &one.strains {
            let others = by_group.of(*group);
            let start = others.partition_point(|(other, _)| *other as usize <= number);
            let enough = |(_, more): &&(u32, u32)| failed + more >= self.needs.wants(*group);
            partners.extend(
                others[start..]
                    .iter()
                    .filter(enough)
                    .map(|(other, _)| *other as usize),
            );
        }
        partners.sort_unstable();
        partners.dedup();
        partners
    }
}

/// The candidates that strain each group, ascending, with how many members of it fail.
pub(super) struct Strained {
    by_group: HashMap<usize, Vec<(u32, u32)>>,
}

impl Strained {
    pub(super) fn new(candidates: &[Candidate]) -> Self {
        let mut by_group: HashMap<usize, Vec<(u32, u32)>> = HashMap::new();
        for (number, candidate) in (0_u32..).zip(candidates) {
            for (group, failed) in &candidate.strains {
                by_group.entry(*group).or_default().push((number, *failed));
            }
        }
        Self { by_group }
    }

    fn of(&self, group: usize) -> &[(u32, u32)] {
        self.by_group.get(&group).map_or(&[], Vec::as_slice)
    }
}

/// Failures within a cone.
pub(super) struct Run<'c> {
    cone: &'c Cone,
    failed: Vec<bool>,
    /// Failed members of every requirement.
    counts: Vec<u32>,
    /// What failed, in that order.
    trace: Vec<u32>,
    /// The requirements that were counted up, in that order.
    counted: Vec<usize>,
    /// How many of the trace have been carried on.
    spread: usize,
}

impl Run<'_> {
    /// Fails one candidate and nothing else.
    pub(super) fn fail(&mut self, one: &Candidate) {
        self.take_back(0, 0);
        self.add(one.node);
    }

    /// What the other fails in addition, when `one` has [failed](Self::fail); none where that is nothing more than alone.
    pub(super) fn with(&mut self, one: &Candidate, other: &Candidate) -> Option<Joint> {
        let alone = other
            .fails
            .iter()
            .filter(|node| !self.failed[**node as usize])
            .count();
        let (trace, counted) = (self.trace.len(), self.counted.len());
        let top = self.cone.top;
        let stood = !self.failed[top as usize];
        self.add(other.node);
        let fails = self.trace.len() - trace - alone;
        let breaks_asset = stood && self.failed[top as usize] && !other.fails.contains(&top);
        self.take_back(trace, counted);
        (fails > 0).then(|| Joint {
            pair: [one.node, other.node].map(|node| self.cone.assets[node as usize]),
            fails,
            breaks_asset,
        })
    }

    fn add(&mut self, node: u32) {
        self.mark(node);
        let needs = &self.cone.needs;
        while let Some(node) = self.trace.get(self.spread).copied() {
            self.spread += 1;
            for number in needs.counted_in(node) {
                self.counts[*number] += 1;
                self.counted.push(*number);
                if self.counts[*number] == needs.wants(*number) {
                    self.mark(needs.owner(*number));
                }
            }
        }
    }

    fn mark(&mut self, node: u32) {
        if !std::mem::replace(&mut self.failed[node as usize], true) {
            self.trace.push(node);
        }
    }

    /// Back to when so many had failed and so many counts were made.
    fn take_back(&mut self, trace: usize, counted: usize) {
        for node in self.trace.drain(trace..) {
            self.failed[node as usize] = false;
        }
        for number in self.counted.drain(counted..) {
            self.counts[number] -= 1;
        }
        self.spread = trace;
    }

    /// The groups of which some members failed and whose owner stands.
    fn strains(&self) -> Vec<(usize, u32)> {
        let needs = &self.cone.needs;
        let mut strains: Vec<(usize, u32)> = self
            .counted
            .iter()
            .filter(|number| !self.failed[needs.owner(**number) as usize])
            .map(|number| (*number, self.counts[*number]))
            .collect();
        strains.sort_unstable();
        strains.dedup();
        strains
    }
}

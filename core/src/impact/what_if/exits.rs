//! Ways out: where a network leads to the outside, and what each way hangs on.

use super::sets::{NONE, Sets, run};
use super::traits::Traits;
use crate::estate::{AssetKind, Estate, Graph};

/// How surely a device leads out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(usize)]
pub(super) enum Lead {
    /// It is a circuit or provider, or it is related to one.
    Stated,
    /// It is one of the firewalls and routers of a site whose circuits are recorded, but not what leads to them.
    Presumed,
}

/// One way out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exit {
    /// The index of the device among the linked assets.
    pub(super) node: u32,
    pub(super) lead: Lead,
    /// The bundle of circuits and providers of which one must be up; none where the device is one itself.
    pub(super) bundle: u32,
}

/// All ways out of an estate.
#[derive(Clone, Debug, Default)]
pub(super) struct Exits {
    pub(super) list: Vec<Exit>,
    /// Device and exit, ascending.
    pub(super) by_node: Vec<(u32, u32)>,
    /// Bundle and exit, ascending.
    pub(super) by_bundle: Vec<(u32, u32)>,
    /// Bundle and circuit or provider, ascending.
    pub(super) bundles: Vec<(u32, u32)>,
    /// Circuit or provider and bundle, ascending.
    pub(super) by_lead: Vec<(u32, u32)>,
    /// How many circuits and providers each bundle has.
    pub(super) sizes: Vec<u32>,
}

/// Whether it is the outside itself.
pub(super) fn is_outside(kind: &AssetKind) -> bool {
    matches!(kind, AssetKind::Circuit | AssetKind::Provider)
}

/// Whether it may lead out.
pub(super) fn is_edge(kind: &AssetKind) -> bool {
    matches!(kind, AssetKind::Firewall | AssetKind::Router)
}

impl Exits {
    pub(super) fn of(estate: &Estate, traits: &[Traits], homes: &Sets, inferred: &[(u32, u32)]) -> Self {
        let mut exits = Self::default();
        let edges = exits.stated(estate.graph(), traits, inferred);
        exits.presumed(estate, traits, homes, edges);
        exits.by_node = exits.keyed(|exit| exit.node);
        exits.by_bundle = exits.keyed(|exit| exit.bundle);
        exits.by_lead = exits
            .bundles
            .iter()
            .map(|(bundle, lead)| (*lead, *bundle))
            .collect();
        exits.by_lead.sort_unstable();
        exits
    }

    /// The circuits and providers that an exit hangs on.
    pub(super) fn leads(&self, exit: Exit) -> impl Iterator<Item = u32> {
        let bundle = run(&self.bundles, exit.bundle);
        bundle.iter().map(|(_, lead)| *lead)
    }

    /// The exits of a device.
    pub(super) fn at(&self, node: u32) -> impl Iterator<Item = Exit> {
        let exits = run(&self.by_node, node).iter();
        exits.filter_map(|(_, exit)| self.list.get(*exit as usize).copied())
    }

    /// Takes up what is stated. Gives the linked firewalls and routers.
    fn stated(&mut self, graph: &Graph, traits: &[Traits], inferred: &[(u32, u32)]) -> Vec<(u32, u32)> {
        let is =
            |asset: u32, of: fn(Traits) -> bool| traits.get(asset as usize).is_some_and(|about| of(*about));
        let mut edges = Vec::new();
        for (node, asset) in (0..).zip(graph.stated_links().linked().iter().copied()) {
            if is(asset, Traits::is_outside) {
                self.push(node, Lead::Stated, NONE);
            } else if is(asset, Traits::is_edge) {
                let dependencies = graph.dependencies(asset).iter().copied();
                let leads: Vec<u32> = dependencies
                    .filter(|on| {
                        is(*on, Traits::is_outside) && inferred.binary_search(&(asset, *on)).is_err()
                    })
                    .collect();
                if !leads.is_empty() {
                    let bundle = self.bundle(&leads);
                    self.push(node, Lead::Stated, bundle);
                }
                edges.push((node, asset));
            }
        }
        edges
    }

    /// Takes up the firewalls and routers of sites with circuits to which nothing is known to lead.
    fn presumed(&mut self, estate: &Estate, traits: &[Traits], homes: &Sets, edges: Vec<(u32, u32)>) {
        let mut stated: Vec<u32> = self.bundles.iter().map(|(_, lead)| *lead).collect();
        stated.sort_unstable();
        let loose = |at: u32| {
            let about = estate.assets().get(at as usize);
            about.is_some_and(|about| about.kind == AssetKind::Circuit)
                && estate.graph().stated_links().linked().binary_search(&at).is_err()
                && stated.binary_search(&at).is_err()
        };
        let mut circuits: Vec<(u32, u32)> = (0..)
            .zip(traits)
            .filter(|(at, about)| about.is_outside() && loose(*at))
            .flat_map(|(at, _)| homes.at(at).iter().map(move |site| (*site, at)))
            .collect();
        circuits.sort_unstable();
        let mut devices: Vec<(u32, u32)> = edges
            .into_iter()
            .flat_map(|(node, asset)| homes.at(asset).iter().map(move |site| (*site, node)))
            .collect();
        devices.sort_unstable();
        for circuits in circuits.chunk_by(|(site, _), (other, _)| site == other) {
            let Some((site, _)) = circuits.first() else {
                continue;
            };
            let leads: Vec<u32> = circuits.iter().map(|(_, circuit)| *circuit).collect();
            let bundle = self.bundle(&leads);
            for (_, node) in run(&devices, *site) {
                self.push(*node, Lead::Presumed, bundle);
            }
        }
    }

    fn push(&mut self, node: u32, lead: Lead, bundle: u32) {
        self.list.push(Exit { node, lead, bundle });
    }

    fn bundle(&mut self, leads: &[u32]) -> u32 {
        // INVARIANT: a bundle has an asset of its own, of which there are fewer than `NONE`.
        let number = u32::try_from(self.sizes.len()).unwrap_or(NONE);
        self.bundles.extend(leads.iter().map(|lead| (number, *lead)));
        self.sizes.push(u32::try_from(leads.len()).unwrap_or(NONE));
        number
    }

    fn keyed(&self, key: impl Fn(&Exit) -> u32) -> Vec<(u32, u32)> {
        let mut pairs: Vec<(u32, u32)> = self.list.iter().map(key).zip(0..).collect();
        pairs.sort_unstable();
        pairs
    }
}

/// How many ways out each piece of a network has, stated and presumed, as devices and circuits go.
#[derive(Clone, Debug)]
pub(super) struct Ways {
    by_piece: Vec<[u32; 2]>,
    /// Circuits and providers of each bundle that are left.
    leads: Vec<u32>,
}

impl Ways {
    /// Before anything goes; `label` gives the piece of a node.
    pub(super) fn new(exits: &Exits, pieces: u32, label: impl Fn(u32) -> u32) -> Self {
        let mut ways = Self {
            by_piece: Vec::new(),
            leads: exits.sizes.clone(),
        };
        ways.grow(pieces);
        for exit in &exits.list {
            ways.count(label(exit.node), exit.lead, true);
        }
        ways
    }

    /// Makes room for so many pieces.
    pub(super) fn grow(&mut self, pieces: u32) {
        self.by_piece.resize(pieces as usize, [0; 2]);
    }

    /// The ways out of a piece, stated and presumed.
    pub(super) fn of(&self, piece: u32) -> [u32; 2] {
        self.by_piece.get(piece as usize).copied().unwrap_or_default()
    }

    /// Whether one of the bundle is left; a device that is the outside itself has no bundle.
    pub(super) fn is_left(&self, bundle: u32) -> bool {
        self.leads.get(bundle as usize).is_none_or(|left| *left > 0)
    }

    /// A device leaves its piece, for another one or, with `NONE`, for good.
    pub(super) fn leave(&mut self, exits: &Exits, node: u32, from: u32, to: u32) {
        for exit in exits.at(node) {
            if self.is_left(exit.bundle) {
                self.count(from, exit.lead, false);
                self.count(to, exit.lead, true);
            }
        }
    }

    /// A circuit or provider goes; `label` gives the piece of a node, or `NONE` where it has left.
    pub(super) fn lose(&mut self, exits: &Exits, asset: u32, label: impl Fn(u32) -> u32) {
        for (_, bundle) in run(&exits.by_lead, asset) {
            let Some(left) = self.leads.get_mut(*bundle as usize).filter(|left| **left > 0) else {
                continue;
            };
            *left -= 1;
            if *left > 0 {
                continue;
            }
            for (_, exit) in run(&exits.by_bundle, *bundle) {
                if let Some(exit) = exits.list.get(*exit as usize) {
                    self.count(label(exit.node), exit.lead, false);
                }
            }
        }
    }

    fn count(&mut self, piece: u32, lead: Lead, more: bool) {
        if let Some(ways) = self.by_piece.get_mut(piece as usize)
            && let Some(count) = ways.get_mut(lead as usize)
        {
            *count = if more { *count + 1 } else { count.saturating_sub(1) };
        }
    }
}

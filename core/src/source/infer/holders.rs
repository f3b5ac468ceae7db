//! Who holds what: addresses by place, and names. What several hold is told from what one holds, whatever their number.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::places::Place;

/// At most this many of several holders are named.
const NAMED: usize = 3;

/// The assets that hold one thing: the first few by id, and how many there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Holder {
    first: Vec<usize>,
    last: Option<usize>,
    count: usize,
}

impl Holder {
    /// Adds an asset. Assets come in the order of their ids, so that one that is there twice comes twice in a row.
    pub(super) fn add(&mut self, asset: usize) {
        if self.last == Some(asset) {
            return;
        }
        self.last = Some(asset);
        if self.first.len() < NAMED {
            self.first.push(asset);
        }
        self.count += 1;
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn first(&self) -> impl Iterator<Item = usize> {
        self.first.iter().copied()
    }
}

/// Who holds an address, as far as it can be told.
#[derive(Clone, Copy, Debug)]
pub(super) enum Held<'o> {
    /// This asset, and no other.
    By(usize, Basis),
    /// No asset that is known.
    Nobody,
    /// Several assets.
    Several(&'o Holder),
    /// Some asset, but it is not recorded where that or the one who asks is.
    Unplaced,
}

/// Why the address is the one that is meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Basis {
    /// It is in use once in the world.
    Anywhere,
    /// Both are seen from the same public address.
    Exit,
    /// The estate has no second place where it could be in use.
    Only,
    /// Both are at the same site.
    Site,
}

/// The holders of addresses.
#[derive(Debug, Default)]
pub(super) struct Owners {
    anywhere: BTreeMap<IpAddr, Holder>,
    at: BTreeMap<(usize, IpAddr), Holder>,
    unplaced: BTreeMap<IpAddr, Holder>,
    behind: BTreeMap<(IpAddr, IpAddr), Holder>,
}

impl Owners {
    /// Adds an address of an asset that is at a place and seen from public addresses.
    pub(super) fn add(&mut self, asset: usize, address: IpAddr, place: Place, public: &[IpAddr]) {
        self.anywhere.entry(address).or_default().add(asset);
        match place {
            Place::At(site) => self.at.entry((site, address)).or_default().add(asset),
            Place::Several | Place::Unknown => self.unplaced.entry(address).or_default().add(asset),
        }
        for public in public {
            self.behind.entry((*public, address)).or_default().add(asset);
        }
    }

    /// Who holds an address, wherever that is.
    pub(super) fn anywhere(&self, address: IpAddr) -> Held<'_> {
        held(self.anywhere.get(&address), Basis::Anywhere)
    }

    /// Who holds an address at a site.
    pub(super) fn at(&self, site: usize, address: IpAddr) -> Held<'_> {
        held(self.at.get(&(site, address)), Basis::Site)
    }

    /// Who holds an address at a place that is not recorded.
    pub(super) fn unplaced(&self, address: IpAddr) -> Held<'_> {
        held(self.unplaced.get(&address), Basis::Only)
    }

    /// Who holds an address and is seen from one of these public addresses.
    pub(super) fn behind(&self, public: &[IpAddr], address: IpAddr) -> Held<'_> {
        let holders = public.iter().map(|public| self.behind.get(&(*public, address)));
        held(holders.flatten().next(), Basis::Exit)
    }
}

fn held(holder: Option<&Holder>, basis: Basis) -> Held<'_> {
    match holder {
        None => Held::Nobody,
        Some(holder) if holder.count() > 1 => Held::Several(holder),
        Some(holder) => holder
            .first()
            .next()
            .map_or(Held::Nobody, |at| Held::By(at, basis)),
    }
}

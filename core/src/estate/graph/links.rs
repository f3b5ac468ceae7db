//! The network layer, from both ends.

#![expect(
    clippy::indexing_slicing,
    reason = "ends of links are below the number of assets by the checks of the builder"
)]

use super::Links;
use super::build::{narrow, scatter};

pub(super) fn freeze_links(links: &[(u32, u32)], assets: usize) -> Links {
    if links.is_empty() {
        return Links {
            linked: Box::default(),
            bounds: Box::default(),
            ends: Box::default(),
        };
    }
    let mut index_of = vec![u32::MAX; assets];
    for (a, b) in links {
        index_of[*a as usize] = 0;
        index_of[*b as usize] = 0;
    }
    let mut linked = Vec::new();
    for (asset, index) in (0_u32..).zip(&mut index_of) {
        if *index == 0 {
            *index = narrow(linked.len());
            linked.push(asset);
        }
    }
    let both: Vec<(u32, u32)> = links
        .iter()
        .map(|(a, b)| (index_of[*a as usize], index_of[*b as usize]))
        .flat_map(|(a, b)| [(a, b), (b, a)])
        .collect();
    let (_, by_end) = scatter(&both, linked.len(), |(_, to)| *to as usize);
    let (bounds, sorted) = scatter(&by_end, linked.len(), |(from, _)| *from as usize);
    Links {
        linked: linked.into(),
        bounds,
        ends: sorted.into_iter().map(|(_, to)| to).collect(),
    }
}

impl Links {
    /// Every link once, its lower end first, ascending.
    pub(in crate::estate) fn pairs(&self) -> impl Iterator<Item = (u32, u32)> {
        (0_u32..).zip(&self.linked).flat_map(move |(index, asset)| {
            self.to(index)
                .iter()
                .filter(move |other| **other > index)
                .filter_map(|other| Some((*asset, *self.linked.get(*other as usize)?)))
        })
    }
}

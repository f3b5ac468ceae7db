//! Backup: software of a product on the machine, and the one server of that product.

use std::collections::BTreeMap;

use super::ground::{Ground, is_machine};
use super::holders::Holder;
use super::judgement::Judgement;
use super::marks::{PRODUCTS, texts};
use super::places::Place;
use crate::estate::Confidence;

/// The servers by product, and by product and site.
#[derive(Default)]
pub(super) struct Vaults {
    anywhere: BTreeMap<usize, Holder>,
    at: BTreeMap<(usize, usize), Holder>,
}

impl Vaults {
    pub(super) fn of(ground: &Ground<'_>) -> Self {
        let mut vaults = Self::default();
        for at in (0..ground.len()).filter(|at| !ground.is_idle(*at)) {
            for product in (0..PRODUCTS.len()).filter(|product| ground.marks(at).is_server_of(*product)) {
                vaults.anywhere.entry(product).or_default().add(at);
                if let Place::At(site) = ground.places.of_asset(at) {
                    vaults.at.entry((product, site)).or_default().add(at);
                }
            }
        }
        vaults
    }

    pub(super) fn judge(&self, ground: &Ground<'_>, from: usize) -> Option<Judgement> {
        let asset = ground.asset(from)?;
        if !is_machine(&asset.kind) {
            return None;
        }
        let marks = ground.marks(from);
        let named = texts(asset, "backup_product").next().is_some();
        let products = PRODUCTS.iter().enumerate();
        let used: Vec<_> = products
            .filter(|(at, _)| marks.is_protected_by(*at) && !marks.is_server_of(*at))
            .collect();
        let mut judgement = Judgement::new(named || !used.is_empty());
        for (product, description) in used {
            self.judge_one(ground, from, (product, description.name), &mut judgement);
        }
        Some(judgement)
    }

    fn judge_one(
        &self,
        ground: &Ground<'_>,
        from: usize,
        (product, name): (usize, &str),
        judgement: &mut Judgement,
    ) {
        let here = match ground.places.of_asset(from) {
            Place::At(site) => self.at.get(&(product, site)),
            Place::Several | Place::Unknown => None,
        };
        let Some(holder) = here.or_else(|| self.anywhere.get(&product)) else {
            return;
        };
        let Some(to) = holder.first().next().filter(|_| holder.count() == 1) else {
            return judgement.doubt(format!(
                "it has software of {name}, and that has {} servers: {}",
                holder.count(),
                ground.labels(holder)
            ));
        };
        let place = if here.is_some() {
            "at its site"
        } else {
            "in these records"
        };
        let (managed, confidence) = if ground.marks(from).is_managed_by(product) {
            (" that a server manages", Confidence::Medium)
        } else {
            ("", Confidence::Low)
        };
        let why = format!(
            "{} has software of {name}{managed}, and {} is the only server of it {place}; whether there is a good backup \
             that does not say",
            ground.label(from),
            ground.label(to),
        );
        judgement.guess(to, confidence, why);
    }
}

//! Default gateways: the device that holds the address, at the same site.

use super::ground::{Ground, MAX_NAMED, is_machine, is_network_device};
use super::holders::{Basis, Held, Owners};
use super::judgement::Judgement;
use crate::estate::Confidence;
use crate::text::Plain;

/// Who passes on, and who holds addresses at all.
pub(super) struct Gateways {
    devices: Owners,
    all: Owners,
}

impl Gateways {
    pub(super) fn of(ground: &Ground<'_>) -> Self {
        Self {
            devices: ground.owners(|_, asset| is_network_device(&asset.kind)),
            all: ground.owners(|_, _| true),
        }
    }

    pub(super) fn judge(&self, ground: &Ground<'_>, from: usize) -> Option<Judgement> {
        let asset = ground.asset(from)?;
        let named = ground.named_addresses(from, "gateways");
        let mut judgement = Judgement::new(!named.is_empty());
        if named.is_empty() && !is_machine(&asset.kind) {
            return None;
        }
        if named.len() > MAX_NAMED {
            judgement.doubt(format!("it names {} default gateways", named.len()));
            return Some(judgement);
        }
        for address in named {
            match ground.holder(&self.devices, from, address) {
                Held::By(to, _) if to == from => {}
                Held::By(to, basis) => self.found(ground, from, to, (address, basis), &mut judgement),
                Held::Nobody => {}
                Held::Several(holder) => judgement.doubt(format!(
                    "its default gateway {address} is an address of {} devices: {}",
                    holder.count(),
                    ground.labels(holder)
                )),
                Held::Unplaced => judgement.doubt(format!(
                    "its default gateway {address} may be in use at several sites, and the records do not say where it or \
                     the device stands"
                )),
            }
        }
        Some(judgement)
    }

    fn found(
        &self,
        ground: &Ground<'_>,
        from: usize,
        to: usize,
        (address, basis): (std::net::IpAddr, Basis),
        judgement: &mut Judgement,
    ) {
        if let Some(public) = ground.seen_elsewhere(from).filter(|_| basis != Basis::Anywhere) {
            judgement.doubt(format!(
                "its default gateway {address} is an address of {}, but it was last seen from {public}, where nothing else \
                 of its site is",
                ground.label(to)
            ));
            return;
        }
        let claimed = matches!(ground.holder(&self.all, from, address), Held::Several(_));
        let (ground_for_it, confidence) = match basis {
            Basis::Anywhere => ("", Confidence::High),
            Basis::Site => (" at the same site", Confidence::High),
            Basis::Exit => (", seen from the same public address", Confidence::Medium),
            Basis::Only => ("; nothing speaks of a second site", Confidence::Medium),
        };
        let (also, confidence) = if claimed {
            ("; others than network devices claim it too", Confidence::Medium)
        } else {
            ("", confidence)
        };
        let why = format!(
            "the default gateway of {} is {}, an address of {}{ground_for_it}{also}",
            ground.label(from),
            Plain(&address.to_string()),
            ground.label(to),
        );
        judgement.guess(to, confidence, why);
    }
}

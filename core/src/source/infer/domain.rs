//! Domains: a machine that is joined to one needs one of its controllers.

use std::collections::{BTreeMap, BTreeSet};

use super::ground::{Ground, MAX_DOMAINS, MAX_NAMED, is_machine};
use super::judgement::Judgement;
use super::marks::Marks;
use super::places::Place;
use crate::estate::Confidence;
use crate::text::quoted;

/// A domain with more controllers than this is not spelled out machine by machine; those at the machine's own site are.
const MAX_CONTROLLERS: usize = 16;

/// The controllers of all domains.
pub(super) struct Directory<'g> {
    controllers: BTreeMap<&'g str, Vec<usize>>,
    at_site: BTreeMap<(&'g str, usize), Vec<usize>>,
    /// Domains by what stands before the first point: the short name mostly is that.
    short: BTreeMap<&'g str, BTreeSet<&'g str>>,
}

/// What a machine means by the name of its domain.
enum Named<'g> {
    Full(&'g str),
    Short(&'g str),
    Unclear(usize),
    Nowhere,
}

impl<'g> Directory<'g> {
    pub(super) fn of(ground: &'g Ground<'_>) -> Self {
        let mut directory = Self {
            controllers: BTreeMap::new(),
            at_site: BTreeMap::new(),
            short: BTreeMap::new(),
        };
        for at in 0..ground.len() {
            if ground.is_idle(at) || !ground.marks(at).has(Marks::CONTROLLER) {
                continue;
            }
            for domain in ground.domains(at).iter().map(String::as_str) {
                if let Some((first, _)) = domain.split_once('.') {
                    directory.short.entry(first).or_default().insert(domain);
                }
                directory.controllers.entry(domain).or_default().push(at);
                if let Place::At(site) = ground.places.of_asset(at) {
                    directory.at_site.entry((domain, site)).or_default().push(at);
                }
            }
        }
        directory
    }

    pub(super) fn judge(&self, ground: &Ground<'_>, from: usize) -> Option<Judgement> {
        let asset = ground.asset(from)?;
        let named = ground.domains(from);
        let is_about = is_machine(&asset.kind) || !named.is_empty();
        if !is_about || ground.marks(from).has(Marks::CONTROLLER) {
            return None;
        }
        let mut judgement = Judgement::new(!named.is_empty());
        if named.len() > MAX_DOMAINS {
            judgement.doubt("its sources name many domains".to_owned());
            return Some(judgement);
        }
        for domain in named {
            let (full, is_full) = match self.named(domain) {
                Named::Full(full) => (full, true),
                Named::Short(full) => (full, false),
                Named::Unclear(count) => {
                    judgement.doubt(format!("{count} domains are called {} for short", quoted(domain)));
                    continue;
                }
                Named::Nowhere => continue,
            };
            let (count, chosen) = self.chosen(ground, from, full);
            if chosen.is_empty() {
                judgement.doubt(format!(
                    "the domain {} has {count} controllers, none or too many of them at its site",
                    quoted(domain),
                ));
            }
            found(ground, from, (domain, is_full), chosen, &mut judgement);
        }
        Some(judgement)
    }

    fn named(&self, domain: &str) -> Named<'g> {
        if let Some((full, _)) = self.controllers.get_key_value(domain) {
            return Named::Full(full);
        }
        let Some(full) = self.short.get(domain) else {
            return Named::Nowhere;
        };
        let mut names = full.iter();
        match (names.next(), names.next()) {
            (Some(only), None) => Named::Short(only),
            _ => Named::Unclear(full.len()),
        }
    }

    /// How many controllers there are, and all of them, or of very many those at the site of the machine.
    fn chosen(&self, ground: &Ground<'_>, from: usize, domain: &'g str) -> (usize, &[usize]) {
        let all = self.controllers.get(domain).map_or(&[][..], Vec::as_slice);
        if all.len() <= MAX_CONTROLLERS {
            return (all.len(), all);
        }
        let near = match ground.places.of_asset(from) {
            Place::At(site) => self.at_site.get(&(domain, site)).map_or(&[][..], Vec::as_slice),
            Place::Several | Place::Unknown => &[],
        };
        (all.len(), if near.len() <= MAX_CONTROLLERS { near } else { &[] })
    }
}

/// A controller that the machine asks for names is one it surely knows.
fn found(
    ground: &Ground<'_>,
    from: usize,
    (domain, is_full): (&str, bool),
    controllers: &[usize],
    judgement: &mut Judgement,
) {
    let mut asked = ground.named_addresses(from, "dns_servers");
    asked.truncate(MAX_NAMED);
    let asks = |to: usize| {
        let own = ground.own_addresses(to);
        asked.iter().any(|address| own.binary_search(address).is_ok())
    };
    let asks_one = controllers.iter().any(|to| asks(*to));
    let several = match controllers.len() {
        1 => String::new(),
        several => format!(", any one of {several}"),
    };
    for to in controllers {
        // Two domains of one name would be told apart by whom the machine asks.
        let confidence = match (is_full, asks(*to) || controllers.len() == 1) {
            (true, true) => Confidence::High,
            (true, false) | (false, true) => Confidence::Medium,
            (false, false) => Confidence::Low,
        };
        let names = match (asks(*to), asks_one) {
            (true, _) => ", and asks it for names",
            (false, true) => ", but asks another for names",
            (false, false) => "",
        };
        let why = format!(
            "{} is joined to the domain {}, of which {} is a controller{several}{names}",
            ground.label(from),
            quoted(domain),
            ground.label(*to),
        );
        judgement.guess(*to, confidence, why);
    }
}

/// Whether two assets are in one domain by the full name.
pub(super) fn share(ground: &Ground<'_>, one: usize, other: usize) -> bool {
    let theirs = ground.domains(other);
    ground.domains(one).iter().any(|domain| theirs.contains(domain))
}

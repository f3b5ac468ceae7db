//! Which parts of an asset have a lifecycle, and what is recorded of them.

use std::collections::HashMap;

use jiff::civil::Date;

use super::judge::{Judge, Judgement, State};
use crate::change::{EffortSize, Strategy};
use crate::estate::{Asset, AssetKind, Fact};
use crate::review::advice::{ARCHITECTURE, Advice};
use crate::review::context::Context;
use crate::review::facts::{Reading, answers, dates, texts};
use crate::review::finding::Read;
use crate::review::questions::Want;
use crate::review::verdict::Subject;

/// A part of an asset that has a lifecycle of its own.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) part: &'static str,
    /// The facts that say what it is, and which release.
    pub(super) name: &'static str,
    pub(super) versions: &'static [&'static str],
    /// A fact that says what it is meant to be, which is no proof of what it is.
    pub(super) hint: Option<&'static str>,
    /// What to call it.
    pub(super) words: &'static str,
    /// Kinds of assets that are asked for it even when nothing is recorded.
    pub(super) asked: fn(&AssetKind) -> bool,
}

impl Slot {
    pub(super) fn is_asked_of(&self, asset: &Asset) -> bool {
        (self.asked)(&asset.kind) || self.hint.is_some_and(|hint| asset.fact(hint).is_some())
    }
}

pub(super) const SLOTS: &[Slot] = &[
    Slot {
        part: "os",
        name: "os_name",
        versions: &["os_version", "os_build"],
        hint: Some("os_configured"),
        words: "operating system",
        asked: |kind| {
            matches!(
                kind,
                AssetKind::Device
                    | AssetKind::Firewall
                    | AssetKind::HypervisorHost
                    | AssetKind::Router
                    | AssetKind::Server
                    | AssetKind::Storage
                    | AssetKind::Switch
                    | AssetKind::VirtualMachine
                    | AssetKind::WirelessAccessPoint
                    | AssetKind::Workstation
            )
        },
    },
    Slot {
        part: "product",
        name: "product",
        versions: &["version"],
        hint: None,
        words: "product",
        asked: |kind| matches!(kind, AssetKind::BusinessApplication | AssetKind::Database),
    },
];

/// One slot of one asset, judged.
pub(super) struct Case<'a> {
    pub(super) asset: &'a Asset,
    pub(super) slot: &'static Slot,
    pub(super) judgement: Judgement,
}

/// What is recorded of a paid extension of support. Extensions are bought by the year: without the day until which one was
/// paid, nothing is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Entitlement {
    /// It was not bought, and is paid until a day that has not come.
    Contradiction,
    NotBought,
    NotRecorded,
    Until(Date),
}

/// Judges each text once, however many assets have it.
pub(super) struct Bench<'a> {
    pub(super) judge: Judge<'a>,
    pub(super) judged: HashMap<(String, Vec<String>), Judgement>,
}

impl<'a> Bench<'a> {
    pub(super) fn new(context: &Context<'a>) -> Self {
        Self {
            judge: Judge {
                catalogue: context.catalogue(),
                as_of: context.as_of(),
                due_within_days: context.settings().due_within_days,
            },
            judged: HashMap::new(),
        }
    }

    /// `None` where nothing is recorded. Of several statements about the name the worst counts.
    pub(super) fn case<'b>(&mut self, asset: &'b Asset, slot: &'static Slot) -> Option<Case<'b>> {
        let names = texts(asset, slot.name);
        let versions: Vec<String> = slot
            .versions
            .iter()
            .flat_map(|fact| texts(asset, fact).values().to_vec())
            .collect();
        let judgement = names
            .values()
            .iter()
            .map(|name| self.judgement(name, &versions))
            .max_by(|a, b| a.state.cmp(&b.state).then_with(|| b.key.cmp(&a.key)))?;
        Some(Case {
            asset,
            slot,
            judgement,
        })
    }

    /// What an asset is meant to be, where that has ended or is about to.
    pub(super) fn hint(&mut self, asset: &Asset, slot: &Slot) -> Option<Judgement> {
        let names = texts(asset, slot.hint?);
        names
            .values()
            .iter()
            .map(|name| self.judgement(name, &[]))
            .filter(|meant| matches!(meant.state, State::Due | State::Ended))
            .max_by(|a, b| a.state.cmp(&b.state).then_with(|| b.key.cmp(&a.key)))
    }

    pub(super) fn judgement(&mut self, name: &str, versions: &[String]) -> Judgement {
        let judge = self.judge;
        self.judged
            .entry((name.to_owned(), versions.to_vec()))
            .or_insert_with(|| {
                let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
                judge.judge(name, &versions)
            })
            .clone()
    }
}

impl<'a> Case<'a> {
    pub(super) fn subject(&self) -> Subject<'a> {
        Subject::from((self.asset, self.slot.part))
    }

    pub(super) fn reads(&self) -> Vec<Read> {
        let mut reads = vec![Read::kind(self.asset), Read::fact(self.asset, self.slot.name)];
        reads.extend(self.slot.versions.iter().map(|fact| Read::fact(self.asset, fact)));
        reads.extend(["extended_support", "extended_support_end"].map(|fact| Read::fact(self.asset, fact)));
        reads.extend(self.judgement.rows.iter().map(|(row, digest)| Read::Catalogue {
            row: row.clone(),
            digest: *digest,
        }));
        reads
    }

    /// What would tell the release apart, where nothing is recorded that should.
    pub(super) fn release(&self) -> Option<Want> {
        let recorded = |fact: &&str| self.asset.fact(fact).is_some_and(Fact::is_known);
        let fact = self.slot.versions.first()?;
        (!self.slot.versions.iter().any(recorded)).then(|| Want::new(self.asset, fact))
    }

    /// What is recorded of a paid extension.
    pub(super) fn entitlement(&self, as_of: Date) -> Entitlement {
        let bought = match answers(self.asset, "extended_support") {
            // Where sources disagree, it counts as not bought.
            Reading::Known(answers) => answers.first().copied(),
            _ => None,
        };
        match (bought, dates(self.asset, "extended_support_end").least()) {
            (Some(false), Some(until)) if *until >= as_of => Entitlement::Contradiction,
            (Some(false), None) => Entitlement::NotBought,
            (_, Some(until)) => Entitlement::Until(*until),
            _ => Entitlement::NotRecorded,
        }
    }

    pub(super) fn exposed(&self) -> bool {
        self.judgement.edge
            || matches!(
                self.asset.kind,
                AssetKind::Firewall | AssetKind::Router | AssetKind::WirelessAccessPoint
            )
    }

    pub(super) fn replace(&self) -> Advice {
        let label = &self.judgement.label;
        Advice {
            key: format!("lifecycle/{}", self.judgement.key),
            title: format!("Upgrade or replace {label}"),
            rationale: format!(
                "{label} gets no security fixes for everybody after the end of its maker's support: weaknesses that are \
                 found later stay open."
            ),
            strategy: Strategy::Remediate,
            size: match self.asset.kind {
                AssetKind::Workstation => EffortSize::S,
                AssetKind::Database | AssetKind::BusinessApplication | AssetKind::HypervisorHost => {
                    EffortSize::L
                }
                _ => EffortSize::M,
            },
            area: ARCHITECTURE,
            target: self.asset.id.clone(),
            action: format!(
                "Move from {label} to a release that its maker supports, or take the asset out of service. Before that: \
                 a backup that was restored as a trial, and a date agreed with the owner."
            ),
            confirm: format!(
                "The next snapshot gives a supported release in `{}`, or the asset is gone.",
                self.slot.name
            ),
        }
    }
}

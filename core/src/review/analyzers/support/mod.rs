//! Whether what runs on an asset still gets security fixes.

mod judge;

use std::collections::HashMap;

use jiff::civil::Date;

use self::judge::{Judge, Judgement, State};
use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, AssetKind, Confidence};
use crate::review::advice::{ARCHITECTURE, Advice, DOCUMENTATION};
use crate::review::context::Context;
use crate::review::facts::{Reading, answers, dates, texts};
use crate::review::finding::Read;
use crate::review::lifecycle::{Milestones, Support, When};
use crate::review::outcome::{DebtKind, Outcome, Pillar, Severity};
use crate::review::rule::{Analyzer, Reads, Rule};
use crate::review::verdict::{Draft, Subject, Verdicts};

/// End of support of operating systems and products.
#[derive(Clone, Copy, Debug)]
pub(super) struct EndOfSupport;

const READS: &[Reads] = &[
    Reads::Property("kind"),
    Reads::Fact("os_name"),
    Reads::Fact("os_version"),
    Reads::Fact("os_build"),
    Reads::Fact("product"),
    Reads::Fact("version"),
    Reads::Fact("extended_support"),
    Reads::Fact("extended_support_end"),
    Reads::Catalogue,
];

static RULES: [Rule; 3] = [
    Rule {
        id: "lifecycle.security_support",
        version: 1,
        title: "The maker's security support for everybody has not ended and does not end soon",
        pillar: Pillar::Security,
        debt: DebtKind::Lifecycle,
        reads: READS,
    },
    Rule {
        id: "lifecycle.paid_extension",
        version: 1,
        title: "Where only a paid extension of support is left, it was bought",
        pillar: Pillar::Security,
        debt: DebtKind::Lifecycle,
        reads: READS,
    },
    Rule {
        id: "lifecycle.catalogue_current",
        version: 1,
        title: "The lifecycle dates are not old",
        pillar: Pillar::Operations,
        debt: DebtKind::Documentation,
        reads: &[Reads::Catalogue],
    },
];

impl Analyzer for EndOfSupport {
    fn rules(&self) -> &[Rule] {
        &RULES
    }

    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()> {
        let [security, extension, current] = &RULES;
        let mut bench = Bench::new(context);
        for asset in context.estate().assets() {
            context.check()?;
            for slot in SLOTS {
                let subject = Subject::from((asset, slot.part));
                if asset.fact(slot.name).is_none() && !(slot.asked)(&asset.kind) {
                    verdicts.not_applicable(security, subject);
                    verdicts.not_applicable(extension, subject);
                } else if let Some(case) = bench.case(asset, slot) {
                    verdict_on_support(context, verdicts, security, &case)?;
                    verdict_on_extension(context, verdicts, extension, &case)?;
                } else {
                    verdicts.not_recorded(security, subject, slot.words);
                    verdicts.not_recorded(extension, subject, slot.words);
                }
            }
        }
        verdict_on_catalogue(context, verdicts, current)
    }
}

/// A part of an asset that has a lifecycle of its own.
#[derive(Debug)]
struct Slot {
    part: &'static str,
    /// The facts that say what it is, and which release.
    name: &'static str,
    versions: &'static [&'static str],
    /// What to call it.
    words: &'static str,
    /// Kinds of assets that are asked for it even when nothing is recorded.
    asked: fn(&AssetKind) -> bool,
}

const SLOTS: &[Slot] = &[
    Slot {
        part: "os",
        name: "os_name",
        versions: &["os_version", "os_build"],
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
        words: "product",
        asked: |kind| matches!(kind, AssetKind::BusinessApplication | AssetKind::Database),
    },
];

/// One slot of one asset, judged.
struct Case<'a> {
    asset: &'a Asset,
    slot: &'static Slot,
    judgement: Judgement,
}

/// Judges each text once, however many assets have it.
struct Bench<'a> {
    judge: Judge<'a>,
    judged: HashMap<(String, Vec<String>), Judgement>,
}

impl<'a> Bench<'a> {
    fn new(context: &Context<'a>) -> Self {
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
    fn case<'b>(&mut self, asset: &'b Asset, slot: &'static Slot) -> Option<Case<'b>> {
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

    fn judgement(&mut self, name: &str, versions: &[String]) -> Judgement {
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
    fn subject(&self) -> Subject<'a> {
        Subject::from((self.asset, self.slot.part))
    }

    fn reads(&self) -> Vec<Read> {
        let mut reads = vec![Read::kind(self.asset), Read::fact(self.asset, self.slot.name)];
        reads.extend(self.slot.versions.iter().map(|fact| Read::fact(self.asset, fact)));
        reads.extend(["extended_support", "extended_support_end"].map(|fact| Read::fact(self.asset, fact)));
        reads.extend(self.judgement.rows.iter().map(|(row, digest)| Read::Catalogue {
            row: row.clone(),
            digest: *digest,
        }));
        reads
    }

    /// The milestones with the extension that this asset has, and whether one was bought; `None`: not recorded.
    fn entitlement(&self) -> (Milestones, Option<bool>) {
        let mut milestones = self.judgement.milestones;
        let until = dates(self.asset, "extended_support_end").least().copied();
        let bought = match answers(self.asset, "extended_support") {
            // Where sources disagree, it counts as not bought.
            Reading::Known(answers) => answers.first().copied(),
            _ => until.map(|_| true),
        };
        if let Some(day) = until {
            milestones.extended_support = When::On(day);
        } else if bought == Some(true) && milestones.extended_support == When::Unknown {
            milestones.extended_support = When::Open;
        }
        (milestones, bought)
    }

    fn exposed(&self) -> bool {
        self.judgement.edge
            || matches!(
                self.asset.kind,
                AssetKind::Firewall | AssetKind::Router | AssetKind::WirelessAccessPoint
            )
    }

    fn replace(&self) -> Advice {
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

fn verdict_on_support(
    context: &Context<'_>,
    verdicts: &mut Verdicts<'_>,
    rule: &Rule,
    case: &Case<'_>,
) -> Result<()> {
    let judgement = &case.judgement;
    let draft = match &judgement.state {
        State::Supported => {
            verdicts.satisfied(rule, case.subject());
            return Ok(());
        }
        State::Missing(what) => {
            verdicts.not_recorded(rule, case.subject(), what);
            return Ok(());
        }
        State::Unclear(why) => unclear(case, Outcome::NotEvaluated, why),
        State::Contradiction(why) => unclear(case, Outcome::Manual, why),
        State::Due => due(context, case),
        State::Ended => ended(context, case),
    };
    verdicts.find(rule, case.subject(), draft.reads(case.reads()))
}

fn unclear(case: &Case<'_>, outcome: Outcome, why: &str) -> Draft {
    let label = &case.judgement.label;
    Draft::new(
        outcome,
        Severity::Low,
        format!("Which release of {label} it is, is not clear"),
    )
    .detail(why)
    .confidence(Confidence::Low)
    .advice(Advice {
        key: format!("lifecycle/which/{}", case.judgement.key),
        title: format!("Record which release of {label} it is"),
        rationale: "Without the exact release nobody can say until when it gets security fixes.".to_owned(),
        strategy: Strategy::Investigate,
        size: EffortSize::S,
        area: DOCUMENTATION,
        target: case.asset.id.clone(),
        action: format!(
            "Read edition and version of {label} on the asset and record them in `{}` and `{}`.",
            case.slot.name,
            case.slot.versions.join("`, `")
        ),
        confirm: "The next review names one release.".to_owned(),
    })
}

fn due(context: &Context<'_>, case: &Case<'_>) -> Draft {
    let judgement = &case.judgement;
    let end = judgement.milestones.security_end().date();
    let risk = judgement.milestones.risk(context.as_of(), false);
    let severity = match risk {
        Some(60..) => Severity::High,
        Some(30..) => Severity::Medium,
        _ => Severity::Low,
    };
    let days = end.map_or(0, |day| context.days_to(day));
    Draft::new(
        Outcome::Partially,
        raised_if(case.exposed(), severity),
        format!("Security support of {} ends on {}", judgement.label, shown(end)),
    )
    .detail(format!(
        "{days} days are left ({}).{}",
        judgement.source,
        exposure(case)
    ))
    .confidence(judgement.confidence)
    .due(end)
    .risk(risk)
    .advice(case.replace())
}

fn ended(context: &Context<'_>, case: &Case<'_>) -> Draft {
    let judgement = &case.judgement;
    let (milestones, bought) = case.entitlement();
    let risk = milestones.risk(context.as_of(), bought == Some(true));
    let end = milestones.security_end().date();
    let (extension, severity) = match (milestones.support(context.as_of()), bought) {
        (Support::Extended { until, .. }, Some(true)) => (
            format!("The paid extension covers it until {}.", shown(until)),
            Severity::Medium,
        ),
        (Support::Extended { until, .. }, Some(false)) => (
            format!(
                "A paid extension until {} can be had and was not bought.",
                shown(until)
            ),
            Severity::High,
        ),
        (Support::Extended { until, .. }, None) => (
            format!(
                "A paid extension until {} can be had; whether it was bought is not recorded.",
                shown(until)
            ),
            Severity::High,
        ),
        _ => (
            "There is no paid extension, or it has ended too.".to_owned(),
            Severity::High,
        ),
    };
    let when = end.map_or_else(
        || format!("Security support of {} has ended", judgement.label),
        |day| format!("Security support of {} ended on {day}", judgement.label),
    );
    Draft::new(Outcome::NotSatisfied, raised_if(case.exposed(), severity), when)
        .detail(format!("{extension} ({}).{}", judgement.source, exposure(case)))
        .confidence(judgement.confidence)
        .due(end)
        .risk(risk)
        .advice(case.replace())
}

fn verdict_on_extension(
    context: &Context<'_>,
    verdicts: &mut Verdicts<'_>,
    rule: &Rule,
    case: &Case<'_>,
) -> Result<()> {
    match &case.judgement.state {
        State::Supported | State::Due => verdicts.not_applicable(rule, case.subject()),
        State::Missing(what) => verdicts.not_recorded(rule, case.subject(), what),
        State::Unclear(_) => verdicts.not_recorded(rule, case.subject(), "the exact release"),
        State::Contradiction(_) => verdicts.answer(rule, case.subject(), Outcome::Manual),
        State::Ended => return on_ended(context, verdicts, rule, case),
    }
    Ok(())
}

fn on_ended(context: &Context<'_>, verdicts: &mut Verdicts<'_>, rule: &Rule, case: &Case<'_>) -> Result<()> {
    let offered = case
        .judgement
        .milestones
        .extended_support
        .has_passed(context.as_of());
    let (milestones, bought) = case.entitlement();
    let label = &case.judgement.label;
    let problem = match (bought, milestones.extended_support.has_passed(context.as_of())) {
        (Some(true), Some(false)) => {
            verdicts.satisfied(rule, case.subject());
            return Ok(());
        }
        (None, _) if offered == Some(false) => {
            verdicts.not_recorded(
                rule,
                case.subject(),
                "whether a paid extension of support was bought",
            );
            return Ok(());
        }
        (Some(true), _) => format!(
            "The paid extension for {label} ended on {}",
            shown(milestones.extended_support.date())
        ),
        (Some(false), _) if offered == Some(false) => format!("No paid extension for {label} was bought"),
        _ => {
            verdicts.not_applicable(rule, case.subject());
            return Ok(());
        }
    };
    let draft = Draft::new(Outcome::NotSatisfied, Severity::Medium, problem)
        .detail("Weaknesses that are found now stay open on this asset.")
        .confidence(case.judgement.confidence)
        .due(milestones.extended_support.date())
        .reads(case.reads())
        .advice(case.replace());
    verdicts.find(rule, case.subject(), draft)
}

fn verdict_on_catalogue(context: &Context<'_>, verdicts: &mut Verdicts<'_>, rule: &Rule) -> Result<()> {
    let limit = context.settings().catalogue_stale_days;
    let Some(day) = context.catalogue().as_of() else {
        verdicts.not_recorded(rule, Subject::ESTATE, "the day of the lifecycle dates");
        return Ok(());
    };
    let age = -context.days_to(day);
    if age <= i64::from(limit) {
        verdicts.satisfied(rule, Subject::ESTATE);
        return Ok(());
    }
    let draft = Draft::new(
        Outcome::NotSatisfied,
        Severity::Low,
        format!("The lifecycle dates are {age} days old"),
    )
    .detail(format!(
        "They are of {day}; what was announced since is not in them. The limit is {limit} days."
    ))
    .reads([Read::Catalogue {
        row: "*".to_owned(),
        digest: context.catalogue().digest(),
    }]);
    verdicts.find(rule, Subject::ESTATE, draft)
}

/// An edge device without fixes is open to the whole internet (CISA's binding directive 26-02 gives such devices dates of
/// their own).
fn raised_if(exposed: bool, severity: Severity) -> Severity {
    if exposed { severity.raised() } else { severity }
}

fn exposure(case: &Case<'_>) -> &'static str {
    if case.exposed() {
        " It stands at the edge of the network."
    } else {
        ""
    }
}

fn shown(day: Option<Date>) -> String {
    day.map_or_else(|| "an unknown day".to_owned(), |day| day.to_string())
}

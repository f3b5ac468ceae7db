//! Gaps of the coverage matrix that no other rule tells: agent, endpoint protection, directory, agreement.

use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, RelationKind};
use crate::review::advice::{ARCHITECTURE, Advice};
use crate::review::context::Context;
use crate::review::finding::Read;
use crate::review::life::in_service;
use crate::review::matrix::{COMPARED, Cell, Column, SETTLED, Sign, covering, judge, scope, wants};
use crate::review::outcome::{DebtKind, Outcome, Pillar, Severity};
use crate::review::questions::Want;
use crate::review::rule::{Analyzer, Reads, Rule};
use crate::review::verdict::{Draft, Verdicts};
use crate::text::Plain;

/// Devices that nothing looks after.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coverage;

/// What a rule says of a gap.
#[derive(Debug)]
struct Words {
    column: Column,
    /// The facts that are read.
    facts: &'static [&'static str],
    severity: Severity,
    /// The finding as a title.
    gap: &'static str,
    /// The question, as the end of "not recorded: ".
    missing: &'static str,
    /// What it means, after the reason.
    meaning: &'static str,
    advice: &'static str,
    action: &'static str,
    confirm: &'static str,
}

const fn rule(
    id: &'static str,
    title: &'static str,
    pillar: Pillar,
    debt: DebtKind,
    reads: &'static [Reads],
) -> Rule {
    Rule {
        id,
        version: 2,
        title,
        pillar,
        debt,
        reads,
    }
}

static RULES: [Rule; 4] = [
    rule(
        "coverage.rmm",
        "A managed agent of the RMM reports from the device",
        Pillar::Operations,
        DebtKind::Configuration,
        &in_service![
            Reads::Property("kind"),
            Reads::Property("name"),
            Reads::Fact("serial"),
            Reads::Fact("uuid"),
            Reads::Fact("mac_addresses"),
            Reads::Fact("dns_name"),
            Reads::Fact("netbios_name"),
            Reads::Fact("same_as"),
            Reads::Fact("os_name"),
            Reads::Fact("rmm_agent"),
            Reads::Completeness,
        ],
    ),
    rule(
        "coverage.endpoint_protection",
        "An antivirus that is on, or an EDR, protects the device",
        Pillar::Security,
        DebtKind::Configuration,
        &in_service![
            Reads::Property("kind"),
            Reads::Property("name"),
            Reads::Fact("serial"),
            Reads::Fact("uuid"),
            Reads::Fact("mac_addresses"),
            Reads::Fact("dns_name"),
            Reads::Fact("netbios_name"),
            Reads::Fact("same_as"),
            Reads::Fact("os_name"),
            Reads::Fact("antivirus"),
            Reads::Fact("antivirus_state"),
            Reads::Fact("edr"),
            Reads::Completeness,
        ],
    ),
    rule(
        "coverage.directory",
        "The device is joined to a directory",
        Pillar::Security,
        DebtKind::Configuration,
        &in_service![
            Reads::Property("kind"),
            Reads::Property("name"),
            Reads::Fact("serial"),
            Reads::Fact("uuid"),
            Reads::Fact("mac_addresses"),
            Reads::Fact("dns_name"),
            Reads::Fact("netbios_name"),
            Reads::Fact("same_as"),
            Reads::Fact("os_name"),
            Reads::Fact("directory"),
            Reads::Fact("domain"),
            Reads::Fact("workgroup"),
            Reads::Completeness,
        ],
    ),
    rule(
        "coverage.agreement",
        "An agreement covers the device",
        Pillar::Operations,
        DebtKind::Documentation,
        &in_service![
            Reads::Property("kind"),
            Reads::Property("name"),
            Reads::Fact("serial"),
            Reads::Fact("uuid"),
            Reads::Fact("mac_addresses"),
            Reads::Fact("dns_name"),
            Reads::Fact("netbios_name"),
            Reads::Fact("same_as"),
            Reads::Fact("agreement"),
            Reads::Relation("covered_by"),
            Reads::Completeness,
        ],
    ),
];

/// In the order of [`RULES`].
static WORDS: [Words; 4] = [
    Words {
        column: Column::Rmm,
        facts: &["os_name", "rmm_agent"],
        severity: Severity::Medium,
        gap: "No RMM agent manages it",
        missing: "whether an RMM agent manages it",
        meaning: "Nobody is told when it fails, and its updates are nobody's work.",
        advice: "Put under the RMM what is not",
        action: "Install the agent and see it report, or record that the device is out of service.",
        confirm: "The next snapshot has `rmm_agent` true.",
    },
    Words {
        column: Column::EndpointProtection,
        facts: &["os_name", "antivirus", "antivirus_state", "edr"],
        severity: Severity::High,
        gap: "No endpoint protection is on it",
        missing: "whether an antivirus or EDR protects it",
        meaning: "What runs on it unseen may encrypt what it can reach.",
        advice: "Protect the devices without an antivirus or EDR",
        action: "Switch on or install the client's standard product, and see that its console lists the device.",
        confirm: "The next snapshot has `antivirus_state` on, or names the product in `edr`.",
    },
    Words {
        column: Column::Directory,
        facts: &["os_name", "directory", "domain", "workgroup"],
        severity: Severity::Low,
        gap: "It is joined to no directory",
        missing: "which directory it is joined to",
        meaning: "Its accounts and settings are its own: no policy reaches it, and no leaver is locked out of it.",
        advice: "Join to the directory what is not",
        action: "Join the device to the client's directory, or have its owner say in writing why it stands alone.",
        confirm: "The next snapshot names the directory in `directory` or `domain`.",
    },
    Words {
        column: Column::Agreement,
        facts: &["agreement"],
        severity: Severity::Low,
        gap: "No agreement covers it",
        missing: "which agreement covers it",
        meaning: "Work on it is billed to nobody, or not done.",
        advice: "Take into an agreement what is in none",
        action: "Add the device to the client's agreement, or agree in writing that it is outside.",
        confirm: "The next snapshot names the agreement in `agreement`, or has a relation `covered_by` to it.",
    },
];

impl Analyzer for Coverage {
    fn rules(&self) -> &[Rule] {
        &RULES
    }

    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()> {
        // Rows and assets stand in the same order.
        let mut rows = context.matrix().rows.iter().peekable();
        for asset in context.estate().assets() {
            context.check()?;
            let Some(row) = rows.next_if(|row| row.asset == asset.id) else {
                verdicts.outside(&RULES, asset);
                continue;
            };
            for (rule, words) in RULES.iter().zip(&WORDS) {
                match row.cell(words.column) {
                    Cell::Covered => verdicts.satisfied(rule, asset),
                    Cell::NotApplicable => verdicts.not_applicable(rule, asset),
                    Cell::Unknown => words.ask(context, verdicts, rule, asset),
                    Cell::Contradicted => verdicts.find(rule, asset, words.contradiction(context, asset))?,
                    Cell::Gap => verdicts.find(rule, asset, words.gap(context, asset))?,
                }
            }
        }
        Ok(())
    }
}

impl Words {
    /// Of a device that may be one that is covered, it is asked whether it is; of others, whether they are covered.
    fn ask(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>, rule: &Rule, asset: &Asset) {
        let absent = absent(context, self.column, asset);
        match absent.then(|| context.twin(self.column, asset)).flatten() {
            Some((alike, twin)) => {
                let of = format!(
                    "{} ({}), which has the same {}",
                    twin.label().plain(),
                    Plain(twin.id.as_str()),
                    alike.as_str()
                );
                let want = Want::new(asset, SETTLED).of(of);
                verdicts.unanswered(
                    rule,
                    asset,
                    "whether it is a device that another source names too",
                    [want],
                );
            }
            None => verdicts.unanswered(rule, asset, self.question(asset), wants(self.column, asset)),
        }
    }

    fn question(&self, asset: &Asset) -> &'static str {
        let alone = self.column == Column::Directory && asset.fact("workgroup").is_some();
        if alone {
            "whether what is in a workgroup is joined to a directory in the cloud"
        } else {
            self.missing
        }
    }

    fn gap(&self, context: &Context<'_>, asset: &Asset) -> Draft {
        let why = match judge(context, self.column, asset).gap {
            Some(reason) => format!("The reason: {reason}."),
            None => "The records are complete, and do not name it.".to_owned(),
        };
        Draft::new(Outcome::NotSatisfied, self.severity, self.gap)
            .detail(format!("{why} {}", self.meaning))
            .reads(self.reads(context, asset))
            .advice(Advice {
                key: format!("coverage/{}", self.column.as_str()),
                title: self.advice.to_owned(),
                rationale: self.meaning.to_owned(),
                strategy: Strategy::Remediate,
                size: EffortSize::S,
                area: ARCHITECTURE,
                target: asset.id.clone(),
                action: self.action.to_owned(),
                confirm: self.confirm.to_owned(),
            })
    }

    fn contradiction(&self, context: &Context<'_>, asset: &Asset) -> Draft {
        let reason = judge(context, self.column, asset).gap.unwrap_or_default();
        Draft::new(
            Outcome::Manual,
            self.severity.lowered(),
            format!("Sources contradict each other on its {}", self.column.title()),
        )
        .detail(format!(
            "One source says that it is covered; another: {reason}. Somebody has to look."
        ))
        .reads(self.reads(context, asset))
    }

    fn reads(&self, context: &Context<'_>, asset: &Asset) -> Vec<Read> {
        let mut reads = vec![Read::kind(asset)];
        reads.extend(self.facts.iter().map(|fact| Read::fact(asset, fact)));
        if absent(context, self.column, asset) {
            reads.push(Read::name(asset));
            reads.extend(
                COMPARED
                    .iter()
                    .chain([&SETTLED])
                    .map(|fact| Read::fact(asset, fact)),
            );
        }
        if self.column == Column::Agreement {
            let before = reads.len();
            reads.extend(covering(context, asset).map(Read::relation));
            if reads.len() == before {
                reads.push(Read::no_relation(asset, &RelationKind::CoveredBy));
            }
        }
        reads.push(Read::Completeness {
            scope: scope(self.column).to_owned(),
            complete: context
                .matrix()
                .column(self.column)
                .is_some_and(|column| column.complete),
        });
        reads
    }
}

/// Whether a source knows all devices of the column, and no source says anything of this one.
fn absent(context: &Context<'_>, column: Column, asset: &Asset) -> bool {
    let complete = context
        .matrix()
        .column(column)
        .is_some_and(|column| column.complete);
    complete && judge(context, column, asset) == Sign::default()
}

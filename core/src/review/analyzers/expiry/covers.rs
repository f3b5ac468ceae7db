//! The facts that name an end, and what the rules make of them.

use crate::estate::AssetKind;
use crate::review::life::in_service;
use crate::review::outcome::{DebtKind, Pillar, Severity};
use crate::review::rule::{Reads, Rule};
use crate::review::settings::Settings;

/// A fact that names an end, and what to make of it.
#[derive(Debug)]
pub(super) struct Cover {
    pub(super) fact: &'static str,
    /// Kinds of assets that it is about.
    pub(super) about: fn(&AssetKind) -> bool,
    /// Kinds of assets that are asked for it even when nothing is recorded.
    pub(super) asked: fn(&AssetKind) -> bool,
    /// What ends, in words for the calendar.
    pub(super) what: &'static str,
    /// A sentence before a day that has passed, and one before a day that has not.
    pub(super) past: &'static str,
    pub(super) coming: &'static str,
    /// An end within so many days is due.
    pub(super) window: fn(&Settings) -> u32,
    pub(super) ended: Severity,
    /// How grave it is before, by the days that are left: the first step that fits. Ascending.
    pub(super) steps: &'static [(i64, Severity)],
    /// Whether it ends for what runs, and is not asked of what is out of service. Else it is paid for or relied on until it
    /// ends: graver where more hangs on it, less grave where it renews itself.
    pub(super) of_what_runs: bool,
    pub(super) heading: &'static str,
    pub(super) rationale: &'static str,
    pub(super) action: &'static str,
}

const ALWAYS: i64 = i64::MAX;

const fn rule(
    id: &'static str,
    version: u32,
    title: &'static str,
    (pillar, debt): (Pillar, DebtKind),
    reads: &'static [Reads],
) -> Rule {
    Rule {
        id,
        version,
        title,
        pillar,
        debt,
        reads,
    }
}

/// What the rules about expiries read: how grave one is depends on what hangs on it.
const EXPIRES: &[Reads] = &[
    Reads::Property("kind"),
    Reads::Fact("expires"),
    Reads::Fact("auto_renew"),
    Reads::Property("criticality"),
    Reads::Impact,
];

pub(super) static RULES: [Rule; 10] = [
    rule(
        "warranty.in_force",
        2,
        "The hardware warranty has not ended and does not end soon",
        (Pillar::Reliability, DebtKind::WarrantyAge),
        &in_service![Reads::Property("kind"), Reads::Fact("warranty_end"),],
    ),
    rule(
        "lifecycle.item_support",
        2,
        "The maker's support for the item has not ended and does not end soon",
        (Pillar::Reliability, DebtKind::Lifecycle),
        &in_service![Reads::Property("kind"), Reads::Fact("support_end"),],
    ),
    rule(
        "licence.subscription_in_force",
        2,
        "A subscription that the asset needs has not ended and does not end soon",
        (Pillar::Security, DebtKind::Licence),
        &in_service![Reads::Property("kind"), Reads::Fact("subscription_end"),],
    ),
    rule(
        "expiry.domain",
        1,
        "The domain has not expired and does not expire soon",
        (Pillar::Reliability, DebtKind::Lifecycle),
        EXPIRES,
    ),
    rule(
        "expiry.certificate",
        1,
        "The certificate has not expired and does not expire soon",
        (Pillar::Security, DebtKind::Lifecycle),
        EXPIRES,
    ),
    rule(
        "expiry.app_secret",
        1,
        "The secret of the application has not expired and does not expire soon",
        (Pillar::Reliability, DebtKind::Identity),
        EXPIRES,
    ),
    rule(
        "expiry.push_certificate",
        1,
        "The certificate for managing devices has not expired and does not expire soon",
        (Pillar::Operations, DebtKind::Lifecycle),
        EXPIRES,
    ),
    rule(
        "expiry.other",
        1,
        "What else has an expiry date has not expired and does not expire soon",
        (Pillar::Operations, DebtKind::Lifecycle),
        EXPIRES,
    ),
    rule(
        "expiry.contract",
        1,
        "The contract has not ended and does not end soon",
        (Pillar::Cost, DebtKind::Licence),
        &[
            Reads::Property("kind"),
            Reads::Fact("contract_end"),
            Reads::Fact("auto_renew"),
            Reads::Property("criticality"),
            Reads::Impact,
        ],
    ),
    rule(
        "expiry.notice",
        1,
        "The last day to give notice has not passed and does not come soon",
        (Pillar::Cost, DebtKind::Licence),
        &[
            Reads::Property("kind"),
            Reads::Fact("notice_by"),
            Reads::Fact("auto_renew"),
            Reads::Property("criticality"),
            Reads::Impact,
        ],
    ),
];

/// In the order of [`RULES`].
pub(super) static COVERS: [Cover; 10] = [
    Cover {
        fact: "warranty_end",
        about: |_| true,
        asked: is_hardware,
        what: "hardware warranty",
        past: "The warranty ended on",
        coming: "The warranty ends on",
        window: |settings| settings.due_within_days,
        ended: Severity::Medium,
        steps: &[(ALWAYS, Severity::Low)],
        of_what_runs: true,
        heading: "The warranty to renew or replace",
        rationale: REPAIR,
        action: "Extend the warranty, or plan the replacement of the hardware.",
    },
    Cover {
        fact: "support_end",
        about: |_| true,
        asked: |_| false,
        what: "maker's support",
        past: "The maker's support ended on",
        coming: "The maker's support ends on",
        window: |settings| settings.due_within_days,
        ended: Severity::High,
        steps: &[(ALWAYS, Severity::Medium)],
        of_what_runs: true,
        heading: "The maker's support to renew or replace",
        rationale: REPAIR,
        action: "Renew the maker's support, or replace the item by one that has it.",
    },
    Cover {
        fact: "subscription_end",
        about: |_| true,
        asked: |kind| {
            matches!(
                kind,
                AssetKind::Firewall | AssetKind::Licence | AssetKind::SaasSubscription
            )
        },
        what: "subscription",
        past: "The subscription ended on",
        coming: "The subscription ends on",
        window: |settings| settings.due_within_days,
        ended: Severity::High,
        steps: &[(ALWAYS, Severity::Medium)],
        of_what_runs: true,
        heading: "The subscription to renew or replace",
        rationale: REPAIR,
        action: "Renew the subscription, or take what needs it out of service.",
    },
    Cover {
        fact: "expires",
        about: |kind| *kind == AssetKind::Domain,
        asked: |_| true,
        what: "domain",
        past: "The domain expired on",
        coming: "The domain expires on",
        window: |settings| settings.expiry_due_days,
        ended: Severity::Critical,
        steps: &[(30, Severity::High), (ALWAYS, Severity::Medium)],
        of_what_runs: false,
        heading: "A domain to renew",
        rationale: "When a domain is gone, mail and web of that name stop, and somebody else may take it.",
        action: "Renew the domain at its registrar, switch on automatic renewal, and see that the card and the contact on \
                 file are current.",
    },
    Cover {
        fact: "expires",
        about: |kind| *kind == AssetKind::Certificate,
        asked: |_| true,
        what: "certificate",
        past: "The certificate expired on",
        coming: "The certificate expires on",
        window: |settings| settings.certificate_due_days,
        ended: Severity::High,
        steps: &[(7, Severity::High), (ALWAYS, Severity::Medium)],
        of_what_runs: false,
        heading: "A certificate to renew",
        rationale: "With an expired certificate, clients refuse the service or learn to click warnings away.",
        action: "Renew the certificate, install it wherever it is used, and automate the next renewal where that can be \
                 done.",
    },
    Cover {
        fact: "expires",
        about: |kind| *kind == AssetKind::AppSecret,
        asked: |_| true,
        what: "application secret",
        past: "The application secret expired on",
        coming: "The application secret expires on",
        window: |settings| settings.expiry_due_days,
        ended: Severity::High,
        steps: &[
            (14, Severity::High),
            (30, Severity::Medium),
            (ALWAYS, Severity::Low),
        ],
        of_what_runs: false,
        heading: "An application secret to renew",
        rationale: "With an expired secret the application can no longer log on, and stops without a warning.",
        action: "Issue a new secret, put it where the application reads it, see it log on, and remove the old one. Better: \
                 a managed identity, which has none.",
    },
    Cover {
        fact: "expires",
        about: |kind| *kind == AssetKind::PushCertificate,
        asked: |_| true,
        what: "certificate for managing devices",
        past: "The certificate for managing devices expired on",
        coming: "The certificate for managing devices expires on",
        window: |settings| settings.expiry_due_days,
        ended: Severity::Critical,
        steps: &[(30, Severity::High), (ALWAYS, Severity::Medium)],
        of_what_runs: false,
        heading: "A certificate for managing devices to renew",
        rationale: "When it has expired, the devices can no longer be managed; where it is replaced instead of renewed, \
                    each has to be enrolled again.",
        action: "Renew the certificate, never make a new one, with the same account at the maker with which it was made.",
    },
    Cover {
        fact: "expires",
        about: |kind| {
            !matches!(
                kind,
                AssetKind::AppSecret
                    | AssetKind::Certificate
                    | AssetKind::Domain
                    | AssetKind::PushCertificate
            )
        },
        asked: |_| false,
        what: "expiry",
        past: "It expired on",
        coming: "It expires on",
        window: |settings| settings.expiry_due_days,
        ended: Severity::Medium,
        steps: &[(30, Severity::Medium), (ALWAYS, Severity::Low)],
        of_what_runs: false,
        heading: "What expires, to renew",
        rationale: "What has expired is not renewed by itself.",
        action: "Renew it, or record that it is no longer needed.",
    },
    Cover {
        fact: "contract_end",
        about: |_| true,
        asked: is_contract,
        what: "contract",
        past: "The contract ended on",
        coming: "The contract ends on",
        window: |settings| settings.due_within_days,
        ended: Severity::Medium,
        steps: &[(30, Severity::Medium), (ALWAYS, Severity::Low)],
        of_what_runs: false,
        heading: "A contract to renew, change or end",
        rationale: RENEWAL,
        action: RENEWAL_ACTION,
    },
    Cover {
        fact: "notice_by",
        about: |_| true,
        asked: is_contract,
        what: "last day to give notice",
        past: "The last day to give notice was",
        coming: "The last day to give notice is",
        window: |settings| settings.due_within_days,
        ended: Severity::Low,
        steps: &[(30, Severity::Medium), (ALWAYS, Severity::Low)],
        of_what_runs: false,
        heading: "A contract to renew, change or end",
        rationale: RENEWAL,
        action: RENEWAL_ACTION,
    },
];

const REPAIR: &str = "After the end a failure is repaired at the client's own cost and pace, if at all.";
const RENEWAL: &str = "Until the last day of notice the client may choose; after it the contract decides.";
const RENEWAL_ACTION: &str = "Ask whether it is still needed and at what price it can be had elsewhere; then renew it, or \
                              give notice in writing. Record the new end and the next day of notice.";

fn is_contract(kind: &AssetKind) -> bool {
    matches!(kind, AssetKind::Circuit | AssetKind::Contract)
}

fn is_hardware(kind: &AssetKind) -> bool {
    matches!(
        kind,
        AssetKind::Firewall
            | AssetKind::HypervisorHost
            | AssetKind::Router
            | AssetKind::Server
            | AssetKind::Storage
            | AssetKind::Switch
            | AssetKind::WirelessAccessPoint
            | AssetKind::Workstation
    )
}

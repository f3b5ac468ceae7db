//! What people can be asked for: the facts of `docs/formats/facts.md` and the relations that answer a rule, with their type,
//! whom to ask, and how.

use serde::{Deserialize, Serialize};

use crate::estate::{AssetKind, Criticality};

/// Who is likely to know.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ask {
    /// Somebody who can look at the systems.
    Engineer,
    /// Whoever answers for the asset or the service at the client.
    Owner,
    /// Somebody on the spot: reception, facilities, human resources.
    SiteContact,
    /// The maker, the reseller or the carrier.
    Vendor,
}

impl Ask {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Engineer => "engineer",
            Self::Owner => "owner",
            Self::SiteContact => "site_contact",
            Self::Vendor => "vendor",
        }
    }
}

/// What an answer must be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Takes {
    /// `yes` or `no`.
    Boolean,
    /// A whole number, not negative.
    Count,
    /// A day.
    Date,
    /// Names, separated by semicolons.
    List,
    /// A number.
    Number,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Assets, by id or name, separated by semicolons: a relation to each.
    Relation,
    /// Any text.
    Text,
    /// `yes`, `no`, or any text.
    TextOrBoolean,
}

/// What a word that stands in place of a value says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Meaning {
    /// The fact is an empty list.
    Empty,
    /// That fact is false.
    False(&'static str),
    /// The fact is known to be unknown: nothing of the kind ever was.
    Never,
}

/// One thing to ask for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// The fact, the property `criticality`, or the kind of relation.
    pub(crate) name: &'static str,
    pub(crate) takes: Takes,
    pub(crate) ask: Ask,
    /// The question, without the asset's name; empty where nobody is asked.
    pub(crate) question: &'static str,
    /// Words that stand in place of a value.
    pub(crate) words: &'static [(&'static str, Meaning)],
    /// Of which kinds a template asks.
    pub(crate) template: fn(&AssetKind) -> bool,
    /// Whether one answer may serve all assets of a kind.
    pub(crate) by_kind: bool,
}

impl Entry {
    const fn new(name: &'static str, takes: Takes, ask: Ask, question: &'static str) -> Self {
        Self {
            name,
            takes,
            ask,
            question,
            words: &[],
            template: |_| false,
            by_kind: false,
        }
    }

    const fn words(mut self, words: &'static [(&'static str, Meaning)]) -> Self {
        self.words = words;
        self
    }

    const fn template(mut self, kinds: fn(&AssetKind) -> bool) -> Self {
        self.template = kinds;
        self
    }

    const fn by_kind(mut self) -> Self {
        self.by_kind = true;
        self
    }

    /// How to write the answer.
    pub(crate) fn form(&self) -> String {
        let form = match self.takes {
            Takes::Boolean => "yes or no".to_owned(),
            Takes::Count => "a whole number".to_owned(),
            Takes::Date => "a date, as 2027-01-12".to_owned(),
            Takes::List => "names, separated by semicolons".to_owned(),
            Takes::Number => "a number, as 1234.50".to_owned(),
            Takes::OneOf(words) => words.join(", "),
            Takes::Relation => "names or ids of assets, separated by semicolons".to_owned(),
            Takes::Text if self.words.is_empty() => String::new(),
            Takes::Text => "a name".to_owned(),
            Takes::TextOrBoolean => "yes, no, or which".to_owned(),
        };
        let words = self.words.iter().map(|(word, _)| format!("`{word}`"));
        let forms: Vec<String> = Some(form)
            .filter(|form| !form.is_empty())
            .into_iter()
            .chain(words)
            .collect();
        forms.join("; or ")
    }
}

/// What matters most first; a word that is not known counts as little as none.
pub(crate) fn rank(criticality: Option<&Criticality>) -> u8 {
    match criticality {
        Some(Criticality::Critical) => 0,
        Some(Criticality::High) => 1,
        Some(Criticality::Medium) => 2,
        Some(Criticality::Low) => 3,
        _ => 4,
    }
}

/// What is known of a name.
pub(crate) fn entry(name: &str) -> Option<&'static Entry> {
    let at = VOCABULARY.binary_search_by(|entry| entry.name.cmp(name)).ok()?;
    VOCABULARY.get(at)
}

const WORDS_OF_CRITICALITY: &[&str] = &["critical", "high", "medium", "low"];
const NEVER: &[(&str, Meaning)] = &[("never", Meaning::Never)];
const NONE: &[(&str, Meaning)] = &[("none", Meaning::Empty)];

fn is_service(kind: &AssetKind) -> bool {
    matches!(kind, AssetKind::BusinessApplication | AssetKind::Service)
}

fn is_site(kind: &AssetKind) -> bool {
    *kind == AssetKind::Site
}

fn is_circuit(kind: &AssetKind) -> bool {
    *kind == AssetKind::Circuit
}

fn is_paid_by_term(kind: &AssetKind) -> bool {
    matches!(
        kind,
        AssetKind::Firewall | AssetKind::Licence | AssetKind::SaasSubscription
    )
}

const fn boolean(name: &'static str, ask: Ask, question: &'static str) -> Entry {
    Entry::new(name, Takes::Boolean, ask, question)
}

const fn count(name: &'static str, ask: Ask, question: &'static str) -> Entry {
    Entry::new(name, Takes::Count, ask, question)
}

const fn date(name: &'static str, ask: Ask, question: &'static str) -> Entry {
    Entry::new(name, Takes::Date, ask, question)
}

const fn list(name: &'static str, ask: Ask, question: &'static str) -> Entry {
    Entry::new(name, Takes::List, ask, question).words(NONE)
}

const fn number(name: &'static str, ask: Ask, question: &'static str) -> Entry {
    Entry::new(name, Takes::Number, ask, question)
}

const fn relation(name: &'static str, ask: Ask, question: &'static str) -> Entry {
    Entry::new(name, Takes::Relation, ask, question)
}

const fn text(name: &'static str, ask: Ask, question: &'static str) -> Entry {
    Entry::new(name, Takes::Text, ask, question)
}

use Ask::{Engineer, Owner, SiteContact, Vendor};

/// By name. A fact that is not here is a text.
static VOCABULARY: &[Entry] = &[
    boolean("account_enabled", Engineer, "Can the account still log on?"),
    text("address", Engineer, "Which network address does it have?"),
    list("addresses", Engineer, "Which network addresses does it have?"),
    list(
        "admin_roles",
        Engineer,
        "Which administrative roles does the account hold?",
    ),
    text("agreement", Owner, "Which agreement covers it?")
        .words(NONE)
        .by_kind(),
    text("antivirus", Engineer, "Which antivirus is on it?")
        .words(NONE)
        .by_kind(),
    text("antivirus_definitions", Engineer, ""),
    Entry::new(
        "antivirus_state",
        Takes::OneOf(&["on", "off"]),
        Engineer,
        "Is the antivirus on?",
    )
    .by_kind(),
    text("asset_tag", SiteContact, ""),
    relation("authenticates_with", Engineer, "Against what does it log on?"),
    boolean("auto_renew", Vendor, "Does it renew by itself?"),
    relation("backed_up_by", Engineer, "Which backup job has it?"),
    list(
        "backup_covers",
        Engineer,
        "Which of its volumes are in the backup?",
    ),
    list("backup_excludes", Engineer, "What does the backup leave out?"),
    date(
        "backup_last_failure",
        Engineer,
        "When did a backup of it last fail?",
    ),
    Entry::new(
        "backup_last_result",
        Takes::OneOf(&["success", "warning", "failed"]),
        Engineer,
        "How did the last run of the backup end?",
    ),
    date(
        "backup_last_success",
        Engineer,
        "When did a backup of it last succeed?",
    )
    .words(NEVER),
    text("backup_product", Engineer, "Which product backs it up?"),
    boolean("backup_required", Owner, "Does it need a backup?"),
    text("bitlocker", Engineer, ""),
    boolean(
        "cabled",
        SiteContact,
        "Is something plugged in at the feed or line?",
    ),
    text("chassis", Engineer, ""),
    text("circuit_id", Vendor, "Which number has the line at the carrier?"),
    relation("connects_to", Engineer, "To which devices is it cabled?"),
    date("contract_end", Vendor, "When does the contract end?").template(is_circuit),
    relation("covered_by", Owner, "Which contract covers it?"),
    count("cpu_cores", Engineer, "How many cores does it have?"),
    text("cpu_model", Engineer, "Which processor does it have?"),
    Entry::new(
        "criticality",
        Takes::OneOf(WORDS_OF_CRITICALITY),
        Owner,
        "How much does the business depend on it?",
    )
    .template(is_service),
    text("currency", Owner, ""),
    relation("depends_on", Engineer, "What does it need in order to work?").template(is_service),
    text("directory", Engineer, "Which directory is it joined to?")
        .words(NONE)
        .by_kind(),
    count("disk_mib", Engineer, "How much disk space does it have, in MiB?"),
    text("disk_status", Engineer, ""),
    count("disk_used_mib", Engineer, ""),
    text("dns_name", Engineer, ""),
    list("dns_servers", Engineer, "Which DNS servers does it use?"),
    text("domain", Engineer, "Which domain is it joined to?"),
    text("domain_role", Engineer, ""),
    text("edr", Engineer, "Which EDR is on it?").words(NONE).by_kind(),
    date("expires", Owner, "On which day is it valid for the last time?"),
    boolean(
        "extended_support",
        Vendor,
        "Was a paid extension of support bought?",
    ),
    date(
        "extended_support_end",
        Vendor,
        "Until which day was a paid extension of support bought?",
    )
    .words(&[("none", Meaning::False("extended_support"))]),
    list("gateways", Engineer, "Which default gateways does it use?"),
    relation("hosted_on", Engineer, "On what is it hosted?"),
    text("hours", SiteContact, "When does work go on there?").template(is_site),
    boolean("is_virtual", Engineer, ""),
    date("last_boot", Engineer, ""),
    date("last_seen", Engineer, "When was it last seen?"),
    date("left", SiteContact, "When did, or will, the person leave?")
        .words(&[("no", Meaning::False("left"))]),
    Entry::new(
        "licensed",
        Takes::TextOrBoolean,
        Engineer,
        "Does the account hold a paid licence?",
    ),
    relation("licensed_by", Vendor, "Which licence does it run on?"),
    relation("located_at", SiteContact, "At which site does it stand?"),
    list("mac_addresses", Engineer, ""),
    text("manufacturer", SiteContact, "Who made it?"),
    count("memory_mib", Engineer, "How much memory does it have, in MiB?"),
    boolean("mfa", Engineer, "Is a second factor enforced?"),
    text("model", SiteContact, "Which model is it?"),
    number(
        "monthly_cost",
        Owner,
        "What does it cost a month while it stays as it is?",
    ),
    date("notice_by", Vendor, "Until which day can notice be given?").template(is_circuit),
    boolean("offline", Engineer, ""),
    text("os_build", Engineer, "Which build is it?"),
    text("os_configured", Engineer, ""),
    text(
        "os_name",
        Engineer,
        "Which operating system or firmware runs on it, in which release?",
    ),
    text("os_version", Engineer, "Which version of it, exactly?"),
    relation("owned_by", Owner, "Whose is it?"),
    text("owner", Owner, "Which person or role answers for it?")
        .template(is_service)
        .by_kind(),
    count("patches_critical_pending", Engineer, ""),
    count("patches_failed", Engineer, ""),
    count("patches_pending", Engineer, ""),
    count("people", SiteContact, "How many people depend on it?")
        .template(|kind| is_service(kind) || is_site(kind)),
    text("power_kind", SiteContact, ""),
    count("power_ports", SiteContact, "How many power inlets does it have?"),
    count(
        "power_ports_cabled",
        SiteContact,
        "In how many of its power inlets is a lead plugged in?",
    ),
    Entry::new(
        "power_state",
        Takes::OneOf(&["on", "off", "suspended"]),
        Engineer,
        "Is it switched on?",
    ),
    text("product", Engineer, "Which product is it, in which release?"),
    text("provider", Vendor, "Which carrier runs the line?").template(is_circuit),
    text("public_address", Engineer, ""),
    date("purchased", Owner, "When was it bought?"),
    boolean("reboot_needed", Engineer, ""),
    number("remediation_cost", Owner, "What would it cost to put it right?"),
    number(
        "remediation_hours",
        Engineer,
        "How many hours of work would it take to put it right?",
    ),
    number("renewal_cost", Vendor, "What does the renewal cost?"),
    number("replacement_cost", Vendor, "What does it cost to replace it?"),
    date(
        "restore_tested",
        Engineer,
        "When was a restore of it last proved?",
    )
    .words(NEVER),
    boolean("rmm_agent", Engineer, "Does an agent of the RMM run on it?").by_kind(),
    Entry::new(
        "rmm_status",
        Takes::OneOf(&["approved", "pending", "staged", "decommissioned"]),
        Engineer,
        "",
    ),
    text("role", Engineer, "What is it for?"),
    text("route", Vendor, "Which way does the line take into the building?").template(is_circuit),
    relation("runs_on", Engineer, "On which host does it run?"),
    text(
        "same_as",
        Engineer,
        "Is it the device that another source names? Then the id of that one; else `none`.",
    ),
    boolean("secure_boot", Engineer, "Is secure boot on?"),
    text("serial", SiteContact, "Which serial number stands on it?"),
    list("services_running", Engineer, ""),
    list("software", Engineer, ""),
    text("status", Engineer, "Is it in service?"),
    date(
        "subscription_end",
        Vendor,
        "When does the subscription that it needs end?",
    )
    .template(is_paid_by_term),
    date(
        "support_end",
        Vendor,
        "Until when does the maker support this very item?",
    ),
    text(
        "tpm_version",
        Engineer,
        "Which version of TPM does it have, 2.0 say?",
    )
    .words(NONE),
    relation("uses", Engineer, "What does it use?"),
    text("uuid", Engineer, ""),
    text("version", Engineer, "Which version of it, exactly?"),
    list("volumes", Engineer, "Which volumes does it have?"),
    count("vulnerabilities_critical", Engineer, ""),
    count("vulnerabilities_high", Engineer, ""),
    date("warranty_end", Vendor, "When does the hardware warranty end?"),
    text("workgroup", Engineer, ""),
];

/// All entries, by name.
pub(crate) fn all() -> &'static [Entry] {
    VOCABULARY
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::RelationKind;

    #[test]
    fn entries_stand_by_name_and_each_once() {
        assert!(VOCABULARY.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn relations_are_known_kinds_and_words_of_criticality_are_known() {
        for entry in VOCABULARY.iter().filter(|entry| entry.takes == Takes::Relation) {
            assert!(RelationKind::known(entry.name).is_some(), "{}", entry.name);
        }
        for word in WORDS_OF_CRITICALITY {
            assert!(Criticality::known(word).is_some(), "{word}");
        }
    }

    #[test]
    fn a_false_elsewhere_is_of_a_known_fact() {
        for (_, meaning) in VOCABULARY.iter().flat_map(|entry| entry.words) {
            if let Meaning::False(fact) = meaning {
                assert!(entry(fact).is_some(), "{fact}");
            }
        }
    }
}

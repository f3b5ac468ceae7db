//! Whether workstations can run Windows 11.
//!
//! The conditions are Microsoft's minimum requirements: a supported processor, 4 GB of memory, 64 GB of storage, secure boot,
//! TPM 2.0 (<https://learn.microsoft.com/windows/whats-new/windows-11-requirements>). Graphics and screen are left out: no
//! inventory has them, and what meets the rest meets these.

use rust_decimal::Decimal;

use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, AssetKind, Scalar};
use crate::review::advice::{ARCHITECTURE, Advice};
use crate::review::context::Context;
use crate::review::facts::{Reading, answers, numbers, texts};
use crate::review::finding::Read;
use crate::review::life::{in_service, is_retired};
use crate::review::outcome::{DebtKind, Outcome, Pillar, Severity};
use crate::review::questions::Want;
use crate::review::rule::{Analyzer, Reads, Rule};
use crate::review::verdict::{Draft, Verdicts};
use crate::text::{Plain, quoted};

/// Readiness for Windows 11.
#[derive(Clone, Copy, Debug)]
pub(super) struct Readiness;

static RULES: [Rule; 1] = [Rule {
    id: "readiness.windows_11",
    version: 1,
    title: "The workstation meets the requirements of Windows 11",
    pillar: Pillar::Security,
    debt: DebtKind::Lifecycle,
    reads: &in_service![
        Reads::Property("kind"),
        Reads::Fact("os_name"),
        Reads::Fact("cpu_model"),
        Reads::Fact("memory_mib"),
        Reads::Fact("disk_mib"),
        Reads::Fact("tpm_version"),
        Reads::Fact("secure_boot"),
        Reads::Catalogue,
    ],
}];

/// The key of the advice to replace.
pub(crate) const REPLACED: &str = "readiness.windows_11/replace";

/// A memory or disk of at least so many MiB meets the requirement, one of less than the second does not; between them part
/// of it may be reserved by the firmware, or the maker may count otherwise.
const MEMORY: (i64, i64) = (4_096, 3_584);
/// 64 GB are 61,035 MiB; chips sold as such begin at 57,344.
const DISK: (i64, i64) = (61_035, 57_344);

/// What runs on a workstation.
#[derive(Clone, Copy, Eq, PartialEq)]
enum System {
    Eleven,
    Older,
    Other,
    Unknown,
}

/// How a condition fares.
enum Check {
    /// In words that follow "cannot run Windows 11: ".
    Failed(String),
    Met,
    /// What is missing.
    Unknown(&'static str),
}

impl Analyzer for Readiness {
    fn rules(&self) -> &[Rule] {
        &RULES
    }

    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()> {
        let [rule] = &RULES;
        for asset in context.estate().assets() {
            context.check()?;
            if asset.kind != AssetKind::Workstation || is_retired(asset) {
                verdicts.not_applicable(rule, asset);
                continue;
            }
            match system(asset) {
                System::Other => verdicts.not_applicable(rule, asset),
                System::Unknown => verdicts.not_recorded(rule, asset, "operating system"),
                system => judge(context, verdicts, rule, asset, system)?,
            }
        }
        Ok(())
    }
}

/// Where sources disagree, an older Windows counts.
fn system(asset: &Asset) -> System {
    let mut found = System::Unknown;
    for name in texts(asset, "os_name").values() {
        let name = name.to_lowercase();
        found = match name.split_once("windows ") {
            Some((_, rest)) if rest.starts_with("server") => System::Other,
            Some((_, rest)) if rest.starts_with("11") => System::Eleven,
            Some((_, rest)) if rest.starts_with(['7', '8', 'v', 'x']) || rest.starts_with("10") => {
                return System::Older;
            }
            _ if name.contains("windows") => System::Unknown,
            _ => System::Other,
        };
    }
    found
}

fn judge(
    context: &Context<'_>,
    verdicts: &mut Verdicts<'_>,
    rule: &Rule,
    asset: &Asset,
    system: System,
) -> Result<()> {
    let (processor, rows) = processor(context, asset);
    let hard = [processor, tpm(asset)];
    let soft = [
        secure_boot(asset),
        size(
            asset,
            "memory_mib",
            MEMORY,
            "of memory, 4 GB are needed",
            "the memory",
        ),
        size(
            asset,
            "disk_mib",
            DISK,
            "of storage, 64 GB are needed",
            "the storage",
        ),
    ];
    let replaced = hard.iter().any(|check| matches!(check, Check::Failed(_)));
    let (mut failed, mut unknown) = (Vec::new(), Vec::new());
    for check in hard.into_iter().chain(soft) {
        match check {
            Check::Failed(why) => failed.push(why),
            Check::Met => {}
            Check::Unknown(what) => unknown.push(what),
        }
    }
    match (failed.as_slice(), unknown.as_slice(), system) {
        ([], [], _) => verdicts.satisfied(rule, asset),
        // It runs already.
        ([], _, System::Eleven) => verdicts.not_applicable(rule, asset),
        ([], missing, _) => {
            let words = format!("for Windows 11: {}", missing.join(", "));
            verdicts.unanswered(rule, asset, &words, wants(asset, missing));
        }
        (failed, missing, _) => {
            let draft = not_ready(asset, system, replaced, failed, missing);
            verdicts.find(rule, asset, draft.reads(reads(asset)).reads(rows))?;
        }
    }
    Ok(())
}

/// What would tell, where it can be told: a processor that the table has not is no question to a person.
fn wants(asset: &Asset, missing: &[&'static str]) -> Vec<Want> {
    let want = |what: &&'static str| {
        let fact = match *what {
            "secure boot" => "secure_boot",
            "the TPM" => "tpm_version",
            "the memory" => "memory_mib",
            "the processor" => "cpu_model",
            "the storage" => "disk_mib",
            _ => return None,
        };
        let want = Want::new(asset, fact);
        let models = texts(asset, "model");
        Some(match models.values() {
            [model] => want.of(Plain(model).to_string()),
            _ => want,
        })
    };
    missing
        .iter()
        .map(want)
        .collect::<Option<_>>()
        .unwrap_or_default()
}

fn not_ready(
    asset: &Asset,
    system: System,
    replaced: bool,
    failed: &[String],
    missing: &[&'static str],
) -> Draft {
    let why = failed.join("; ");
    let open = if missing.is_empty() {
        String::new()
    } else {
        format!(" Not recorded: {}.", missing.join(", "))
    };
    if system == System::Eleven {
        return Draft::new(
            Outcome::NotSatisfied,
            Severity::Informational,
            format!("It runs Windows 11 without meeting its requirements: {why}"),
        )
        .detail(format!(
            "Its maker does not promise updates for such a device.{open}"
        ));
    }
    Draft::new(
        Outcome::NotSatisfied,
        Severity::Medium,
        format!("It cannot run Windows 11: {why}"),
    )
    .detail(format!(
        "A TPM and secure boot may merely be switched off in the firmware: look there first.{open}"
    ))
    .advice(advice(asset, replaced))
}

fn advice(asset: &Asset, replaced: bool) -> Advice {
    let (key, title, action, size) = if replaced {
        (
            REPLACED,
            "Replace what cannot run Windows 11",
            "See in the firmware whether the TPM is merely switched off. Else plan the replacement, move the user's data, and \
             wipe and record the old device as retired.",
            EffortSize::M,
        )
    } else {
        (
            "readiness.windows_11/upgrade",
            "Upgrade what could run Windows 11",
            "Switch on secure boot in the firmware, or add memory or storage, whichever is missing; then upgrade.",
            EffortSize::S,
        )
    };
    Advice {
        key: key.to_owned(),
        title: title.to_owned(),
        rationale:
            "Windows 10 gets no security fixes for everybody any more, and its paid extension ends too."
                .to_owned(),
        strategy: Strategy::Remediate,
        size,
        area: ARCHITECTURE,
        target: asset.id.clone(),
        action: action.to_owned(),
        confirm: "The next snapshot shows Windows 11, or the device as retired.".to_owned(),
    }
}

/// Where sources disagree, the worst counts; what the table does not know is unknown.
fn processor(context: &Context<'_>, asset: &Asset) -> (Check, Vec<Read>) {
    let models = texts(asset, "cpu_model");
    let (mut rows, mut failed, mut open) = (Vec::new(), None, models.values().is_empty());
    for model in models.values() {
        match context.processors().find(model) {
            None => open = true,
            Some(row) => {
                rows.push(Read::Catalogue {
                    row: format!("windows-11-processors/{}", row.name),
                    digest: row.digest,
                });
                if !row.supported {
                    failed = Some(format!(
                        "its processor {} is not supported ({})",
                        quoted(model),
                        row.source()
                    ));
                }
            }
        }
    }
    let check = match failed {
        Some(why) => Check::Failed(why),
        None if open && models.values().is_empty() => Check::Unknown("the processor"),
        None if open => Check::Unknown("whether the processor is supported"),
        None => Check::Met,
    };
    (check, rows)
}

/// `2.0`, and Windows' own `2.0, 0, 1.38`: the first number counts.
fn tpm(asset: &Asset) -> Check {
    let version = |text: &str| -> Option<Decimal> {
        match text.to_lowercase().as_str() {
            "" | "none" | "no" | "absent" | "not present" => Some(Decimal::ZERO),
            text => text.split([',', ' ']).next()?.parse().ok(),
        }
    };
    let stated = Reading::of(asset, "tpm_version", |value| match value {
        Scalar::Text(text) => version(text.raw().trim()),
        Scalar::Number(number) => Some(*number),
        Scalar::Boolean(_) | Scalar::Unknown => None,
    });
    match stated.least() {
        Some(least) if *least >= Decimal::TWO => Check::Met,
        Some(least) if *least > Decimal::ZERO => Check::Failed(format!("its TPM is {least}, 2.0 is needed")),
        Some(_) => Check::Failed("it has no TPM".to_owned()),
        None => Check::Unknown("the TPM"),
    }
}

fn secure_boot(asset: &Asset) -> Check {
    match answers(asset, "secure_boot").values().first() {
        Some(true) => Check::Met,
        Some(false) => Check::Failed("secure boot is off or not there".to_owned()),
        None => Check::Unknown("secure boot"),
    }
}

fn size(asset: &Asset, fact: &str, (enough, short): (i64, i64), what: &str, missing: &'static str) -> Check {
    match numbers(asset, fact).least() {
        Some(mib) if *mib >= enough.into() => Check::Met,
        Some(mib) if *mib < short.into() => Check::Failed(format!("it has {} MiB {what}", mib.normalize())),
        _ => Check::Unknown(missing),
    }
}

fn reads(asset: &Asset) -> Vec<Read> {
    let facts = [
        "os_name",
        "cpu_model",
        "memory_mib",
        "disk_mib",
        "tpm_version",
        "secure_boot",
    ];
    let mut reads = vec![Read::kind(asset)];
    reads.extend(facts.map(|fact| Read::fact(asset, fact)));
    reads
}

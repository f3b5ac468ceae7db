//! Windows 11 readiness, judged by hand; processors against Microsoft's lists.

use vcto::estate::{Asset, AssetKind, Scalar};
use vcto::review::{Outcome, Processors, Review, Reviewer, Severity};
use vcto::{ErrorKind, Estate, Inventory};

use super::day;
use Outcome::{NotApplicable, NotEvaluated, NotSatisfied, Satisfied};

const RULE: &str = "readiness.windows_11";

fn of(assets: Vec<Asset>) -> Review {
    Reviewer::standard()
        .review(
            &Estate::new(Inventory {
                assets,
                ..Inventory::default()
            })
            .unwrap(),
            day("2026-11-22"),
        )
        .unwrap()
}

/// A workstation that meets everything, with these facts put in the place of its own; `None` takes one away.
fn pc(changes: &[(&str, Option<Scalar>)]) -> Asset {
    let mut asset = Asset::new("pc", AssetKind::Workstation)
        .named("PC")
        .with("os_name", "Windows 10 Pro")
        .with("cpu_model", "Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz")
        .with("memory_mib", 8_192_i64)
        .with("disk_mib", 244_000_i64)
        .with("tpm_version", "2.0, 0, 1.38")
        .with("secure_boot", true);
    for (fact, value) in changes {
        match value {
            Some(value) => asset.facts.insert(*fact, value.clone()),
            None => asset.facts.remove(fact),
        };
    }
    asset
}

fn conclude(changes: &[(&str, Option<Scalar>)]) -> Outcome {
    of(vec![pc(changes)]).rule(RULE).unwrap().conclusion
}

fn with(fact: &str, value: impl Into<Scalar>) -> Outcome {
    conclude(&[(fact, Some(value.into()))])
}

#[test]
fn a_workstation_is_ready_only_when_every_condition_is_met_on_evidence() {
    assert_eq!(conclude(&[]), Satisfied);
    for fact in [
        "cpu_model",
        "memory_mib",
        "disk_mib",
        "tpm_version",
        "secure_boot",
        "os_name",
    ] {
        assert_eq!(conclude(&[(fact, None)]), NotEvaluated, "{fact}");
        assert_eq!(with(fact, Scalar::Unknown), NotEvaluated, "{fact}");
    }
    assert_eq!(with("tpm_version", "1.2"), NotSatisfied);
    assert_eq!(with("tpm_version", "none"), NotSatisfied);
    assert_eq!(with("tpm_version", ""), NotSatisfied);
    assert_eq!(with("tpm_version", "2.0"), Satisfied);
    assert_eq!(with("tpm_version", "yes"), NotEvaluated);
    assert_eq!(with("secure_boot", false), NotSatisfied);
    // 4 GiB; what a machine with 4 GiB reports when the firmware keeps part of it; 2 GiB.
    assert_eq!(with("memory_mib", 4_096_i64), Satisfied);
    assert_eq!(with("memory_mib", 3_980_i64), NotEvaluated);
    assert_eq!(with("memory_mib", 2_048_i64), NotSatisfied);
    // 64 * 10^9 bytes are 61,035.16 MiB; a chip of 62,537,072,640 bytes sold as 64 GB; 32 GB.
    assert_eq!(with("disk_mib", 61_035_i64), Satisfied);
    assert_eq!(with("disk_mib", 59_640_i64), NotEvaluated);
    assert_eq!(with("disk_mib", 30_517_i64), NotSatisfied);
    assert_eq!(
        with("cpu_model", "Intel(R) Core(TM) i5-7500 CPU @ 3.40GHz"),
        NotSatisfied
    );
    assert_eq!(with("cpu_model", "Elbrus-8S"), NotEvaluated);
}

#[test]
fn only_windows_workstations_are_asked_and_windows_11_only_for_information() {
    assert_eq!(with("os_name", "macOS 15"), NotApplicable);
    assert_eq!(with("os_name", "Ubuntu 24.04"), NotApplicable);
    assert_eq!(with("os_name", "Windows Server 2019"), NotApplicable);
    assert_eq!(with("os_name", "Microsoft Windows 7 Professional"), Satisfied);
    assert_eq!(with("os_name", "Windows"), NotEvaluated);
    assert_eq!(conclude(&[("status", Some("retired".into()))]), NotApplicable);
    let eleven = |fact: &str, value: Option<Scalar>| {
        of(vec![pc(&[
            ("os_name", Some("Windows 11 Pro".into())),
            (fact, value),
        ])])
    };
    assert_eq!(eleven("x", None).rule(RULE).unwrap().conclusion, Satisfied);
    // It runs already: what is not recorded is no question.
    assert_eq!(
        eleven("tpm_version", None).rule(RULE).unwrap().conclusion,
        NotApplicable
    );
    let bypassed = eleven("tpm_version", Some("1.2".into()));
    let finding = bypassed.findings_of(RULE).next().unwrap();
    assert_eq!(
        (finding.outcome, finding.severity),
        (NotSatisfied, Severity::Informational)
    );
    // Sources disagree: the older counts.
    let both = pc(&[("tpm_version", Some("1.2".into()))]).with("os_name", "Windows 11 Pro");
    assert_eq!(
        of(vec![both]).findings_of(RULE).next().unwrap().severity,
        Severity::Medium
    );
    let server = Asset::new("s", AssetKind::Server).with("os_name", "Windows 10 Pro");
    assert_eq!(of(vec![server]).rule(RULE).unwrap().conclusion, NotApplicable);
}

#[test]
fn a_finding_says_which_conditions_fail_and_devices_of_one_answer_are_answered_together() {
    let named = |id: &str, changes: &[(&str, Option<Scalar>)]| {
        let mut asset = pc(changes);
        asset.id = id.into();
        asset
    };
    let old = "Intel(R) Core(TM) i3-4130 CPU @ 3.40GHz";
    let review = of(vec![
        named(
            "a",
            &[
                ("cpu_model", Some(old.into())),
                ("tpm_version", Some("1.2".into())),
            ],
        ),
        named("b", &[("tpm_version", Some("none".into())), ("disk_mib", None)]),
        named("c", &[("memory_mib", Some(2_048_i64.into()))]),
        named("d", &[("tpm_version", None), ("secure_boot", None)]),
    ]);
    let title = |id: &str| {
        review
            .findings_of(RULE)
            .find(|finding| finding.asset.as_ref().unwrap().as_str() == id)
            .map(|finding| (finding.title.raw().as_str(), finding.detail.raw().as_str()))
            .unwrap()
    };
    let (first, _) = title("a");
    assert!(
        first.contains("i3-4130") && first.ends_with("its TPM is 1.2, 2.0 is needed"),
        "{first}"
    );
    let (second, detail) = title("b");
    assert_eq!(second, "It cannot run Windows 11: it has no TPM");
    assert!(detail.ends_with("Not recorded: the storage."), "{detail}");
    assert_eq!(
        title("c").0,
        "It cannot run Windows 11: it has 2048 MiB of memory, 4 GB are needed"
    );
    let gap = review.gaps.iter().find(|gap| gap.rule == RULE).unwrap();
    assert_eq!(
        (gap.missing.as_str(), gap.count),
        ("for Windows 11: the TPM, secure boot", 1)
    );
    let targets = |title: &str| {
        review
            .recommendations
            .iter()
            .find(|recommendation| recommendation.title.raw().starts_with(title))
            .unwrap()
            .change
            .steps
            .len()
    };
    assert_eq!(targets("Replace what cannot run Windows 11"), 2);
    assert_eq!(targets("Upgrade what could run Windows 11"), 1);
}

/// Facts from Microsoft's lists of supported processors, as the systems report the names.
#[test]
fn processors_are_those_of_microsofts_lists() {
    let table = Processors::curated();
    for text in [
        "Intel(R) Core(TM) i3-8100T CPU @ 3.10GHz",
        "Intel(R) Core(TM) i5-8210Y CPU @ 1.60GHz",
        "Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz",
        "Intel(R) Core(TM) i9-9900K CPU @ 3.60GHz",
        "Intel(R) Core(TM) i5-1035G1 CPU @ 1.00GHz",
        "Intel(R) Core(TM) i5-10210U CPU @ 1.60GHz",
        "11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz",
        "12th Gen Intel(R) Core(TM) i5-1235U",
        "13th Gen Intel(R) Core(TM) i7-1355U",
        "Intel(R) Core(TM) i7-7820HQ CPU @ 2.90GHz",
        "Intel(R) Core(TM) i9-7900X CPU @ 3.30GHz",
        "Intel(R) Core(TM) m3-8100Y CPU @ 1.10GHz",
        "Intel(R) Core(TM) Ultra 7 155U",
        "Intel(R) Celeron(R) G4900 CPU @ 3.10GHz",
        "Intel(R) Celeron(R) N4020 CPU @ 1.10GHz",
        "Intel(R) Celeron(R) J4125 CPU @ 2.00GHz",
        "Intel(R) Celeron(R) CPU 3867U @ 1.80GHz",
        "Intel(R) Pentium(R) Gold G5400 CPU @ 3.70GHz",
        "Intel(R) Pentium(R) CPU 4417U @ 2.30GHz",
        "Intel(R) Pentium(R) Silver N5000 CPU @ 1.10GHz",
        "Intel(R) Xeon(R) E-2124G CPU @ 3.40GHz",
        "Intel(R) Xeon(R) W-2123 CPU @ 3.60GHz",
        "Intel(R) Xeon(R) Silver 4110 CPU @ 2.10GHz",
        "AMD Ryzen 3 2300X Quad-Core Processor",
        "AMD Ryzen 5 2600 Six-Core Processor",
        "AMD Ryzen 7 PRO 2700X Eight-Core Processor",
        "AMD Ryzen 5 3500U with Radeon Vega Mobile Gfx",
        "AMD Ryzen 5 PRO 5650U with Radeon Graphics",
        "AMD Ryzen 7 3700X 8-Core Processor",
        "AMD Ryzen Threadripper 2950X 16-Core Processor",
        "AMD Athlon Silver 3050U with Radeon Graphics",
        "AMD Athlon 3000G with Radeon Vega Graphics",
        "AMD 3020e with Radeon Graphics",
        "Snapdragon (TM) 850 @ 2.96 GHz",
    ] {
        assert_eq!(table.supports(text), Some(true), "{text}");
    }
    for text in [
        "Intel(R) Core(TM)2 Duo CPU     E8400  @ 3.00GHz",
        "Intel(R) Core(TM) i5 CPU       M 520  @ 2.40GHz",
        "Intel(R) Core(TM) i7 CPU         860  @ 2.80GHz",
        "Intel(R) Core(TM) i5-2400 CPU @ 3.10GHz",
        "Intel(R) Core(TM) i3-4130 CPU @ 3.40GHz",
        "Intel(R) Core(TM) i7-6700HQ CPU @ 2.60GHz",
        "Intel(R) Core(TM) i5-7500 CPU @ 3.40GHz",
        "Intel(R) Core(TM) i5-7200U CPU @ 2.50GHz",
        "Intel(R) Core(TM) m3-7Y30 CPU @ 1.00GHz",
        "Intel(R) Core(TM) M-5Y71 CPU @ 1.20GHz",
        "Intel(R) Celeron(R) CPU N3350 @ 1.10GHz",
        "Intel(R) Celeron(R) CPU G3930 @ 2.90GHz",
        "Intel(R) Celeron(R) CPU 3865U @ 1.80GHz",
        "Intel(R) Pentium(R) CPU G4560 @ 3.50GHz",
        "Intel(R) Pentium(R) CPU N4200 @ 1.10GHz",
        "Intel(R) Xeon(R) CPU E3-1230 v5 @ 3.40GHz",
        "Intel(R) Xeon(R) CPU E5-1650 v3 @ 3.50GHz",
        "Intel(R) Xeon(R) CPU           W3520  @ 2.67GHz",
        "Intel(R) Atom(TM) x5-Z8350  CPU @ 1.44GHz",
        "AMD Ryzen 7 1700 Eight-Core Processor",
        "AMD Ryzen 5 1600X Six-Core Processor",
        "AMD Ryzen 3 2200G with Radeon Vega Graphics",
        "AMD Ryzen 5 2500U with Radeon Vega Mobile Gfx",
        "AMD A10-8700B R6, 10 Compute Cores 4C+6G",
        "AMD FX(tm)-8350 Eight-Core Processor",
        "AMD Phenom(tm) II X4 955 Processor",
        "AMD Athlon(tm) II X2 250 Processor",
    ] {
        assert_eq!(table.supports(text), Some(false), "{text}");
    }
    // What a rule cannot tell is unknown, never a pass and never a failure.
    for text in [
        "",
        "Intel",
        "Intel(R) Core(TM)",
        "AMD Ryzen 5",
        "VIA Nano L2207",
        "Apple M2",
        "\u{202e}i5",
        "AMD EPYC 7302P",
    ] {
        assert_eq!(table.supports(text), None, "{text}");
    }
    assert_eq!(table.supports(&"i5 ".repeat(1_000_000)), None);
}

#[test]
fn a_caller_may_bring_a_table_of_its_own() {
    let table = Processors::from_csv(
        b"row,words,models,key,prefix,from,to,supported,source,as_of\nours,elbrus,,,,,,yes,our own test,2026-11-01\n",
    )
    .unwrap();
    let estate = Estate::new(Inventory {
        assets: vec![pc(&[("cpu_model", Some("Elbrus-8S".into()))])],
        ..Inventory::default()
    })
    .unwrap();
    let review = Reviewer::standard()
        .processors(table)
        .review(&estate, day("2026-11-22"))
        .unwrap();
    assert_eq!(review.rule(RULE).unwrap().conclusion, Satisfied);
    let error = Processors::from_csv(b"row,words\nx,core\n").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

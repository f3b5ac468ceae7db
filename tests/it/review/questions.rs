//! What to ask whom: honest counts, a sheet that reads back, and the sample client.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use vcto::Estate;
use vcto::estate::{Asset, AssetId, AssetKind, Criticality, Inventory, RelationKind};
use vcto::review::{Ask, Outcome, Question, Review, Reviewer};
use vcto::source::{self, Input};

use super::day;
use super::deletion::inventory;

pub(super) fn review(inventory: &Inventory) -> Review {
    let estate = Estate::new(inventory.clone()).unwrap();
    let reviewer = Reviewer::standard().keep_verdicts(true);
    reviewer.review(&estate, day("2026-11-22")).unwrap()
}

pub(super) fn of(assets: Vec<Asset>) -> Inventory {
    Inventory {
        assets,
        ..Inventory::default()
    }
}

/// The sheet with what `answer` gives; rows stand on one line each.
fn filled(review: &Review, answer: impl Fn(usize, &Question) -> Option<String>) -> String {
    let sheet = review.to_questions_csv();
    let mut lines = sheet.lines();
    let mut filled = format!("{}\n", lines.next().unwrap());
    for (at, (line, question)) in lines.zip(review.questions()).enumerate() {
        let blank = line.strip_suffix(",,,").expect("three empty fields");
        let answer = answer(at, question).unwrap_or_default();
        filled.push_str(&format!("{blank},\"{answer}\",A. Jones,2026-11-20\n"));
    }
    filled
}

pub(super) fn with(inventory: &Inventory, sheet: String) -> vcto::Result<Inventory> {
    source::read_all([inventory.clone().into(), Input::bytes("questions.csv", sheet)])
}

type Key = (String, Option<AssetId>, String);

/// What could not be evaluated.
fn open(review: &Review) -> BTreeSet<Key> {
    let open = review
        .verdicts
        .iter()
        .filter(|verdict| verdict.outcome == Outcome::NotEvaluated);
    open.map(|verdict| (verdict.rule.clone(), verdict.asset.clone(), verdict.part.clone()))
        .collect()
}

/// Answers that say something definite.
fn definite(fact: &str, pick: usize) -> &'static str {
    let answers: &[&str] = match fact {
        "owner" | "agreement" | "directory" | "provider" | "route" => &["one", "none", "another"],
        "os_name" => &[
            "Windows Server 2022",
            "Windows Server 2016",
            "Debian 12",
            "Debian 9",
        ],
        "os_version" => &["9"],
        "product" => &["SQL Server 2016 SP3", "SQL Server 2019", "PostgreSQL 14"],
        "criticality" => &["critical", "low"],
        "antivirus_state" => &["on", "off"],
        "backup_last_result" => &["success", "warning", "failed"],
        "backup_last_success" | "restore_tested" => &["never", "2026-11-21", "2026-01-01"],
        "extended_support_end" => &["none", "2030-01-01", "2020-01-01"],
        "left" => &["no", "2020-01-01", "2030-01-01"],
        "volumes" | "backup_covers" | "backup_excludes" | "admin_roles" => &["none", "C:", "C:; D:"],
        "cpu_model" => &[
            "Intel(R) Core(TM) i5-8500 CPU @ 3.00GHz",
            "Intel(R) Core(TM) i5-6500 CPU @ 3.20GHz",
        ],
        "disk_mib" => &["256000", "16000"],
        "memory_mib" => &["16384", "2048"],
        "tpm_version" => &["2.0", "1.2", "none"],
        "power_ports" | "power_ports_cabled" => &["0", "1", "2"],
        "cabled" | "account_enabled" | "rmm_agent" | "secure_boot" => &["yes", "no"],
        "licensed" => &["yes", "no", "E3"],
        "depends_on" | "connects_to" => &["target"],
        "needed_by" => &["A service", "A service; Another one"],
        end if end.ends_with("_end") || matches!(end, "expires" | "last_seen" | "notice_by") => {
            &["2020-01-01", "2030-01-01"]
        }
        other => panic!("no answer for {other}"),
    };
    answers[pick % answers.len()]
}

/// As it comes from the generator, with something to relate to, and without the release of an unnamed system.
fn settled(mut inventory: Inventory) -> Inventory {
    for asset in &mut inventory.assets {
        for (name, versions) in [
            ("os_name", &["os_version", "os_build"][..]),
            ("product", &["version"]),
        ] {
            let vague = ["Ubuntu", "Windows 10 Enterprise", "Windows 10 Pro", "Windows 11"];
            let is_vague = |text: &str| vague.contains(&text);
            if asset.text(name).is_none_or(|text| is_vague(text.raw())) {
                asset.facts.remove(name);
                for version in versions {
                    asset.facts.remove(version);
                }
            }
        }
    }
    inventory.assets.push(Asset::new("target", AssetKind::Subnet));
    inventory
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn each_question_makes_at_least_as_many_answers_possible_as_it_says(drawn in inventory(), pick in 0..6_usize) {
        let inventory = settled(drawn);
        let before = review(&inventory);
        let was_open = open(&before);
        for (asked, question) in before.questions().iter().enumerate() {
            let sheet = filled(&before, |at, _| (at == asked).then(|| definite(&question.fact, pick).to_owned()));
            let after = open(&review(&with(&inventory, sheet).unwrap()));
            let settled = was_open.difference(&after);
            let settled = settled.filter(|(rule, ..)| question.rules.contains(rule)).count() as u64;
            prop_assert!(settled >= question.unlocks, "{settled} of {question:?}");
        }
    }

    #[test]
    fn all_answers_together_settle_what_they_say_and_what_waits_for_several(drawn in inventory()) {
        let inventory = settled(drawn);
        let before = review(&inventory);
        // The first of the definite answers leads to no further question.
        let sheet = filled(&before, |_, question| Some(definite(&question.fact, 0).to_owned()));
        let after = review(&with(&inventory, sheet).unwrap());
        let said: u64 = before.questions().iter().map(|question| question.unlocks).sum();
        // An answer that names a service makes one, of which nothing is known yet: that settles nothing and unsettles nothing.
        let settled = open(&before).difference(&open(&after)).count() as u64;
        prop_assert!(settled >= said, "{settled} of {said}");
        // Nothing is asked twice, but for what an answer has opened.
        let asked = |review: &Review| -> BTreeSet<(AssetId, String)> {
            let each = |question: &Question| {
                let fact = question.fact.clone();
                question.assets.iter().map(|asset| (asset.clone(), fact.clone())).collect::<Vec<_>>()
            };
            review.questions().iter().flat_map(each).collect()
        };
        prop_assert!(asked(&before).is_disjoint(&asked(&after)));
    }
}

#[test]
fn what_waits_for_two_facts_says_so_and_is_settled_by_both() {
    let inventory = of(vec![
        Asset::new("vm", AssetKind::VirtualMachine).with("backup_last_success", "2026-11-21"),
        Asset::new("svc", AssetKind::Service),
        Asset::new("target", AssetKind::Subnet),
    ]);
    let before = review(&inventory);
    let find = |fact: &str| {
        before
            .questions()
            .iter()
            .find(|question| question.fact == fact)
            .unwrap()
    };
    for (fact, other, asset) in [
        ("volumes", "backup_covers", "vm"),
        ("backup_covers", "volumes", "vm"),
        ("criticality", "depends_on", "svc"),
        ("depends_on", "criticality", "svc"),
    ] {
        let question = find(fact);
        assert_eq!((question.unlocks, question.unlocks_together), (0, 1), "{fact}");
        assert_eq!(
            (question.together_with.as_slice(), question.assets[0].as_str()),
            (&[other.to_owned()][..], asset)
        );
        assert!(question.question.raw().contains(other), "{question:?}");
    }
    let answered = |facts: &[&str]| {
        let sheet = filled(&before, |_, question| {
            facts
                .contains(&question.fact.as_str())
                .then(|| definite(&question.fact, 0).to_owned())
        });
        let after = review(&with(&inventory, sheet).unwrap());
        before.coverage.outcomes.not_evaluated - after.coverage.outcomes.not_evaluated
    };
    assert_eq!(
        (answered(&["volumes"]), answered(&["volumes", "backup_covers"])),
        (0, 1)
    );
    assert_eq!(
        (
            answered(&["criticality"]),
            answered(&["criticality", "depends_on"])
        ),
        (0, 1)
    );
}

#[test]
fn a_release_that_is_not_clear_is_asked_for_and_settled_by_it() {
    let inventory = of(vec![
        Asset::new("db", AssetKind::Database).with("product", "Microsoft SQL Server"),
    ]);
    let before = review(&inventory);
    let question = before
        .questions()
        .iter()
        .find(|question| question.fact == "version")
        .unwrap();
    assert_eq!(
        (question.unlocks, question.rules.as_slice()),
        (1, &["lifecycle.security_support".to_owned()][..])
    );
    let sheet = filled(&before, |_, question| {
        (question.fact == "version").then(|| "2019".to_owned())
    });
    let after = review(&with(&inventory, sheet).unwrap());
    assert_eq!(
        after
            .rule("lifecycle.security_support")
            .unwrap()
            .outcomes
            .not_evaluated,
        0
    );
}

#[test]
fn a_person_who_has_not_left_needs_no_further_answer() {
    let inventory = of(vec![Asset::new("u", AssetKind::UserAccount).with("owner", "HR")]);
    let before = review(&inventory);
    let sheet = filled(&before, |_, question| {
        (question.fact == "left").then(|| "no".to_owned())
    });
    let after = review(&with(&inventory, sheet).unwrap());
    assert_eq!(after.rule("identity.leaver").unwrap().outcomes.satisfied, 1);
}

#[test]
fn questions_are_ranked_by_what_they_make_possible_then_by_what_matters_then_by_id() {
    let printer = |id: &str| Asset::new(id, AssetKind::Printer).with("agreement", "gold");
    let mut critical = Asset::new("z", AssetKind::Licence).with("owner", "IT");
    critical.criticality = Some(Criticality::Critical);
    let inventory = of(vec![
        Asset::new("b", AssetKind::Licence).with("owner", "IT"),
        Asset::new("a", AssetKind::Licence).with("owner", "IT"),
        critical,
        printer("p1"),
        printer("p2"),
    ]);
    let review = review(&inventory);
    let rows: Vec<(u64, &str, &str)> = review
        .questions()
        .iter()
        .map(|question| {
            (
                question.unlocks,
                question.fact.as_str(),
                question.assets[0].as_str(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            (2, "owner", "p1"),
            (1, "subscription_end", "z"),
            (1, "subscription_end", "a"),
            (1, "subscription_end", "b"),
        ]
    );
    let owners = &review.questions()[0];
    assert_eq!(
        (owners.ask, owners.name.raw().as_str()),
        (Ask::Owner, "2 assets: p1, p2")
    );
    assert_eq!(owners.rules, ["documentation.owner"]);
}

#[test]
fn the_questions_stand_in_the_document_and_read_back() {
    let review = review(&of(vec![Asset::new("p", AssetKind::Printer)]));
    let json = review.to_json();
    assert!(json.contains(r#""questions":[{"question":"#), "{json}");
    let back = Review::from_json(json.as_bytes()).unwrap();
    assert_eq!(
        (back.questions(), back.to_questions_csv()),
        (review.questions(), review.to_questions_csv())
    );
}

#[test]
fn a_long_list_of_assets_is_split_and_a_long_list_of_questions_counted() {
    let many: Vec<Asset> = (0..1_000)
        .map(|at| {
            Asset::new(format!("ninjaone:device:{at:05}"), AssetKind::Printer).with("agreement", "gold")
        })
        .collect();
    let before = review(&of(many.clone()));
    assert!(before.questions().len() > 1);
    let asked: usize = before
        .questions()
        .iter()
        .map(|question| question.assets.len())
        .sum();
    assert_eq!(asked, 1_000);
    let sheet = filled(&before, |_, _| Some("Halden IT".to_owned()));
    let after = review(&with(&of(many), sheet).unwrap());
    assert_eq!(
        (after.questions().len(), after.coverage.outcomes.not_evaluated),
        (0, 0)
    );

    let many = (0..2_100).map(|at| Asset::new(format!("{at:05}"), AssetKind::Licence).with("owner", "IT"));
    let review = review(&of(many.collect()));
    assert_eq!(
        (review.questions().len(), review.questions_unlisted),
        (2_000, 100)
    );
}

/// The inputs of the sample client that stand in its folder.
fn sample() -> Vec<Input> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/halden-pryce");
    let names = [
        "rmm.json",
        "ninjaone",
        "documentation.json",
        "services.json",
        "relations.csv",
        "facts.csv",
    ];
    let paths = names
        .iter()
        .map(|name| folder.join(name))
        .filter(|path| path.exists());
    paths.map(Input::from).collect()
}

#[test]
fn five_answers_of_the_sample_client_disappear_and_coverage_rises_by_what_they_say() {
    let before = source::read_all(sample()).unwrap();
    let estate = Estate::new(before.clone()).unwrap();
    let first = Reviewer::standard().review(&estate, day("2026-11-22")).unwrap();
    // Facts of which nothing is recorded, so that the answer is one statement, and that lead to no other question.
    let plain = [
        "owner",
        "warranty_end",
        "agreement",
        "antivirus_state",
        "backup_excludes",
    ];
    let is_new = |question: &Question| {
        let absent = |id: &AssetId| estate.asset(id.as_str()).unwrap().fact(&question.fact).is_none();
        question.assets.iter().all(absent)
    };
    let mut chosen: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, question) in first.questions().iter().enumerate() {
        if plain.contains(&question.fact.as_str()) && question.together_with.is_empty() && is_new(question) {
            chosen
                .entry(plain.iter().find(|fact| **fact == question.fact).unwrap())
                .or_insert(at);
        }
    }
    let mut rows: Vec<usize> = chosen.into_values().collect();
    let more = first
        .questions()
        .iter()
        .enumerate()
        .filter(|(_, question)| question.fact == "owner");
    for (at, _) in more {
        if rows.len() < 5 && !rows.contains(&at) {
            rows.push(at);
        }
    }
    assert_eq!(rows.len(), 5);
    let said: u64 = rows.iter().map(|at| first.questions()[*at].unlocks).sum();
    let sheet = filled(&first, |at, question| {
        rows.contains(&at).then(|| definite(&question.fact, 0).to_owned())
    });

    let inputs = sample().into_iter().chain([Input::bytes("questions.csv", sheet)]);
    let estate = Estate::new(source::read_all(inputs).unwrap()).unwrap();
    let second = Reviewer::standard().review(&estate, day("2026-11-22")).unwrap();
    assert_eq!(second.coverage.known, first.coverage.known + said);
    assert_eq!(second.coverage.total, first.coverage.total);
    assert_eq!(second.questions().len(), first.questions().len() - 5);
    for at in rows {
        let gone = &first.questions()[at];
        let same = |question: &&Question| question.fact == gone.fact && question.assets == gone.assets;
        assert!(
            !second.questions().iter().any(|question| same(&question)),
            "{gone:?}"
        );
    }
}

#[test]
fn without_a_service_what_hosts_most_is_told_and_asked_and_the_answer_is_read_back() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/halden-pryce/ninjaone");
    let inventory = source::Reader::new().infer(true).read_all([folder]).unwrap();
    let estate = Estate::new(inventory.clone()).unwrap();
    let before = Reviewer::standard().review(&estate, day("2026-11-22")).unwrap();
    let host = estate.find("ESX-01").unwrap();
    let about_hosts = before
        .questions()
        .iter()
        .take_while(|question| question.fact == "needed_by");
    let asked: Vec<&Question> = about_hosts.collect();
    let texts: Vec<&String> = asked.iter().map(|question| question.question.raw()).collect();
    let first = asked.iter().find(|question| question.assets[0] == host);
    let first = first.unwrap_or_else(|| panic!("not asked: {texts:?}"));
    // Counted by `parentDeviceId` and `domainRole` in the files.
    let said = "ESX-01 hosts 6 machines, 2 of 3 domain controllers among them: nobody recorded which services need them";
    assert!(first.question.raw().starts_with(said), "{texts:?}");
    let screen = vcto::report::Page::new(&estate, &before).to_text().unwrap();
    let flat = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(said), "{screen}");

    let sheet = format!(
        "question,ask,asset,name,fact,unlocks,answer,author,date\nq,owner,{},,needed_by,0,Mail; Files,A. Jones,2026-11-22\n",
        host.as_str()
    );
    let merged = with(&inventory, sheet).unwrap();
    let mail = merged
        .assets
        .iter()
        .find(|asset| *asset.label().raw() == "Mail")
        .unwrap();
    assert_eq!(mail.kind, AssetKind::Service);
    let needs = merged.relations.iter().filter(|relation| {
        relation.to == host && relation.kind == RelationKind::DependsOn && relation.is_stated()
    });
    assert_eq!(needs.count(), 2);
    let after = review(&merged);
    assert!(
        after
            .questions()
            .iter()
            .all(|question| question.fact != "needed_by")
    );
    let asked = |fact: &str| {
        let mut all = after.questions().iter();
        all.any(|question| question.fact == fact && question.assets.contains(&mail.id))
    };
    assert!(asked("criticality"), "the next sheet goes on");
}

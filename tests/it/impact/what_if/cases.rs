//! Answers worked out by hand, and what a caller may give.

use vcto::estate::{Asset, AssetKind, Relation, RelationKind};
use vcto::impact::{self, State, WayOut, WhatIf, WhatIfOptions, WhatIfSimulator};
use vcto::monitor::Monitor;
use vcto::{ErrorKind, Estate, Inventory, source};

fn estate(assets: &str, relations: &str, requirements: &str) -> Estate {
    let text = format!(
        r#"{{"format": "vcto.inventory/1", "source": {{"name": "by hand"}}, "assets": [{assets}],
            "relations": [{relations}], "requirements": [{requirements}]}}"#
    );
    Estate::new(Inventory::from_json(text.as_bytes()).unwrap()).unwrap()
}

/// `a kind, b kind` as assets, `a kind b` as relations.
fn short(assets: &str, relations: &str, requirements: &str) -> Estate {
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let assets: Vec<String> = assets
        .split(',')
        .map(words)
        .map(|words| format!(r#"{{"id": "{}", "kind": "{}"}}"#, words[0], words[1]))
        .collect();
    let relations: Vec<String> = relations
        .split(',')
        .map(words)
        .filter(|words| !words.is_empty())
        .map(|words| {
            let more = words.get(3).map_or(String::new(), |more| match more.as_str() {
                "soft" => r#", "strength": "soft""#.to_owned(),
                by => format!(r#", "strength": "soft", "inferred_by": "{by}""#),
            });
            format!(
                r#"{{"from": "{}", "kind": "{}", "to": "{}"{more}}}"#,
                words[0], words[1], words[2]
            )
        })
        .collect();
    estate(&assets.join(","), &relations.join(","), requirements)
}

fn texts<T: AsRef<str>>(ids: &[T]) -> Vec<&str> {
    ids.iter().map(AsRef::as_ref).collect()
}

fn why(found: &WhatIf, asset: &str) -> String {
    found.why(asset).unwrap().unwrap()
}

#[test]
fn an_asset_cut_off_from_what_it_needs_is_out_and_what_needs_it_fails() {
    let estate = short(
        "tax business_application, app server, sql database, db server, sw-1 switch, sw-2 switch",
        "tax depends_on app, app depends_on sql, sql runs_on db, app connects_to sw-1, sw-1 connects_to sw-2, db connects_to sw-2",
        "",
    );
    let found = impact::what_if(&estate, ["sw-2"]).unwrap();
    assert_eq!(texts(&found.cut_off), ["app"]);
    assert_eq!(texts(&found.failed), ["sw-2", "tax"]);
    assert!(found.degraded.is_empty() && found.unknown.is_empty());
    assert_eq!(
        why(&found, "app"),
        "app is cut off: it needs sql and no way to it is left, since sw-2 is out of service."
    );
    assert_eq!(
        why(&found, "tax"),
        "tax stops: it needs app, which has no way left to sql."
    );
    assert_eq!(why(&found, "sw-2"), "sw-2 is assumed to fail.");
    assert_eq!(impact::fail(&estate, ["sw-2"]).unwrap().failed.len(), 1);
}

#[test]
fn a_member_out_of_reach_counts_as_lost_to_its_group() {
    let assets = "app server, dc-1 server, dc-2 server, sw switch, core switch";
    let links = "app connects_to core, dc-1 connects_to core, sw connects_to core, dc-2 connects_to sw";
    let group = r#"{"asset": "app", "members": ["dc-1", "dc-2"], "needs": 1}"#;
    let estate = short(assets, links, group);
    let one = impact::what_if(&estate, ["sw"]).unwrap();
    assert_eq!(texts(&one.degraded), ["app"]);
    assert!(one.cut_off.is_empty());
    let both = impact::what_if(&estate, ["sw", "dc-1"]).unwrap();
    assert_eq!(texts(&both.cut_off), ["app"]);
    assert_eq!(
        why(&both, "app"),
        "app is cut off: it needs 1 of 2 members, dc-1 is out of service, and no way is left to dc-2, since sw is out of \
         service."
    );
    let failed = impact::what_if(&estate, ["dc-2", "dc-1"]).unwrap();
    assert_eq!(texts(&failed.failed), ["app", "dc-1", "dc-2"]);
    assert_eq!(
        why(&failed, "app"),
        "app stops: it needs 1 of 2 members, and dc-1 and dc-2 are out of service."
    );
}

#[test]
fn what_fails_because_it_is_cut_off_leaves_the_network_too() {
    // A firewall as a virtual machine: its host stands on storage beyond the switch.
    let estate = short(
        "fw firewall, host hypervisor_host, san storage, line circuit, pc workstation, sw switch",
        "fw runs_on host, host depends_on san, host connects_to sw, san connects_to sw, fw connects_to line, pc connects_to fw",
        "",
    );
    let found = impact::what_if(&estate, ["sw"]).unwrap();
    assert_eq!(texts(&found.failed), ["fw", "sw"]);
    assert_eq!(texts(&found.cut_off), ["host", "pc"]);
    assert_eq!(
        why(&found, "pc"),
        "pc is cut off: no recorded way out is left, since fw is out of service."
    );
    let steps: Vec<String> = found
        .explain("pc")
        .unwrap()
        .unwrap()
        .steps
        .iter()
        .map(|step| step.asset.as_str().to_owned())
        .collect();
    assert_eq!(steps, ["sw", "host", "fw", "pc"]);
}

#[test]
fn rings_of_needs_and_of_links_stand_until_something_outside_takes_them() {
    let estate = short(
        "a server, b server, c server, line circuit",
        "a depends_on b, b depends_on a, a connects_to b, b connects_to c, c connects_to a, c connects_to line",
        "",
    );
    assert_eq!(
        texts(&impact::what_if(&estate, ["line"]).unwrap().failed),
        ["line"]
    );
    let found = impact::what_if(&estate, ["c"]).unwrap();
    assert_eq!(texts(&found.failed), ["c"]);
    assert_eq!(texts(&found.cut_off), ["a", "b"]);
    let found = impact::what_if(&estate, ["a"]).unwrap();
    assert_eq!((texts(&found.failed), found.cut_off.len()), (vec!["a", "b"], 0));
}

#[test]
fn machines_are_where_their_hosts_are() {
    let estate = short(
        "vm virtual_machine, cl cluster, h-1 hypervisor_host, h-2 hypervisor_host, bare virtual_machine, empty cluster, fw firewall, line circuit",
        "vm runs_on cl, h-1 member_of cl, h-2 member_of cl, h-1 connects_to fw, h-2 connects_to line, fw connects_to line, bare runs_on empty",
        "",
    );
    // The cluster still has a host with a way out.
    let found = impact::what_if(&estate, ["fw"]).unwrap();
    assert_eq!(texts(&found.cut_off), ["h-1"]);
    assert_eq!(texts(&found.unknown), ["bare", "empty"]);
    let found = impact::what_if(&estate, ["line"]).unwrap();
    assert_eq!(texts(&found.cut_off), ["cl", "fw", "h-1", "h-2", "vm"]);
}

#[test]
fn circuits_without_a_link_are_reached_through_the_edge_of_their_site() {
    let assets = "site site, fw-1 firewall, fw-2 firewall, pc workstation, line circuit";
    let links = "line located_at site, fw-1 located_at site, fw-2 located_at site, pc located_at site, pc connects_to fw-1, pc connects_to fw-2";
    let estate = short(assets, links, "");
    let one = impact::what_if(&estate, ["fw-1"]).unwrap();
    assert_eq!(
        texts(&one.unknown),
        ["fw-2", "pc"],
        "which of the two leads out is not recorded"
    );
    assert_eq!(
        why(&one, "pc"),
        "Whether pc gets out without fw-1 is not recorded: which of the ways out it uses is not."
    );
    assert_eq!(one.sites[0].way_out, WayOut::Unknown);
    let both = impact::what_if(&estate, ["fw-1", "fw-2"]).unwrap();
    assert_eq!(texts(&both.cut_off), ["pc"]);
    let circuit = impact::what_if(&estate, ["line"]).unwrap();
    assert_eq!(texts(&circuit.cut_off), ["fw-1", "fw-2", "pc"]);
    assert_eq!(
        why(&circuit, "pc"),
        "pc is cut off: no recorded way out is left, since line is out of service."
    );
}

#[test]
fn an_effect_over_an_inferred_relation_is_degraded_and_says_so() {
    let estate = short(
        "fw firewall, pc workstation, app service, mail service",
        "pc uses fw gateway, app depends_on pc, mail uses fw soft, mail uses pc dns",
        "",
    );
    let found = impact::what_if(&estate, ["fw"]).unwrap();
    assert_eq!(texts(&found.failed), ["fw"]);
    assert_eq!(texts(&found.degraded), ["app", "mail", "pc"]);
    let rests = "; this rests on a relation that was inferred by gateway and is not confirmed.";
    assert_eq!(
        why(&found, "pc"),
        format!("pc gets worse: it leans on fw, which is assumed to fail{rests}")
    );
    assert_eq!(
        why(&found, "app"),
        format!("app gets worse: it leans on pc, which leans on fw, which is assumed to fail{rests}")
    );
    assert_eq!(
        why(&found, "mail"),
        "mail gets worse: it leans on fw, which is assumed to fail.",
        "it was stated as well"
    );
}

#[test]
fn what_was_inferred_proves_neither_a_way_nor_a_dependency() {
    let estate = short(
        "pc workstation, sw switch, fw-1 firewall, fw-2 firewall, line-1 circuit, line-2 circuit, srv server, nas storage",
        "pc connects_to sw, sw connects_to fw-1, fw-1 connects_to line-1, fw-2 connects_to line-2, sw connects_to fw-2 lldp, srv uses nas dns",
        "",
    );
    let found = impact::what_if(&estate, ["fw-1"]).unwrap();
    assert_eq!(texts(&found.cut_off), ["pc", "sw"], "the second way is a guess");
    let found = impact::what_if(&estate, ["nas"]).unwrap();
    assert_eq!(texts(&found.degraded), ["srv"]);
    let found = impact::what_if(&estate, ["fw-2"]).unwrap();
    assert!(
        found.unknown.contains(&"srv".into()),
        "a guess is no dependency that tells"
    );
}

#[test]
fn who_is_stopped_is_not_told_again_as_working_worse() {
    let service = |id: &str, people: u32| {
        format!(r#"{{"id": "{id}", "kind": "service", "facts": {{"people": {people}}}}}"#)
    };
    let links = r#"{"from": "hard", "to": "srv", "kind": "depends_on"},
        {"from": "soft", "to": "srv", "kind": "depends_on", "strength": "soft"}"#;
    for (hard, soft, expected) in [(100, 100, [100, 0]), (100, 130, [100, 30]), (148, 40, [148, 0])] {
        let assets = format!(
            r#"{}, {}, {{"id": "srv", "kind": "server"}}"#,
            service("hard", hard),
            service("soft", soft)
        );
        let found = impact::what_if(&estate(&assets, links, ""), ["srv"]).unwrap();
        assert_eq!(
            (texts(&found.failed), texts(&found.degraded)),
            (vec!["hard", "srv"], vec!["soft"])
        );
        assert_eq!([found.people.at_least, found.people.degraded], expected);
    }
}

#[test]
fn people_whom_nobody_recorded_are_unknown_and_asked_for_and_never_zero() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/halden-pryce/ninjaone");
    let estate = Estate::new(source::read(folder, None).unwrap()).unwrap();
    let found = impact::what_if(&estate, [estate.find("ESX-01").unwrap()]).unwrap();
    let people = found.people;
    assert_eq!((people.at_least, people.degraded, people.unknown), (0, 0, 0));
    assert_eq!(people.unrecorded, 1, "Leeds, of which nearly all is unknown");
    assert_eq!(
        found.summary(),
        "People unknown: nobody recorded how many work at Leeds, Park Row."
    );
    let leeds = estate.find("Leeds, Park Row").unwrap();
    let asked: Vec<_> = found
        .questions
        .iter()
        .filter(|question| question.fact == Some("people"))
        .collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (asked[0].ask.as_str(), &asked[0].asset),
        ("How many people work at Leeds, Park Row?", &leeds)
    );

    // Without a site there is nobody to ask of; that is no zero either.
    let nowhere = self::estate(
        r#"{"id": "srv", "kind": "server"}, {"id": "pc", "kind": "workstation"}"#,
        "",
        "",
    );
    let found = impact::what_if(&nowhere, ["srv"]).unwrap();
    assert_eq!(
        found.summary(),
        "People unknown: nobody recorded how many work with what this touches."
    );
}

/// Sites with people, with the network of Leeds recorded or not.
fn firm(network: bool) -> Estate {
    let assets = r#"{"id": "lds", "kind": "site", "name": "Leeds", "facts": {"people": 86}},
        {"id": "yrk", "kind": "site", "name": "York", "facts": {"people": 38}},
        {"id": "fw", "kind": "firewall", "name": "FW-LDS-01"}, {"id": "sw", "kind": "switch"}, {"id": "pc-1", "kind": "workstation"},
        {"id": "pc-2", "kind": "workstation"}, {"id": "host", "kind": "hypervisor_host"}, {"id": "vm", "kind": "virtual_machine"},
        {"id": "line", "kind": "circuit"}, {"id": "pc-y", "kind": "workstation"}, {"id": "lost", "kind": "printer"},
        {"id": "tax", "kind": "business_application", "name": "Tax filing", "facts": {"people": 61}},
        {"id": "portal", "kind": "service"}"#;
    let mut relations = vec![
        "fw located_at lds",
        "sw located_at lds",
        "pc-1 located_at lds",
        "pc-2 located_at lds",
        "host located_at lds",
        "line located_at lds",
        "pc-y located_at yrk",
        "vm runs_on host",
        "tax depends_on fw",
        "portal depends_on tax",
    ];
    if network {
        relations.extend([
            "fw connects_to line",
            "sw connects_to fw",
            "host connects_to sw",
            "pc-1 connects_to sw",
        ]);
    }
    let relations: Vec<String> = relations
        .iter()
        .map(|line| line.split(' ').collect::<Vec<_>>())
        .map(|words| {
            format!(
                r#"{{"from": "{}", "kind": "{}", "to": "{}"}}"#,
                words[0], words[1], words[2]
            )
        })
        .collect();
    estate(assets, &relations.join(","), "")
}

#[test]
fn with_no_network_recorded_the_firewall_leaves_its_site_unknown_and_asks() {
    let found = impact::what_if(&firm(false), ["fw"]).unwrap();
    assert_eq!(texts(&found.failed), ["fw", "portal", "tax"]);
    assert!(found.cut_off.is_empty() && found.degraded.is_empty());
    assert_eq!(
        texts(&found.unknown),
        ["host", "lost", "pc-1", "pc-2", "sw", "vm"]
    );
    assert_eq!(found.elsewhere, 1, "York");
    assert_eq!(
        why(&found, "pc-1"),
        "Whether pc-1 gets out through FW-LDS-01 is not recorded: no way out of it is."
    );
    let asked: Vec<_> = found
        .questions
        .iter()
        .map(|question| {
            (
                question.question,
                question.ask.as_str(),
                question.asset.as_str(),
                question.unlocks,
            )
        })
        .collect();
    assert_eq!(
        asked,
        [
            (
                "way_out",
                "Which assets reach the internet through FW-LDS-01?",
                "fw",
                6
            ),
            (
                "elsewhere",
                "Which assets at other sites need FW-LDS-01, or what fails with it?",
                "fw",
                1
            ),
            ("people", "How many people work with portal?", "portal", 1),
        ]
    );
    let people = found.people;
    assert_eq!((people.at_least, people.unknown, people.unrecorded), (61, 86, 1));
    let leeds = &found.sites[0];
    assert_eq!(
        (leeds.failed, leeds.unknown, leeds.way_out),
        (1, 5, WayOut::NotRecorded)
    );
}

#[test]
fn with_the_network_recorded_the_site_is_offline_and_its_people_count_once() {
    let found = impact::what_if(&firm(true), ["fw"]).unwrap();
    assert_eq!(texts(&found.cut_off), ["host", "pc-1", "sw", "vm"]);
    assert_eq!(texts(&found.unknown), ["lost", "pc-2"]);
    let people = found.people;
    assert_eq!(
        (people.at_least, people.unknown),
        (86, 0),
        "61 of the 86 file taxes"
    );
    let leeds = &found.sites[0];
    assert_eq!((leeds.failed, leeds.cut_off, leeds.unknown), (1, 4, 1));
    assert_eq!((leeds.people, leeds.way_out), (Some(86), WayOut::Lost));
    let states: Vec<_> = found
        .services
        .iter()
        .map(|service| (service.service.as_str(), service.state))
        .collect();
    assert_eq!(states, [("portal", State::Failed), ("tax", State::Failed)]);
}

#[test]
fn a_switch_leaves_unknown_what_is_not_linked_and_a_workstation_leaves_nothing() {
    let found = impact::what_if(&firm(true), ["sw"]).unwrap();
    assert_eq!(texts(&found.cut_off), ["host", "pc-1", "vm"]);
    assert_eq!(texts(&found.unknown), ["lost", "pc-2"]);
    assert_eq!(found.questions[0].ask, "Which assets are linked through sw?");
    assert_eq!(found.sites[0].way_out, WayOut::Kept, "the firewall has it");
    assert_eq!(found.people.at_least, 0);
    let found = impact::what_if(&firm(true), ["pc-1"]).unwrap();
    assert!(found.unknown.is_empty() && found.questions.is_empty());
    let found = impact::what_if(&firm(true), ["host"]).unwrap();
    assert_eq!(
        texts(&found.unknown),
        ["lost", "pc-2"],
        "no dependency and no network of these"
    );
    assert_eq!(found.questions[0].ask, "Which assets need host?");
}

#[test]
fn a_site_that_fails_leaves_all_that_is_there_unknown() {
    let found = impact::what_if(&firm(true), ["yrk"]).unwrap();
    assert_eq!(texts(&found.unknown), ["pc-y"]);
    assert_eq!(
        why(&found, "pc-y"),
        "What becomes of pc-y when York fails is not recorded."
    );
    assert_eq!(found.questions[0].ask, "What stops when York fails?");
}

#[test]
fn nothing_fails_with_no_seed_and_everything_with_all() {
    for network in [false, true] {
        let estate = firm(network);
        let none = impact::what_if(&estate, [] as [&str; 0]).unwrap();
        assert_eq!(
            none.to_json(),
            r#"{"seeds":[],"failed":[],"degraded":[],"cut_off":[],"unknown":[],"why":{},"people":{"at_least":0,"degraded":0,"unknown":0,"unrecorded":0},"summary":"People: nothing that is recorded is touched.","sites":[],"services":[],"elsewhere":0,"questions":[]}"#
        );
        let all: Vec<_> = estate.assets().iter().map(|asset| asset.id.clone()).collect();
        let found = impact::what_if(&estate, &all).unwrap();
        assert_eq!(found.failed, all);
        assert!(found.unknown.is_empty() && found.cut_off.is_empty());
    }
}

#[test]
fn an_unknown_seed_is_refused_with_what_is_near() {
    let error = impact::what_if(&firm(true), ["fw", "pc-3"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.operation(), Some("impact.what_if"));
    assert!(error.remedy_text().unwrap().contains("pc-1"), "{error}");
    let error = impact::what_if(&firm(true), ["FW-LDS-01"]).unwrap_err();
    assert_eq!(
        error.remedy_text(),
        Some("the id of the asset of that name is `fw`")
    );
}

#[test]
fn names_from_outside_are_escaped_and_short() {
    let hostile = "\u{202e}<script>\n".repeat(300);
    let server = |id: &str| Asset::new(id, AssetKind::Server).named(hostile.as_str());
    let inventory = Inventory {
        assets: (0..40).map(|at| server(&format!("{at:02}"))).collect(),
        relations: (1..40)
            .map(|at| {
                Relation::new(
                    format!("{at:02}").as_str(),
                    format!("{:02}", at - 1).as_str(),
                    RelationKind::DependsOn,
                )
            })
            .collect(),
        ..Inventory::default()
    };
    let found = impact::what_if(&Estate::new(inventory).unwrap(), ["00"]).unwrap();
    assert_eq!(found.failed.len(), 40);
    for at in 0..40 {
        let why = why(&found, &format!("{at:02}"));
        assert!(
            why.len() < 3_000 && !why.contains(['\u{202e}', '\n']),
            "{}: {why}",
            why.len()
        );
    }
    assert!(why(&found, "39").ends_with("…, which stops in turn."));
}

#[test]
fn a_cancelled_what_if_stops_and_a_watched_one_gives_the_same() {
    let monitor = Monitor::default();
    let options = WhatIfOptions::default().monitor(monitor.clone());
    let simulator = WhatIfSimulator::new(&firm(true));
    let watched = simulator.what_if_with(["fw"], &options).unwrap();
    assert_eq!(watched.to_json(), simulator.what_if(["fw"]).unwrap().to_json());
    monitor.cancel();
    let error = simulator.what_if_with(["fw"], &options).unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Cancelled, Some("impact.what_if"))
    );
}

#[test]
fn the_sample_client_loses_leeds_with_its_firewall() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/halden-pryce");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        // Prices and waivers are no inventories.
        .filter(|file| !file.ends_with("prices.csv") && !file.ends_with("waivers.csv"))
        .collect();
    files.sort();
    let inventories = files.iter().map(|file| source::read(file, None).unwrap());
    let estate = Estate::new(source::read_all(inventories.collect::<Vec<_>>()).unwrap()).unwrap();
    let firewall = estate.find("FW-LDS-01").unwrap();
    let found = impact::what_if(&estate, [&firewall]).unwrap();
    let named = |names: &[&str], list: &[vcto::estate::AssetId]| {
        names
            .iter()
            .all(|name| list.contains(&estate.find(name).unwrap()))
    };
    assert!(named(
        &["Tax filing", "Phones", "Remote desktop", "Internet, Leeds"],
        &found.failed
    ));
    assert!(named(
        &["SW-LDS-CORE", "ESX-01", "DC-01", "AP-LDS-01", "NAS-BKP-01"],
        &found.cut_off
    ));
    assert!(!found.cut_off.contains(&estate.find("SW-YRK-01").unwrap()));
    let leeds = estate.find("Leeds, Park Row").unwrap();
    let site = found.sites.iter().find(|site| site.site == leeds).unwrap();
    assert_eq!((site.people, site.way_out), (Some(86), WayOut::Lost));
    assert_eq!(found.people.at_least, 148, "phones are for everybody");
    assert!(site.unknown > 80, "how the PCs are linked is not recorded");
}

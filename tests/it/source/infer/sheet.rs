//! `inferred.csv`: written, filled in, read back.

use vcto::estate::{Asset, AssetKind, Inventory, Relation, RelationKind, Requirement, Strength};
use vcto::source::{self, Format, Input, Reader};
use vcto::{ErrorKind, Estate, impact};

use super::cases::{asset, estate, firewall, pc, server};
use super::world::make;

/// Two machines behind a firewall that is their name server too, beside a controller; joined to its domain and another's.
fn office() -> Inventory {
    let facts = [
        ("gateways", "10.0.0.1"),
        ("dns_servers", "10.0.0.1; 10.0.0.10"),
        ("domain", "halden.example"),
    ];
    let role = ("domain_role", "Primary Domain Controller");
    estate(vec![(
        "leeds",
        vec![
            firewall("fw", "10.0.0.1"),
            server(
                "dc-1",
                &[("domain", "halden.example"), role, ("addresses", "10.0.0.10")],
            ),
            server(
                "dc-2",
                &[("domain", "halden.example"), role, ("addresses", "10.0.0.11")],
            ),
            pc("pc-1", &facts),
            pc("pc-2", &facts),
        ],
    )])
}

fn sheet(rows: &str) -> Input {
    Input::bytes(
        "inferred.csv",
        format!("from,to,kind,method,confidence,why,verdict,author,at\n{rows}"),
    )
}

fn decided(rows: &str) -> vcto::Result<Inventory> {
    Reader::new().infer(true).read_all([office().into(), sheet(rows)])
}

/// From, to, kind, strength, method.
fn relations(inventory: &Inventory) -> Vec<String> {
    let mut lines: Vec<String> = inventory
        .relations
        .iter()
        .filter(|relation| relation.kind != RelationKind::LocatedAt)
        .map(|relation| {
            let strength = if relation.strength == Strength::Hard {
                "hard"
            } else {
                "soft"
            };
            let by = relation.inference().map_or("-", |method| method.raw());
            let (from, to, kind) = (
                relation.from.as_str(),
                relation.to.as_str(),
                relation.kind.as_str(),
            );
            format!("{from} {to} {kind} {strength} {by}")
        })
        .collect();
    lines.sort();
    lines
}

fn notes(inventory: &Inventory) -> String {
    let notes = inventory.source.notes.iter();
    let lines: Vec<String> = notes
        .map(|note| {
            let at = note.at.as_ref().map_or("", |at| at.raw());
            format!("{at}: {}", note.text.raw())
        })
        .collect();
    lines.join("\n")
}

#[test]
fn the_sheet_lists_what_is_open_by_method_and_dependency() {
    let open = Reader::new().infer(true).read(office()).unwrap();
    let sheet = source::inferred_csv(&open);
    let rows: Vec<&str> = sheet.lines().collect();
    assert_eq!(rows[0], "from,to,kind,method,confidence,why,verdict,author,at");
    assert_eq!(
        rows[1],
        "pc-1,dc-1,uses,dns,high,\"`PC-1` asks 10.0.0.10 for names, any one of 2; that is an address of `DC-1`, which answers \
         for names\",,,"
    );
    let heads: Vec<String> = rows[1..]
        .iter()
        .map(|row| row.split(',').take(4).collect::<Vec<_>>().join(","))
        .collect();
    assert_eq!(
        heads,
        [
            "pc-1,dc-1,uses,dns",
            "pc-2,dc-1,uses,dns",
            "pc-1,fw,uses,dns",
            "pc-2,fw,uses,dns",
            "pc-1,dc-1,authenticates_with,domain_join",
            "pc-2,dc-1,authenticates_with,domain_join",
            "pc-1,dc-2,authenticates_with,domain_join",
            "pc-2,dc-2,authenticates_with,domain_join",
            "pc-1,fw,uses,gateway",
            "pc-2,fw,uses,gateway",
        ]
    );
    assert_eq!(source::detect(sheet.as_bytes()).unwrap(), Format::Inferred);
    // Nobody has filled it in: it changes nothing.
    let read = Reader::new()
        .infer(true)
        .read_all([office().into(), Input::bytes("open.csv", sheet)])
        .unwrap();
    assert_eq!(relations(&read), relations(&open));
}

#[test]
fn a_confirmed_relation_is_stated_and_a_refused_one_never_comes_back() {
    let inventory = decided(
        "pc-1,fw,uses,gateway,high,because,confirm,Jane Doe,2026-11-22\n\
         pc-2,fw,uses,gateway,high,,confirm_soft,,2026-11-22\n\
         PC-1,FW,uses,dns,,,refuse,Jane Doe,\n",
    )
    .unwrap();
    let lines = relations(&inventory);
    for expected in [
        "pc-1 fw uses hard -",
        "pc-2 fw uses soft -",
        "pc-1 fw unrelated_to hard dns",
        "pc-1 dc-1 uses soft dns",
    ] {
        assert!(lines.contains(&expected.to_owned()), "{expected}: {lines:?}");
    }
    let remarks: Vec<&str> = inventory
        .relations
        .iter()
        .filter(|relation| relation.to.as_str() == "fw")
        .filter_map(|relation| Some(relation.note()?.raw().as_str()))
        .collect();
    assert!(
        remarks.contains(&"confirmed by Jane Doe on 2026-11-22: because"),
        "{remarks:?}"
    );
    assert!(remarks.contains(&"confirmed on 2026-11-22"));
    assert!(remarks.contains(&"refused by Jane Doe"));
    assert!(!source::inferred_csv(&inventory).contains(",fw,"));
    // Not from what was written either.
    let json = Estate::new(inventory.clone()).unwrap().to_json();
    let again = Reader::new()
        .infer(true)
        .read(Input::bytes("estate.json", json))
        .unwrap();
    assert_eq!(relations(&again), lines);
}

#[test]
fn confirmed_alternatives_fail_only_together_and_what_is_needed_besides_stays_needed() {
    let inventory =
        decided("*,*,,domain_join,,,confirm,,\n*,*,,dns,,,confirm,,\n*,fw,,gateway,,,confirm,,\n").unwrap();
    let estate = Estate::new(inventory).unwrap();
    assert_eq!(estate.inferred_relation_count(), 0);
    let group = |members: &[&str]| Requirement {
        asset: "pc-1".into(),
        members: members.iter().map(|member| (*member).into()).collect(),
        needs: 1,
    };
    let own: Vec<_> = estate
        .requirements()
        .iter()
        .filter(|group| group.asset.as_str() == "pc-1")
        .cloned()
        .collect();
    assert_eq!(
        own,
        [group(&["dc-1", "dc-2"]), group(&["dc-1", "fw"]), group(&["fw"])]
    );
    let fails = |ids: &[&str]| {
        let failed = impact::fail(&estate, ids.iter().copied()).unwrap().failed;
        failed.iter().any(|id| id.as_str() == "pc-1")
    };
    assert!(
        !fails(&["dc-1"]),
        "another controller, and the firewall for names"
    );
    assert!(fails(&["dc-1", "dc-2"]));
    assert!(fails(&["fw"]), "the gateway is needed by itself");
}

#[test]
fn one_confirmed_alternative_is_needed_and_the_other_stays_a_guess() {
    let inventory = decided("pc-1,dc-1,,domain_join,,,confirm,,\n").unwrap();
    let lines = relations(&inventory);
    assert!(lines.contains(&"pc-1 dc-1 authenticates_with hard -".to_owned()));
    assert!(lines.contains(&"pc-1 dc-2 authenticates_with soft domain_join".to_owned()));
    assert!(inventory.requirements.is_empty());
}

#[test]
fn the_closest_row_wins_whatever_the_order() {
    let rows = [
        "*,*,,gateway,,,confirm,,\n",
        "pc-2,*,,,,,refuse,,\n",
        "pc-2,fw,uses,gateway,,,confirm_soft,,\n",
        "pc-2,*,,domain_join,,,confirm_soft,,\n",
    ];
    let expected = [
        "pc-1 dc-1 authenticates_with soft domain_join",
        "pc-1 dc-1 uses soft dns",
        "pc-1 dc-2 authenticates_with soft domain_join",
        "pc-1 fw uses hard -",
        "pc-2 dc-1 authenticates_with soft -",
        "pc-2 dc-1 unrelated_to hard dns",
        "pc-2 dc-2 authenticates_with soft -",
        "pc-2 fw uses soft -",
    ];
    let forward = decided(&rows.concat()).unwrap();
    assert_eq!(relations(&forward), expected);
    let turned: Vec<&str> = rows.into_iter().rev().collect();
    assert_eq!(relations(&decided(&turned.concat()).unwrap()), expected);
    assert!(Estate::new(forward).is_ok());
}

#[test]
fn rows_that_contradict_each_other_are_refused_with_their_lines() {
    for (rows, lines) in [
        (
            "pc-1,fw,,gateway,,,confirm,,\nPC-1,FW,,gateway,,,refuse,,\n",
            ["line 2", "line 3"],
        ),
        ("pc-1,*,,,,,confirm,,\n*,fw,,,,,refuse,,\n", ["line 2", "line 3"]),
        (
            "*,fw,uses,gateway,,,confirm,,\n\n*,FW,uses,gateway,,,refuse,,\n",
            ["line 2", "line 4"],
        ),
    ] {
        let error = decided(rows).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        for line in lines {
            assert!(error.to_string().contains(line), "{line}: {error}");
        }
    }
}

#[test]
fn what_a_row_does_not_meet_is_noted_with_its_line_and_costs_nothing() {
    let inventory = decided(
        "pc-9,fw,,gateway,,,confirm,,\n\
         *,fw,,hosting,,,confirm,,\n\
         *,pc-1,,gatway,,,refuse,,\n\
         pc-1,dc-2,uses,dns,,,confirm,,\n\
         pc-1,fw,uses,gatewy,,,refuse,,\n",
    )
    .unwrap();
    let notes = notes(&inventory);
    for expected in [
        "inferred.csv: line 2: no asset has the id or name `pc-9`",
        "inferred.csv: line 3: nothing that was inferred is meant by it",
        "inferred.csv: line 4: nothing that was inferred is meant by it: the verdict changes nothing; the method `gatway` is \
         unknown: did you mean `gateway`?",
        "inferred.csv: line 6: it meets nothing that was inferred: the method `gatewy` is unknown: did you mean `gateway`?",
    ] {
        assert!(notes.contains(expected), "{expected}: {notes}");
    }
    // A person who names both ends is believed.
    assert!(relations(&inventory).contains(&"pc-1 dc-2 uses hard -".to_owned()));
}

#[test]
fn a_row_with_both_ends_stands_without_inference_and_a_bulk_row_decides_on_what_is_there() {
    let reader = Reader::new();
    let rows = "pc-1,fw,uses,gateway,,,confirm,,\n*,*,,dns,,,refuse,,\n";
    let plain = reader.read_all([office().into(), sheet(rows)]).unwrap();
    assert_eq!(relations(&plain), ["pc-1 fw uses hard -"]);
    assert!(notes(&plain).contains("line 3: nothing that was inferred"));
    let before = Reader::new().infer(true).read(office()).unwrap();
    let kept = reader.read_all([before.into(), sheet(rows)]).unwrap();
    let lines = relations(&kept);
    assert!(lines.contains(&"pc-2 dc-1 unrelated_to hard dns".to_owned()));
    assert!(lines.contains(&"pc-2 fw uses soft gateway".to_owned()));
    assert!(!lines.iter().any(|line| line.ends_with("uses soft dns")));
}

#[test]
fn what_is_stated_elsewhere_is_neither_stated_again_nor_refused_away() {
    let overlay = Input::bytes(
        "relations.csv",
        "from,to,kind,note\npc-1,fw,uses,by hand\npc-2,dc-1,depends_on,\n",
    );
    let rows = "pc-1,fw,uses,gateway,,,confirm,,\npc-2,dc-1,,domain_join,,,refuse,,\n";
    let inventory = Reader::new()
        .infer(true)
        .read_all([office().into(), overlay, sheet(rows)])
        .unwrap();
    let lines = relations(&inventory);
    let to_firewall: Vec<_> = lines.iter().filter(|line| line.starts_with("pc-1 fw")).collect();
    assert_eq!(to_firewall, ["pc-1 fw uses hard -"]);
    assert!(lines.contains(&"pc-2 dc-1 depends_on hard -".to_owned()));
    assert!(notes(&inventory).contains("line 3: it refuses a relation that is stated: that stays"));
    // Two sources, one of which only infers.
    let guess = Inventory {
        relations: vec![
            Relation::new("pc-2", "fw", RelationKind::DependsOn)
                .soft()
                .inferred_by("netflow"),
        ],
        ..Inventory::default()
    };
    let stated = Input::bytes("relations.csv", "from,to,kind\npc-2,fw,depends_on\n");
    let merged = source::read_all([office().into(), guess.into(), stated]).unwrap();
    assert_eq!(relations(&merged), ["pc-2 fw depends_on hard -"]);
}

#[test]
fn a_group_by_hand_is_not_overruled() {
    let mut inventory = office();
    inventory.requirements.push(Requirement {
        asset: "pc-1".into(),
        members: vec!["dc-1".into(), "dc-2".into()],
        needs: 1,
    });
    let rows = "pc-1,dc-1,,domain_join,,,confirm_soft,,\npc-1,dc-2,,domain_join,,,confirm,,\n";
    let read = Reader::new()
        .infer(true)
        .read_all([inventory.into(), sheet(rows)])
        .unwrap();
    let to_controllers = relations(&read)
        .into_iter()
        .filter(|line| line.starts_with("pc-1 dc"));
    assert_eq!(to_controllers.count(), 0, "the group says more");
    assert!(Estate::new(read).is_ok());
}

#[test]
fn another_word_kind_or_end_is_refused_with_its_line() {
    for (rows, says) in [
        ("pc-1,fw,,gateway,,,yes,,\n", "the verdict `yes`"),
        ("pc-1,fw,,gateway,,,confrim,,\n", "did you mean `confirm`"),
        ("pc-1,fw,usess,gateway,,,confirm,,\n", "did you mean `uses`"),
        (",fw,,gateway,,,confirm,,\n", "without `from`"),
        ("pc-1,pc-1,,gateway,,,confirm,,\n", "both ends"),
        ("*,*,,,,,confirm,,\n", "everything"),
        ("*,*,uses,,,,confirm,,\n", "everything"),
        ("pc-1,fw,,gateway,,,confirm,,soon\n", "`soon` is no date"),
    ] {
        let error = decided(rows).unwrap_err();
        assert!(error.to_string().contains(says), "{says}: {error}");
        assert!(error.to_string().contains("line 2"), "{error}");
    }
    let error = Reader::new()
        .format(Format::Inferred)
        .read(Input::bytes("x.csv", "from,to,reason,verdict\n"))
        .unwrap_err();
    assert!(
        error.to_string().contains("the column `reason` is unknown"),
        "{error}"
    );
}

#[test]
fn a_name_that_several_assets_have_is_refused_with_their_ids() {
    let mut inventory = office();
    inventory
        .assets
        .push(Asset::new("fw-2", AssetKind::Firewall).named("FW"));
    let error = Reader::new()
        .infer(true)
        .read_all([
            inventory.into(),
            sheet("PC-1,fw,,gateway,,,confirm,,\nPC-1,Fw,,gateway,,,confirm,,\n"),
        ])
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert!(
        error.to_string().contains("line 3") && error.to_string().contains("`fw-2`"),
        "{error}"
    );
}

#[test]
fn hostile_ids_and_names_survive_the_sheet_and_compute_nothing() {
    let ids = [
        "=cmd|' /C calc'!A0",
        "*",
        "'*",
        "+1;-2",
        "a,\"b\"\nc",
        "\u{202e}gpj",
        "-",
        "@SUM(A1)",
    ];
    let mut assets = vec![asset("fw", AssetKind::Firewall, &[("addresses", "10.0.0.1")])];
    assets.extend(ids.map(|id| {
        Asset::new(id, AssetKind::Workstation)
            .named("=HYPERLINK(\"http://evil\")")
            .with("gateways", "10.0.0.1")
    }));
    let inventory = Inventory {
        assets,
        ..Inventory::default()
    };
    let open = Reader::new().infer(true).read(inventory.clone()).unwrap();
    let sheet = source::inferred_csv(&open);
    for line in sheet.lines() {
        for cell in line.split([',', ';']) {
            let cell = cell.trim_start_matches('"').trim_start();
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{line}");
        }
    }
    let filled = sheet.replace(",,,\n", ",refuse,,\n");
    let read = Reader::new()
        .infer(true)
        .read_all([inventory.into(), Input::bytes("inferred.csv", filled)])
        .unwrap();
    let refused = read
        .relations
        .iter()
        .filter(|relation| relation.kind == RelationKind::UnrelatedTo)
        .count();
    assert_eq!(refused, ids.len(), "{}", notes(&read));
    assert!(Estate::new(read).is_ok());
}

#[test]
fn a_sheet_read_on_its_own_can_be_kept_as_json_and_carried_out_later() {
    let alone = source::read_all([sheet("*,fw,,gateway,,,confirm,Jane,2026-11-22\n")]).unwrap();
    assert!(Estate::new(alone.clone()).is_err());
    let text = alone.to_json();
    let kept = Inventory::from_json(text.as_bytes()).unwrap();
    assert_eq!(kept, alone);
    let read = Reader::new().infer(true).read_all([office(), kept]).unwrap();
    assert!(relations(&read).contains(&"pc-2 fw uses hard -".to_owned()));
}

#[test]
fn confirming_everything_of_a_large_estate_makes_a_sound_one() {
    let world = make(4, 12).inventory;
    let rows: String = source::Method::ALL
        .iter()
        .map(|method| format!("*,*,,{method},,,confirm,,\n"))
        .collect();
    let read = Reader::new()
        .infer(true)
        .read_all([world.into(), sheet(&rows)])
        .unwrap();
    let estate = Estate::new(read).unwrap();
    assert_eq!(estate.inferred_relation_count(), 0);
    assert!(estate.requirements().len() > 100);
}

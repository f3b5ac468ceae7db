//! The page for the client: its numbers are those of the documents, and nothing that a name holds gets out of its place.

use serde_json::{Value, json};
use vcto::estate::{Asset, AssetKind, FactValue};
use vcto::plan::{self, Budget, BudgetOptions, PriceList};
use vcto::report::{Page, fragment};
use vcto::review::{Review, Reviewer, Waivers};
use vcto::source::Reader;
use vcto::{ErrorKind, Estate, Inventory};

const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "\u{202e}gpj.exe",
    "\"><img src=x onerror=alert(1)>",
    "</style><style>*{display:none}",
    "{{7*7}} ${x} %s =cmd|' /C calc'!A0",
    "a\r\nb\u{0}c\u{1b}[2J",
];

fn reviewed(document: &Value) -> (Estate, Review) {
    let estate = Estate::new(Inventory::from_json(document.to_string().as_bytes()).unwrap()).unwrap();
    let review = Reviewer::standard()
        .review(&estate, "2026-11-22".parse().unwrap())
        .unwrap();
    (estate, review)
}

/// A chain of services on one old server, each named by the given names in turn.
fn inventory(names: &[&str], reversed: bool) -> Value {
    let service = |n: usize| {
        json!({"id": format!("s{n}"), "kind": "service", "name": names[n % names.len()].replace('\u{0}', ""), "criticality": "critical",
            "facts": {"owner": names[n % names.len()].replace('\u{0}', ""), "people": n}})
    };
    let mut assets: Vec<Value> = (0..12).map(service).collect();
    assets.push(json!({"id": "old", "kind": "server", "name": names[0], "facts": {"os_name": "Windows Server 2016", "warranty_end": "2026-12-01"}}));
    let mut relations: Vec<Value> = (0..12)
        .map(|n| json!({"from": format!("s{n}"), "to": if n < 9 { "old".to_owned() } else { format!("s{}", n - 1) }, "kind": "depends_on"}))
        .collect();
    if reversed {
        assets.reverse();
        relations.reverse();
    }
    json!({"format": "vcto.inventory/1", "source": {"name": names[0]}, "assets": assets, "relations": relations})
}

/// The values of an attribute, each with the text of its element.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<(&'a str, &'a str)> {
    let opening = format!("{name}=\"");
    html.split(&opening)
        .skip(1)
        .map(|rest| {
            let (value, rest) = rest.split_once('"').unwrap();
            let (_, rest) = rest.split_once('>').unwrap();
            (value, rest.split_once('<').unwrap().0)
        })
        .collect()
}

#[test]
fn every_number_is_the_one_in_the_document_that_it_names() {
    let (estate, review) = reviewed(&inventory(&["Ledger", "Mail"], false));
    let html = Page::new(&estate, &review).client("Halden").to_html().unwrap();
    let document: Value = serde_json::from_str(&review.to_json()).unwrap();
    let from = attributes(&html, "data-from");
    assert!(from.len() > 15, "{}", from.len());
    for (place, text) in from {
        let pointer = place.strip_prefix("review.json#").unwrap();
        assert_eq!(document.pointer(pointer).unwrap().to_string(), text, "{place}");
    }
    let evidence = attributes(&html, "data-ev");
    assert!(evidence.iter().any(|(ids, _)| !ids.is_empty()));
    for id in evidence.iter().flat_map(|(ids, _)| ids.split_whitespace()) {
        assert!(review.findings.iter().any(|finding| finding.id.0 == id), "{id}");
    }
}

#[test]
fn the_worst_single_failure_leads_the_page_with_the_tree_of_what_falls() {
    let (estate, review) = reviewed(&inventory(&["Ledger", "Mail"], false));
    let html = Page::new(&estate, &review).to_html().unwrap();
    let risks = html.split_once("id=\"risks\"").unwrap().1;
    // By hand: s0 to s8 hang on the server, s9 to s11 on s8 in a chain: twelve stop, s8 carries three.
    assert!(risks.contains("12 stop, 0 get worse"), "{risks}");
    assert!(risks.contains("3 below"), "{risks}");
}

#[test]
fn nothing_that_a_name_holds_becomes_markup_moves_a_line_or_turns_the_direction() {
    let (estate, review) = reviewed(&inventory(&HOSTILE, false));
    let long = "x".repeat(10_000);
    let pages = [
        Page::new(&estate, &review).client(HOSTILE[0]).to_html().unwrap(),
        Page::new(&estate, &review).client(&long).to_html().unwrap(),
        fragment(&review),
    ];
    for html in pages {
        for bad in [
            "<script",
            "<img",
            "</style><style>",
            "\u{202e}",
            "\u{1b}",
            "\u{0}",
            "\r",
        ] {
            assert!(!html.contains(bad), "{bad:?}");
        }
        assert!(!html.contains(&long), "a long name is shortened");
    }
}

#[test]
fn the_page_is_the_same_whatever_the_order_of_the_input_was() {
    let page = |reversed| {
        let (estate, review) = reviewed(&inventory(&["Ledger", "Mail", "Files"], reversed));
        Page::new(&estate, &review).to_html().unwrap()
    };
    assert_eq!(page(false), page(true));
}

#[test]
fn a_review_of_another_estate_is_refused() {
    let (estate, _) = reviewed(&inventory(&["Ledger"], false));
    let (_, review) = reviewed(&inventory(&["Mail"], false));
    let error = Page::new(&estate, &review).to_html().unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Conflict, Some("report.page"))
    );
}

#[test]
fn the_page_needs_nothing_from_outside_and_says_so_to_the_browser() {
    let (estate, review) = reviewed(&inventory(&["Ledger"], false));
    let html = Page::new(&estate, &review).to_html().unwrap();
    assert!(!html.contains("://") && !html.contains("url("));
    let style = html
        .split_once("<style>")
        .unwrap()
        .1
        .split_once("</style>")
        .unwrap()
        .0;
    use base64::Engine;
    use sha2::Digest;
    let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style));
    assert!(
        html.contains(&format!("style-src &#39;sha256-{digest}&#39;"))
            || html.contains(&format!("style-src 'sha256-{digest}'"))
    );
    assert!(html.contains("default-src 'none'"));
}

#[test]
fn an_empty_estate_has_a_page_that_says_that_nothing_is_known() {
    let (estate, review) =
        reviewed(&json!({"format": "vcto.inventory/1", "source": {"name": "none"}, "assets": []}));
    let html = Page::new(&estate, &review).to_html().unwrap();
    assert!(html.contains("This could not be judged"));
    assert!(html.contains("nothing is recorded"));
}

/// The client of the sample, as the examples read it.
fn sample() -> (Estate, Review, Budget) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/halden-pryce");
    let files = [
        "ninjaone",
        "documentation.json",
        "services.json",
        "facts.csv",
        "relations.csv",
    ];
    let reader = Reader::new().infer(true);
    let estate = Estate::new(reader.read_all(files.map(|file| folder.join(file))).unwrap()).unwrap();
    let review = Reviewer::standard()
        .review(&estate, "2026-11-22".parse().unwrap())
        .unwrap();
    let prices = PriceList::from_csv(&std::fs::read(folder.join("prices.csv")).unwrap()).unwrap();
    let budget = plan::budget(
        &estate,
        &review,
        &prices,
        &BudgetOptions::default().fiscal_year_start(4),
    )
    .unwrap();
    (estate, review, budget)
}

#[test]
fn the_sample_fits_on_a_screen_and_says_what_a_person_can_check_in_its_files() {
    let (estate, review, budget) = sample();
    let page = Page::new(&estate, &review)
        .client("Halden & Pryce LLP")
        .budget(&budget)
        .by_hand(6);
    let text = page.to_text().unwrap();
    assert!(text.lines().count() <= 50, "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 118), "{text}");
    // 86, 38 and 24 people at the three sites of facts.csv; five files; six rows of relations.csv.
    assert!(
        text.starts_with("Halden & Pryce LLP, 148 people, 3 sites, as of 2026-11-22\n"),
        "{text}"
    );
    assert!(text.contains("6 by hand), 5 sources\n"), "{text}");
    // Both controllers run on one host, and the FortiOS of the one firewall is older than its maker supports.
    assert!(
        text.contains("DC-01 and DC-02, which should stand in for each other under Logon, both hang on it"),
        "{text}"
    );
    assert!(
        text.contains(
            "1  FW-LDS-01: nothing stands in for it; security support of FortiOS 6.4 ended on 2024-09-30"
        ),
        "{text}"
    );
    // The five virtual machines with Windows Server 2016 of the folder, and the day of Microsoft's.
    assert!(
        text.contains("51 d    5 virtual machines: security support of Windows Server 2016 (2027-01-12)"),
        "{text}"
    );
    assert!(
        !text.contains("msp") && text.contains(&format!("{} items have no price", budget.unpriced.len())),
        "{text}"
    );
}

#[test]
fn a_screen_tells_the_numbers_of_the_documents() {
    let (estate, review, budget) = sample();
    let text = Page::new(&estate, &review).budget(&budget).to_text().unwrap();
    let document: Value = serde_json::from_str(&review.to_json()).unwrap();
    let of = |pointer: &str| document.pointer(pointer).unwrap().to_string();
    let counts = ["past", "within_30", "within_90", "within_180", "later"]
        .map(|band| of(&format!("/calendar/{band}")));
    let [past, month, quarter, half, later] = counts;
    let due =
        format!("{past} past, {month} within 30 days, {quarter} within 90, {half} within 180, {later} later");
    assert!(text.contains(&due), "{text}");
    let counts = ["assets", "relations", "inferred_relations"].map(|name| of(&format!("/coverage/{name}")));
    let [assets, relations, inferred] = counts;
    assert!(
        text.contains(&format!(
            "{assets} assets, {relations} relations ({inferred} inferred)"
        )),
        "{text}"
    );
    let open = review.coverage.total - review.coverage.known;
    assert!(
        text.contains(&format!("({open} of {} answers open)", review.coverage.total)),
        "{text}"
    );
    for total in &budget.totals {
        let digits = |text: &str| text.replace(',', "");
        let line = text
            .lines()
            .find(|line| line.trim_start().starts_with(&total.fiscal_year))
            .unwrap();
        assert!(
            digits(line).contains(&format!("{:.2} {}", total.total, total.currency)),
            "{line}"
        );
    }
}

#[test]
fn nothing_that_a_name_holds_acts_in_a_terminal() {
    let (estate, review) = reviewed(&inventory(&HOSTILE, false));
    let long = "x".repeat(10_000);
    for client in [HOSTILE[0], HOSTILE[1], HOSTILE[5], &long] {
        let text = Page::new(&estate, &review).client(client).to_text().unwrap();
        assert!(!text.contains(['\u{202e}', '\u{1b}', '\u{0}', '\r']), "{text}");
        assert!(text.lines().count() < 60 && text.len() < 8_000, "{text}");
    }
}

#[test]
fn a_budget_of_another_estate_is_refused() {
    let (estate, review) = reviewed(&inventory(&["Ledger"], false));
    let (_, _, budget) = sample();
    for error in [
        Page::new(&estate, &review).budget(&budget).to_text().unwrap_err(),
        Page::new(&estate, &review).budget(&budget).to_html().unwrap_err(),
    ] {
        assert_eq!(
            (error.kind(), error.operation()),
            (ErrorKind::Conflict, Some("report.page"))
        );
    }
}

#[test]
fn a_budget_on_the_page_has_the_amounts_of_its_document_and_nothing_that_the_provider_pays() {
    let (estate, review, budget) = sample();
    let html = Page::new(&estate, &review).budget(&budget).to_html().unwrap();
    let section = html
        .split_once("id=\"budget\"")
        .unwrap()
        .1
        .split_once("</section>")
        .unwrap()
        .0;
    let document: Value = serde_json::from_str(&budget.to_json()).unwrap();
    let number = |text: &str| text.replace(',', "").parse::<vcto::Decimal>().unwrap();
    let from = attributes(section, "data-from");
    // Three years of four numbers, and what is beside them.
    assert!(from.len() >= 3 * 4, "{}", from.len());
    for (place, text) in from {
        let value = document
            .pointer(place.strip_prefix("budget.json#").unwrap())
            .unwrap();
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        assert_eq!(number(&value), number(text), "{place}");
    }
    let (beside, largest) = section.split_once("The largest items").unwrap();
    // Of the groups of lines by hand: in the first year 48 workstations are the largest.
    let sums = attributes(largest, "data-sum");
    assert!(!sums.is_empty());
    for (places, text) in largest
        .split("data-sum=\"budget.json#/lines\" ")
        .skip(1)
        .map(|rest| attributes(rest, "data-at")[0])
    {
        let sum: vcto::Decimal = places
            .split(' ')
            .map(|at| budget.lines[at.parse::<usize>().unwrap()].amount)
            .sum();
        assert_eq!(number(text), sum, "{places}");
    }
    let mut years = std::collections::BTreeMap::new();
    for line in &budget.lines {
        *years
            .entry((&line.fiscal_year, line.item, &line.kind))
            .or_insert(vcto::Decimal::ZERO) += line.amount;
    }
    let first = largest
        .split_once("class=\"sum\"><span")
        .unwrap()
        .1
        .split_once('>')
        .unwrap()
        .1
        .split_once('<')
        .unwrap()
        .0;
    assert_eq!(number(first), *years.values().max().unwrap());
    let beside: usize = attributes(beside, "data-at")
        .iter()
        .map(|(places, text)| {
            let places = places.split(' ').map(|at| at.parse::<usize>().unwrap());
            let counted = places.filter(|at| *at < budget.unpriced.len()).count();
            assert_eq!(counted.to_string(), *text);
            counted
        })
        .sum();
    assert_eq!(beside, budget.unpriced.len());
    // The provider's costs in prices.csv, none of them a price too.
    for cost in ["905.00", "688.00", "1,120.00", "7,950.00", "2,360.00"] {
        assert!(!section.contains(&format!(">{cost}<")), "{cost}");
    }
    assert!(
        !Page::new(&estate, &review)
            .to_html()
            .unwrap()
            .contains("id=\"budget\"")
    );
}

#[test]
fn exceptions_stand_with_who_why_and_until_when_beside_the_counts_without_them() {
    let inventory = inventory(&["Ledger", HOSTILE[0]], false);
    let (estate, plain) = reviewed(&inventory);
    assert!(
        Page::new(&estate, &plain)
            .to_html()
            .unwrap()
            .contains("was given no exceptions")
    );
    let finding = &plain.findings_of("lifecycle.security_support").next().unwrap().id;
    let sheet = format!(
        "finding,reason,requested_by,approved_by,at,until\n{finding},<b>{} later,{}B. Holt,A. Jones,2026-11-02,2027-04-30\n",
        HOSTILE[0], HOSTILE[1]
    );
    let review = Reviewer::standard()
        .waivers(Waivers::from_csv(sheet.as_bytes()).unwrap())
        .review(&estate, "2026-11-22".parse().unwrap())
        .unwrap();
    let html = Page::new(&estate, &review).to_html().unwrap();
    let section = html.split_once("id=\"waivers\"").unwrap().1;
    let section = section.split_once("</section>").unwrap().0;
    for part in [
        "2027-04-30",
        "&lt;b&gt;",
        "A. Jones approved on 2026-11-02",
        "not signed",
    ] {
        assert!(section.contains(part), "{part}: {section}");
    }
    assert!(!html.contains("<script") && !html.contains('\u{202e}'));
    let document: Value = serde_json::from_str(&review.to_json()).unwrap();
    let (mut with, mut without) = (0, 0);
    for (place, text) in attributes(section, "data-from") {
        let pointer = place.strip_prefix("review.json#").unwrap();
        assert_eq!(document.pointer(pointer).unwrap().to_string(), text, "{place}");
        let number: u64 = text.parse().unwrap();
        with += if pointer.starts_with("/debt/risk") {
            number
        } else {
            0
        };
        without += if pointer.starts_with("/waivers/remaining") {
            number
        } else {
            0
        };
    }
    assert_eq!(with, without + 1);
}

#[test]
fn in_the_sample_each_asset_pays_a_row_of_the_list_once_a_period_and_no_end_is_lost() {
    use std::collections::{BTreeMap, BTreeSet};
    let (_, review, budget) = sample();
    let document: Value = serde_json::from_str(&budget.to_json()).unwrap();
    let (mut once, mut sums) = (BTreeSet::new(), BTreeMap::new());
    for line in document["lines"].as_array().unwrap() {
        let key = (
            line["fiscal_year"].to_string(),
            line["asset"].to_string(),
            line["price"]["line"].to_string(),
        );
        // A renewal of a row is paid once; what is replaced or upgraded has rows of its own.
        assert!(once.insert(key), "{line}");
        let each: vcto::Decimal = line["price"]["amount"].as_str().unwrap().parse().unwrap();
        let times = vcto::Decimal::from(line["instalments"].as_u64().unwrap());
        *sums
            .entry(line["fiscal_year"].as_str().unwrap().to_owned())
            .or_insert(vcto::Decimal::ZERO) += each * times;
    }
    for total in &budget.totals {
        assert_eq!(total.total, sums[&total.fiscal_year], "{}", total.fiscal_year);
    }
    // The Leeds line by hand: twelve instalments of 385.00 from 2027-04-01.
    let leeds = budget
        .lines
        .iter()
        .filter(|line| line.asset.as_str() == "doc:circuit:1");
    let leeds: Vec<String> = leeds
        .map(|line| format!("{} {} {}", line.fiscal_year, line.item.as_str(), line.amount))
        .collect();
    assert_eq!(
        leeds,
        ["FY2027/28 contract 4620.00", "FY2028/29 contract 4620.00"]
    );
    // Each end of a contract or subscription within the years is one that a line or a question rests on.
    let until = budget.fiscal_years.last().unwrap().ends;
    for ending in &review.calendar.entries {
        let last = ending.ends.unwrap_or(ending.date);
        if matches!(
            ending.rule.as_str(),
            "expiry.contract" | "licence.subscription_in_force"
        ) && last < until
        {
            let facts = budget.lines.iter().map(|line| &line.facts);
            let mut facts = facts
                .chain(budget.unpriced.iter().map(|item| &item.facts))
                .flatten();
            assert!(
                facts.any(|fact| fact.asset == ending.asset && fact.fact == ending.part),
                "{ending:?}"
            );
        }
    }
}

#[test]
fn a_day_of_notice_is_told_as_one_and_what_is_coming_stands_by_date_then_name() {
    let contract = |id: &str, end: &str, notice: &str| json!({"id": id, "kind": "contract", "name": id, "facts": {"contract_end": end, "notice_by": notice}});
    let ends = |id: &str, kind: &str, fact: &str, day: &str| json!({"id": id, "kind": kind, "name": id, "facts": {fact: day}});
    let (estate, review) = reviewed(
        &json!({"format": "vcto.inventory/1", "source": {"name": "t"}, "assets": [
            contract("phones", "2027-03-31", "2026-12-31"),
            ends("shop.example", "domain", "expires", "2026-12-15"),
            // A warranty comes before a subscription by date, behind it by its word.
            ends("nas", "storage", "warranty_end", "2026-12-02"),
            ends("suite", "licence", "subscription_end", "2026-12-20"),
        ]}),
    );
    let page = Page::new(&estate, &review);
    let (html, text) = (page.to_html().unwrap(), page.to_text().unwrap());
    let said = "last day to give notice (contract ends 2027-03-31)";
    assert!(text.contains(&format!("phones: {said} (2026-12-31)")), "{text}");
    let table = html
        .split_once("In the next 180 days")
        .unwrap()
        .1
        .split_once("</table>")
        .unwrap()
        .0;
    assert!(table.contains(said), "{table}");
    let days: Vec<&str> = table
        .split("<th scope=\"row\">")
        .skip(1)
        .map(|row| row.split_once('<').unwrap().0)
        .collect();
    assert_eq!(days, ["2026-12-02", "2026-12-15", "2026-12-20", "2026-12-31"]);
    let (estate, review, _) = sample();
    let html = Page::new(&estate, &review).to_html().unwrap();
    let table = html
        .split_once("In the next 180 days")
        .unwrap()
        .1
        .split_once("</table>")
        .unwrap()
        .0;
    let days: Vec<&str> = table
        .split("<th scope=\"row\">")
        .skip(1)
        .map(|row| row.split_once('<').unwrap().0)
        .collect();
    assert!(days.len() > 8 && days.is_sorted(), "{days:?}");
}

#[test]
fn a_failure_is_told_with_the_numbers_of_the_what_if_everywhere() {
    let (estate, review, budget) = sample();
    let page = Page::new(&estate, &review).budget(&budget);
    let (html, text) = (page.to_html().unwrap(), page.to_text().unwrap());
    // The firewall of the main site, first of the failures: cut off is what has no way round it.
    let told = vcto::impact::what_if(&estate, ["doc:firewall:1"]).unwrap();
    assert!(!told.cut_off.is_empty());
    let said = format!(
        "{} stop, {} are cut off, {} get worse",
        told.failed.len() - 1,
        told.cut_off.len(),
        told.degraded.len()
    );
    let lead = html
        .split_once("class=\"lead\"")
        .unwrap()
        .1
        .split_once("</p>")
        .unwrap()
        .0;
    assert!(
        lead.contains("FW-LDS-01") && lead.contains(&said),
        "{said}: {lead}"
    );
    let risks = html
        .split_once("id=\"risks\"")
        .unwrap()
        .1
        .split_once("</article>")
        .unwrap()
        .0;
    assert_eq!(risks.matches(&said).count(), 2, "{said}: {risks}");
    assert!(risks.contains("Cut off from"), "{risks}");
    let unbroken = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unbroken.contains(&said), "{said}: {text}");
}

#[test]
fn the_cards_begin_with_the_answers_to_the_failures_in_the_order_of_the_page() {
    let (estate, review, _) = sample();
    let html = Page::new(&estate, &review).to_html().unwrap();
    let section = |id: &str| {
        html.split_once(&format!("id=\"{id}\""))
            .unwrap()
            .1
            .split_once("</section>")
            .unwrap()
            .0
    };
    let opening = |text: &'static str| move |part: &&str| part.starts_with(text);
    let risks: Vec<&str> = section("risks")
        .split("<article class=\"risk\" data-ev=\"")
        .skip(1)
        .collect();
    let cards: Vec<&str> = section("decisions")
        .split("<li class=\"card\" data-ev=\"")
        .skip(1)
        .collect();
    assert!(opening("f-")(&risks[0]) && cards.len() == 5, "{cards:?}");
    // FW-LDS-01, ESX-01 (also the pair of controllers on it), SAN-LDS-01; only then others.
    let places: Vec<Option<usize>> = risks
        .iter()
        .map(|risk| {
            cards
                .iter()
                .position(|card| card.starts_with(risk.split_once('"').unwrap().0))
        })
        .collect();
    assert_eq!(places[0], Some(0), "{places:?}");
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{places:?}"
    );
}

#[test]
fn a_card_knows_the_price_that_the_budget_knows_with_its_year() {
    let (estate, review) = reviewed(
        &json!({"format": "vcto.inventory/1", "source": {"name": "t"}, "assets": [
            // Replaced in the first year, which brings a system that is supported.
            {"id": "fw", "kind": "firewall", "name": "FW", "facts": {"manufacturer": "Fortinet", "model": "FortiGate 100E",
                "os_name": "FortiOS", "os_version": "6.4.15", "purchased": "2018-04-16", "owner": "it"}},
            {"id": "sw", "kind": "switch", "name": "SW", "facts": {"os_name": "IOS XE", "os_version": "17.6.1", "owner": "it"}},
        ]}),
    );
    let prices =
        b"match,kind,for,term,amount,currency\nFortiGate 100E,firewall,replacement,one_off,2650,GBP\n";
    let options = BudgetOptions::default().fiscal_year_start(4);
    let budget = plan::budget(&estate, &review, &PriceList::from_csv(prices).unwrap(), &options).unwrap();
    let cards = |html: String| -> Vec<String> {
        html.split("<li class=\"card\"")
            .skip(1)
            .map(str::to_owned)
            .collect()
    };
    let of = |cards: &[String], title: &str| cards.iter().find(|card| card.contains(title)).unwrap().clone();
    let with = cards(Page::new(&estate, &review).budget(&budget).to_html().unwrap());
    let firewall = of(&with, "FortiOS 6.4");
    assert!(
        firewall.contains(">2,650.00</span> GBP in FY2026/27 (replacement of the firewall)"),
        "{firewall}"
    );
    assert!(of(&with, "IOS XE").contains("no price is known"));
    let without = cards(Page::new(&estate, &review).to_html().unwrap());
    assert!(of(&without, "FortiOS 6.4").contains("no price is known"));
}

#[test]
fn people_are_a_lower_bound_where_sources_disagree_or_a_site_is_silent() {
    let site =
        |id: &str, people: Value| json!({"id": id, "kind": "site", "name": id, "facts": {"people": people}});
    let of = |sites: Vec<Value>| {
        let (estate, review) =
            reviewed(&json!({"format": "vcto.inventory/1", "source": {"name": "t"}, "assets": sites}));
        let page = Page::new(&estate, &review);
        let head = page.to_html().unwrap();
        let head = head.split_once("</header>").unwrap().0.to_owned();
        (head, page.to_text().unwrap())
    };
    let (html, text) = of(vec![site("Leeds", json!(12)), site("York", json!(4))]);
    assert!(
        text.starts_with("Architecture review, 16 people, 2 sites, as of"),
        "{text}"
    );
    assert!(!html.contains("at least"), "{html}");
    let (html, text) = of(vec![site("Leeds", json!(12)), site("York", Value::Null)]);
    let open = "how many at York is not recorded";
    assert!(
        text.starts_with("Architecture review, at least 12 people, 2 sites"),
        "{text}"
    );
    assert!(
        text.contains(open) && html.contains(open) && html.contains("at least <span"),
        "{html}"
    );
    // Two sources, 12 and 13.
    let leeds = Asset::new("leeds", AssetKind::Site)
        .named("Leeds")
        .with("people", 12_i64)
        .with("people", FactValue::from(13_i64).stated_by("rmm"));
    let estate = Estate::new(Inventory {
        assets: vec![leeds],
        ..Inventory::default()
    })
    .unwrap();
    let review = Reviewer::standard()
        .review(&estate, "2026-11-22".parse().unwrap())
        .unwrap();
    let text = Page::new(&estate, &review).to_text().unwrap();
    assert!(
        text.starts_with("Architecture review, at least 12 people, 1 site (sources disagree about Leeds)"),
        "{text}"
    );
}

#[test]
fn a_redundancy_that_hangs_on_one_asset_is_told_once_with_all_that_it_should_keep_up() {
    let service = |id: &str| json!({"id": id, "kind": "service", "name": id, "criticality": "critical", "facts": {"owner": "x"}});
    let server = |id: &str| json!({"id": id, "kind": "server", "name": id});
    let needs = |from: &str| json!({"from": from, "to": "host", "kind": "depends_on"});
    let group = |asset: &str| json!({"asset": asset, "members": ["dc-1", "dc-2"], "needs": 1});
    let (estate, review) = reviewed(&json!({"format": "vcto.inventory/1", "source": {"name": "t"},
        "assets": [service("files"), service("logon"), service("mail"), service("print"), server("dc-1"), server("dc-2"), server("host")],
        "relations": [needs("dc-1"), needs("dc-2")],
        "requirements": [group("files"), group("logon"), group("mail"), group("print")]}));
    let page = Page::new(&estate, &review);
    let html = page.to_html().unwrap();
    let said = "dc-1 and dc-2, which should stand in for each other under files, logon, mail and 1 more, both hang on it";
    assert_eq!(html.matches("stand in for each other under").count(), 1, "{html}");
    assert!(html.contains(said), "{html}");
    let text = page
        .to_text()
        .unwrap()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(text.contains(said), "{text}");
}

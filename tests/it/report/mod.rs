//! The page for the client: its numbers are those of the documents, and nothing that a name holds gets out of its place.

use serde_json::{Value, json};
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
    // Three years of four numbers, the largest lines, and what is beside them.
    assert!(from.len() >= 3 * 4 + 6, "{}", from.len());
    for (place, text) in from {
        let value = document
            .pointer(place.strip_prefix("budget.json#").unwrap())
            .unwrap();
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        assert_eq!(number(&value), number(text), "{place}");
    }
    let beside: usize = attributes(section, "data-at")
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

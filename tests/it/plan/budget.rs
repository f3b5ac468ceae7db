//! The budget, judged by hand.

use std::collections::BTreeMap;

use proptest::prelude::*;
use vcto::estate::{Asset, AssetKind};
use vcto::plan::{self, BudgetOptions, PriceSource, Why};
use vcto::review::Reviewer;
use vcto::{Decimal, ErrorKind};

use super::{budget, day, estate, internal, lines, options, pc, prices, totals, try_budget};

#[test]
fn hardware_is_replaced_in_the_year_in_which_it_has_lived_its_life_and_what_is_overdue_at_once() {
    let budget = budget(
        vec![
            pc("a-overdue", "2018-05-01"),
            // Five years later is 2027-03-31, the last day of the first year; a day more is the second year.
            pc("b-last-day", "2022-03-31"),
            pc("c-next-year", "2022-04-01"),
            pc("d-third", "2024-03-31"),
            pc("e-beyond", "2024-04-01"),
            Asset::new("f-server", AssetKind::Server).with("purchased", "2020-02-03"),
        ],
        ",workstation,,one_off,950,GBP,,\n,server,,one_off,6000,GBP,,",
    );
    assert_eq!(
        lines(&budget),
        [
            "FY2026/27 replacement a-overdue 950 GBP",
            "FY2026/27 replacement f-server 6000 GBP",
            "FY2026/27 replacement b-last-day 950 GBP",
            "FY2027/28 replacement c-next-year 950 GBP",
            "FY2028/29 replacement d-third 950 GBP",
        ]
    );
    assert_eq!(
        totals(&budget),
        ["FY2026/27 7900 GBP", "FY2027/28 950 GBP", "FY2028/29 950 GBP"]
    );
    let first = &budget.lines[0];
    assert!(first.overdue && first.due == day("2023-05-01") && first.date == day("2026-11-22"));
    assert_eq!(
        first.because.raw(),
        "Bought on 2018-05-01, it will have lived its 5 years on 2023-05-01."
    );
    let rests: Vec<&str> = first.facts.iter().map(|fact| fact.fact.as_str()).collect();
    assert_eq!(rests, ["purchased"]);
}

#[test]
fn a_price_by_the_month_or_year_is_paid_in_every_year_from_the_day_after_the_end() {
    let licence = |id: &str, product: &str| {
        Asset::new(id, AssetKind::Licence)
            .with("product", product)
            .with("subscription_end", "2027-01-15")
    };
    let budget = budget(
        vec![licence("m", "Mail"), licence("y", "Books"), licence("o", "Tool")],
        "Mail,licence,subscription,month,10.50,GBP,,\n\
         Books,licence,renewal,year,300,GBP,,\n\
         Tool,licence,subscription,one_off,77,GBP,,",
    );
    // The first instalment is on 2027-01-16; to the end of March there are three by the month.
    assert_eq!(
        lines(&budget),
        [
            "FY2026/27 subscription m 31.50 GBP",
            "FY2026/27 subscription o 77 GBP",
            "FY2026/27 subscription y 300 GBP",
            "FY2027/28 subscription m 126.00 GBP",
            "FY2027/28 subscription y 300 GBP",
            "FY2028/29 subscription m 126.00 GBP",
            "FY2028/29 subscription y 300 GBP",
        ]
    );
    let counts: Vec<u32> = budget.lines.iter().map(|line| line.instalments).collect();
    assert_eq!(counts, [3, 1, 1, 12, 1, 12, 1]);
    let first = &budget.totals[0];
    assert_eq!(
        (
            first.one_off.to_string(),
            first.recurring.to_string(),
            first.total.to_string()
        ),
        ("77".to_owned(), "331.50".to_owned(), "408.50".to_owned())
    );
}

#[test]
fn a_month_is_counted_from_the_first_day_so_that_the_31st_does_not_wander() {
    let asset = Asset::new("m", AssetKind::Licence).with("subscription_end", "2026-12-30");
    let estate = estate(vec![asset]);
    let review = Reviewer::standard().review(&estate, day("2026-11-22")).unwrap();
    let list = prices(",licence,subscription,month,1,GBP,,");
    let budget = plan::budget(&estate, &review, &list, &BudgetOptions::default().years(2)).unwrap();
    // 2026-12-31, then twelve of 2027: the 31st of January, the 28th of February, ..., the 31st of December.
    let counts: Vec<(&str, u32)> = budget
        .lines
        .iter()
        .map(|line| (line.fiscal_year.as_str(), line.instalments))
        .collect();
    assert_eq!(counts, [("FY2026", 1), ("FY2027", 12)]);
}

#[test]
fn the_row_that_fits_most_closely_wins_and_says_by_what() {
    let rows = ",workstation,,one_off,900,GBP,,\n\
                OptiPlex,,,one_off,950,GBP,,\n\
                OptiPlex 7090,,,one_off,990,GBP,,\n\
                OptiPlex 7090,workstation,,one_off,995,GBP,,\n\
                Latitude 5440,workstation,,one_off,1200,GBP,,\n\
                OptiPlex 7090,workstation,upgrade,one_off,5,GBP,,";
    let budget = budget(vec![pc("a", "2018-01-01")], rows);
    let line = &budget.lines[0];
    assert_eq!(line.amount.to_string(), "995");
    assert_eq!(line.price.source, PriceSource::List);
    assert_eq!(
        (
            line.price.line,
            line.price.by.as_str(),
            line.price.matched.raw().as_str()
        ),
        (Some(5), "model", "OptiPlex 7090")
    );
    assert_eq!(line.price.passed_over, [4, 3, 2]);
    assert_eq!(budget.unused, [2, 3, 4, 6, 7]);
    // Words count as wholes: 709 is not 7090, and words in between do not fit.
    let other = super::budget(
        vec![pc("a", "2018-01-01")],
        "OptiPlex 709,,,one_off,1,GBP,,\nDell 7090,,,one_off,2,GBP,,\ndell optiplex,,,one_off,3,GBP,,",
    );
    assert_eq!(other.lines[0].amount.to_string(), "3");
}

#[test]
fn what_has_no_price_or_no_single_one_stands_beside_the_sum_and_never_in_it() {
    let firewall = Asset::new("fw", AssetKind::Firewall)
        .with("model", "FortiGate 60F")
        .with("purchased", "2020-01-11")
        .with("subscription_end", "2026-12-31");
    let budget = budget(
        vec![
            firewall,
            pc("pc", "2018-01-01"),
            Asset::new("old", AssetKind::Server),
        ],
        "FortiGate,firewall,replacement,one_off,700,GBP,,\n\
         FortiGate,firewall,replacement,one_off,800,GBP,,\n\
         ,workstation,,one_off,950,GBP,,",
    );
    assert_eq!(lines(&budget), ["FY2026/27 replacement pc 950 GBP"]);
    let beside: Vec<_> = budget
        .unpriced
        .iter()
        .map(|item| {
            (
                item.asset.as_str(),
                item.item.as_str(),
                item.why,
                item.rows.clone(),
            )
        })
        .collect();
    assert_eq!(
        beside,
        [
            ("fw", "replacement", Why::Ambiguous, vec![2, 3]),
            ("fw", "subscription", Why::NoPrice, Vec::new()),
        ]
    );
    let [undated] = budget.undated.as_slice() else {
        panic!("{:?}", budget.undated);
    };
    assert_eq!((undated.kind.as_str(), undated.count), ("server", 1));
    assert_eq!(
        budget.to_text(),
        "FY2026/27  950.00 GBP\nFY2027/28  nothing\nFY2028/29  nothing\n\
         2 items have no price and are in no sum: replacement of 1 firewall, subscription of 1 firewall.\n\
         In no year, since nobody recorded when they were bought: 1 server.\n"
    );
}

#[test]
fn currencies_are_never_added() {
    let budget = budget(
        vec![
            pc("a", "2018-01-01"),
            pc("b", "2018-01-01")
                .with("replacement_cost", 1_100_i64)
                .with("currency", "eur"),
        ],
        ",workstation,,one_off,950,GBP,,",
    );
    assert_eq!(totals(&budget), ["FY2026/27 1100 EUR", "FY2026/27 950 GBP"]);
    let stated = budget
        .lines
        .iter()
        .find(|line| line.asset.as_str() == "b")
        .unwrap();
    assert_eq!(stated.price.source, PriceSource::Fact);
    assert_eq!(stated.price.matched.raw(), "replacement_cost");
}

#[test]
fn a_price_that_is_no_longer_good_is_used_and_flagged_and_a_good_one_goes_before_it() {
    let old = ",workstation,,one_off,900,GBP,2026-11-21,";
    let flagged = budget(vec![pc("a", "2018-01-01")], old);
    assert!(flagged.lines[0].price.expired);
    assert_eq!(flagged.totals[0].expired.to_string(), "900");
    assert!(
        flagged
            .to_text()
            .contains("900.00 GBP (of which 900.00 at prices no longer valid)")
    );
    let last_day = budget(
        vec![pc("a", "2018-01-01")],
        ",workstation,,one_off,900,GBP,2026-11-22,",
    );
    assert!(!last_day.lines[0].price.expired);
    let both = budget(
        vec![pc("a", "2018-01-01")],
        &format!("{old}\n,workstation,,one_off,950,GBP,2027-03-31,"),
    );
    assert_eq!(
        (both.lines[0].amount.to_string(), both.totals[0].expired),
        ("950".to_owned(), Decimal::ZERO)
    );
}

#[test]
fn a_workstation_that_cannot_run_windows_11_is_replaced_now_and_not_upgraded_as_well() {
    let windows = |id: &str, bought: &str, processor: &str| {
        let mut asset = pc(id, bought)
            .with("cpu_model", processor)
            .with("warranty_end", "2026-12-31");
        asset.facts.insert("os_name", "Windows 10 Pro 22H2");
        asset
    };
    let budget = budget(
        vec![
            windows("unfit", "2024-10-01", "Intel(R) Core(TM) i5-7500"),
            windows("fit", "2024-10-01", "Intel(R) Core(TM) i5-8500"),
            Asset::new("srv", AssetKind::Server)
                .with("purchased", "2018-01-01")
                .with("os_name", "Windows Server 2016"),
        ],
        ",workstation,,one_off,950,GBP,,\n\
         Windows 10,workstation,upgrade,one_off,45,GBP,,\n\
         ,workstation,warranty,one_off,80,GBP,,\n\
         ,server,,one_off,6000,GBP,,\n\
         Windows Server 2016,,upgrade,one_off,850,GBP,,",
    );
    assert_eq!(
        lines(&budget),
        [
            "FY2026/27 upgrade fit 45 GBP",
            "FY2026/27 replacement srv 6000 GBP",
            "FY2026/27 replacement unfit 950 GBP",
            "FY2026/27 warranty fit 80 GBP",
            "FY2026/27 upgrade srv 850 GBP",
        ]
    );
    let unfit = &budget.lines[2];
    assert!(unfit.because.raw().starts_with("It cannot run Windows 11."));
    assert_eq!(unfit.findings.len(), 1);
    // The upgrade rests on the finding that support has ended.
    assert_eq!(budget.lines[0].findings.len(), 1);
}

#[test]
fn a_renewal_cost_of_the_asset_itself_goes_before_the_list_and_retired_assets_cost_nothing() {
    let domain = |id: &str| Asset::new(id, AssetKind::Domain).with("expires", "2027-02-28");
    let budget = budget(
        vec![
            domain("a").with("renewal_cost", 25_i64).with("currency", "GBP"),
            domain("b"),
            pc("c", "2018-01-01").with("status", "retired"),
            Asset::new("d", AssetKind::AppSecret).with("expires", "2027-02-28"),
        ],
        ",domain,expiry,year,12,GBP,,\n,workstation,,one_off,950,GBP,,",
    );
    assert_eq!(
        lines(&budget),
        [
            "FY2026/27 expiry a 25 GBP",
            "FY2026/27 expiry b 12 GBP",
            "FY2027/28 expiry b 12 GBP",
            "FY2028/29 expiry b 12 GBP",
        ]
    );
    // A secret costs nothing: it is not asked for a price.
    assert!(budget.unpriced.is_empty());
}

#[test]
fn ends_of_one_asset_at_one_price_are_one_renewal_dated_by_the_earliest() {
    let budget = budget(
        vec![
            // A contract, the same as a subscription, and the same as an expiry: 12 x 385 a year, once.
            Asset::new("line", AssetKind::Circuit)
                .with("contract_end", "2027-03-31")
                .with("expires", "2027-06-30")
                .with("subscription_end", "2027-03-31"),
            // The warranty ends as the maker's support does; another asset at the same row pays for itself.
            Asset::new("srv-a", AssetKind::Server)
                .with("warranty_end", "2027-05-31")
                .with("support_end", "2027-05-31"),
            Asset::new("srv-b", AssetKind::Server).with("warranty_end", "2027-05-31"),
            // Two rows are two prices.
            Asset::new("fw", AssetKind::Firewall)
                .with("subscription_end", "2027-05-31")
                .with("warranty_end", "2027-05-31"),
            // A price of the asset itself stands for the row that its other end would take.
            Asset::new("own", AssetKind::Circuit)
                .with("contract_end", "2027-06-30")
                .with("subscription_end", "2027-05-31")
                .with("renewal_cost", 100_i64)
                .with("currency", "GBP"),
        ],
        ",circuit,renewal,month,385,GBP,,\n,server,renewal,one_off,690,GBP,,\n\
         ,firewall,subscription,year,410,GBP,,\n,firewall,warranty,year,90,GBP,,",
    );
    let paid = lines(&budget);
    let of = |asset: &str| -> Vec<&str> {
        let word = format!(" {asset} ");
        paid.iter()
            .filter(|line| line.contains(&word))
            .map(String::as_str)
            .collect()
    };
    assert_eq!(
        of("line"),
        [
            "FY2027/28 contract line 4620 GBP",
            "FY2028/29 contract line 4620 GBP"
        ]
    );
    assert_eq!(of("srv-a"), ["FY2027/28 support srv-a 690 GBP"]);
    assert_eq!(of("srv-b"), ["FY2027/28 warranty srv-b 690 GBP"]);
    assert_eq!(
        of("fw"),
        [
            "FY2027/28 subscription fw 410 GBP",
            "FY2027/28 warranty fw 90 GBP",
            "FY2028/29 subscription fw 410 GBP",
            "FY2028/29 warranty fw 90 GBP",
        ]
    );
    assert_eq!(of("own"), ["FY2027/28 subscription own 100 GBP"]);
    // 4620 + 2 x 690 + 410 + 90 + 100, then 4620 + 410 + 90.
    assert_eq!(totals(&budget), ["FY2027/28 6600 GBP", "FY2028/29 5120 GBP"]);
    // Nothing is lost of what it rests on.
    let line = budget
        .lines
        .iter()
        .find(|line| line.asset.as_str() == "line")
        .unwrap();
    let rests: Vec<&str> = line.facts.iter().map(|fact| fact.fact.as_str()).collect();
    assert_eq!(rests, ["contract_end", "subscription_end", "expires"]);
    assert_eq!(line.date, day("2027-04-01"));
    assert!(
        line.because.raw().contains("2027-06-30"),
        "{}",
        line.because.raw()
    );
}

#[test]
fn ends_of_one_asset_at_rows_that_fit_equally_well_are_asked_for_once() {
    let budget = budget(
        vec![
            Asset::new("line", AssetKind::Circuit)
                .with("contract_end", "2027-03-30")
                .with("subscription_end", "2027-03-30"),
        ],
        ",circuit,renewal,month,385,GBP,,\n,circuit,renewal,month,400,GBP,,",
    );
    let [only] = budget.unpriced.as_slice() else {
        panic!("{:?}", budget.unpriced);
    };
    assert_eq!(
        (only.why, only.rows.clone(), only.facts.len()),
        (Why::Ambiguous, vec![2, 3], 2)
    );
}

#[test]
fn what_the_provider_pays_is_in_no_form_of_the_clients_edition() {
    let assets = || vec![pc("a", "2018-01-01"), pc("b", "2022-04-01")];
    let rows = ",workstation,,one_off,950,GBP,2027-01-31,31337.77";
    let client = budget(assets(), rows);
    let list = format!("{:?}", prices(rows));
    for form in [
        client.to_json(),
        client.to_text(),
        format!("{client:?}"),
        serde_json::to_string(&client).unwrap(),
        list,
    ] {
        assert!(!form.contains("31337") && !form.contains("cost"), "{form}");
    }
    let internal = internal(assets(), rows);
    assert_eq!(internal.client, client);
    assert!(internal.to_json().contains("31337.77"));
    // 950 - 31337.77 = -30387.77, and two years with one line each.
    let shown: Vec<_> = internal
        .totals
        .iter()
        .map(|total| {
            (
                total.cost.to_string(),
                total.margin.to_string(),
                total.known,
                total.total,
            )
        })
        .collect();
    let each = ("31337.77".to_owned(), "-30387.77".to_owned(), 1, 1);
    assert_eq!(shown, [each.clone(), each]);
    // The digest of the list does not depend on it either: it could be guessed.
    let other = budget(assets(), ",workstation,,one_off,950,GBP,2027-01-31,1");
    assert_eq!(other.to_json(), client.to_json());
}

#[test]
fn the_margin_is_counted_over_the_lines_of_which_the_cost_is_known() {
    let internal = internal(
        vec![
            pc("a", "2018-01-01"),
            Asset::new("s", AssetKind::Server).with("purchased", "2018-01-01"),
        ],
        ",workstation,,one_off,950.10,GBP,,700.05\n,server,,one_off,6000,GBP,,",
    );
    let [total] = internal.totals.as_slice() else {
        panic!("{:?}", internal.totals);
    };
    assert_eq!(
        (
            total.cost.to_string(),
            total.margin.to_string(),
            total.known,
            total.total
        ),
        ("700.05".to_owned(), "250.05".to_owned(), 1, 2)
    );
    assert_eq!(internal.costs[1].cost, None);
}

#[test]
fn options_out_of_bounds_another_estate_and_sums_beyond_a_decimal_are_refused() {
    let one = estate(vec![pc("a", "2018-01-01")]);
    let review = Reviewer::standard().review(&one, day("2026-11-22")).unwrap();
    let list = prices("");
    let refused = |options: BudgetOptions| plan::budget(&one, &review, &list, &options).unwrap_err().kind();
    assert_eq!(refused(options().fiscal_year_start(0)), ErrorKind::InvalidInput);
    assert_eq!(refused(options().fiscal_year_start(13)), ErrorKind::InvalidInput);
    assert_eq!(refused(options().years(0)), ErrorKind::InvalidInput);
    assert_eq!(refused(options().years(21)), ErrorKind::InvalidInput);
    assert_eq!(
        refused(options().lifetime(AssetKind::Server, 101)),
        ErrorKind::InvalidInput
    );
    let other = estate(vec![pc("b", "2018-01-01")]);
    let error = plan::budget(&other, &review, &list, &options()).unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Conflict, Some("plan.budget"))
    );
    // The largest number that an estate takes; eleven of them are more than a decimal holds.
    let most: Decimal = "7922816251426433759354395033.5".parse().unwrap();
    let dear = (0..11).map(|at| {
        pc(&format!("pc-{at}"), "2018-01-01")
            .with("replacement_cost", vcto::estate::Scalar::from(most))
            .with("currency", "GBP")
    });
    let error = try_budget(dear.collect(), "").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[test]
fn a_lifetime_of_nought_asks_nothing_of_a_kind() {
    let one = estate(vec![pc("a", "2018-01-01"), Asset::new("b", AssetKind::Switch)]);
    let review = Reviewer::standard().review(&one, day("2026-11-22")).unwrap();
    let options = options()
        .lifetime(AssetKind::Workstation, 0)
        .lifetime(AssetKind::Switch, 0);
    let budget = plan::budget(
        &one,
        &review,
        &prices(",workstation,,one_off,950,GBP,,"),
        &options,
    )
    .unwrap();
    assert!(budget.lines.is_empty() && budget.undated.is_empty());
}

fn some_assets() -> impl Strategy<Value = Vec<Asset>> {
    let day = prop::sample::select(vec![
        "2018-05-01",
        "2022-03-31",
        "2024-06-30",
        "2027-01-15",
        "2027-12-31",
        "2031-01-01",
    ]);
    let kind = prop::sample::select(vec![
        AssetKind::Workstation,
        AssetKind::Firewall,
        AssetKind::Licence,
        AssetKind::Domain,
        AssetKind::Server,
    ]);
    let fact = prop::sample::select(vec![
        "purchased",
        "subscription_end",
        "warranty_end",
        "expires",
        "contract_end",
        "support_end",
    ]);
    let facts = prop::collection::vec((fact, day), 0..4);
    prop::collection::vec((kind, facts), 1..12).prop_map(|assets| {
        let named = assets.into_iter().enumerate().map(|(at, (kind, facts))| {
            let mut asset = Asset::new(format!("asset-{at}"), kind);
            for (fact, day) in facts {
                asset.facts.insert(fact, day);
            }
            asset
        });
        named.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sums_are_those_of_the_lines_and_the_order_of_the_input_changes_no_byte(assets in some_assets(), turn in 0..12_usize) {
        let rows = ",workstation,,one_off,0.10,GBP,,\n,firewall,renewal,month,0.30,EUR,,\n,licence,,year,19.99,GBP,2020-01-01,\n,domain,,year,12,GBP,,";
        let planned = budget(assets.clone(), rows);
        let mut sums: BTreeMap<(String, String), Decimal> = BTreeMap::new();
        for line in &planned.lines {
            prop_assert!(!(line.findings.is_empty() && line.facts.is_empty()));
            prop_assert_eq!(line.amount, line.price.amount * Decimal::from(line.instalments));
            *sums.entry((line.fiscal_year.clone(), line.currency.clone())).or_default() += line.amount;
        }
        for total in &planned.totals {
            let sum = sums.remove(&(total.fiscal_year.clone(), total.currency.clone()));
            prop_assert_eq!(sum, Some(total.total));
            prop_assert_eq!(total.total, total.one_off + total.recurring);
        }
        prop_assert!(sums.is_empty());
        let mut shuffled = assets;
        let by = turn % shuffled.len();
        shuffled.rotate_left(by);
        prop_assert_eq!(budget(shuffled, rows).to_json(), planned.to_json());
    }
}

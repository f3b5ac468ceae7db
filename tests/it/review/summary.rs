//! Summaries for people.

use vcto::Estate;
use vcto::estate::{Asset, AssetKind, Criticality};
use vcto::review::{Review, Reviewer};

use super::{day, estate};
use crate::common;

fn review(assets: Vec<Asset>) -> Review {
    let estate: Estate = estate(assets);
    Reviewer::standard().review(&estate, day("2026-11-22")).unwrap()
}

#[test]
fn coverage_is_told_before_any_count_and_unknown_layers_by_name() {
    let mut erp = Asset::new("erp", AssetKind::BusinessApplication).named("ERP");
    erp.criticality = Some(Criticality::Critical);
    let review = review(vec![
        erp,
        Asset::new("srv", AssetKind::Server)
            .named("SRV-1")
            .with("os_name", "Windows Server 2012 R2"),
    ]);
    let text = review.to_text();
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words} in\n{text}"));
    assert!(at("questions could be answered") < at("What would stop the firm"));
    assert!(at("Nothing is recorded of: dependencies, network, backup, circuits, power") < at("What is due"));
    assert!(at("SRV-1") > at("What is due"));
    assert!(at("not recorded: a backup") > at("What is unknown"));
    assert!(text.contains("Security support of Windows Server 2012 R2 ended on 2023-10-10: SRV-1"));
    let html = vcto::report::fragment(&review);
    assert!(html.find("could be answered").unwrap() < html.find("<table>").unwrap());
}

#[test]
fn names_from_outside_cannot_act_in_a_terminal_or_a_page() {
    let name = "<img src=x onerror=alert(1)>\u{1b}[31m\u{202e}\n\u{7}";
    let review = review(vec![
        Asset::new("a", AssetKind::Server)
            .named(name)
            .with("os_name", "Windows 7"),
        Asset::new("b", AssetKind::Server).with("os_name", "<script>alert(2)</script> 9"),
    ]);
    let text = review.to_text();
    assert!(text.contains("\\u{1b}[31m\\u{202e}\\u{a}\\u{7}"));
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']));
    let html = vcto::report::fragment(&review);
    assert!(!html.contains("<img") && !html.contains("<script") && html.contains("&lt;img"));
    assert!(!html.contains(['\u{1b}', '\u{202e}', '\n']));
}

#[test]
fn a_summary_of_the_netbox_demo_is_short_and_says_what_is_not_known() {
    let Some(path) = common::shared("data/netbox-demo/netbox-demo-v3.6.json") else {
        return;
    };
    let estate = Estate::new(vcto::source::read(path, None).unwrap()).unwrap();
    let review = Reviewer::standard().review(&estate, day("2026-11-22")).unwrap();
    let text = review.to_text();
    assert!(text.lines().count() < 80, "{text}");
    assert!(text.contains("Nothing is recorded of: backup"));
    assert!(text.contains("Not met: The cabling of the power ports is recorded (27 found, 53 of 53 known)"));
}

#[test]
fn an_empty_estate_says_that_nothing_was_found_in_nothing() {
    let review = review(Vec::new());
    assert_eq!(review.coverage.assets, 0);
    let text = review.to_text();
    assert!(text.contains("0 assets") && text.contains("This could not be judged"));
    assert!(review.findings.is_empty() && review.recommendations.is_empty());
}

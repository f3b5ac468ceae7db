//! Price lists, good and bad.

use proptest::prelude::*;
use vcto::ErrorKind;
use vcto::plan::PriceList;

use super::HEAD;

fn refused(csv: &str) -> (ErrorKind, String, String) {
    let error = PriceList::from_csv(csv.as_bytes()).unwrap_err();
    assert_eq!(error.operation(), Some("plan.prices"));
    (
        error.kind(),
        error.place().unwrap_or_default().to_owned(),
        error.message().to_owned(),
    )
}

#[test]
fn a_list_is_read_in_any_order_of_the_columns_with_semicolons_and_neutralised_cells() {
    let list = PriceList::from_csv(
        "\u{feff}Currency;Amount;TERM;Match;note\r\neur;1200.50;Annual;'=Suite 1;for all\r\n\r\n;;;;\r\nEUR;5;once;x;\r\n".as_bytes(),
    )
    .unwrap();
    assert_eq!((list.len(), list.is_empty()), (2, false));
    assert!(PriceList::from_csv(HEAD.as_bytes()).unwrap().is_empty());
}

#[test]
fn a_file_is_named_before_the_place_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("prices.csv");
    std::fs::write(&file, format!("{HEAD}x,,,once,1,GBP,,\n")).unwrap();
    assert_eq!(PriceList::read(&file).unwrap().len(), 1);
    std::fs::write(&file, format!("{HEAD}x,,,twice,1,GBP,,\n")).unwrap();
    let error = PriceList::read(&file).unwrap_err();
    let place = format!("{}: line 2, `term`", file.display());
    assert_eq!(
        (error.place(), error.operation()),
        (Some(place.as_str()), Some("plan.prices"))
    );
    for (path, kind) in [
        (folder.path().join("absent.csv"), ErrorKind::NotFound),
        (folder.path().to_owned(), ErrorKind::InvalidInput),
    ] {
        let error = PriceList::read(path).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (kind, Some("plan.prices")));
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let row = |row: &str| refused(&format!("{HEAD}x,,,once,1,GBP,,\n{row}\n"));
    let cases = [
        (",,,once,1,GBP,,", "line 3, `match`"),
        ("---,server,,once,1,GBP,,", "line 3, `match`"),
        ("x,,lunch,once,1,GBP,,", "line 3, `for`"),
        ("x,,,twice,1,GBP,,", "line 3, `term`"),
        ("x,,,once,,GBP,,", "line 3, `amount`"),
        ("x,,,once,-1,GBP,,", "line 3, `amount`"),
        ("x,,,once,1e3,GBP,,", "line 3, `amount`"),
        ("x,,,once,1_000,GBP,,", "line 3, `amount`"),
        ("x,,,once,\"1,200.00\",GBP,,", "line 3, `amount`"),
        ("x,,,once,1.00001,GBP,,", "line 3, `amount`"),
        ("x,,,once,1000000000000,GBP,,", "line 3, `amount`"),
        ("x,,,once,1,pounds,,", "line 3, `currency`"),
        ("x,,,once,1,GBP,31.03.2027,", "line 3, `valid_until`"),
        ("x,,,once,1,GBP,,lots", "line 3, `msp_cost`"),
        ("x,,,once,1,GBP", "line 3"),
    ];
    for (text, place) in cases {
        let (kind, at, _) = row(text);
        assert_eq!((kind, at.as_str()), (ErrorKind::InvalidInput, place), "{text}");
    }
    for (head, word) in [
        ("match,term,amount\n", "currency"),
        ("term,amount,currency\n", "match"),
        ("match,term,amount,currency,colour\n", "colour"),
        ("match,match,term,amount,currency\n", "twice"),
    ] {
        let (kind, at, message) = refused(head);
        assert_eq!((kind, at.as_str()), (ErrorKind::InvalidInput, "line 1"), "{head}");
        assert!(message.contains(word), "{message}");
    }
}

#[test]
fn an_error_does_not_repeat_what_the_provider_pays() {
    let error = PriceList::from_csv(format!("{HEAD}x,,,once,1,GBP,,31337.77.1\n").as_bytes()).unwrap_err();
    let shown = format!("{error} {error:?} {}", error.remedy_text().unwrap_or_default());
    assert!(!shown.contains("31337"), "{shown}");
}

#[test]
fn sizes_are_bounded() {
    let long = format!("{HEAD}{},,,once,1,GBP,,\n", "x".repeat(1_025));
    assert_eq!(refused(&long).0, ErrorKind::TooLarge);
    let many = format!("{HEAD}{}", "x,,,once,1,GBP,,\n".repeat(100_001));
    assert_eq!(refused(&many).0, ErrorKind::TooLarge);
    assert_eq!(refused(&" ".repeat((16 << 20) + 1)).0, ErrorKind::TooLarge);
    assert_eq!(
        PriceList::from_csv(b"match,term,amount,currency\n\xff,once,1,GBP\n")
            .unwrap_err()
            .kind(),
        ErrorKind::InvalidInput
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), fields in "[a-z0-9,;\"'=\\-. \n]{0,80}") {
        let _ = PriceList::from_csv(&bytes);
        let _ = PriceList::from_csv(format!("{HEAD}{fields}").as_bytes());
    }
}

//! The register of approvers.

use jiff::Timestamp;
use tempfile::tempdir;
use vcto::ErrorKind;
use vcto::gate::allowed_signers::{AllowedSigner, AllowedSigners};
use vcto::gate::sshsig::MemoryKey;

use super::{NAMESPACE, stock_key, stock_sign, stock_verifies};

fn key(seed: u8) -> String {
    MemoryKey::from_seed(&[seed; 32]).public_key().to_string()
}

fn read(text: &str) -> vcto::Result<AllowedSigners> {
    text.parse()
}

#[test]
fn the_forms_that_people_write_are_read() {
    let text = format!(
        "# approvers\r\n\r\n  \t\r\n\
         alice {a} Alice of Halden\r\n\
         \"bob@msp.example\"\tnamespaces=\"git,{NAMESPACE}\",valid-after=\"20260101Z\" {b}\n\
         \tcarol valid-before=\"202701311800Z\",NAMESPACES=\"{NAMESPACE}\"   {c}  two  words \n\
         alice valid-after=\"20260101120000Z\",valid-before=\"20270131235959Z\" {d}",
        a = key(1),
        b = key(2),
        c = key(3),
        d = key(4),
    );
    let signers = read(&text).unwrap();
    let people: Vec<&str> = signers.iter().map(AllowedSigner::person).collect();
    assert_eq!(people, ["alice", "bob@msp.example", "carol", "alice"]);
    let [alice, bob, carol, _] = signers.iter().collect::<Vec<_>>()[..] else {
        panic!()
    };
    assert_eq!((alice.namespaces(), alice.comment()), (None, "Alice of Halden"));
    assert_eq!(bob.namespaces().unwrap().len(), 2);
    assert_eq!(bob.valid_after(), Some("2026-01-01T00:00:00Z".parse().unwrap()));
    assert_eq!(
        carol.valid_before(),
        Some("2027-01-31T18:00:00Z".parse().unwrap())
    );
    assert_eq!(signers.find(&bob.key()), Some(bob));
    let exported = signers.to_string();
    assert_eq!(read(&exported).unwrap(), signers);
    assert_eq!(read(&exported).unwrap().to_string(), exported);
}

#[test]
fn what_would_leave_open_who_signed_is_refused_with_its_line() {
    let (a, b) = (key(1), key(2));
    use ErrorKind::{InvalidInput, Unsupported};
    for (kind, bad, says) in [
        (Unsupported, format!("alice cert-authority {a}"), "certificate"),
        (
            Unsupported,
            format!("alice no-touch-required {a}"),
            "no-touch-required",
        ),
        (
            Unsupported,
            format!("alice namespaces=\"git\",touch=\"x\" {a}"),
            "touch",
        ),
        (
            Unsupported,
            "alice ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ".to_owned(),
            "ssh-rsa",
        ),
        (
            Unsupported,
            "alice sk-ssh-ed25519-cert-v01@openssh.com AAAA".to_owned(),
            "sk-ssh-ed25519",
        ),
        (InvalidInput, format!("* {a}"), "*"),
        (InvalidInput, format!("*@msp.example {a}"), "*@msp"),
        (InvalidInput, format!("alice? {a}"), "alice?"),
        (InvalidInput, format!("!mallory,* {a}"), "!mallory"),
        (InvalidInput, format!("alice,bob {a}"), "alice,bob"),
        (InvalidInput, format!("\"alice smith\" {a}"), "alice smith"),
        (InvalidInput, format!("\"\" {a}"), "person"),
        (InvalidInput, format!("\u{430}lice {a}"), "person"),
        (InvalidInput, format!("{} {a}", "x".repeat(129)), "person"),
        (InvalidInput, format!("alice namespaces=\"\" {a}"), "namespace"),
        (InvalidInput, format!("alice namespaces=\"vcto-*\" {a}"), "vcto-*"),
        (
            InvalidInput,
            format!("alice namespaces=\"git,\" {a}"),
            "namespace",
        ),
        (InvalidInput, format!("alice namespaces=git {a}"), "quotes"),
        (InvalidInput, format!("alice namespaces=\"a\\\"b\" {a}"), "quotes"),
        (
            InvalidInput,
            format!("alice namespaces=\"git\",namespaces=\"x\" {a}"),
            "twice",
        ),
        (
            InvalidInput,
            format!("alice valid-after=\"20260101Z\",valid-after=\"20260101Z\" {a}"),
            "twice",
        ),
        (InvalidInput, format!("alice valid-after=\"20260101\" {a}"), "UTC"),
        (
            InvalidInput,
            format!("alice valid-after=\"20261301Z\" {a}"),
            "20261301Z",
        ),
        (
            InvalidInput,
            format!("alice valid-after=\"20260230Z\" {a}"),
            "20260230Z",
        ),
        (
            InvalidInput,
            format!("alice valid-after=\"2026-01-01Z\" {a}"),
            "2026-01-01Z",
        ),
        (
            InvalidInput,
            format!("alice valid-after=\"19700101Z\" {a}"),
            "1971",
        ),
        (InvalidInput, format!("alice valid-after=\"\" {a}"), "UTC"),
        (
            InvalidInput,
            format!("alice valid-after=\"20260101Z\",valid-before=\"20260101Z\" {a}"),
            "after",
        ),
        (
            InvalidInput,
            format!("alice namespaces=\"git {a}"),
            "does not end",
        ),
        (InvalidInput, "alice".to_owned(), "person [options]"),
        (InvalidInput, "alice ssh-ed25519".to_owned(), "person [options]"),
        (InvalidInput, "alice ssh-ed25519 AAAA".to_owned(), "cut off"),
        (InvalidInput, "alice ssh-ed25519 !!!!".to_owned(), "base64"),
        (InvalidInput, format!("alice {a} a\u{7}b"), "control"),
        (
            InvalidInput,
            format!("alice {b}\nbob {b}"),
            "one key names one person",
        ),
        (
            InvalidInput,
            format!("alice {b}\nalice {b}"),
            "one key names one person",
        ),
        (InvalidInput, format!("alice {b}\nAlice {a}"), "case"),
        (InvalidInput, format!("\u{feff}alice {a}"), "person"),
    ] {
        let text = format!("# first\n{bad}\n");
        let error = read(&text).expect_err(&bad);
        assert_eq!(error.kind(), kind, "{bad}: {error}");
        let line = format!("line {}", 2 + bad.matches('\n').count());
        assert_eq!(error.place(), Some(line.as_str()), "{bad}");
        assert!(error.to_string().contains(says), "{bad}: {error}");
    }
}

#[test]
fn size_is_bounded() {
    let too_long = format!("alice {} {}", key(1), "x".repeat(9_000));
    assert_eq!(read(&too_long).unwrap_err().kind(), ErrorKind::TooLarge);
    let too_much = "#".repeat((1 << 20) + 1);
    assert_eq!(read(&too_much).unwrap_err().kind(), ErrorKind::TooLarge);
}

#[test]
fn the_stock_tool_reads_the_export_as_we_do() {
    let folder = tempdir().unwrap();
    let line = stock_key(folder.path(), "alice", "ed25519");
    let signature = stock_sign(folder.path(), "alice", NAMESPACE, b"text");
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    let entry = AllowedSigner::new("alice@msp.example", line.parse().unwrap())
        .unwrap()
        .with_namespaces([NAMESPACE, "git"])
        .unwrap()
        .with_validity(
            Some(time("2026-01-01T00:00:00Z")),
            Some(time("2026-12-31T23:59:59Z")),
        )
        .unwrap()
        .with_comment("the \"first\" architect, ä")
        .unwrap();
    let signers = AllowedSigners::new([entry.clone()]).unwrap();
    assert_eq!(read(&signers.to_string()).unwrap(), signers);
    for (namespace, at, valid) in [
        (NAMESPACE, "20260101000000Z", true),
        (NAMESPACE, "20251231235959Z", false),
        (NAMESPACE, "20261231235959Z", true),
        (NAMESPACE, "20270101000000Z", false),
        ("file", "20260601000000Z", false),
    ] {
        let signature = if namespace == NAMESPACE {
            signature.clone()
        } else {
            stock_sign(folder.path(), "alice", namespace, b"text")
        };
        let theirs = stock_verifies(
            folder.path(),
            &signers.to_string(),
            "alice@msp.example",
            namespace,
            Some(at),
            &signature,
            b"text",
        );
        let civil = jiff::civil::DateTime::strptime("%Y%m%d%H%M%SZ", at).unwrap();
        let instant = jiff::tz::TimeZone::UTC.to_timestamp(civil).unwrap();
        let ours = entry.permits(namespace, instant).is_ok();
        assert_eq!((ours, theirs), (valid, valid), "{namespace} at {at}");
    }
    // Whole seconds count: half a second behind the end is within.
    assert!(entry.permits(NAMESPACE, time("2026-12-31T23:59:59.5Z")).is_ok());
    let late = entry
        .permits(NAMESPACE, time("2027-01-01T00:00:00Z"))
        .unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Expired);
}

#[test]
fn entries_that_are_made_keep_the_same_rules() {
    let public = MemoryKey::from_seed(&[1; 32]).public_key();
    let entry = || AllowedSigner::new("alice", public.clone()).unwrap();
    assert!(AllowedSigners::new([entry(), entry()]).is_err());
    let one_key = [entry(), AllowedSigner::new("bob", public.clone()).unwrap()];
    assert!(AllowedSigners::new(one_key).is_err(), "two names, one key");
    assert!(entry().with_namespaces(Vec::<String>::new()).is_err());
    assert!(entry().with_comment("two\nlines").is_err());
    assert!(entry().with_validity(Some(Timestamp::UNIX_EPOCH), None).is_err());
    let fraction = "2026-01-01T00:00:00.5Z".parse().unwrap();
    assert!(entry().with_validity(None, Some(fraction)).is_err());
}

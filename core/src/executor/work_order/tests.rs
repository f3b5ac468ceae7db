//! The executor against a folder; contexts as the gate makes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use pollster::block_on;
use serde_json::{Value, json};

use super::*;
use crate::change::Change;
use crate::gate::Effect;

fn change(title: &str, parameters: &Value) -> Change {
    let change = json!({
        "format": "vcto.change/1",
        "title": "Replace what is out of support",
        "reason": "No fixes since 2025.\nIt carries the ERP.",
        "area": "architecture-review",
        "findings": ["f-1"],
        "steps": [{
            "id": "step-1",
            "title": title,
            "executor": EXECUTOR,
            "action": CREATE,
            "target": "fw-1",
            "parameters": parameters,
            "undo": {"action": WITHDRAW},
        }],
        "reads": [{"asset": "fw-1", "fact": "os_name"}],
    });
    Change::from_json(change.to_string().as_bytes()).unwrap()
}

fn standard() -> Change {
    change(
        "Replace FW-LDS-01",
        &json!({"instructions": "Order it\nFit it", "confirm": "The new one answers", "priority": "high",
               "due": "2026-12-31", "budget": 1500, "spare": true, "rack": null}),
    )
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            (name, text)
        })
        .collect()
}

/// A folder with one order in it, and what the gate would know of it.
struct Written {
    folder: tempfile::TempDir,
    orders: WorkOrders,
    change: Change,
    undoes: Undoes,
}

impl Written {
    fn new(change: Change) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let orders = WorkOrders::new(folder.path());
        let context = StepContext::for_test(change.clone(), None);
        let before = block_on(orders.observe(&context)).unwrap();
        assert_eq!(before.effect, Effect::Absent);
        let StepOutcome::HandedOver {
            receipt: Some(receipt),
        } = block_on(orders.apply(Permit::for_test(&context)))
        else {
            panic!("not handed over")
        };
        let after = block_on(orders.observe(&context)).unwrap();
        assert_eq!(after.effect, Effect::Present);
        let undoes = Undoes {
            idempotency_key: context.idempotency_key().to_owned(),
            before: before.image,
            after: after.image,
            receipt: Some(receipt),
        };
        Self {
            folder,
            orders,
            change,
            undoes,
        }
    }

    fn path(&self, extension: &str) -> PathBuf {
        let name = self.undoes.receipt.as_ref().unwrap();
        self.folder.path().join(format!("{name}.{extension}"))
    }

    fn undo(&self, undoes: &Undoes) -> (StepOutcome, Observation) {
        let context = StepContext::for_test(self.change.clone(), Some(undoes.clone()));
        let outcome = block_on(self.orders.undo(Permit::for_test(&context)));
        (outcome, block_on(self.orders.observe(&context)).unwrap())
    }
}

fn is_not_done(outcome: &StepOutcome) -> bool {
    matches!(outcome, StepOutcome::NotDone { .. })
}

#[test]
fn an_order_says_what_why_where_who_and_the_way_back() {
    let written = Written::new(standard());
    let json = fs::read(written.path("json")).unwrap();
    let order = WorkOrder::from_json(&json).unwrap();
    assert_eq!(order.to_json().unwrap(), json);
    assert_eq!(order.order().change.digest, written.change.digest().unwrap());
    assert_eq!(order.order().step, written.change.steps[0]);
    assert_eq!(order.order().approvals[0].person, "alice");
    let text = fs::read_to_string(written.path("md")).unwrap();
    for part in [
        "# Work order: Replace FW-LDS-01",
        "- Order it\n- Fit it\n",
        "- It carries the ERP.",
        "- The new one answers",
        "| Priority | high |",
        "| Due | 2026-12-31 |",
        "- budget: 1500",
        "- rack: unknown",
        "- spare: true",
        "- alice, 1970-01-01T00:00:00Z, over the decision blake3:0707",
        "| Proposal | p-0123456789abcdef0123, step 1 of 1 |",
        "- work\\_order.withdraw: marks",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert_eq!(files(written.folder.path()).len(), 2, "and nothing else is left");
}

#[test]
fn the_same_request_twice_gives_one_order_and_another_gives_another() {
    let written = Written::new(standard());
    let before = files(written.folder.path());
    let mut context = StepContext::for_test(written.change.clone(), None);
    let again = block_on(written.orders.apply(Permit::for_test(&context)));
    assert_eq!(
        again,
        StepOutcome::handed_over().with_receipt(written.undoes.receipt.clone().unwrap())
    );
    assert_eq!(files(written.folder.path()), before);
    context.set_key_for_test("1".repeat(64));
    let other = block_on(written.orders.apply(Permit::for_test(&context)));
    assert!(matches!(other, StepOutcome::HandedOver { .. }));
    assert_eq!(files(written.folder.path()).len(), 4);
}

#[test]
fn withdrawing_marks_both_files_keeps_what_was_ordered_and_can_be_repeated() {
    let written = Written::new(standard());
    let ordered = WorkOrder::from_json(&fs::read(written.path("json")).unwrap()).unwrap();
    let text = fs::read_to_string(written.path("md")).unwrap();
    let (outcome, observation) = written.undo(&written.undoes);
    assert_eq!(outcome, StepOutcome::done());
    assert_eq!(observation.effect, Effect::Absent);
    assert!(observation.image.unwrap().contains("withdrawn"));
    let withdrawn = WorkOrder::from_json(&fs::read(written.path("json")).unwrap()).unwrap();
    assert_eq!(withdrawn.state(), State::Withdrawn);
    assert_eq!(withdrawn.order(), ordered.order());
    assert_eq!(withdrawn.withdrawal().unwrap().approvals[0].person, "alice");
    let marked = fs::read_to_string(written.path("md")).unwrap();
    assert!(marked.contains("**WITHDRAWN. Do not carry it out.**"));
    let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with("| State")).collect();
    assert!(kept.iter().all(|line| marked.contains(line)), "nothing is lost");
    let (again, _) = written.undo(&written.undoes);
    assert_eq!(again, StepOutcome::done());
    assert_eq!(files(written.folder.path()).len(), 2);
}

#[test]
fn what_somebody_changed_since_is_left_alone() {
    type Touch = fn(&Written);
    let touches: [(&str, Touch); 8] = [
        ("a note in the text", |w| {
            let text = fs::read_to_string(w.path("md")).unwrap();
            fs::write(w.path("md"), text + "\nDone half of it. Ben\n").unwrap();
        }),
        ("the text is gone", |w| fs::remove_file(w.path("md")).unwrap()),
        ("the document is gone", |w| {
            fs::remove_file(w.path("json")).unwrap();
        }),
        ("both are gone", |w| {
            fs::remove_file(w.path("json")).unwrap();
            fs::remove_file(w.path("md")).unwrap();
        }),
        ("the document is another", |w| {
            let text = fs::read_to_string(w.path("json")).unwrap();
            fs::write(w.path("json"), text.replace("halden", "holden")).unwrap();
        }),
        ("the document is the same, otherwise spaced", |w| {
            let text = fs::read_to_string(w.path("json")).unwrap();
            fs::write(w.path("json"), text + "\n").unwrap();
        }),
        ("the document is no document", |w| {
            fs::write(w.path("json"), "{}").unwrap();
        }),
        ("a folder is in its place", |w| {
            fs::remove_file(w.path("md")).unwrap();
            fs::create_dir(w.path("md")).unwrap();
        }),
    ];
    for (what, touch) in touches {
        let written = Written::new(standard());
        touch(&written);
        let before = files(written.folder.path());
        let (outcome, observation) = written.undo(&written.undoes);
        assert!(is_not_done(&outcome), "{what}: {outcome:?}");
        assert_ne!(
            observation.image, written.undoes.after,
            "{what}: the gate sees it too"
        );
        assert_eq!(files(written.folder.path()), before, "{what}");
    }
}

#[test]
fn without_what_the_gate_saw_afterwards_the_files_speak_for_themselves() {
    // A crash came between the write and the second look: neither receipt nor image.
    let blind = |written: &Written| Undoes {
        after: None,
        receipt: None,
        ..written.undoes.clone()
    };
    let whole = Written::new(standard());
    assert_eq!(whole.undo(&blind(&whole)).0, StepOutcome::done());

    let half = Written::new(standard());
    fs::remove_file(half.path("md")).unwrap();
    let (outcome, observation) = half.undo(&blind(&half));
    assert_eq!(
        (outcome, observation.effect),
        (StepOutcome::done(), Effect::Absent)
    );
    assert!(fs::read_to_string(half.path("md")).unwrap().contains("WITHDRAWN"));

    let touched = Written::new(standard());
    fs::write(touched.path("md"), "mine").unwrap();
    assert!(is_not_done(&touched.undo(&blind(&touched)).0));

    let never = Written::new(standard());
    fs::remove_file(never.path("md")).unwrap();
    fs::remove_file(never.path("json")).unwrap();
    assert_eq!(never.undo(&blind(&never)).0, StepOutcome::done());
}

#[test]
fn an_order_that_is_half_written_is_completed_by_the_same_request() {
    let written = Written::new(standard());
    let before = files(written.folder.path());
    fs::remove_file(written.path("md")).unwrap();
    let context = StepContext::for_test(written.change.clone(), None);
    assert_eq!(
        block_on(written.orders.observe(&context)).unwrap().effect,
        Effect::Present
    );
    let again = block_on(written.orders.apply(Permit::for_test(&context)));
    assert!(matches!(again, StepOutcome::HandedOver { .. }));
    assert_eq!(files(written.folder.path()), before);
}

#[test]
fn a_withdrawn_order_is_not_opened_again_and_foreign_files_are_not_overwritten() {
    let written = Written::new(standard());
    written.undo(&written.undoes);
    let context = StepContext::for_test(written.change.clone(), None);
    assert!(is_not_done(&block_on(
        written.orders.apply(Permit::for_test(&context))
    )));
    for extension in ["json", "md"] {
        let written = Written::new(standard());
        fs::remove_file(written.path("json")).unwrap();
        fs::remove_file(written.path("md")).unwrap();
        fs::write(written.path(extension), "mine").unwrap();
        assert!(is_not_done(&block_on(
            written.orders.apply(Permit::for_test(&context))
        )));
        assert_eq!(
            block_on(written.orders.observe(&context)).unwrap().effect,
            Effect::Unknown
        );
        assert_eq!(fs::read_to_string(written.path(extension)).unwrap(), "mine");
    }
}

#[test]
fn no_name_from_outside_leaves_the_folder_or_becomes_active() {
    for title in [
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\con",
        "a\0b\nc\r\u{202e}d",
        "",
        "....",
        "\u{e4}\u{f6}\u{fc}",
        "<script>alert(1)</script> [x](javascript:y) # h ![i](j) {{ t }} | cell",
        &"long ".repeat(10_000),
    ] {
        let hostile = change(
            title,
            &json!({"instructions": format!("# {title}\n- <b>"), "<i>": title}),
        );
        let written = Written::new(hostile);
        let all = files(written.folder.path());
        assert_eq!(all.len(), 2, "{title:?}");
        for (name, text) in &all {
            let (stem, ending) = name.rsplit_once('.').unwrap();
            assert!(folder::is_name_of(stem, &"0".repeat(64)), "{name}");
            if ending == "md" {
                assert!(!text.contains(['<', '\0', '\r', '\u{202e}']), "{text}");
                assert!(!text.contains("](") && !text.contains("{{"), "{text}");
                assert!(
                    text.lines().filter(|line| line.starts_with("# ")).count() == 1,
                    "{text}"
                );
            }
        }
        assert_eq!(written.undo(&written.undoes).0, StepOutcome::done());
    }
}

#[test]
fn a_receipt_cannot_point_to_another_file() {
    let written = Written::new(standard());
    fs::write(written.folder.path().join("other.json"), "mine").unwrap();
    let name = written.undoes.receipt.clone().unwrap();
    for receipt in ["../x", "other", "", &format!("../{name}"), &name.to_uppercase()] {
        let undoes = Undoes {
            receipt: Some(receipt.to_owned()),
            ..written.undoes.clone()
        };
        // The name that follows from the context is used instead.
        assert_eq!(written.undo(&undoes).0, StepOutcome::done(), "{receipt}");
    }
    assert_eq!(
        fs::read_to_string(written.folder.path().join("other.json")).unwrap(),
        "mine"
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_certainly_not_done() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("file"), "").unwrap();
    let context = StepContext::for_test(standard(), None);
    let orders = WorkOrders::new(place.path().join("file").join("below"));
    assert!(is_not_done(&block_on(orders.apply(Permit::for_test(&context)))));
    // The last of the two names is taken by a folder: nothing is left behind.
    let orders = WorkOrders::new(place.path().join("orders"));
    let name = folder::name("halden", "Replace FW-LDS-01", &"0".repeat(64));
    fs::create_dir_all(orders.folder().join(format!(".{name}.md.tmp"))).unwrap();
    assert!(is_not_done(&block_on(orders.apply(Permit::for_test(&context)))));
    assert_eq!(files(orders.folder()).len(), 1);
}

#[cfg(unix)]
#[test]
fn links_are_neither_followed_nor_written_through() {
    let written = Written::new(standard());
    let elsewhere = written.folder.path().join("elsewhere");
    fs::copy(written.path("json"), &elsewhere).unwrap();
    fs::remove_file(written.path("json")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, written.path("json")).unwrap();
    let (outcome, observation) = written.undo(&written.undoes);
    assert!(is_not_done(&outcome));
    assert_eq!(observation.effect, Effect::Unknown);

    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("target");
    fs::write(&target, "mine").unwrap();
    let orders = WorkOrders::new(place.path().join("orders"));
    fs::create_dir(orders.folder()).unwrap();
    let name = folder::name("halden", "Replace FW-LDS-01", &"0".repeat(64));
    std::os::unix::fs::symlink(&target, orders.folder().join(format!(".{name}.json.tmp"))).unwrap();
    let context = StepContext::for_test(standard(), None);
    let outcome = block_on(orders.apply(Permit::for_test(&context)));
    assert!(matches!(outcome, StepOutcome::HandedOver { .. }));
    assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
}

#[test]
fn only_the_declared_actions_are_done() {
    let place = tempfile::tempdir().unwrap();
    let orders = WorkOrders::new(place.path());
    let mut wrong = standard();
    WITHDRAW.clone_into(&mut wrong.steps[0].action);
    let context = StepContext::for_test(wrong, None);
    assert!(is_not_done(&block_on(orders.apply(Permit::for_test(&context)))));
    let context = StepContext::for_test(standard(), None);
    assert!(is_not_done(&block_on(orders.undo(Permit::for_test(&context)))));
    let written = Written::new(standard());
    let mut no_way_back = written.change.clone();
    no_way_back.steps[0].undo = None;
    let context = StepContext::for_test(no_way_back, Some(written.undoes.clone()));
    assert!(is_not_done(&block_on(
        written.orders.undo(Permit::for_test(&context))
    )));
    assert!(files(place.path()).is_empty());
}

#[test]
fn no_changed_byte_of_a_document_passes_for_the_order() {
    let written = Written::new(standard());
    let good = fs::read(written.path("json")).unwrap();
    for at in 0..good.len() {
        let mut changed = good.clone();
        changed[at] ^= 1;
        if let Ok(order) = WorkOrder::from_json(&changed) {
            let as_read = order.to_json().unwrap();
            let says_more = order.id() != "0".repeat(64) || as_read != changed;
            assert!(says_more, "byte {at} of {}", String::from_utf8_lossy(&changed));
        }
    }
    for bad in [
        &b""[..],
        b"{}",
        b"[]",
        b"{\"format\":\"vcto.work-order/2\"}",
        b"\xff",
    ] {
        assert!(WorkOrder::from_json(bad).is_err());
    }
    let too_large = vec![b' '; MAX_BYTES + 1];
    assert_eq!(
        WorkOrder::from_json(&too_large).unwrap_err().kind(),
        crate::ErrorKind::TooLarge
    );
}

#[test]
fn an_order_beyond_the_bound_is_refused_before_anything_is_written() {
    let place = tempfile::tempdir().unwrap();
    let orders = WorkOrders::new(place.path());
    let long = change("long", &json!({"instructions": "x".repeat(MAX_BYTES)}));
    let context = StepContext::for_test(long, None);
    assert!(is_not_done(&block_on(orders.apply(Permit::for_test(&context)))));
    assert!(files(place.path()).is_empty());
}

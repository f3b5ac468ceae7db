//! Texts from the host are bounded before they are recorded.

use pollster::block_on;
use vcto::gate::{ActionDeclaration, DecisionOptions, Level, ProcessArea, Routed, Staged, Verdict};
use vcto::practice::{Practice, PracticeOptions, TenantOptions};
use vcto::{Actor, ErrorKind};

use super::world::{World, level_2, signers};

/// Names that no record and no screen should have to show.
fn unfit() -> [String; 5] {
    [
        String::new(),
        "x".repeat(129),
        "x".repeat(16 << 20),
        "ali\u{202e}ce".to_owned(),
        "alice\n".to_owned(),
    ]
}

fn people() -> TenantOptions {
    TenantOptions::region("eu").approvers(signers(&["alice"]))
}

fn size(world: &World) -> u64 {
    block_on(world.tenant.ledger().size()).unwrap()
}

fn staged(world: &World) -> Staged<vcto::gate::Approval> {
    match block_on(world.submit(level_2(&["printer"]))) {
        Routed::Approval(staged) => staged,
        other => panic!("{other:?}"),
    }
}

#[test]
fn names_of_proposers_and_of_those_who_withdraw_are_bounded() {
    let world = block_on(World::new());
    for name in unfit() {
        for actor in [Actor::person(&name), Actor::service(&name), Actor::engine(&name)] {
            let before = size(&world);
            let error = block_on(world.tenant.submit(level_2(&["printer"]), &actor)).unwrap_err();
            assert_eq!(
                (error.kind(), error.place()),
                (ErrorKind::InvalidInput, Some("by"))
            );
            assert_eq!(size(&world), before, "nothing is recorded");
            let waiting = staged(&world);
            let before = size(&world);
            let error = block_on(waiting.withdraw(&actor)).unwrap_err();
            assert_eq!(
                (error.kind(), error.place()),
                (ErrorKind::InvalidInput, Some("by"))
            );
            assert_eq!(size(&world), before, "nothing is recorded");
        }
    }
    let _ = block_on(
        world
            .tenant
            .submit(level_2(&["printer"]), &Actor::person("x".repeat(128))),
    )
    .unwrap();
}

#[test]
fn the_name_of_an_operator_is_bounded_before_anything_is_made() {
    for name in unfit() {
        let options = || PracticeOptions::default().operator(Actor::service(&name));
        let dir = tempfile::tempdir().unwrap();
        let error = block_on(Practice::open(dir.path(), options())).unwrap_err();
        assert_eq!(
            (error.kind(), error.place()),
            (ErrorKind::InvalidInput, Some("operator"))
        );
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        let practice = Practice::in_memory(options());
        let error = block_on(practice.create_tenant("halden", people())).unwrap_err();
        assert_eq!(
            (error.kind(), error.place()),
            (ErrorKind::InvalidInput, Some("operator"))
        );
        assert!(practice.tenants().unwrap().is_empty());
    }
}

#[test]
fn an_origin_that_can_name_no_log_does_not_spoil_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let long = "x".repeat(255 - 65 + 1);
    for origin in ["", "a b", "a+b", "a\nb", &long, &"x".repeat(1 << 20)] {
        let options = PracticeOptions::default().origin(origin);
        let error = block_on(Practice::open(dir.path(), options)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
    let options = PracticeOptions::default().origin(&long[1..]);
    let practice = block_on(Practice::open(dir.path(), options)).unwrap();
    block_on(practice.create_tenant(&"t".repeat(64), people())).unwrap();
}

#[test]
fn reasons_roles_and_approvers_of_a_decision_are_bounded() {
    let world = block_on(World::new());
    let staged = staged(&world);
    let with = |options: DecisionOptions| staged.decision_with(options).map(|text| text.len());
    let base = || DecisionOptions::new("alice", Verdict::Approve);
    for reason in [
        "x".repeat(1_001),
        "x".repeat(16 << 20),
        "a\u{202e}b".to_owned(),
        String::new(),
    ] {
        let options = DecisionOptions {
            reason: Some(reason),
            ..base()
        };
        assert_eq!(with(options).unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    let options = DecisionOptions {
        reason: Some("x".repeat(1_000)),
        ..base()
    };
    assert!(with(options).unwrap() < 16 * 1024);
    for text in unfit() {
        let role = DecisionOptions {
            role: Some(text.clone()),
            ..base()
        };
        let approver = DecisionOptions {
            approver: text,
            ..base()
        };
        for options in [role, approver] {
            let error = with(options).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Denied);
            assert!(error.to_string().len() < 1_000, "the message is bounded too");
        }
    }
}

#[test]
fn the_names_in_a_change_are_bounded() {
    let world = block_on(World::new());
    for text in [String::new(), "x".repeat(129), "a\u{0}b".to_owned()] {
        let mut area = level_2(&["printer"]);
        area.area = text.clone();
        let mut executor = level_2(&["printer"]);
        executor.steps[0].executor = text.clone();
        let mut action = level_2(&["printer"]);
        action.steps[0].action = text.clone();
        let mut undo = level_2(&["printer"]);
        undo.steps[0].undo.as_mut().unwrap().action = text;
        for (change, place) in [
            (area, "/area"),
            (executor, "/steps/0/executor"),
            (action, "/steps/0/action"),
            (undo, "/steps/0/undo/action"),
        ] {
            let error = block_on(world.tenant.submit(change, &super::world::by())).unwrap_err();
            assert_eq!(
                (error.kind(), error.place()),
                (ErrorKind::InvalidInput, Some(place))
            );
        }
    }
}

#[test]
fn a_tenant_has_a_bounded_number_of_areas_and_an_executor_of_actions() {
    let practice = Practice::in_memory(PracticeOptions::default());
    let areas = |count: usize| {
        (0..count).fold(people(), |options, n| {
            options.area(ProcessArea::new(
                format!("area-{n}"),
                "zone",
                Level::L2,
                "because",
            ))
        })
    };
    let error = block_on(practice.create_tenant("halden", areas(1_001))).unwrap_err();
    assert_eq!(
        (error.kind(), error.place()),
        (ErrorKind::InvalidInput, Some("/areas"))
    );
    assert!(practice.tenants().unwrap().is_empty());
    block_on(practice.create_tenant("halden", areas(998))).unwrap();

    #[derive(Debug)]
    struct Many(usize);

    #[async_trait::async_trait]
    impl vcto::gate::Executor for Many {
        fn name(&self) -> &str {
            "many"
        }

        fn actions(&self) -> Vec<ActionDeclaration> {
            let name = |n| {
                ActionDeclaration::new(
                    format!("a{n}"),
                    vcto::gate::Reversibility::Exact,
                    vcto::gate::Idempotency::None,
                )
            };
            (0..self.0).map(name).collect()
        }

        async fn observe(&self, _: &vcto::gate::StepContext) -> vcto::Result<vcto::gate::Observation> {
            Ok(vcto::gate::Observation::unknown())
        }

        async fn apply(&self, _: vcto::gate::Permit<'_>) -> vcto::gate::StepOutcome {
            vcto::gate::StepOutcome::done()
        }

        async fn undo(&self, _: vcto::gate::Permit<'_>) -> vcto::gate::StepOutcome {
            vcto::gate::StepOutcome::done()
        }
    }
    assert_eq!(
        practice.register(Many(1_001)).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    practice.register(Many(1_000)).unwrap();
}

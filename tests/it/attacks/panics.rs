//! Executors and notifiers that panic, in every way there is: nothing escapes, and the gate goes on.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use pollster::block_on;
use vcto::ErrorKind;
use vcto::change::{Change, Step};
use vcto::gate::{
    ActionDeclaration, Approved, Execution, ExecutionStatus, Executor, Idempotency, Notifier, Observation,
    Permit, Resumed, Reversibility, ReviewDuty, Routed, StepContext, StepOutcome,
};
use vcto::ledger::{Policy, VerifyOptions};
use vcto::practice::{PracticeOptions, TenantOptions};

use crate::gate::world::{STARTED, World, change, signers, step};

const NOT_TOLD: u16 = 0x012a;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// When a method panics.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum When {
    #[default]
    Never,
    /// In the call, before there is a future.
    Calling,
    /// In the call, with a payload that panics when it is dropped.
    Payload,
    /// In the future.
    Polling,
    /// In the future, and again when it is dropped.
    PollingAndDropping,
    /// When the future is dropped, after it has answered.
    Dropping,
    /// When the future is dropped, before it has answered.
    Pending,
    /// When the error that it returned is dropped.
    Error,
}

const WAYS: [When; 5] = [
    When::Calling,
    When::Payload,
    When::Polling,
    When::PollingAndDropping,
    When::Dropping,
];

/// Panics when it is dropped.
#[derive(Debug)]
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

impl std::fmt::Display for Bomb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a bomb")
    }
}

impl std::error::Error for Bomb {}

/// A future that panics when it is polled, when it is dropped, or both.
struct Fuse<T>(Option<T>, When, #[allow(dead_code, reason = "for its drop")] Bomb);

impl<T: Unpin> Future for Fuse<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        match (self.1, self.0.take()) {
            (When::PollingAndDropping, _) => panic!("polled"),
            (When::Pending, _) | (_, None) => Poll::Pending,
            (_, Some(value)) => Poll::Ready(value),
        }
    }
}

fn answer<'a, T: Send + Unpin + 'a>(when: When, value: impl FnOnce() -> T) -> Boxed<'a, T> {
    match when {
        When::Never | When::Error => Box::pin(std::future::ready(value())),
        When::Calling => panic!("called"),
        When::Payload => panic_any(Bomb),
        When::Polling => Box::pin(async { panic!("polled") }),
        When::PollingAndDropping => Box::pin(Fuse(None, when, Bomb)),
        When::Dropping => Box::pin(Fuse(Some(value()), when, Bomb)),
        When::Pending => Box::pin(Fuse(Some(value()), when, Bomb)),
    }
}

/// Holds the targets that are set; panics in one method.
#[derive(Debug, Default)]
struct State {
    set: Vec<String>,
    method: &'static str,
    when: When,
    /// From which call of that method on.
    from: usize,
    calls: usize,
}

#[derive(Clone, Debug, Default)]
struct Fragile(Arc<Mutex<State>>);

impl Fragile {
    fn breaks(&self, method: &'static str, when: When, from: usize) {
        let mut state = self.0.lock().unwrap();
        (state.method, state.when, state.from, state.calls) = (method, when, from, 0);
    }

    fn at(&self, method: &'static str) -> When {
        let mut state = self.0.lock().unwrap();
        if state.method != method {
            return When::Never;
        }
        state.calls += 1;
        if state.calls > state.from {
            state.when
        } else {
            When::Never
        }
    }
}

impl Executor for Fragile {
    fn name(&self) -> &str {
        assert!(self.at("name") == When::Never, "a name");
        "fragile"
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        assert!(self.at("actions") == When::Never, "no actions");
        ["set", "clear"]
            .map(|name| ActionDeclaration::new(name, Reversibility::Verified, Idempotency::Natural))
            .to_vec()
    }

    fn observe<'life0, 'life1, 'async_trait>(
        &'life0 self,
        context: &'life1 StepContext,
    ) -> Boxed<'async_trait, vcto::Result<Observation>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        let when = self.at("observe");
        if when == When::Error {
            let error = vcto::Error::new(ErrorKind::Io, "it is gone").caused_by(Bomb);
            return Box::pin(std::future::ready(Err(error)));
        }
        let there = {
            let set = &self.0.lock().unwrap().set;
            set.iter().any(|target| target == context.step().target.as_str())
        };
        answer(when, || {
            Ok(if there {
                Observation::present()
            } else {
                Observation::absent()
            })
        })
    }

    fn apply<'life0, 'life1, 'async_trait>(
        &'life0 self,
        permit: Permit<'life1>,
    ) -> Boxed<'async_trait, StepOutcome>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        answer(self.at("apply"), || {
            if permit.step().id == "refused" {
                return StepOutcome::not_done("it would not");
            }
            let target = permit.step().target.as_str().to_owned();
            self.0.lock().unwrap().set.push(target);
            StepOutcome::done()
        })
    }

    fn undo<'life0, 'life1, 'async_trait>(
        &'life0 self,
        permit: Permit<'life1>,
    ) -> Boxed<'async_trait, StepOutcome>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        answer(self.at("undo"), || {
            let target = permit.step().target.as_str();
            self.0.lock().unwrap().set.retain(|other| other != target);
            StepOutcome::done()
        })
    }
}

fn fragile(id: &str, target: &str) -> Step {
    Step {
        executor: "fragile".to_owned(),
        ..step(id, "set", target)
    }
}

fn two() -> Change {
    change(
        "documentation",
        vec![fragile("s1", "printer"), fragile("refused", "shelf-1")],
    )
}

fn one(target: &str) -> Change {
    change("documentation", vec![fragile("s1", target)])
}

fn approved(world: &World, change: Change) -> Approved {
    match block_on(world.submit(change)) {
        Routed::Automatic(staged) => block_on(staged.authorize()).unwrap(),
        Routed::Notify(staged) => block_on(staged.authorize()).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Executes; a panic that escapes fails the test.
fn execute(approved: Approved, what: &str) -> vcto::Result<Execution> {
    catch_unwind(AssertUnwindSafe(|| block_on(approved.execute())))
        .unwrap_or_else(|_| panic!("escaped: {what}"))
}

/// Two steps with a notifier, so that they run unasked.
fn world(notifier: Arc<Pager>) -> (World, Fragile) {
    let options = PracticeOptions::default().notifier(notifier);
    let people = TenantOptions::region("eu").approvers(signers(&["alice"]));
    let world = block_on(World::with(options, people));
    let executor = Fragile::default();
    world.practice.register(executor.clone()).unwrap();
    (world, executor)
}

/// The log is in order, and the next change runs.
fn goes_on(world: &World, executor: &Fragile, what: &str) {
    executor.breaks("", When::Never, 0);
    executor.0.lock().unwrap().set.clear();
    let execution = execute(approved(world, one("switch")), what).unwrap();
    assert_eq!(execution.status(), ExecutionStatus::Succeeded, "{what}");
    let report = block_on(world.tenant.ledger().verify(&VerifyOptions::default())).unwrap();
    assert_eq!(report.policy, Policy::Ok, "{what}: {report:?}");
}

#[test]
fn an_executor_that_panics_anywhere_ends_in_a_record_and_the_gate_goes_on() {
    use ExecutionStatus::{InDoubt, NotDone, RollbackFailed, RolledBack, Succeeded};
    let (world, executor) = world(Arc::default());
    // Which method breaks from which call on; how one step ends, and how two of which the second is refused.
    let table = [
        ("observe", 0, NotDone, NotDone),
        // The look after the first step.
        ("observe", 1, Succeeded, RollbackFailed),
        // Whatever the answer was, looking tells that nothing was done.
        ("apply", 0, NotDone, NotDone),
        ("undo", 0, Succeeded, RollbackFailed),
    ];
    for (method, from, single, double) in table {
        for when in WAYS.into_iter().chain([When::Error]) {
            if when == When::Error && method != "observe" {
                continue;
            }
            // What panics only when it is dropped has answered before.
            let (single, double) = if when == When::Dropping {
                (Succeeded, RolledBack)
            } else {
                (single, double)
            };
            for (change, expected) in [(one("printer"), single), (two(), double)] {
                let what = format!(
                    "{method} from call {from} on, {when:?}, {} steps",
                    change.steps.len()
                );
                let approved = approved(&world, change);
                executor.0.lock().unwrap().set.clear();
                executor.breaks(method, when, from);
                let execution = execute(approved, &what).unwrap();
                assert_eq!(execution.status(), expected, "{what}: {:?}", execution.steps());
                assert_ne!(execution.status(), InDoubt);
                goes_on(&world, &executor, &what);
            }
        }
    }
}

#[test]
fn an_answer_that_is_lost_in_a_panic_and_cannot_be_looked_up_is_in_doubt() {
    let (world, executor) = world(Arc::default());
    world.practice.register(Blind(executor.clone())).unwrap();
    let blind_step = Step {
        executor: "blind".to_owned(),
        ..step("s1", "set", "printer")
    };
    let approved = approved(&world, change("documentation", vec![blind_step]));
    // The first look is the one before; the next would tell what the panic left.
    executor.breaks("observe", When::Calling, 1);
    let execution = execute(approved, "blind").unwrap();
    assert_eq!(execution.status(), ExecutionStatus::InDoubt);
    let done = block_on(world.recorded(0x0122)).pop().unwrap();
    assert_eq!(done["record"]["answer"]["outcome"], "unknown");
    assert_eq!(done["record"]["answer"]["reason"], "the executor panicked");
    goes_on(&world, &executor, "blind");
}

/// Observes as the other, and panics in everything else.
#[derive(Debug)]
struct Blind(Fragile);

#[async_trait::async_trait]
impl Executor for Blind {
    fn name(&self) -> &str {
        "blind"
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        self.0.actions()
    }

    async fn observe(&self, context: &StepContext) -> vcto::Result<Observation> {
        self.0.observe(context).await
    }

    async fn apply(&self, _: Permit<'_>) -> StepOutcome {
        panic!("applied")
    }

    async fn undo(&self, _: Permit<'_>) -> StepOutcome {
        panic!("undone")
    }
}

#[test]
fn dropping_an_execution_whose_executor_panics_when_dropped_is_a_crash_and_no_panic() {
    for method in ["observe", "apply"] {
        let (world, executor) = world(Arc::default());
        let approved = approved(&world, one("printer"));
        let id = approved.id();
        executor.breaks(method, When::Pending, 0);
        // As a runtime does that stops in the middle: until the executor was called, and then no more.
        let mut running = Box::pin(approved.execute());
        let mut context = Context::from_waker(Waker::noop());
        // A minute of looks, a millisecond apart at least.
        for _ in 0..60_000 {
            if executor.0.lock().unwrap().calls > 0 {
                break;
            }
            assert!(running.as_mut().poll(&mut context).is_pending());
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        assert_eq!(executor.0.lock().unwrap().calls, 1, "{method}");
        assert!(
            catch_unwind(AssertUnwindSafe(|| drop(running))).is_ok(),
            "{method}"
        );
        let Resumed::InDoubt(_) = block_on(world.tenant.resume(id)).unwrap() else {
            panic!("{method}: it was started and did not end");
        };
        goes_on(&world, &executor, method);
    }
}

#[test]
fn an_executor_that_panics_at_its_registration_is_not_registered() {
    let world = block_on(World::new());
    for method in ["name", "actions"] {
        let executor = Fragile::default();
        executor.breaks(method, When::Calling, 0);
        let error = world.practice.register(executor.clone()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{method}");
    }
    world.practice.register(Fragile::default()).unwrap();
}

/// A notifier that fails or panics in `notify` as it is told, and says whatever name it is given.
#[derive(Debug, Default)]
struct Pager {
    when: Mutex<When>,
    /// None: it panics.
    name: Mutex<Option<Option<String>>>,
    told: Mutex<Vec<String>>,
}

impl Notifier for Pager {
    fn reviewer(&self) -> String {
        let name = self.name.lock().unwrap().clone();
        match name {
            None => "carol".to_owned(),
            Some(Some(name)) => name,
            Some(None) => panic!("nobody"),
        }
    }

    fn notify<'life0, 'life1, 'async_trait>(
        &'life0 self,
        duty: &'life1 ReviewDuty,
    ) -> Boxed<'async_trait, vcto::Result<()>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        let when = *self.when.lock().unwrap();
        if when == When::Error {
            let error = vcto::Error::new(ErrorKind::Io, "no mail goes out").caused_by(Bomb);
            return Box::pin(std::future::ready(Err(error)));
        }
        answer(when, || {
            self.told.lock().unwrap().push(duty.who.clone());
            Ok(())
        })
    }
}

/// Level 1: its executor says that it can be taken back, and nobody has tested that.
fn level_1() -> Change {
    change("documentation", vec![step("s1", "exact", "printer")])
}

#[test]
fn a_notifier_that_fails_or_panics_stops_nothing_and_the_ledger_says_that_nobody_was_told() {
    for when in WAYS.into_iter().chain([When::Error, When::Never]) {
        let pager = Arc::new(Pager::default());
        let (world, executor) = world(pager.clone());
        *pager.when.lock().unwrap() = when;
        let execution = execute(approved(&world, level_1()), "notify").unwrap();
        assert_eq!(execution.status(), ExecutionStatus::Succeeded, "{when:?}");
        assert_eq!(execution.review_due().unwrap().0, "carol", "the duty stands");
        let was_told = pager.told.lock().unwrap().len() == 1;
        // What panics only when it is dropped has told before.
        assert_eq!(was_told, matches!(when, When::Never | When::Dropping), "{when:?}");
        assert_eq!(execution.is_reviewer_untold(), !was_told, "{when:?}");
        let records = block_on(world.records());
        let at = records.iter().position(|record| *record == NOT_TOLD);
        assert_eq!(at.is_some(), !was_told, "{when:?}");
        if let Some(at) = at {
            assert_eq!(records[at - 1], STARTED, "before anything is done");
        }
        goes_on(&world, &executor, "notify");
        let Resumed::Finished(finished) = block_on(world.tenant.resume(execution.id())).unwrap() else {
            panic!("it ended");
        };
        let again = finished.execution().unwrap();
        assert_eq!(again.is_reviewer_untold(), execution.is_reviewer_untold());
    }
}

#[test]
fn without_a_fit_name_of_a_reviewer_nothing_is_started() {
    let pager = Arc::new(Pager::default());
    let (world, executor) = world(pager.clone());
    let id = approved(&world, level_1()).id();
    let size = block_on(world.tenant.ledger().size()).unwrap();
    let cases = [
        (None, ErrorKind::Unavailable),
        (Some(String::new()), ErrorKind::InvalidInput),
        (Some("x".repeat(129)), ErrorKind::InvalidInput),
        (Some("x".repeat(64 << 20)), ErrorKind::InvalidInput),
        (Some("carol\u{202e}".to_owned()), ErrorKind::InvalidInput),
        (Some("carol\n".to_owned()), ErrorKind::InvalidInput),
    ];
    for (name, kind) in cases {
        *pager.name.lock().unwrap() = Some(name);
        let Resumed::Routed(Routed::Notify(staged)) = block_on(world.tenant.resume(id)).unwrap() else {
            panic!("it waits");
        };
        let error = execute(block_on(staged.authorize()).unwrap(), "reviewer").unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(
            block_on(world.tenant.ledger().size()).unwrap(),
            size,
            "nothing is recorded"
        );
    }
    // Level 0 needs nobody.
    let execution = execute(approved(&world, one("switch")), "level 0").unwrap();
    assert_eq!(execution.review_due(), None);
    *pager.name.lock().unwrap() = Some(Some("\u{e9}".repeat(64)));
    let Resumed::Routed(Routed::Notify(staged)) = block_on(world.tenant.resume(id)).unwrap() else {
        panic!("it waits");
    };
    let execution = execute(block_on(staged.authorize()).unwrap(), "reviewer").unwrap();
    assert_eq!(execution.status(), ExecutionStatus::Succeeded);
    goes_on(&world, &executor, "reviewer");
}

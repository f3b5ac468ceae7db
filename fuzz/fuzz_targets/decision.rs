//! Texts of decisions, each under a good signature of a registered approver: only what the gate drafted is taken.
#![no_main]

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use libfuzzer_sys::fuzz_target;
use pollster::block_on;
use vcto::change::Change;
use vcto::gate::sshsig::MemoryKey;
use vcto::gate::{Approval, Decided, NAMESPACE, ProposalId, Resumed, Routed, Staged, Verdict};
use vcto::practice::{Practice, PracticeOptions, Tenant, TenantOptions, Trigger};
use vcto::time::{Entropy, ManualClock};
use vcto::{Actor, Estate, Inventory, WorkOrders};

const INVENTORY: &[u8] = include_bytes!("../seeds/inventory/json");
const CHANGE: &[u8] = include_bytes!("../seeds/change/two");

/// The same bytes in every run: so that an input means the same in every run.
#[derive(Debug, Default)]
struct Fixed(AtomicU64);

impl Entropy for Fixed {
    fn fill(&self, bytes: &mut [u8]) -> vcto::Result<()> {
        for byte in bytes {
            let next = self.0.fetch_add(1, Ordering::Relaxed);
            *byte = next.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0];
        }
        Ok(())
    }
}

struct World {
    tenant: Tenant,
    id: ProposalId,
    drafted: Vec<u8>,
    _practice: Practice,
}

fn key() -> MemoryKey {
    MemoryKey::from_seed(&[7; 32])
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-22T08:00:00Z".parse().expect("a time")));
        let options = PracticeOptions::default()
            .clock(clock)
            .entropy(Arc::new(Fixed::default()));
        let practice = Practice::in_memory(options);
        practice
            .register(WorkOrders::new("never-written"))
            .expect("registered");
        block_on(async {
            let approvers = format!("alice {}", key().public_key());
            let tenant = practice
                .create_tenant("halden", TenantOptions::region("eu").approvers(approvers))
                .await
                .expect("created");
            let estate = Estate::new(Inventory::from_json(INVENTORY).expect("sound")).expect("sound");
            tenant
                .review(&estate, "2026-11-22".parse().expect("a day"), Trigger::Manual)
                .await
                .expect("reviewed");
            let change = Change::from_json(CHANGE).expect("sound");
            let Routed::Approval(staged) = tenant
                .submit(change, &Actor::service("svc"))
                .await
                .expect("staged")
            else {
                panic!("another level")
            };
            let drafted = staged.decision("alice", Verdict::Approve).expect("drafted");
            let id = staged.id();
            Self {
                tenant,
                id,
                drafted,
                _practice: practice,
            }
        })
    }

    fn staged(&self) -> Staged<Approval> {
        match block_on(self.tenant.resume(self.id)).expect("resumed") {
            Resumed::Routed(Routed::Approval(staged)) => staged,
            other => panic!("{other:?}"),
        }
    }
}

thread_local! {
    static WORLD: RefCell<World> = RefCell::new(World::new());
}

fuzz_target!(|bytes: &[u8]| {
    WORLD.with_borrow_mut(|world| {
        let Some((how, rest)) = bytes.split_first() else {
            return;
        };
        let text = match how % 3 {
            0 => rest.to_vec(),
            1 => edited(&world.drafted, rest),
            _ => replaced(&world.drafted, rest),
        };
        let signature = key().sign(NAMESPACE, &text).expect("signed");
        let Ok(decided) = block_on(world.staged().decide(&text, &signature)) else {
            return;
        };
        // Taken: everything up to the person is as drafted, and the verdict is the one that stands in the text.
        let text = String::from_utf8(text).expect("a text that was taken is UTF-8");
        let drafted = std::str::from_utf8(&world.drafted).expect("UTF-8");
        let (head, _) = drafted.split_once("\"role\"").expect("a role");
        assert!(text.starts_with(head), "{text}");
        let word = match decided {
            Decided::Approved(_) => "approve",
            Decided::Rejected => "reject",
            Decided::Waiting(_) => panic!("one approval suffices"),
        };
        assert!(text.contains(&format!("\"verdict\":\"{word}\"")), "{text}");
        let approved = block_on(world.tenant.decisions()).expect("read");
        assert_eq!(
            approved.last().map(|decision| decision.text.as_str()),
            Some(text.as_str())
        );
        *world = World::new();
    });
});

/// Pairs of place and value.
fn edited(drafted: &[u8], edits: &[u8]) -> Vec<u8> {
    let mut text = drafted.to_vec();
    for [high, low, value] in edits.as_chunks::<3>().0 {
        let place = usize::from(u16::from_be_bytes([*high, *low])) % text.len();
        text[place] ^= value;
    }
    text
}

/// Puts the rest of the input in the place of a part of the text.
fn replaced(drafted: &[u8], input: &[u8]) -> Vec<u8> {
    let Some(([high, low, length], put)) = input.split_first_chunk::<3>() else {
        return drafted.to_vec();
    };
    let from = usize::from(u16::from_be_bytes([*high, *low])) % drafted.len();
    let to = (from + usize::from(*length)).min(drafted.len());
    [&drafted[..from], put, &drafted[to..]].concat()
}

//! Commands as calls of the public interface.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;
use vcto::gate::{
    Approval, Approved, Attestation, Decided, HumanOnly, InDoubt, NAMESPACE, ProposalId, Resumed, Routed,
    Settled, Staged, Verdict,
};
use vcto::practice::Tenant;
use vcto::{Actor, Error, ErrorKind};

use super::commands::{Form, Outcome, Reference, Signing, What};
use super::estate::{actor, change_of};
use super::machine::Say;
use super::real::{PEOPLE, review};
use super::stop::Call;
use crate::gate::world::key;

/// What a process holds in memory.
#[derive(Debug, Default)]
pub struct Held {
    pub hand: BTreeMap<usize, Approved>,
    pub kept: BTreeMap<usize, Staged<Approval>>,
}

/// The last text of each proposal that was taken, with its signature.
pub type Texts = Rc<RefCell<BTreeMap<usize, (Vec<u8>, String)>>>;

/// With what a call is made.
#[derive(Clone)]
pub struct Means {
    pub tenant: Tenant,
    pub held: Rc<RefCell<Held>>,
    pub texts: Texts,
    pub ids: Vec<ProposalId>,
}

type Answer = Result<Outcome, Error>;

/// The call that a command is. `after` is the machine after it.
pub fn call(means: Means, what: What, after: &Reference) -> Call<Outcome> {
    let after = after.clone();
    Box::pin(async move {
        match answer(means, what, &after).await {
            Ok(outcome) => outcome,
            Err(error) if error.kind() == ErrorKind::Busy => Outcome::Busy,
            Err(error) if error.kind().is_refusal() || error.kind() == ErrorKind::InvalidInput => {
                Outcome::Refused
            }
            Err(error) => panic!("{error}"),
        }
    })
}

async fn answer(means: Means, what: What, after: &Reference) -> Answer {
    match what {
        What::Review(..) => {
            review(&means.tenant, after).await?;
            Ok(Outcome::Done(""))
        }
        What::Halt(_) => {
            means.tenant.halt(&Actor::person("eve"), "stop").await?;
            Ok(Outcome::Done(""))
        }
        What::Submit(_, kind, targets, by) => {
            let routed = means
                .tenant
                .submit(change_of(kind, targets, 0), &actor(by))
                .await?;
            Ok(means.submitted(routed))
        }
        What::Amend(_, id, by) => {
            let form = means.ids.len();
            let old = &after.world.gate.proposals[id];
            let change = change_of(old.kind, old.targets, form);
            let by = actor(by);
            let amended = means.tenant.amend(means.ids[id], change, &by, "wrong_time");
            Ok(means.submitted(amended.await?))
        }
        What::Sign(_, id, signing) => means.sign(id, signing).await,
        What::Withdraw(_, id, by) => match means.resume(id).await? {
            Resumed::Routed(routed) => {
                let by = actor(by);
                match routed {
                    Routed::Approval(staged) => staged.withdraw(&by).await,
                    Routed::Automatic(staged) => staged.withdraw(&by).await,
                    Routed::HumanOnly(staged) => staged.withdraw(&by).await,
                    Routed::Notify(staged) => staged.withdraw(&by).await,
                }?;
                Ok(Outcome::Done("withdrawn"))
            }
            _ => Ok(Outcome::NoWay),
        },
        What::Take(_, id) => means.take(id).await,
        What::Execute(_, id, _) => {
            let approved = means.held.borrow_mut().hand.remove(&id).unwrap();
            let execution = approved.execute().await?;
            Ok(Outcome::Done(execution.status().as_str()))
        }
        What::Resume(_, id) => Ok(Outcome::Done(word(&means.resume(id).await?))),
        What::Probe(_, id) => match means.resume(id).await? {
            Resumed::InDoubt(in_doubt) => Ok(Outcome::Done(settled(&in_doubt.probe().await?))),
            _ => Ok(Outcome::NoWay),
        },
        other => panic!("{other:?} is no call"),
    }
}

/// How a person's text is handed in: by the value that the gate gives.
enum Hand {
    Accept(InDoubt),
    Attest(Staged<HumanOnly>),
    Decide(Staged<Approval>),
    Object(Approved),
}

impl Means {
    async fn resume(&self, id: usize) -> Result<Resumed, Error> {
        self.tenant.resume(self.ids[id]).await
    }

    fn submitted(&self, routed: Routed) -> Outcome {
        let word = level(&routed);
        if let Routed::Approval(staged) = routed {
            self.held.borrow_mut().kept.insert(self.ids.len(), staged);
        }
        Outcome::Done(word)
    }

    async fn take(&self, id: usize) -> Answer {
        let (approved, word) = match self.resume(id).await? {
            Resumed::Approved(approved) => (approved, "approved"),
            Resumed::Routed(Routed::Automatic(staged)) => (staged.authorize().await?, "L0"),
            Resumed::Routed(Routed::Notify(staged)) => (staged.authorize().await?, "L1"),
            _ => return Ok(Outcome::NoWay),
        };
        self.held.borrow_mut().hand.insert(id, approved);
        Ok(Outcome::Done(word))
    }

    async fn sign(&self, id: usize, signing: Signing) -> Answer {
        let hand = if signing.kept {
            // What a value drafts from is what its process has last seen.
            self.tenant.pending().await?;
            Hand::Decide(self.held.borrow_mut().kept.remove(&id).unwrap())
        } else {
            match self.resume(id).await? {
                Resumed::Approved(approved) => Hand::Object(approved),
                Resumed::InDoubt(in_doubt) => Hand::Accept(in_doubt),
                Resumed::Routed(Routed::Approval(staged)) => Hand::Decide(staged),
                Resumed::Routed(Routed::HumanOnly(staged)) => Hand::Attest(staged),
                _ => return Ok(Outcome::NoWay),
            }
        };
        let stored = self.texts.borrow().get(&id).cloned();
        let (text, signature) = match (signing.form, stored) {
            (Form::Again, Some(stored)) => stored,
            _ => match hand.draft(PEOPLE[signing.who], signing.say)? {
                Some(text) => signed(text, signing),
                None => return Ok(Outcome::NoWay),
            },
        };
        let outcome = hand.over(&text, &signature).await?;
        if let Outcome::Done(_) = outcome {
            self.texts.borrow_mut().insert(id, (text, signature));
        }
        Ok(outcome)
    }
}

impl Hand {
    /// The text; nothing where this value has none of this kind.
    fn draft(&self, who: &str, say: Say) -> Result<Option<Vec<u8>>, Error> {
        match (self, say) {
            (Self::Accept(in_doubt), Say::Accept) => in_doubt.acceptance(who, None),
            (Self::Attest(staged), Say::Did) => staged.attestation(who, Attestation::Did, None),
            (Self::Attest(staged), Say::Declined) => staged.attestation(who, Attestation::Declined, None),
            (Self::Decide(staged), Say::Approve) => staged.decision(who, Verdict::Approve),
            (Self::Decide(staged), Say::Reject) => staged.decision(who, Verdict::Reject),
            (Self::Object(approved), Say::Reject) => approved.objection(who, None),
            _ => return Ok(None),
        }
        .map(Some)
    }

    async fn over(self, text: &[u8], signature: &str) -> Answer {
        let word = match self {
            Self::Accept(in_doubt) => settled(&in_doubt.accept(text, signature).await?),
            Self::Attest(staged) => staged.attest(text, signature).await?.outcome().as_str(),
            Self::Decide(staged) => match staged.decide(text, signature).await? {
                Decided::Approved(_) => "approved",
                Decided::Rejected => "rejected",
                Decided::Waiting(_) => "L2",
            },
            Self::Object(approved) => match approved.object(text, signature).await {
                Ok(()) => "rejected",
                // An objection that is an approval is not even recorded.
                Err(error) if error.kind() == ErrorKind::InvalidInput => return Ok(Outcome::NoWay),
                Err(error) => return Err(error),
            },
        };
        Ok(Outcome::Done(word))
    }
}

/// A text in a form, signed.
fn signed(text: Vec<u8>, signing: Signing) -> (Vec<u8>, String) {
    let own = PEOPLE[signing.who];
    let text = String::from_utf8(text).unwrap();
    let (text, signer) = match signing.form {
        Form::Right | Form::Again => (text, own),
        Form::WrongKey => (text, PEOPLE[(signing.who + 1) % PEOPLE.len()]),
        Form::Author(author) => {
            let field = |name: &str| format!("\"approver\":\"{name}\"");
            let replaced = text.replace(&field(own), &field(PEOPLE[author]));
            assert_ne!(replaced, text);
            (replaced, PEOPLE[author])
        }
        Form::Altered => {
            let read: Value = serde_json::from_str(&text).unwrap();
            let digest = read["change"].as_str().unwrap();
            let other = if digest.ends_with('0') { "1" } else { "0" };
            let end = digest.chars().next_back().unwrap();
            let altered = digest.strip_suffix(end).unwrap().to_owned() + other;
            (text.replace(digest, &altered), own)
        }
    };
    let signature = key(signer).sign(NAMESPACE, text.as_bytes()).unwrap();
    (text.into_bytes(), signature)
}

fn level(routed: &Routed) -> &'static str {
    match routed {
        Routed::Automatic(_) => "L0",
        Routed::Notify(_) => "L1",
        Routed::Approval(_) => "L2",
        Routed::HumanOnly(_) => "L3",
    }
}

/// What a proposal is, in a word.
pub fn word(resumed: &Resumed) -> &'static str {
    match resumed {
        Resumed::Approved(_) => "approved",
        Resumed::Finished(finished) => finished.outcome().as_str(),
        Resumed::InDoubt(_) => "in_doubt",
        Resumed::Routed(routed) => level(routed),
    }
}

fn settled(settled: &Settled) -> &'static str {
    match settled {
        Settled::Finished(finished) => finished.outcome().as_str(),
        Settled::InDoubt(_) => "in_doubt",
    }
}

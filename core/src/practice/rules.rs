//! The rules of a tenant: what is in force, how it changes, and the kill switch.

use super::tenant::Tenant;
use crate::actor::Actor;
use crate::error::Result;
use crate::gate::{Halt, Routed, Rules, RulesEdit};

impl Tenant {
    /// The rules that the ledger has in force: the policy, the process areas, the approvers, the freezes, the kill switch.
    ///
    /// # Errors
    /// `io` and the like from the ledger.
    pub async fn rules(&self) -> Result<Rules> {
        self.gate().rules().await
    }

    /// Submits a change of the rules. It is a change like any other, always at level 2, and takes the strictest approval that
    /// the rules in force ask for anywhere, by those who are registered now: all roles of the policy and of every area, and
    /// the highest number of approvals. The titles of its steps say what differs. Whatever else changes of the rules before it
    /// starts voids its approvals, and what it takes the place of must be in force still. It runs during a halt and a freeze.
    ///
    /// ```
    /// # pollster::block_on(async {
    /// use vcto::gate::sshsig::MemoryKey;
    /// use vcto::gate::{Decided, NAMESPACE, Policy, Routed, RulesEdit, Verdict};
    /// use vcto::{Actor, Practice, PracticeOptions, TenantOptions};
    ///
    /// let alice = MemoryKey::from_seed(&[1; 32]);
    /// let bob = MemoryKey::from_seed(&[2; 32]);
    /// let people = format!("alice {}\nbob {}\n", alice.public_key(), bob.public_key());
    /// let practice = Practice::in_memory(PracticeOptions::default());
    /// let tenant = practice.create_tenant("halden", TenantOptions::region("eu").approvers(people)).await?;
    ///
    /// let edit = RulesEdit::new().policy(Policy { approvals: 2, ..Policy::default() });
    /// let by = Actor::person("carol");
    /// let Routed::Approval(staged) = tenant.change_rules(edit, "four eyes from now on", &by).await? else {
    ///     unreachable!("a change of the rules is at level 2");
    /// };
    /// assert_eq!(staged.change().steps[0].title.raw(), "Change the policy: approvals from 1 to 2");
    /// let text = staged.decision("alice", Verdict::Approve)?;
    /// let Decided::Approved(approved) = staged.decide(&text, alice.sign(NAMESPACE, &text)?).await? else {
    ///     unreachable!("one approval is what the old policy asks for");
    /// };
    /// approved.execute().await?;
    /// assert_eq!(tenant.rules().await?.policy.approvals, 2);
    /// # Ok::<(), vcto::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// `not_found` for a key, area or freeze that the edit names and the rules do not have; `invalid_input` where it changes
    /// nothing or a document is unfit; `denied` when nobody could approve it, or nobody could change the rules afterwards;
    /// `io` and the like.
    pub async fn change_rules(&self, edit: RulesEdit, reason: &str, by: &Actor) -> Result<Routed> {
        self.gate().change_rules(&edit, reason, by).await
    }

    /// Turns the kill switch on, at once: stopping is always safe, so anybody may who is named, an engine too. While it is on
    /// nothing starts, and what runs turns back before its next step; what is being taken back is taken back. Changes are
    /// submitted and decided as ever, and approvals stay. Only a change of the rules turns it off:
    /// [`RulesEdit::lift_halt`].
    ///
    /// Where it is on already, halts of several actors stand beside each other, and a new one takes the place of the own one: a change
    /// that lifts those that stood when it was submitted leaves later ones, and is not kept from being approved by them. Nothing is
    /// recorded where the own one has the same reason and no change waits that would lift it. At most 100 stand.
    ///
    /// # Errors
    /// `invalid_input` for an unfit name or a reason that is empty, longer than 1,000 bytes or of several lines; `too_large`
    /// where 100 halts stand; `io` and the like.
    pub async fn halt(&self, by: &Actor, reason: &str) -> Result<Halt> {
        self.gate().halt(by, reason).await
    }
}

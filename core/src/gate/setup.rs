//! How the gate of a tenant comes to be: the first records of its ledger.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::approver::{Approver, Register};
use super::engine::Gate;
use super::policy::{Policy, ProcessArea, check_areas};
use super::record::{ApproversSet, AreasSet, PolicySet, Record, SetupRight, TenantCreated};
use super::rules;
use super::state::Setup;
use crate::digest::hex;
use crate::error::{Error, ErrorKind, Result};
use crate::time::Entropy;

/// What a tenant begins with.
#[derive(Clone, Debug)]
pub(crate) struct FirstRules {
    pub(crate) policy: Policy,
    /// Besides the standard areas, or in place of one of them.
    pub(crate) areas: Vec<ProcessArea>,
    pub(crate) approvers: Vec<Approver>,
}

impl FirstRules {
    /// Checks everything before anything is made.
    ///
    /// # Errors
    /// `invalid_input`, with the place; also where the approvers are too few for the policy and the areas at this time or
    /// within 30 days.
    pub(crate) fn check(&self, at: Timestamp) -> Result<()> {
        self.policy.check()?;
        check_areas(&self.areas)?;
        let register = Register::new(self.approvers.iter().cloned(), 0)?;
        let setup = Setup {
            policy: Some(Arc::new(self.policy.clone())),
            areas: Some(Arc::new(rules::by_name(&all_areas(&self.areas)))),
            register: Some(Arc::new(register)),
            ..Setup::default()
        };
        rules::check_first(&setup, at)
    }
}

impl Gate {
    /// Writes the creation of a tenant: all its records or none.
    ///
    /// # Errors
    /// `conflict` when it is created already; `invalid_input` for unfit rules.
    pub(crate) async fn set_up(
        &self,
        tenant: &str,
        region: &str,
        rules: &FirstRules,
        entropy: &dyn Entropy,
    ) -> Result<()> {
        let mut nonce_key = [0; 32];
        entropy.fill(&mut nonce_key)?;
        let records: [Record; 4] = [
            TenantCreated {
                tenant: tenant.to_owned(),
                region: region.to_owned(),
                nonce_key: hex(&nonce_key),
            }
            .into(),
            PolicySet {
                right: SetupRight::Creation,
                policy: rules.policy.clone(),
            }
            .into(),
            AreasSet {
                right: SetupRight::Creation,
                areas: all_areas(&rules.areas),
            }
            .into(),
            ApproversSet {
                right: SetupRight::Creation,
                approvers: rules.approvers.clone(),
            }
            .into(),
        ];
        self.commit_all(&records).await
    }

    /// Gives a tenant that never had an approver its first ones.
    ///
    /// # Errors
    /// `denied` where it has or had some; `invalid_input` where they are too few for its policy and its areas.
    pub(crate) async fn set_first_approvers(&self, approvers: &[Approver]) -> Result<()> {
        self.commit(|_, _| {
            let record = ApproversSet {
                right: SetupRight::First,
                approvers: approvers.to_vec(),
            };
            Ok((Some(record.into()), ()))
        })
        .await
    }

    /// Whether nobody is or ever was an approver.
    pub(crate) async fn never_had_approvers(&self) -> Result<bool> {
        self.read(|state, _| Ok(state.setup.register()?.iter().next().is_none()))
            .await
    }

    /// Whether the creation of the tenant is complete.
    pub(crate) async fn is_set_up(&self) -> Result<bool> {
        self.read(|state, _| Ok(state.setup.is_complete())).await
    }

    /// Checks that the ledger is that of the tenant, and that its policy is the one that is expected.
    pub(crate) async fn check_identity(&self, tenant: &str, expected: Option<&Policy>) -> Result<()> {
        self.read(|state, _| {
            let identity = state.setup.tenant()?;
            if identity.name != tenant || identity.region != self.ledger().region() {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    format!("this is the ledger of {} in {}", identity.name, identity.region),
                ));
            }
            let in_force = state.setup.policy()?;
            match expected {
                Some(expected) if expected != in_force.as_ref() => Err(Error::new(
                    ErrorKind::Conflict,
                    "the policy in force is another than the one that the practice was opened with",
                )
                .remedy("a policy changes only through the ledger; open the practice with the one in force, or with none")
                .with("in_force", in_force.digest()?)
                .with("expected", expected.digest()?)),
                _ => Ok(()),
            }
        })
        .await
    }
}

/// The standard areas with those of the tenant: one of the same name takes the place.
fn all_areas(own: &[ProcessArea]) -> Vec<ProcessArea> {
    let named: BTreeSet<&str> = own.iter().map(|area| area.name.as_str()).collect();
    let standard = ProcessArea::standard();
    let kept = standard
        .into_iter()
        .filter(|area| !named.contains(area.name.as_str()));
    kept.chain(own.iter().cloned()).collect()
}

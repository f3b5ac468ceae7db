//! The tenants of a practice: made, opened, brought back.

use std::path::Path;
use std::sync::Arc;

use super::name;
use super::open::Practice;
use super::options::TenantOptions;
use super::tenant::{Open, Tenant};
use crate::error::{Error, ErrorKind, Result};
use crate::gate::{FirstRules, Gate, Policy};
use crate::ledger::{Ledger, Signer, VerifierKey, VerifyOptions};

impl Practice {
    /// Makes a tenant and opens it. Its approvers, policy and areas become the first records of its ledger. A creation that
    /// was interrupted is completed.
    ///
    /// A tenant can be made without approvers, and be given its first ones later by making it again with them, and with no areas
    /// and no policy but the one in force. From then on they change only by an approved change of the rules.
    ///
    /// # Errors
    /// `conflict` when there is one already; `invalid_input` for an unfit name, region, approver, policy or area, or when the
    /// policy and the areas ask for more persons or roles than there are approvers; `io` and the like.
    pub async fn create_tenant(&self, name: &str, options: TenantOptions) -> Result<Tenant> {
        self.create(name, options)
            .await
            .map_err(|error| error.during("practice.create_tenant"))
    }

    async fn create(&self, name: &str, options: TenantOptions) -> Result<Tenant> {
        name::check(name)?;
        let rules = self.first_rules(&options)?;
        let means = self.means()?;
        let (storage, keys) = self.place().to_make(name, &self.options().entropy)?;
        let created = Ledger::create(
            &storage,
            &self.place().origin_of(name),
            &options.region,
            self.ledger_options(name, &keys),
        )
        .await;
        let ledger = match created {
            // What an interrupted creation left is completed; a whole tenant is found out below.
            Err(error) if error.kind() == ErrorKind::Conflict => {
                let opened = Ledger::open(&storage, self.ledger_options(name, &keys)).await;
                opened.map_err(|error| self.with_remedy(name, error))?
            }
            Err(error) if error.kind() == ErrorKind::RollbackDetected => {
                let mark = self.lost(name).await?;
                return Err(mark.map_or(error, |mark| mark.lost(name)));
            }
            other => other?,
        };
        let exists = || Error::new(ErrorKind::Conflict, format!("there is a tenant `{name}` already"));
        let gate = Gate::open(ledger, means).await?;
        let is_set_up = gate.is_set_up().await?;
        if is_set_up && (rules.approvers.is_empty() || !gate.never_had_approvers().await?) {
            return Err(exists().remedy("`tenant` opens it"));
        }
        if gate.ledger().region() != options.region {
            return Err(exists().remedy("it was made, or begun, for another region"));
        }
        if is_set_up {
            if !options.areas.is_empty() {
                return Err(exists().remedy("only approvers can be given later: leave the areas out"));
            }
            let policy = options.policy.as_ref().or(self.options().policy.as_ref());
            gate.check_identity(name, policy).await?;
            gate.set_first_approvers(&rules.approvers).await?;
            return Ok(self.keep(name, gate));
        }
        gate.set_up(name, &options.region, &rules, &*self.options().entropy)
            .await?;
        Ok(self.keep(name, gate))
    }

    /// Makes a tenant of the bundle of its ledger, under the key that is here already.
    pub(crate) async fn bring_back(
        &self,
        name: &str,
        bundle: &Path,
        verify: &VerifyOptions,
    ) -> Result<Tenant> {
        name::check(name)?;
        let means = self.means()?;
        let found = self.place().to_bring_back(name, &self.options().entropy)?;
        let keys = &found.1;
        let origin = self.place().origin_of(name);
        let verify = match verify.expected_key() {
            None => verify
                .clone()
                .key(VerifierKey::new(&origin, keys.first().public_key(&origin)?)?),
            Some(expected) if expected.name() == origin => verify.clone(),
            Some(_) => {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    format!("the key is not that of `{origin}`"),
                ));
            }
        };
        let ledger = self.import_ledger(name, &found, bundle, &verify).await?;
        let gate = Gate::open(ledger, means).await?;
        Ok(self.keep(name, gate))
    }

    fn first_rules(&self, options: &TenantOptions) -> Result<FirstRules> {
        let policy = match (&options.policy, &self.options().policy) {
            (Some(own), Some(practice)) if own != practice => {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    "the policy of the tenant is another than the one that the practice was opened with",
                ));
            }
            (Some(policy), _) | (None, Some(policy)) => policy.clone(),
            (None, None) => Policy::default(),
        };
        let rules = FirstRules {
            policy,
            areas: options.areas.clone(),
            approvers: options.all_approvers()?,
        };
        rules.check(self.options().clock.now())?;
        Ok(rules)
    }

    /// Opens a tenant; never makes one.
    ///
    /// # Errors
    /// `not_found`, with near names; `rollback_detected` when its ledger is gone and its high-water mark is here, with the
    /// details `have` and `expected`; `unavailable` when its key is missing; `conflict` when the policy in force is another
    /// than that of the practice, or the creation was interrupted; `rollback_detected`, `corrupt`, `denied`, `io` and the like from its ledger.
    pub async fn tenant(&self, name: &str) -> Result<Tenant> {
        self.open_tenant(name)
            .await
            .map_err(|error| error.during("practice.tenant"))
    }

    async fn open_tenant(&self, name: &str) -> Result<Tenant> {
        if let Some(open) = self.opened(name) {
            return Ok(open);
        }
        let means = self.means()?;
        let ledger = self.ledger_of(name).await?;
        let gate = Gate::open(ledger, means).await?;
        gate.check_identity(name, self.options().policy.as_ref()).await?;
        Ok(self.keep(name, gate))
    }

    /// The names of the tenants, in order: those too of which only the high-water mark is left.
    ///
    /// # Errors
    /// `io`, `permission_denied`.
    pub fn tenants(&self) -> Result<Vec<String>> {
        self.place()
            .tenants()
            .map_err(|error| error.during("practice.tenants"))
    }

    /// The ledger of a tenant, whether the tenant can be worked with or not.
    pub(super) async fn ledger_of(&self, name: &str) -> Result<Ledger> {
        let found = self.find_ledger(name).await?;
        found.ok_or_else(|| self.absent(name))
    }

    pub(super) fn opened(&self, name: &str) -> Option<Tenant> {
        let open = self.open_tenants().get(name)?.upgrade()?;
        // After a fork the ledger's threads are not in this process: it is opened anew.
        (open.pid == std::process::id()).then(|| Tenant::of(open))
    }

    fn keep(&self, name: &str, gate: Gate) -> Tenant {
        let open = Arc::new(Open {
            name: name.to_owned(),
            gate,
            practice: self.clone(),
            pid: std::process::id(),
        });
        self.open_tenants().insert(name.to_owned(), Arc::downgrade(&open));
        Tenant::of(open)
    }
}

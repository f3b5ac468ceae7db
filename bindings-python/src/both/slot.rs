//! A value of the gate in the hands of the caller: spent once, whoever shares it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pollster::block_on;
use vcto::gate::{
    Approval, Approved, Automatic, HumanOnly, InDoubt, Notify, ProposalId, Resumed, Routed, Staged,
};
use vcto::{Error, ErrorKind, Result, Tenant};

/// What the ledger gives again for a proposal.
pub trait Again: Sized {
    /// The proposal.
    fn proposal(&self) -> ProposalId;

    /// This kind of value, where that is what the proposal is now.
    fn again(resumed: Resumed) -> Option<Self>;
}

macro_rules! again {
    ($($value:ty: $pattern:pat => $taken:ident;)*) => {$(
        impl Again for $value {
            fn proposal(&self) -> ProposalId {
                self.id()
            }

            fn again(resumed: Resumed) -> Option<Self> {
                match resumed {
                    $pattern => Some($taken),
                    _ => None,
                }
            }
        }
    )*};
}

again! {
    Approved: Resumed::Approved(value) => value;
    InDoubt: Resumed::InDoubt(value) => value;
    Staged<Approval>: Resumed::Routed(Routed::Approval(value)) => value;
    Staged<Automatic>: Resumed::Routed(Routed::Automatic(value)) => value;
    Staged<HumanOnly>: Resumed::Routed(Routed::HumanOnly(value)) => value;
    Staged<Notify>: Resumed::Routed(Routed::Notify(value)) => value;
}

/// Holds the value until it is spent.
pub struct Slot<T> {
    tenant: Tenant,
    value: Mutex<Option<T>>,
}

impl<T: Again> Slot<T> {
    /// Holds this value of a tenant.
    pub fn new(tenant: Tenant, value: T) -> Self {
        Self {
            tenant,
            value: Mutex::new(Some(value)),
        }
    }

    /// The tenant.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Looks at the value.
    pub fn read<R>(&self, look: impl FnOnce(&T) -> Result<R>) -> Result<R> {
        look(self.lock().as_ref().ok_or_else(spent)?)
    }

    /// Spends the value. Where that fails, and the ledger says that nothing came of it, the value is there again.
    pub fn spend<R>(&self, act: impl FnOnce(T) -> Result<R>) -> Result<R> {
        let value = self.lock().take().ok_or_else(spent)?;
        let id = value.proposal();
        act(value).inspect_err(|_| {
            if let Ok(resumed) = block_on(self.tenant.resume(id)) {
                *self.lock() = T::again(resumed);
            }
        })
    }

    /// Puts a value back: the gate gave the same kind again.
    pub fn put(&self, value: T) {
        *self.lock() = Some(value);
    }

    fn lock(&self) -> MutexGuard<'_, Option<T>> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn spent() -> Error {
    Error::new(ErrorKind::Consumed, "this value was used before")
        .remedy("`tenant.resume(id)` tells what the proposal is now")
}

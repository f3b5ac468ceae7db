//! What a practice and its tenants are set up with.

use std::path::PathBuf;
use std::sync::Arc;

use napi::JsValue;
use napi::bindgen_prelude::*;
use napi_derive::napi;
use vcto::{PracticeOptions, TenantOptions};

use crate::both::options;
use crate::both::read::within;
use crate::caller::text_of;
use crate::executor::Told;
use crate::gate::actor;

/// How to open a practice.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct OpenOptions<'a> {
    /// Who runs this process, the service `vcto` unless it is said: recorded with each execution, and never an approver of it.
    #[napi(ts_type = "string | Actor")]
    pub operator: Option<Either<String, Object<'a>>>,
    /// The name under which this practice's ledgers are known, as a URL without scheme.
    pub origin: Option<String>,
    /// The policy of this practice; what it leaves out is as in the default, and it can only be stricter.
    #[napi(ts_type = "Policy")]
    pub policy: Option<Object<'a>>,
    /// Tells the reviewer of what ran at level 1, and goes with `reviewer`. Without it level 1 asks as level 2 does.
    #[napi(ts_type = "Notifier")]
    pub notifier: Option<Function<'a, Unknown<'static>, Unknown<'static>>>,
    /// Who reviews what runs at level 1.
    pub reviewer: Option<String>,
    /// Tells of approved changes that were not started within their window. Goes with `notifier`.
    #[napi(ts_type = "Missed")]
    pub missed: Option<Function<'a, Unknown<'static>, Unknown<'static>>>,
    /// Where a practice in a database keeps the keys of its tenants and the marks of their ledgers; `~/.vcto` unless it is said.
    pub folder: Option<String>,
    /// Tenants whose ledger is opened although its high-water mark is missing, and `anchor/<region>` for the anchor log of a region:
    /// only for who has compared it with something that was kept elsewhere. It is recorded in the ledger, which gets a new mark. A
    /// machine that opens a practice in a database for the first time needs it too.
    pub accept_missing_mark: Option<Vec<String>>,
}

/// The options of core. Outside: what code of the caller's threw on the way.
pub fn practice_options(env: &Env, given: OpenOptions<'_>) -> Result<vcto::Result<PracticeOptions>> {
    let operator = given
        .operator
        .map(|operator| actor(env, "operator", operator))
        .transpose()?;
    let policy = written(env, "policy", given.policy, options::policy)?;
    let notifier = match (given.notifier, given.reviewer) {
        (Some(notify), Some(reviewer)) => {
            let mut notifier = Object::new(env)?;
            notifier.set_named_property("notify", notify)?;
            let tells_missed = given.missed.is_some();
            if let Some(missed) = given.missed {
                notifier.set_named_property("missed", missed)?;
            }
            Ok(Some(Told::of(env, reviewer, &notifier, tells_missed)?))
        }
        (None, None) if given.missed.is_none() => Ok(None),
        _ => Err(options::half_a_notifier()),
    };
    let made = || {
        let folder = given.folder.map(PathBuf::from);
        let made = options::with_folder(PracticeOptions::default(), folder);
        let mut made = options::without_marks(made, given.accept_missing_mark);
        if let Some(operator) = operator {
            made = made.operator(operator?);
        }
        if let Some(origin) = given.origin {
            made = made.origin(origin);
        }
        if let Some(policy) = policy {
            made = made.policy(policy?);
        }
        if let Some(notifier) = notifier? {
            made = made.notifier(Arc::new(notifier));
        }
        Ok(made)
    };
    Ok(made())
}

/// What a tenant is created with.
#[napi(object, object_to_js = false)]
pub struct CreateTenantOptions<'a> {
    /// The region to which its data belongs.
    pub region: String,
    /// The text of an `allowed_signers` file, where the principal is the person, or a list with parties and roles.
    #[napi(ts_type = "string | ApproverOptions[]")]
    pub approvers: Option<Either<String, Object<'a>>>,
    /// A policy of its own; what it leaves out is as in the default, and it can only be stricter.
    #[napi(ts_type = "Policy")]
    pub policy: Option<Object<'a>>,
    /// Process areas besides the standard ones, or in place of one of the same name.
    #[napi(ts_type = "ProcessArea[]")]
    pub areas: Option<Object<'a>>,
}

/// The options of core. Outside: what code of the caller's threw on the way.
pub fn tenant_options(env: &Env, given: CreateTenantOptions<'_>) -> Result<vcto::Result<TenantOptions>> {
    let (text, list) = match given.approvers {
        Some(Either::A(text)) => (Some(text), None),
        Some(Either::B(list)) => (None, Some(list)),
        None => (None, None),
    };
    let approvers = written(env, "approvers", list, options::approvers)?;
    let policy = written(env, "policy", given.policy, options::policy)?;
    let areas = written(env, "areas", given.areas, options::areas)?;
    let made = || {
        let mut made = TenantOptions::region(given.region);
        if let Some(text) = text {
            made = made.approvers(text);
        }
        if let Some(policy) = policy {
            made = made.policy(policy?);
        }
        made = approvers
            .transpose()?
            .into_iter()
            .flatten()
            .fold(made, TenantOptions::approver);
        Ok(areas
            .transpose()?
            .into_iter()
            .flatten()
            .fold(made, TenantOptions::area))
    };
    Ok(made())
}

/// What an object writes out; `what` names it in an error.
fn written<T>(
    env: &Env,
    what: &str,
    object: Option<Object<'_>>,
    read: impl FnOnce(&[u8]) -> vcto::Result<T>,
) -> Result<Option<vcto::Result<T>>> {
    let text = object
        .map(|object| text_of(env, object.to_unknown()))
        .transpose()?;
    Ok(text.map(|text| within(what, text).and_then(|text| read(&text))))
}

//! The audit ledger of a tenant, and proofs of it.

use napi::JsValue;
use napi::bindgen_prelude::*;
use napi_derive::napi;
use pollster::block_on;
use vcto::monitor::Monitor;

use crate::anchor::seconds;
use crate::both::anchor::Outside;
use crate::both::read::within;
use crate::both::told::Verified;
use crate::both::wanted::{Wanted, out_of_range};
use crate::caller::text_of;
use crate::json;
use crate::promise::{promise, watched};

/// How many entries are fetched at once.
const PAGE: usize = 256;

/// How to verify, and what was kept elsewhere: without it authenticity is `self_signed` and completeness `unanchored` at best.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct VerifyOptions<'a> {
    /// The key that signs the checkpoints, as `verifierKey` gives it.
    pub key: Option<String>,
    /// A checkpoint of the log, as `prove` gives it.
    pub checkpoint: Option<String>,
    /// Checkpoints of the region's anchor log that were kept outside, as texts or as `FileAnchor.kept` gives them: with one that holds,
    /// completeness is `ok`.
    #[napi(ts_type = "(string | KeptCheckpoint)[]")]
    pub anchors: Option<Object<'a>>,
    /// The key of the anchor log.
    pub anchor_key: Option<String>,
    /// How old what vouches for the log may be, in seconds, at the time `asOf`.
    pub fresh_within: Option<f64>,
    /// See `freshWithin`.
    #[napi(ts_type = "string | Date")]
    pub as_of: Option<String>,
    /// Leaves the payloads unread: a lesser check, which a changed payload passes, and whose integrity is `headers_only` at best.
    pub headers_only: Option<bool>,
    /// Stops the work.
    #[napi(ts_type = "AbortSignal")]
    pub signal: Option<Object<'a>>,
}

/// Which entries are wanted, and from where on.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct EntriesOptions<'a> {
    /// Of these types.
    pub types: Option<Vec<f64>>,
    /// From this place on.
    pub start: Option<f64>,
    /// Before this place.
    pub stop: Option<f64>,
    /// From this time on.
    #[napi(ts_type = "string | Date")]
    pub since: Option<String>,
    /// Before this time.
    #[napi(ts_type = "string | Date")]
    pub until: Option<String>,
    /// About this: the id of a proposal, an asset, a person.
    pub subject: Option<String>,
    /// Behind the entry that had this cursor.
    pub cursor: Option<String>,
    /// At most so many at once.
    pub limit: Option<f64>,
    /// Stops before the next entry.
    #[napi(ts_type = "AbortSignal")]
    pub signal: Option<Object<'a>>,
}

/// Which entries are wanted, away from the interpreter.
struct Page {
    types: Option<Vec<f64>>,
    start: Option<f64>,
    stop: Option<f64>,
    since: Option<String>,
    until: Option<String>,
    subject: Option<String>,
}

impl Page {
    fn wanted(self) -> vcto::Result<Wanted> {
        let place = |given: Option<f64>, name| given.map(|place| number(place, name)).transpose();
        let types = self
            .types
            .as_ref()
            .map(|types| types.iter().map(|one| number(*one, "types")));
        Ok(Wanted {
            types: types.map(Iterator::collect::<vcto::Result<_>>).transpose()?,
            start: place(self.start, "start")?,
            stop: place(self.stop, "stop")?,
            since: self.since,
            until: self.until,
            subject: self.subject,
        })
    }
}

/// The largest whole number that JavaScript tells from its neighbours.
const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

/// A number of JavaScript as core has it: whole, and as large as it may be.
pub fn number<T: TryFrom<u64>>(given: f64, place: &'static str) -> vcto::Result<T> {
    let is_whole = given.fract() == 0.0 && (0.0..=MAX_SAFE).contains(&given);
    let whole = is_whole
        .then(|| format!("{given:.0}").parse::<u64>().ok())
        .flatten();
    let fit = whole.and_then(|number| T::try_from(number).ok());
    fit.ok_or_else(|| out_of_range(place))
}

/// The audit ledger of a tenant.
#[napi]
pub struct Ledger(pub(crate) vcto::Tenant);

#[napi]
impl Ledger {
    /// The name under which the log is known.
    #[napi(getter)]
    pub fn origin(&self) -> &str {
        self.0.ledger().origin()
    }

    /// How many entries there are.
    #[napi(ts_return_type = "Promise<number>")]
    pub fn size<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let tenant = self.0.clone();
        promise(
            env,
            move || block_on(tenant.ledger().size()),
            |_, size| i64::try_from(size).map_err(|error| Error::from_reason(error.to_string())),
        )
    }

    /// The key that signs its checkpoints. Keep it elsewhere.
    #[napi(getter)]
    pub fn verifier_key(&self) -> String {
        self.0.ledger().verifier_key().to_string()
    }

    /// How far the entry at this place has come: `durable`, `included` under a checkpoint that the log has signed, or `anchored`
    /// once an anchor outside keeps a checkpoint over it. Signs the log where the entry is not under a checkpoint yet.
    #[napi(ts_return_type = "Promise<'durable' | 'included' | 'anchored'>")]
    pub fn level<'env>(&self, env: &'env Env, seq: f64) -> Result<Object<'env>> {
        let tenant = self.0.clone();
        promise(
            env,
            move || block_on(tenant.level_of(number(seq, "seq")?)),
            |_, level| Ok(level.as_str()),
        )
    }

    /// A page of entries behind a cursor, checked and opened: what `entries` gives one by one.
    #[napi(ts_return_type = "Promise<LedgerPage>")]
    pub fn read_on<'env>(&self, env: &'env Env, options: Option<EntriesOptions<'_>>) -> Result<Object<'env>> {
        let tenant = self.0.clone();
        let given = options.unwrap_or_default();
        // A page is short: only whether it is begun is asked. A listener for each would pile up on the signal.
        let monitor = Monitor::default();
        if let Some(signal) = given.signal
            && signal.get_named_property("aborted")?
        {
            monitor.cancel();
        }
        let (cursor, limit) = (given.cursor, given.limit);
        let wanted = Page {
            types: given.types,
            start: given.start,
            stop: given.stop,
            since: given.since,
            until: given.until,
            subject: given.subject,
        };
        promise(
            env,
            move || {
                monitor.check().map_err(|error| error.during("ledger.read"))?;
                let ledger = tenant.ledger();
                let cursor = cursor.as_deref().map(str::parse).transpose()?;
                let limit = limit.map_or(Ok(PAGE), |limit| number(limit, "limit"))?;
                let selection = wanted.wanted()?.selection()?;
                block_on(ledger.read_on(&selection, &cursor.unwrap_or_else(|| ledger.start()), limit))
            },
            |env, page| json::result(env, &page),
        )
    }

    /// Verifies every entry: one verdict for each question, never a bare "valid". Where there were rounds, the log is compared with
    /// the anchor log of its region.
    #[napi(ts_return_type = "Promise<Verification>")]
    pub fn verify<'env>(&self, env: &'env Env, options: Option<VerifyOptions<'_>>) -> Result<Object<'env>> {
        let tenant = self.0.clone();
        let options = options.unwrap_or_default().into_core(env)?;
        promise(
            env,
            move || block_on(tenant.verify(&options()?)),
            |env, verification| json::result(env, &Verified::of(&verification)),
        )
    }
}

/// Verifies a proof that `prove` wrote, or the ledger bundle alone: the verdicts of `Ledger.verify`, without keys.
#[napi(ts_return_type = "Promise<Verification>")]
pub fn verify_bundle<'env>(
    env: &'env Env,
    directory: String,
    options: Option<VerifyOptions<'_>>,
) -> Result<Object<'env>> {
    let options = options.unwrap_or_default().into_core(env)?;
    promise(
        env,
        move || vcto::proof::verify_bundle(directory, &options()?),
        |env, verification| json::result(env, &Verified::of(&verification)),
    )
}

/// The statements that set a PostgreSQL database up for vcto, for its owner to run.
#[napi]
pub fn postgres_schema() -> &'static str {
    vcto::ledger::postgres_schema()
}

impl VerifyOptions<'_> {
    /// What makes the options of core, away from the interpreter.
    pub fn into_core(
        self,
        env: &Env,
    ) -> Result<impl FnOnce() -> vcto::Result<vcto::ledger::VerifyOptions> + Send + use<>> {
        let monitor = watched(env, self.signal)?;
        let (key, checkpoint) = (self.key, self.checkpoint);
        let headers_only = self.headers_only.unwrap_or_default();
        let anchors = self.anchors.map(|anchors| text_of(env, anchors.to_unknown()));
        let anchors = anchors.transpose()?;
        let (anchor_key, fresh_within, as_of) = (self.anchor_key, self.fresh_within, self.as_of);
        Ok(move || {
            let mut options = vcto::ledger::VerifyOptions::default().monitor(monitor);
            if headers_only {
                options = options.headers_only();
            }
            if let Some(key) = key {
                options = options.key(key.parse()?);
            }
            if let Some(note) = checkpoint {
                options = options.seen_checkpoint(note);
            }
            let outside = Outside {
                anchors: anchors.map(|text| within("anchors", text)).transpose()?,
                key: anchor_key,
                fresh_within: seconds(fresh_within, "freshWithin")?,
                as_of,
            };
            outside.add(options)
        })
    }
}

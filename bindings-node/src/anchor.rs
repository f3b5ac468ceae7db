//! Anchors outside: a folder, a webhook, and those that are written in JavaScript.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use napi::ValueType;
use napi::bindgen_prelude::*;
use napi_derive::napi;
use vcto::ledger::{Anchor, AnchorRequest, Kept};
use vcto::text::Plain;

use crate::both::anchor::{Asked, Evidence, KeptFile, kept};
use crate::both::read::value;
use crate::caller::{Caller, Subject};
use crate::error::OrThrow;
use crate::json;
use crate::promise::promise;

/// How to do a round.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct AnchorOptions {
    /// Takes a log that did not grow too when its last head is as old as this, in seconds.
    pub heartbeat: Option<f64>,
}

/// A time in seconds of JavaScript as core has it.
pub fn seconds(given: Option<f64>, place: &'static str) -> vcto::Result<Option<Duration>> {
    let duration = given.map(Duration::try_from_secs_f64).transpose();
    duration.map_err(|error| vcto::Error::new(vcto::ErrorKind::InvalidInput, error.to_string()).at(place))
}

/// Keeps each checkpoint of an anchor log as a file of its own in a folder, and never writes over one. It is worth as much as the
/// folder is out of reach of who could change the practice's.
#[napi]
pub struct FileAnchor {
    pub(crate) inner: vcto::ledger::FileAnchor,
    name: String,
    folder: String,
}

#[napi]
impl FileAnchor {
    /// An anchor of this name over this folder, which is made when it is first used.
    #[napi(constructor)]
    pub fn new(name: String, folder: String) -> Self {
        let inner = vcto::ledger::FileAnchor::new(&name, &folder);
        Self { inner, name, folder }
    }

    /// Its name in the records of the anchor logs.
    #[napi(getter)]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the checkpoints are.
    #[napi(getter)]
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// What it keeps of the anchor log of this origin, by size: what `verify` takes as `anchors`.
    #[napi(ts_return_type = "Promise<KeptCheckpoint[]>")]
    pub fn kept<'env>(&self, env: &'env Env, origin: String) -> Result<Object<'env>> {
        let inner = self.inner.clone();
        promise(
            env,
            move || inner.kept(&origin),
            |env, kept| json::plain(env, &KeptFile::of(&kept)),
        )
    }
}

/// Posts each checkpoint of an anchor log to a URL, signed as Standard Webhooks says.
#[napi]
pub struct WebhookAnchor {
    pub(crate) inner: Arc<vcto::ledger::WebhookAnchor>,
    name: String,
}

#[napi]
impl WebhookAnchor {
    /// An anchor of this name behind this URL: `https`, or plain `http` to the loopback address. The secret is `whsec_` and base64.
    #[napi(constructor)]
    pub fn new(env: &Env, name: String, url: String, secret: String) -> Result<Self> {
        let inner = vcto::ledger::WebhookAnchor::new(&name, url, &secret).or_throw(env)?;
        Ok(Self {
            inner: Arc::new(inner),
            name,
        })
    }

    /// Its name in the records of the anchor logs.
    #[napi(getter)]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Reads and checks the evidence that a log has told two stories, as `FileAnchor` leaves it (`split-view-*.json`): two checkpoints
/// that its key signed and that contradict each other. Offline, for anybody; compare `key` with the log's.
#[napi(ts_return_type = "SplitView")]
pub fn split_view(env: &Env, evidence: Either<String, Uint8Array>) -> Result<Object<'_>> {
    let split = match &evidence {
        Either::A(text) => vcto::ledger::SplitView::parse(text.as_bytes()),
        Either::B(bytes) => vcto::ledger::SplitView::parse(bytes),
    };
    json::plain(env, &Evidence::of(&split.or_throw(env)?))
}

/// An object with the members of the interface `Anchor`.
pub struct WrittenAnchor {
    name: String,
    caller: Caller,
}

impl WrittenAnchor {
    /// Takes an object in: its name is read here and now.
    pub fn of(env: &Env, object: &Object<'_>) -> Result<Self> {
        let type_of = |name: &str| object.get_named_property::<Unknown<'_>>(name)?.get_type();
        if type_of("name")? != ValueType::String || type_of("keep")? != ValueType::Function {
            let message = "an anchor has a `name` and a method `keep`";
            let error = vcto::Error::new(vcto::ErrorKind::InvalidInput, message);
            return Err(error.at("anchor").during("practice.register_anchor")).or_throw(env);
        }
        let name: String = object.get_named_property("name")?;
        Ok(Self {
            caller: Caller::of(env, object, format!("the anchor `{}`", Plain(&name)))?,
            name,
        })
    }
}

impl fmt::Debug for WrittenAnchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrittenAnchor")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Anchor for WrittenAnchor {
    fn name(&self) -> &str {
        &self.name
    }

    async fn keep(&self, request: &AnchorRequest) -> vcto::Result<Kept> {
        let asked = value(&Asked::of(request))?;
        kept(self.caller.call("keep", Subject::Told(asked)))
    }
}

//! An anchor that is called over HTTP, with a signature by Standard Webhooks.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures_channel::oneshot;
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};
use zeroize::Zeroizing;

use super::outside::{Anchor, AnchorRequest, Kept};
use crate::digest::hex;
use crate::error::{Error, ErrorKind, Result};

/// How long a call may take in all, unless it is said.
const PATIENCE: Duration = Duration::from_secs(20);
/// The most that is read of an answer, in bytes.
const MAX_ANSWER: u64 = 16 << 10;
/// The longest URL, in bytes.
const MAX_URL: usize = 2_048;
/// How long the key of a secret may be, in bytes, as the specification says.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Posts each checkpoint of an anchor log to a URL, as JSON, signed as [Standard Webhooks](https://www.standardwebhooks.com) says:
/// `webhook-id` names the checkpoint and is the same in every try, so that a receiver knows what it has; `webhook-timestamp` is
/// the time of the try, in seconds; `webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over id, timestamp and body with
/// dots between.
///
/// ```json
/// {"type": "vcto.anchor.checkpoint", "timestamp": "2026-11-22T08:00:00Z",
///  "data": {"checkpoint": "<signed note>", "consistency": ["<base64>"], "from": 40, "handovers": ["<signed note>"],
///           "origin": "example.org/anchor/eu", "size": 42, "vkey": "<key>"}}
/// ```
///
/// `timestamp` is the time of the newest entry under the checkpoint, by the clock of the log: what happened, not when it was
/// told. `consistency` shows that the log begins with the `from` entries that this anchor confirmed last (RFC 9162, 2.1.4.1); it is
/// empty where `from` is 0. `handovers` are as in [`AnchorRequest`], and left out where there are none. A status from 200 to 299 with a whole answer is a confirmation, and the answer is recorded. Anything
/// else is a failure: `Retry-After` in seconds is heeded, a redirect is not followed. A call takes at most 20 seconds, or [what is said](Self::patience).
///
/// The URL is `https`; plain `http` is for the loopback address only. No proxy is used.
pub struct WebhookAnchor {
    name: String,
    url: String,
    key: Arc<Zeroizing<Vec<u8>>>,
    agent: Agent,
}

#[derive(Serialize)]
struct Message<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    checkpoint: &'a str,
    consistency: Vec<String>,
    from: u64,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    handovers: &'a [String],
    origin: &'a str,
    size: u64,
    vkey: String,
}

/// A call that is ready to be made.
struct Call {
    url: String,
    id: String,
    timestamp: String,
    signature: String,
    body: Vec<u8>,
}

impl WebhookAnchor {
    /// An anchor of this name behind this URL. The secret is `whsec_` and the base64 of 24 to 64 bytes.
    ///
    /// # Errors
    /// `invalid_input` for an unfit URL or secret; `unavailable` where the system has no certificates to trust.
    pub fn new(name: impl Into<String>, url: impl Into<String>, secret: &str) -> Result<Self> {
        let url = url.into();
        check_url(&url).map_err(during)?;
        Ok(Self {
            name: name.into(),
            key: Arc::new(key(secret).map_err(during)?),
            agent: agent(&url, PATIENCE).map_err(during)?,
            url,
        })
    }

    /// Waits so long for an answer, all in all; 20 seconds unless it is said.
    ///
    /// # Errors
    /// `unavailable` where the system has no certificates to trust.
    pub fn patience(mut self, limit: Duration) -> Result<Self> {
        self.agent = agent(&self.url, limit).map_err(during)?;
        Ok(self)
    }

    async fn call(&self, request: &AnchorRequest) -> Result<Call> {
        let checkpoint = &request.checkpoint;
        let (from, size) = (request.confirmed, checkpoint.size());
        let consistency = match from {
            0 => Vec::new(),
            _ => request.prove_consistency(from, size).await?.hashes,
        };
        let message = Message {
            kind: "vcto.anchor.checkpoint",
            timestamp: request.time().await?,
            data: Data {
                checkpoint: checkpoint.note(),
                consistency: consistency
                    .iter()
                    .map(|hash| BASE64_STANDARD.encode(hash))
                    .collect(),
                from,
                handovers: &request.handovers,
                origin: checkpoint.origin(),
                size,
                vkey: request.key.to_string(),
            },
        };
        let body = serde_json::to_vec(&message).map_err(|source| {
            Error::new(ErrorKind::Internal, "a checkpoint does not serialise").caused_by(source)
        })?;
        let id = format!("msg_{}", hex(&Sha256::digest(checkpoint.note())));
        let timestamp = request.at.as_second().to_string();
        let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", &body].concat();
        Ok(Call {
            url: self.url.clone(),
            signature: format!("v1,{}", BASE64_STANDARD.encode(hmac_sha256(&self.key, &signed))),
            id,
            timestamp,
            body,
        })
    }
}

#[async_trait]
impl Anchor for WebhookAnchor {
    fn name(&self) -> &str {
        &self.name
    }

    async fn keep(&self, request: &AnchorRequest) -> Result<Kept> {
        let call = self.call(request).await.map_err(during)?;
        let agent = self.agent.clone();
        let (reply, answer) = oneshot::channel();
        // The caller may be an async runtime, in which nothing must wait.
        std::thread::Builder::new()
            .name("vcto-webhook".to_owned())
            .spawn(move || {
                let _ = reply.send(post(&agent, &call));
            })
            .map_err(|source| Error::io(source, "thread"))?;
        let ended = |_| Error::new(ErrorKind::Internal, "the webhook's thread has ended");
        answer.await.map_err(ended)?.map_err(during)
    }
}

impl fmt::Debug for WebhookAnchor {
    /// Without the URL, which may hold a secret of the receiver's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookAnchor")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

fn post(agent: &Agent, call: &Call) -> Result<Kept> {
    let sent = agent
        .post(&call.url)
        .header("content-type", "application/json")
        .header("webhook-id", &call.id)
        .header("webhook-timestamp", &call.timestamp)
        .header("webhook-signature", &call.signature)
        .send(&call.body[..]);
    // What the client says of a failure may repeat the URL.
    let failed = |what: &str| Error::new(ErrorKind::Unavailable, what);
    let response = sent.map_err(|error| match error {
        ureq::Error::Timeout(_) => failed("the webhook did not answer in time"),
        ureq::Error::HostNotFound => failed("the webhook's host is not found"),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => failed(TLS),
        ureq::Error::Io(source) if is_tls(&source) => failed(TLS),
        _ => failed("the webhook cannot be reached, or does not answer in HTTP"),
    })?;
    let status = response.status().as_u16();
    if (200..300).contains(&status) {
        return confirmed(response.into_body());
    }
    let retry_after = response
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok());
    let retry_after = retry_after.and_then(|value| value.parse::<u32>().ok());
    let error = refused(status).with("status", status);
    Err(match retry_after {
        Some(seconds) => error.with("retry_after", seconds),
        None => error,
    })
}

const TLS: &str = "the webhook's certificate or TLS is not accepted";

fn is_tls(error: &std::io::Error) -> bool {
    let inner: Option<&(dyn std::error::Error + Send + Sync)> = error.get_ref();
    matches!(inner, Some(inner) if inner.is::<rustls::Error>())
}

/// A confirmation counts when it came whole; its text is recorded where it is one.
fn confirmed(mut body: Body) -> Result<Kept> {
    let answer = body.with_config().limit(MAX_ANSWER).read_to_vec();
    let answer = answer.map_err(|_| {
        Error::new(
            ErrorKind::Unavailable,
            "the webhook's answer is cut off, too slow or larger than 16 KiB",
        )
    })?;
    Ok(match String::from_utf8(answer) {
        Ok(answer) if !answer.is_empty() => Kept::answering(answer),
        _ => Kept::silently(),
    })
}

fn refused(status: u16) -> Error {
    let (kind, what) = match status {
        300..400 => (ErrorKind::Denied, "redirects, which is not followed"),
        409 => (ErrorKind::Conflict, "holds something that contradicts this"),
        408 | 425 | 429 | 500.. => (ErrorKind::Unavailable, "cannot take it now"),
        _ => (ErrorKind::Denied, "refuses it"),
    };
    Error::new(kind, format!("the webhook {what}: status {status}"))
}

fn agent(url: &str, patience: Duration) -> Result<Agent> {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .timeout_global(Some(patience))
        .user_agent(concat!("vcto/", env!("CARGO_PKG_VERSION")));
    if url.starts_with("https:") {
        let found = rustls_native_certs::load_native_certs().certs;
        if found.is_empty() {
            return Err(Error::new(
                ErrorKind::Unavailable,
                "the system has no certificates to trust",
            ));
        }
        let roots: Vec<_> = found
            .iter()
            .map(|certificate| Certificate::from_der(certificate).to_owned())
            .collect();
        config = config.tls_config(
            TlsConfig::builder()
                .root_certs(RootCerts::new_with_certs(&roots))
                .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .build(),
        );
    }
    Ok(config.build().new_agent())
}

/// `https`, or the loopback address.
fn check_url(url: &str) -> Result<()> {
    let refuse = |message: &str| Err(Error::new(ErrorKind::InvalidInput, message).at("url"));
    if url.len() > MAX_URL || url.bytes().any(|byte| byte <= b' ' || byte >= 0x7f) {
        return refuse("a URL has at most 2,048 bytes, all of them visible ASCII");
    }
    if url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty()) {
        return Ok(());
    }
    let host = url
        .strip_prefix("http://")
        .and_then(|rest| rest.split(['/', '?', '#']).next());
    let is_loopback = host.filter(|host| !host.contains('@')).is_some_and(|host| {
        let name = host.strip_prefix("[::1]").map_or_else(
            || host.split(':').next().unwrap_or_default(),
            |rest| {
                if rest.is_empty() || rest.starts_with(':') {
                    "localhost"
                } else {
                    ""
                }
            },
        );
        matches!(name, "localhost" | "127.0.0.1")
    });
    if is_loopback {
        return Ok(());
    }
    refuse("the URL of a webhook begins with `https://`, or is plain `http` to the loopback address")
}

fn key(secret: &str) -> Result<Zeroizing<Vec<u8>>> {
    let decoded = secret
        .strip_prefix("whsec_")
        .and_then(|encoded| BASE64_STANDARD.decode(encoded).ok())
        .map(Zeroizing::new);
    decoded
        .filter(|key| KEY_BYTES.contains(&key.len()))
        .ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidInput,
                "a secret is `whsec_` and the base64 of 24 to 64 bytes",
            )
            .at("secret")
        })
}

/// HMAC (RFC 2104) with SHA-256.
fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut block = Zeroizing::new([0u8; BLOCK]);
    let hashed = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(key)));
    let key = if key.len() > BLOCK { hashed.as_slice() } else { key };
    for (slot, byte) in block.iter_mut().zip(key) {
        *slot = *byte;
    }
    let pad = |with: u8| Zeroizing::new(block.map(|byte| byte ^ with));
    let inner = Sha256::new()
        .chain_update(*pad(0x36))
        .chain_update(message)
        .finalize();
    Sha256::new()
        .chain_update(*pad(0x5c))
        .chain_update(inner)
        .finalize()
        .into()
}

fn during(error: Error) -> Error {
    error.during("anchor.webhook")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, 4.2, 4.3 and 4.7.
    #[test]
    fn the_hmac_is_that_of_the_rfc() {
        let long = [0xaa; 131];
        let cases: [(&[u8], &[u8], &str); 3] = [
            (
                &[0x0b; 20],
                b"Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &long,
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (key, message, expected) in cases {
            assert_eq!(hex(&hmac_sha256(key, message)), expected);
        }
    }

    #[test]
    fn only_https_or_the_loopback_address_is_called() {
        for good in [
            "https://example.org/hook",
            "http://127.0.0.1:8080/x",
            "http://localhost",
            "http://[::1]:80/",
        ] {
            assert!(check_url(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "https://",
            "ftp://example.org",
            "http://example.org/",
            "http://127.0.0.1.example.org/",
            "http://localhost@example.org/",
            "http://localhost:80@example.org/",
            "http://[::1].example.org/",
            "https://example.org/\r\nx: y",
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_has_its_form_and_is_never_repeated() {
        assert!(key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_ok());
        for bad in [
            "",
            "whsec_",
            "whsec_c2hvcnQ=",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_$$$",
        ] {
            let error = key(bad).unwrap_err();
            assert!(bad.len() < 8 || !error.to_string().contains(bad), "{error}");
        }
    }
}

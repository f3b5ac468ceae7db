//! Passkeys of browsers as signers of decisions.

use napi::bindgen_prelude::*;
use napi_derive::napi;
use vcto::gate::{NAMESPACE, sshsig};

use crate::error::OrThrow;

/// The challenge for `navigator.credentials.get`, with which a passkey signs the text of a decision.
#[napi]
pub fn passkey_challenge(env: &Env, text: &[u8]) -> Result<Buffer> {
    let challenge = sshsig::passkey_challenge(NAMESPACE, text).or_throw(env)?;
    Ok(challenge.into())
}

/// The key of a passkey as an approver has it: from the relying party, a domain, and what `getPublicKey()` gave when the passkey
/// was made with `alg: -7`.
#[napi]
pub fn passkey_key(env: &Env, relying_party: String, public_key: &[u8]) -> Result<String> {
    let key = sshsig::passkey_key(&relying_party, public_key).or_throw(env)?;
    Ok(key.to_string())
}

/// The parts of an assertion, as the response of `navigator.credentials.get` has them.
#[napi(object, object_to_js = false)]
pub struct PasskeyAssertion {
    /// `response.authenticatorData`.
    pub authenticator_data: Uint8Array,
    /// `response.clientDataJSON`.
    #[napi(js_name = "clientDataJSON")]
    pub client_data_json: Uint8Array,
    /// `response.signature`.
    pub signature: Uint8Array,
}

/// Packs an assertion as the signature of a decision. `key` is that of the approver. Stock `ssh-keygen -Y verify` accepts it
/// too.
#[napi]
pub fn passkey_signature(env: &Env, key: String, assertion: PasskeyAssertion) -> Result<String> {
    let packed = key.parse().and_then(|key| {
        sshsig::passkey_signature(
            &key,
            NAMESPACE,
            &assertion.authenticator_data,
            &assertion.client_data_json,
            &assertion.signature,
        )
    });
    packed.or_throw(env)
}

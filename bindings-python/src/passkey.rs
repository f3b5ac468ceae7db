//! Passkeys of browsers as signers of decisions.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use vcto::gate::{NAMESPACE, sshsig};

use crate::error::Result;

/// The challenge for `navigator.credentials.get`, with which a passkey signs the text of a decision.
#[pyfunction]
pub fn passkey_challenge<'py>(py: Python<'py>, text: &[u8]) -> Result<Bound<'py, PyBytes>> {
    Ok(PyBytes::new(py, &sshsig::passkey_challenge(NAMESPACE, text)?))
}

/// The key of a passkey as an approver has it: from the relying party, a domain, and what `getPublicKey()` gave when the passkey
/// was made with `alg: -7`.
#[pyfunction]
pub fn passkey_key(relying_party: &str, public_key: &[u8]) -> Result<String> {
    Ok(sshsig::passkey_key(relying_party, public_key)?.to_string())
}

/// Packs an assertion as the signature of a decision: `authenticatorData`, `clientDataJSON` and `signature` of the response.
/// `key` is that of the approver. Stock `ssh-keygen -Y verify` accepts it too.
#[pyfunction]
pub fn passkey_signature(
    key: &str,
    authenticator_data: &[u8],
    client_data: &[u8],
    signature: &[u8],
) -> Result<String> {
    let key = key.parse()?;
    let packed = sshsig::passkey_signature(&key, NAMESPACE, authenticator_data, client_data, signature);
    Ok(packed?)
}

//! A signer in this process, for demonstrations and tests.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

use super::proof::Proof;
use super::{PublicKey, Signature, is_namespace, malformed, signed_data};
use crate::error::Result;
use crate::time::Entropy;

/// A private key that lives in this process's memory, for demonstrations and tests.
///
/// People sign with `ssh-keygen`, an agent or a security token, whose keys this crate never sees. The key is wiped when the
/// value is dropped, is not shown, and cannot be written out.
pub struct MemoryKey(SigningKey);

impl MemoryKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// `unavailable` when there is no entropy.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        entropy.fill(seed.as_mut_slice())?;
        Ok(Self::from_seed(&seed))
    }

    /// The key of this seed (RFC 8032, 5.1.5). Whoever knows the seed can sign.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public part.
    pub fn public_key(&self) -> PublicKey {
        PublicKey::of_valid(self.0.verifying_key().to_bytes())
    }

    /// Signs as `ssh-keygen -Y sign -n NAMESPACE` does: the armoured text is the same byte for byte.
    ///
    /// # Errors
    /// `invalid_input` when the namespace is empty, longer than 128 bytes, or not plain ASCII.
    pub fn sign(&self, namespace: &str, message: &[u8]) -> Result<String> {
        if !is_namespace(namespace) {
            return Err(
                malformed("the namespace is empty, too long, or not plain ASCII").during("sshsig.sign")
            );
        }
        let signature = Signature {
            key: self.public_key(),
            namespace: namespace.to_owned(),
            proof: Proof::Ed25519(self.0.sign(&signed_data(namespace, message)).to_bytes()),
        };
        Ok(signature.to_armour())
    }
}

impl fmt::Debug for MemoryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryKey({:?})", self.public_key())
    }
}

//! What the threads of one open ledger share: identity, keys, options; and how a log comes to be.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::checkpoint::Checkpoint;
use super::entry::{EntryType, LogId};
use super::header::{Aead, Codec, Header};
use super::keys::{KeyContext, KeyPurpose, Secret};
use super::note::{VerifierKey, check_name};
use super::options::LedgerOptions;
use super::seal::{KeyRing, clear, epoch_commitment};
use super::signing::Signing;
use super::store::{Batch, Identity, Sealed, Storage, Store, StoredCheckpoint, WrappedKey};
use super::tree::{Tree, leaf_hash};
use crate::error::{Error, ErrorKind, Result};
use crate::text::is_unsafe_to_show;
use crate::time::Clock;

/// The format of a log, first in its genesis.
pub(super) const LOG_FORMAT: &str = "vcto.log/1";

/// What every thread of an open ledger needs.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) storage: Storage,
    pub(super) options: LedgerOptions,
    pub(super) identity: Identity,
    pub(super) ring: KeyRing,
    first: Signing,
}

/// The payload of the first entry: readable to everybody, and the root of everything else.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Genesis {
    pub(super) format: String,
    pub(super) log_id: String,
    pub(super) origin: String,
    pub(super) region: String,
    /// `rfc6962-sha256`.
    pub(super) tree: String,
    /// The verifier key of the log.
    pub(super) vkey: String,
    /// Base64 of the commitment to the key of epoch 0.
    pub(super) epoch_commitment: String,
}

pub(super) const TREE: &str = "rfc6962-sha256";

impl Session {
    /// Opens the keys of a log that is there.
    pub(super) fn open(storage: Storage, options: LedgerOptions) -> Result<Self> {
        let mut store = storage.backend().connect()?;
        let identity = store.identity()?;
        check_name(&identity.origin)?;
        let first = Signing::open(&mut *store, &identity, &options)?;
        let ring = open_keys(&identity, &store.keys()?, &options)?;
        Ok(Self {
            storage,
            options,
            identity,
            ring,
            first,
        })
    }

    /// Who signs now, as far as is known.
    pub(super) fn signing(&self) -> &Signing {
        self.first.newest()
    }

    /// Who signs a log of this size.
    pub(super) fn signing_at(&self, size: u64) -> &Signing {
        self.first.at(size)
    }

    /// Who signs now, as it is stored.
    ///
    /// # Errors
    /// `denied` when the log has handed over to a key that is not at hand, `unavailable` when that key is missing.
    pub(super) fn follow(&self, store: &mut dyn Store) -> Result<&Signing> {
        self.first.follow(store, &self.identity, &self.options)
    }
}

/// Makes a new log with its genesis entry, signed.
pub(super) fn create(storage: &Storage, origin: &str, region: &str, options: &LedgerOptions) -> Result<()> {
    check_origin(origin)?;
    let fits = |c: char| !c.is_whitespace() && !is_unsafe_to_show(c);
    if region.is_empty() || region.len() > 64 || !region.chars().all(fits) {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            "a region has 1 to 64 bytes, and no white space or characters that do not show",
        )
        .at("region"));
    }
    let mut log_id = LogId([0; 16]);
    options.entropy.fill(&mut log_id.0)?;
    let identity = Identity {
        log_id,
        origin: origin.to_owned(),
        region: region.to_owned(),
    };
    let key = VerifierKey::new(origin, options.signer.public_key(origin)?)?;
    let epoch = Secret::draw(&*options.entropy)?;
    let blinding = Secret::draw(&*options.entropy)?;
    let keys = [(KeyPurpose::Epoch(0), &epoch), (KeyPurpose::Blinding, &blinding)]
        .map(|(purpose, secret)| wrap(&identity, purpose, secret, options))
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    let entry = genesis(&identity, &key, &epoch, &*options.clock)?;
    let mut tree = Tree::default();
    tree.push(entry.leaf_hash);
    let checkpoint = Checkpoint::sign(origin, 1, tree.root(), &*options.signer)?;
    let note = checkpoint.note().to_owned();
    let batch = Batch {
        entries: vec![entry],
        tiles: Vec::new(),
        checkpoint: Some(StoredCheckpoint {
            size: 1,
            note: note.clone(),
        }),
    };
    let mut batch = Some(batch);
    storage
        .backend()
        .create(&identity, &keys, &mut || Ok(batch.take()), &note)
}

/// Whether this can name a log.
pub(crate) fn check_origin(origin: &str) -> Result<()> {
    if check_name(origin).is_ok() && !origin.chars().any(is_unsafe_to_show) {
        return Ok(());
    }
    let text = "an origin has 1 to 255 bytes, and no white space, `+` or characters that do not show";
    Err(Error::new(ErrorKind::InvalidInput, text)
        .at("origin")
        .remedy("a URL without its scheme is usual: `example.org/name`"))
}

fn genesis(identity: &Identity, key: &VerifierKey, epoch: &Secret, clock: &dyn Clock) -> Result<Sealed> {
    let payload = serde_json::to_vec(&Genesis {
        format: LOG_FORMAT.to_owned(),
        log_id: identity.log_id.to_string(),
        origin: identity.origin.clone(),
        region: identity.region.clone(),
        tree: TREE.to_owned(),
        vkey: key.to_string(),
        epoch_commitment: BASE64_STANDARD.encode(epoch_commitment(epoch)),
    })
    .map_err(|source| Error::new(ErrorKind::Internal, "the genesis does not serialise").caused_by(source))?;
    let mut header = blank(EntryType::GENESIS, identity.log_id, 0, now_us(clock, 0));
    clear(&mut header, &payload)?;
    Ok(sealed(header, payload))
}

/// A header before it is sealed.
pub(super) fn blank(entry_type: EntryType, log_id: LogId, seq: u64, time_us: u64) -> Header {
    Header {
        entry_type,
        log_id,
        seq,
        epoch: 0,
        time_us,
        codec: Codec::Json,
        aead: Aead::Clear,
        payload_len: 0,
        ciphertext_digest: [0; 32],
        key_commitment: [0; 32],
        idempotency_tag: [0; 16],
    }
}

pub(super) fn sealed(header: Header, ciphertext: Vec<u8>) -> Sealed {
    let bytes = header.to_bytes();
    Sealed {
        leaf_hash: leaf_hash(&bytes),
        header,
        bytes,
        ciphertext,
    }
}

/// The clock's time, never before `floor`.
pub(super) fn now_us(clock: &dyn Clock, floor: u64) -> u64 {
    u64::try_from(clock.now().as_microsecond())
        .unwrap_or(0)
        .max(floor)
}

fn context(identity: &Identity, purpose: KeyPurpose) -> KeyContext {
    KeyContext {
        origin: identity.origin.clone(),
        region: identity.region.clone(),
        log_id: identity.log_id,
        purpose,
    }
}

fn wrap(
    identity: &Identity,
    purpose: KeyPurpose,
    key: &Secret,
    options: &LedgerOptions,
) -> Result<WrappedKey> {
    let wrapped = block_on(options.keys.wrap(&context(identity, purpose), key))?;
    Ok(WrappedKey {
        purpose,
        provider: options.keys.describe(),
        wrapped,
        commitment: epoch_commitment(key),
    })
}

pub(super) fn open_keys(
    identity: &Identity,
    keys: &[WrappedKey],
    options: &LedgerOptions,
) -> Result<KeyRing> {
    let mut epochs = Vec::new();
    let mut blinding = None;
    for key in keys {
        let secret = block_on(options.keys.unwrap(&context(identity, key.purpose), &key.wrapped))?;
        if epoch_commitment(&secret) != key.commitment {
            return Err(Error::new(
                ErrorKind::Corrupt,
                "a key of the log is not the one that it committed to",
            )
            .during("ledger.open"));
        }
        match key.purpose {
            KeyPurpose::Blinding => blinding = Some(secret),
            KeyPurpose::Epoch(epoch) if usize::try_from(epoch).ok() == Some(epochs.len()) => {
                epochs.push(secret);
            }
            KeyPurpose::Epoch(_) => return Err(no_key()),
        }
    }
    match blinding {
        Some(blinding) if !epochs.is_empty() => Ok(KeyRing::new(identity.log_id, epochs, blinding)),
        _ => Err(no_key()),
    }
}

fn no_key() -> Error {
    Error::new(ErrorKind::Corrupt, "a key of the log is missing").during("ledger.open")
}

/// Drives a key provider's future on this thread.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

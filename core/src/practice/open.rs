//! A practice: its tenants, and the executors that all of them share.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use jiff::Timestamp;

use super::anchors::Anchors;
use super::folder::{Folder, encoded};
use super::name;
use super::options::{PracticeOptions, TenantOptions};
use super::tenant::{Open, Tenant};
use crate::error::{Error, ErrorKind, Result};
use crate::gate::{Executor, FirstRules, Gate, GateCheck, Means, Policy, Registry, check_name};
#[cfg(feature = "postgres")]
use crate::ledger::Server;
use crate::ledger::{Ledger, LedgerOptions, LocalKeyFile, Signer, Storage, VerifierKey, VerifyOptions};
use crate::time::Entropy;

/// A managed service provider's practice. Clones are handles to the same one.
///
/// ```
/// use vcto::practice::{Practice, PracticeOptions, TenantOptions};
///
/// # pollster::block_on(async {
/// let practice = Practice::in_memory(PracticeOptions::default());
/// practice.create_tenant("halden", TenantOptions::region("eu")).await?;
/// let error = practice.tenant("haldne").await.unwrap_err();
/// assert_eq!(error.kind(), vcto::ErrorKind::NotFound);
/// assert_eq!(error.remedy_text(), Some("did you mean `halden`?"));
/// # Ok::<(), vcto::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Practice(Arc<Inner>);

struct Inner {
    place: Place,
    options: PracticeOptions,
    registry: Arc<Registry>,
    anchors: Anchors,
    /// Tenants that are open in this process: two handles share one.
    open: Mutex<BTreeMap<String, Weak<Open>>>,
}

/// Before the region in the name of an anchor log; no tenant's name has a `/`.
const ANCHOR: &str = "anchor/";

/// Where the ledgers are.
enum Place {
    Folder(Folder),
    #[cfg(feature = "postgres")]
    Server(Server, Folder),
    Memory(Mutex<BTreeMap<String, (Storage, Arc<LocalKeyFile>)>>),
}

impl Practice {
    /// Opens the practice in this folder, or begins one where the folder is empty or not there. `postgres://user@host/database`
    /// names a database instead, with the feature `postgres`: see [`Storage::postgres`] for what it must be like, and
    /// [`PracticeOptions::folder`] for what is kept elsewhere.
    ///
    /// # Errors
    /// `invalid_input` when the folder holds something else, the URL is unfit or the policy, the origin or the operator is unfit; `conflict` when the practice is known by
    /// another origin; `io`, `permission_denied`, `corrupt`, `unsupported`.
    #[expect(
        clippy::unused_async,
        reason = "awaited everywhere: a place that waits otherwise changes no caller"
    )]
    pub async fn open(folder: impl AsRef<Path>, options: PracticeOptions) -> Result<Self> {
        let during = |error: Error| error.during("practice.open");
        options
            .policy
            .as_ref()
            .map_or(Ok(()), Policy::check)
            .and_then(|()| check_name(options.operator.name(), "operator"))
            .map_err(during)?;
        let place = match folder.as_ref().to_str() {
            Some(url) if url.contains("://") => place_at(url, &options),
            _ => {
                Folder::open(folder.as_ref(), options.origin.as_deref(), &*options.entropy).map(Place::Folder)
            }
        };
        Ok(Self::new(place.map_err(during)?, options))
    }

    /// A practice in memory: for tests and demonstrations. It is gone with the last handle to it.
    pub fn in_memory(options: PracticeOptions) -> Self {
        Self::new(Place::Memory(Mutex::default()), options)
    }

    fn new(place: Place, options: PracticeOptions) -> Self {
        Self(Arc::new(Inner {
            place,
            options,
            registry: Arc::default(),
            anchors: Anchors::default(),
            open: Mutex::default(),
        }))
    }

    /// Registers an executor for all tenants. What names it is staged after that: an action that no registered executor
    /// declares is left to humans.
    ///
    /// # Errors
    /// `conflict` when the name is taken; `invalid_input` when a name is unfit or an action is declared twice.
    pub fn register(&self, executor: impl Executor + 'static) -> Result<()> {
        self.register_shared(Arc::new(executor))
    }

    /// As [`register`](Self::register), for an executor that is shared.
    ///
    /// # Errors
    /// As [`register`](Self::register).
    pub fn register_shared(&self, executor: Arc<dyn Executor>) -> Result<()> {
        self.0
            .registry
            .register(executor)
            .map_err(|error| error.during("practice.register"))
    }

    /// Makes a tenant and opens it. Its approvers, policy and areas become the first records of its ledger. A creation that
    /// was interrupted is completed.
    ///
    /// # Errors
    /// `conflict` when there is one already; `invalid_input` for an unfit name, region, approver, policy or area; `io` and
    /// the like.
    pub async fn create_tenant(&self, name: &str, options: TenantOptions) -> Result<Tenant> {
        self.create(name, options)
            .await
            .map_err(|error| error.during("practice.create_tenant"))
    }

    async fn create(&self, name: &str, options: TenantOptions) -> Result<Tenant> {
        name::check(name)?;
        let rules = self.first_rules(&options)?;
        let means = self.means()?;
        let (storage, key) = self.place_for(name)?;
        let created = Ledger::create(
            &storage,
            &self.origin_of(name),
            &options.region,
            self.ledger_options(&key),
        )
        .await;
        let ledger = match created {
            // What an interrupted creation left is completed; a whole tenant is found out below.
            Err(error) if error.kind() == ErrorKind::Conflict => {
                Ledger::open(&storage, self.ledger_options(&key)).await?
            }
            other => other?,
        };
        let exists = || Error::new(ErrorKind::Conflict, format!("there is a tenant `{name}` already"));
        let gate = Gate::open(ledger, means).await?;
        if gate.is_set_up().await? {
            return Err(exists().remedy("`tenant` opens it"));
        }
        if gate.ledger().region() != options.region {
            return Err(exists().remedy("its interrupted creation was for another region"));
        }
        gate.set_up(name, &options.region, &rules, &*self.0.options.entropy)
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
        let (storage, key) = self.place_to_bring_back(name)?;
        let origin = self.origin_of(name);
        let verify = match verify.expected_key() {
            None => verify
                .clone()
                .key(VerifierKey::new(&origin, key.public_key(&origin)?)?),
            Some(expected) if expected.name() == origin => verify.clone(),
            Some(_) => {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    format!("the key is not that of `{origin}`"),
                ));
            }
        };
        let ledger = Ledger::import(&storage, bundle, self.ledger_options(&key), &verify).await?;
        let gate = Gate::open(ledger, means).await?;
        Ok(self.keep(name, gate))
    }

    /// The place and the key of a tenant whose ledger is not here.
    fn place_to_bring_back(&self, name: &str) -> Result<(Storage, Arc<LocalKeyFile>)> {
        let folder = match &self.0.place {
            Place::Folder(folder) => folder,
            #[cfg(feature = "postgres")]
            Place::Server(_, folder) => folder,
            Place::Memory(_) => {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    "a practice in memory keeps no key of a tenant that it does not have",
                ));
            }
        };
        folder.check_key(name)?;
        self.place_for(name)
    }

    fn first_rules(&self, options: &TenantOptions) -> Result<FirstRules> {
        let policy = match (&options.policy, &self.0.options.policy) {
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
        rules.check()?;
        Ok(rules)
    }

    /// Opens a tenant; never makes one.
    ///
    /// # Errors
    /// `not_found`, with near names; `unavailable` when its key is missing; `conflict` when the policy in force is another
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
        let (storage, key) = self.existing(name)?;
        let ledger = match Ledger::open(&storage, self.ledger_options(&key)).await {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(name::not_found(name, &self.tenants()?));
            }
            other => other?,
        };
        let gate = Gate::open(ledger, means).await?;
        gate.check_identity(name, self.0.options.policy.as_ref()).await?;
        Ok(self.keep(name, gate))
    }

    /// The names of the tenants, in order.
    ///
    /// # Errors
    /// `io`, `permission_denied`.
    pub fn tenants(&self) -> Result<Vec<String>> {
        match &self.0.place {
            Place::Folder(folder) => folder.tenants(),
            #[cfg(feature = "postgres")]
            Place::Server(server, folder) => tenants_of(server, folder),
            Place::Memory(logs) => Ok(locked(logs)
                .keys()
                .filter(|name| !name.contains('/'))
                .cloned()
                .collect()),
        }
        .map_err(|error| error.during("practice.tenants"))
    }

    /// The ledger of a tenant, whether the tenant can be worked with or not.
    pub(super) async fn ledger_of(&self, name: &str) -> Result<Ledger> {
        if let Some(open) = self.opened(name) {
            return Ok(open.ledger().clone());
        }
        let (storage, key) = self.existing(name)?;
        Ledger::open(&storage, self.ledger_options(&key)).await
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.options.clock.now()
    }

    pub(super) fn anchors(&self) -> &Anchors {
        &self.0.anchors
    }

    /// The regions that have an anchor log, in order.
    pub(super) fn anchored_regions(&self) -> Result<Vec<String>> {
        match &self.0.place {
            Place::Folder(folder) => folder.regions(),
            #[cfg(feature = "postgres")]
            Place::Server(server, folder) => regions_of(server, folder),
            Place::Memory(logs) => Ok(locked(logs)
                .keys()
                .filter_map(|name| name.strip_prefix(ANCHOR).map(str::to_owned))
                .collect()),
        }
    }

    /// The place and the key of a region's anchor log; none where there is no such log and none is to be made.
    pub(super) fn anchor_place(&self, region: &str, make: bool) -> Result<Option<(Storage, LedgerOptions)>> {
        let entropy = &*self.0.options.entropy;
        let (storage, key) = match &self.0.place {
            Place::Folder(folder) => {
                let place = folder.anchor(region);
                if !place.exists()? && !make {
                    return Ok(None);
                }
                let key = place.key(place.exists()?, entropy)?;
                (storage_at(place.log, place.mark)?, key)
            }
            #[cfg(feature = "postgres")]
            Place::Server(server, folder) => {
                let place = folder.anchor(region);
                let exists =
                    place.exists()? || regions_of(server, folder)?.iter().any(|known| known == region);
                if !exists && !make {
                    return Ok(None);
                }
                let key = place.key(exists, entropy)?;
                (server.log(&self.anchor_origin(region), place.mark), key)
            }
            Place::Memory(logs) => {
                let name = format!("{ANCHOR}{region}");
                let mut logs = locked(logs);
                if !logs.contains_key(&name) && make {
                    let key = LocalKeyFile::in_memory(entropy)?;
                    logs.insert(name.clone(), (Storage::memory(), Arc::new(key)));
                }
                match logs.get(&name).cloned() {
                    Some(found) => found,
                    None => return Ok(None),
                }
            }
        };
        Ok(Some((storage, self.ledger_options(&key))))
    }

    fn opened(&self, name: &str) -> Option<Tenant> {
        let open = locked(&self.0.open).get(name)?.upgrade()?;
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
        locked(&self.0.open).insert(name.to_owned(), Arc::downgrade(&open));
        Tenant::of(open)
    }

    fn means(&self) -> Result<Means> {
        // A practice in memory is made without a check.
        check_name(self.0.options.operator.name(), "operator")?;
        Ok(Means {
            registry: Arc::clone(&self.0.registry),
            clock: Arc::clone(&self.0.options.clock),
            operator: self.0.options.operator.clone(),
            notifier: self.0.options.notifier.clone(),
        })
    }

    fn ledger_options(&self, key: &Arc<LocalKeyFile>) -> LedgerOptions {
        let options = &self.0.options;
        LedgerOptions::new(
            Arc::clone(key) as _,
            Arc::clone(key) as _,
            Arc::clone(&options.clock),
            Arc::clone(&options.entropy),
        )
        .policy(Arc::new(GateCheck))
    }

    /// The name of a region's anchor log.
    pub(super) fn anchor_origin(&self, region: &str) -> String {
        self.origin_of(&format!("{ANCHOR}{}", encoded(region)))
    }

    fn origin_of(&self, name: &str) -> String {
        match &self.0.place {
            Place::Folder(folder) => format!("{}/{name}", folder.origin),
            #[cfg(feature = "postgres")]
            Place::Server(_, folder) => format!("{}/{name}", folder.origin),
            Place::Memory(_) => {
                let origin = self.0.options.origin.as_deref().unwrap_or("vcto.invalid/memory");
                format!("{origin}/{name}")
            }
        }
    }

    /// The place and the key of a tenant that is to be made; the key is made with it.
    fn place_for(&self, name: &str) -> Result<(Storage, Arc<LocalKeyFile>)> {
        let entropy = &*self.0.options.entropy;
        match &self.0.place {
            Place::Folder(folder) => {
                // A ledger that lost its key is not given another one.
                folder.has(name)?;
                Ok((storage(folder, name)?, made_key(folder, name, entropy)?))
            }
            #[cfg(feature = "postgres")]
            Place::Server(server, folder) => {
                if tenants_of(server, folder)?.iter().any(|known| known == name) {
                    folder.check_key(name)?;
                }
                let storage = server.log(&self.origin_of(name), folder.mark(name));
                Ok((storage, made_key(folder, name, entropy)?))
            }
            Place::Memory(tenants) => {
                let mut tenants = locked(tenants);
                if !tenants.contains_key(name) {
                    let made = (Storage::memory(), Arc::new(LocalKeyFile::in_memory(entropy)?));
                    tenants.insert(name.to_owned(), made);
                }
                drop(tenants);
                self.existing(name)
            }
        }
    }

    fn existing(&self, name: &str) -> Result<(Storage, Arc<LocalKeyFile>)> {
        let missing = || Ok(name::not_found(name, &self.tenants()?));
        if name::check(name).is_err() {
            return Err(missing()?);
        }
        match &self.0.place {
            Place::Folder(folder) if folder.has(name)? => {
                let key = LocalKeyFile::open(folder.key(name))?;
                Ok((storage(folder, name)?, Arc::new(key)))
            }
            #[cfg(feature = "postgres")]
            Place::Server(server, folder) => {
                if !tenants_of(server, folder)?.iter().any(|known| known == name) {
                    return Err(missing()?);
                }
                folder.check_key(name)?;
                let key = LocalKeyFile::open(folder.key(name))?;
                let storage = server.log(&self.origin_of(name), folder.mark(name));
                Ok((storage, Arc::new(key)))
            }
            Place::Memory(tenants) => {
                let found = locked(tenants).get(name).cloned();
                match found {
                    Some(found) => Ok(found),
                    None => Err(missing()?),
                }
            }
            Place::Folder(_) => Err(missing()?),
        }
    }
}

/// The key of a tenant that is being made; one that an interrupted creation left is taken.
fn made_key(folder: &Folder, name: &str, entropy: &dyn Entropy) -> Result<Arc<LocalKeyFile>> {
    let path = folder.key(name);
    let key = match LocalKeyFile::create(&path, entropy) {
        Err(error) if error.kind() == ErrorKind::Conflict => LocalKeyFile::open(&path)?,
        other => other?,
    };
    Ok(Arc::new(key))
}

#[cfg(feature = "postgres")]
fn place_at(url: &str, options: &PracticeOptions) -> Result<Place> {
    use super::folder::{check_practice, draw};

    let server = Server::new(url)?;
    let base = options.folder.as_ref().ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidInput,
            "a practice in a database needs a folder for the keys of its tenants and the marks of their ledgers",
        )
        .at("folder")
        .remedy("name it with `PracticeOptions::folder`")
    })?;
    let origin = options.origin.as_deref();
    origin.map_or(Ok(()), check_practice)?;
    let (_, new) = draw(origin, &*options.entropy)?;
    let folder = Folder::beside(base, &server.identity(new)?, origin)?;
    Ok(Place::Server(server, folder))
}

#[cfg(not(feature = "postgres"))]
fn place_at(_: &str, _: &PracticeOptions) -> Result<Place> {
    Err(Error::new(
        ErrorKind::Unsupported,
        "this build keeps practices in folders only",
    )
    .remedy("name a folder, or build with the feature `postgres`"))
}

/// The tenants of a practice in a database, in order of the name.
#[cfg(feature = "postgres")]
fn tenants_of(server: &Server, folder: &Folder) -> Result<Vec<String>> {
    let name = |origin: String| {
        let name = origin.strip_prefix(&folder.origin)?.strip_prefix('/')?;
        crate::gate::is_name(name).then(|| name.to_owned())
    };
    Ok(server.origins()?.into_iter().filter_map(name).collect())
}

/// The regions of a practice in a database that have an anchor log, in order.
#[cfg(feature = "postgres")]
fn regions_of(server: &Server, folder: &Folder) -> Result<Vec<String>> {
    let region = |origin: String| {
        let name = origin.strip_prefix(&folder.origin)?.strip_prefix('/')?;
        super::folder::decoded(name.strip_prefix(ANCHOR)?)
    };
    Ok(server.origins()?.into_iter().filter_map(region).collect())
}

fn storage(folder: &Folder, name: &str) -> Result<Storage> {
    storage_at(folder.ledger(name), folder.mark(name))
}

#[cfg(feature = "sqlite")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature it fails")]
fn storage_at(log: PathBuf, mark: PathBuf) -> Result<Storage> {
    Ok(Storage::sqlite_with_mark(log, mark))
}

#[cfg(not(feature = "sqlite"))]
fn storage_at(_: PathBuf, _: PathBuf) -> Result<Storage> {
    Err(
        Error::new(ErrorKind::Unsupported, "this build has no store for files")
            .remedy("build with the feature `sqlite`"),
    )
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Practice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match &self.0.place {
            Place::Folder(folder) => format!("{folder:?}"),
            #[cfg(feature = "postgres")]
            Place::Server(server, folder) => format!("{server:?}, {folder:?}"),
            Place::Memory(_) => "memory".to_owned(),
        };
        f.debug_struct("Practice")
            .field("place", &place)
            .finish_non_exhaustive()
    }
}

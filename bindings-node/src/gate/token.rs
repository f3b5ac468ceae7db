//! What is alike in the values that are spent once.

/// Declares the classes of values that are spent once. Each has what can be said of the proposal, and its own methods.
macro_rules! tokens {
    ($(
        $(#[$doc:meta])*
        $name:ident holds $value:ty
        $(, started with $authorize:ident)? $(, taken back with $withdraw:ident)? { $($own:tt)* }
    )*) => {$(
        $(#[$doc])*
        #[napi]
        pub struct $name {
            slot: Arc<Slot<$value>>,
            about: Arc<About>,
        }

        impl $name {
            /// Wraps a value of core.
            pub fn new(tenant: &Tenant, value: $value) -> Self {
                Self {
                    about: Arc::new(About::from(&value)),
                    slot: Arc::new(Slot::new(tenant.clone(), value)),
                }
            }
        }

        #[napi]
        impl $name {
            /// The proposal: `tenant.resume(id)` gives this value again.
            #[napi(getter)]
            pub fn id(&self) -> &str {
                &self.about.id
            }

            /// The level: `L0` to `L3`.
            #[napi(getter)]
            pub fn level(&self) -> &str {
                self.about.level
            }

            /// After this time it can no longer start.
            #[napi(getter)]
            pub fn expires_at(&self) -> &str {
                &self.about.expires_at
            }

            /// Who proposed it.
            #[napi(getter, ts_return_type = "Actor")]
            pub fn proposer<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
                json::plain(env, &self.about.proposer)
            }

            /// Whose place it took, when it is an amended one.
            #[napi(getter, ts_return_type = "Amendment | null")]
            pub fn amendment<'env>(&self, env: &'env Env) -> Result<Option<Object<'env>>> {
                self.about.amendment.as_ref().map(|amendment| json::plain(env, amendment)).transpose()
            }

            /// Identifies what is proposed.
            #[napi(getter)]
            pub fn change_digest(&self) -> &str {
                &self.about.change_digest
            }

            /// What its level was computed from.
            #[napi(getter, ts_return_type = "Risk")]
            pub fn risk<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
                json::plain(env, &self.about.risk)
            }

            /// What is proposed, as it stands in the ledger.
            #[napi(getter, ts_return_type = "Change")]
            pub fn change<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
                json::plain(env, &self.about.change)
            }

            /// Why it has its level: what demands it, the highest first.
            #[napi(getter, ts_return_type = "Band[]")]
            pub fn why<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
                json::plain(env, &self.about.why)
            }

            /// Throws: a value of the gate is not copied or stored. `tenant.resume(id)` gives it again from the ledger.
            #[napi(js_name = "toJSON", ts_return_type = "never")]
            pub fn no_copy(&self, env: &Env) -> Result<()> {
                Err(vcto::Error::new(vcto::ErrorKind::Denied, "a value of the gate is not copied or stored")
                    .remedy("`tenant.resume(id)` gives it again from the ledger"))
                .or_throw(env)
            }

            $(
                /// What may run.
                #[napi(ts_return_type = "Promise<Approved>")]
                pub fn $authorize<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
                    let slot = self.slot.clone();
                    promise(
                        env,
                        move || {
                            let approved = slot.spend(|staged| block_on(staged.authorize()))?;
                            Ok(Approved::new(slot.tenant(), approved))
                        },
                        |_, approved| Ok(approved),
                    )
                }
            )?

            $(
                /// Takes the proposal back; only who proposed or widened it may.
                #[napi(ts_args_type = "by: string | Actor", ts_return_type = "Promise<void>")]
                pub fn $withdraw<'env>(&self, env: &'env Env, by: Either<String, Object<'_>>) -> Result<Object<'env>> {
                    let (slot, by) = (self.slot.clone(), actor(env, "by", by)?);
                    promise(
                        env,
                        move || {
                            let by = by?;
                            slot.spend(|staged| block_on(staged.withdraw(&by)))
                        },
                        |_, ()| Ok(()),
                    )
                }
            )?

            $($own)*
        }
    )*};
}

pub(super) use tokens;

//! Proof for an outsider: the bundle of a tenant, and its verification without keys.

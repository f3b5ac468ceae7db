//! NetBox: a dump by model, or pages of its REST API.

/// Whether a key of a document is the name of a model: `dcim.device`.
pub(super) fn is_model(key: &str) -> bool {
    const APPS: [&str; 12] = [
        "account",
        "auth",
        "circuits",
        "contenttypes",
        "core",
        "dcim",
        "extras",
        "ipam",
        "tenancy",
        "users",
        "virtualization",
        "wireless",
    ];
    key.split_once('.')
        .is_some_and(|(app, model)| APPS.contains(&app) && !model.is_empty())
}

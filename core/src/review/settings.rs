//! What a review takes from its caller beside the estate: limits.

use serde::{Deserialize, Serialize};

/// Limits of a review. The defaults are those of the standard review; the whole is written into each review, so that a
/// reader knows by which measure it was made.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Settings {
    /// An end of support within so many days is *due*. Default: 180.
    pub due_within_days: u32,
    /// A domain, an application's secret or another thing with an expiry date that expires within so many days is *due*.
    /// Default: 90, the distance of quarterly reviews.
    pub expiry_due_days: u32,
    /// The same for certificates, which are renewed often and late. Default: 30.
    pub certificate_due_days: u32,
    /// A device not heard of for more than so many days is stale. Default: 30.
    pub stale_after_days: u32,
    /// Dates of two sources further apart than so many days disagree. Default: 7.
    pub dates_differ_days: u32,
    /// A last good backup older than so many days is late. Default: 2.
    pub backup_late_days: u32,
    /// A restore that was last proved more than so many days ago counts as untested. Default: 365.
    pub restore_test_days: u32,
    /// Reference data older than so many days is reported. Default: 120.
    pub catalogue_stale_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            due_within_days: 180,
            expiry_due_days: 90,
            certificate_due_days: 30,
            stale_after_days: 30,
            dates_differ_days: 7,
            backup_late_days: 2,
            restore_test_days: 365,
            catalogue_stale_days: 120,
        }
    }
}

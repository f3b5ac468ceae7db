//! The audit ledger: sealed typed records in an RFC 6962 log, one per tenant.

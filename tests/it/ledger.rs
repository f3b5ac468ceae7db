//! Tests of `vcto::ledger` through the public API.

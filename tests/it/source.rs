//! Tests of `vcto::source` through the public API.

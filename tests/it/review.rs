//! Tests of `vcto::review` through the public API.

//! Tests of `vcto::practice` through the public API.

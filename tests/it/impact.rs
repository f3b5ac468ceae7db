//! Tests of `vcto::impact` through the public API.

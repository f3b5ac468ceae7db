//! Tests of `vcto::oscal` through the public API.

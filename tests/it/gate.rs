//! Tests of `vcto::gate` through the public API.

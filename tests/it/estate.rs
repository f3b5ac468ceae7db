//! Tests of `vcto::estate` through the public API.

//! Tests of `vcto::practice`.

//! Node bindings of vcto.

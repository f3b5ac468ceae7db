//! Python bindings of vcto.

//! Importers and merge, through the public API.

mod merge;
mod netbox;
mod relations;
mod rvtools;

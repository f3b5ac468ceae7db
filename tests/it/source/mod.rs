//! Importers and merge, through the public API.

mod netbox;
mod relations;
mod rvtools;

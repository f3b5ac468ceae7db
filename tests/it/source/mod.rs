//! Importers and merge, through the public API.

mod relations;
mod rvtools;

//! Importers and merge, through the public API.

mod book;
mod files;
mod merge;
mod netbox;
mod relations;
mod rvtools;
mod rvtools_rows;
mod workbooks;

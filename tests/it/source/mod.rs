//! Importers and merge, through the public API.

mod book;
mod facts;
mod files;
mod infer;
mod merge;
mod netbox;
mod netbox_pages;
mod ninjaone;
mod relations;
mod rvtools;
mod rvtools_rows;
mod rvtools_sheets;
mod workbooks;

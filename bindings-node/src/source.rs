//! Reading inventories from files.

use napi::bindgen_prelude::*;
use napi_derive::napi;
use vcto::source::{Format, Reader};

use crate::estate::Inventory;
use crate::promise::{promise, watched};

/// How to read; a bare text is the format.
#[napi(object, object_to_js = false)]
pub struct ReadOptions<'a> {
    /// `vcto`, `netbox`, `ninjaone`, `rvtools`, `relations`, ...; told by the content unless it is named.
    pub format: Option<String>,
    /// The client, by name or id, where an input holds several: an organization of `NinjaOne`.
    pub scope: Option<String>,
    /// Stops the work.
    #[napi(ts_type = "AbortSignal")]
    pub signal: Option<Object<'a>>,
}

/// Reads one file, or several that are merged: an inventory, an export of another tool, a table of relations.
#[napi(ts_return_type = "Promise<Inventory>")]
pub fn read<'env>(
    env: &'env Env,
    paths: Either<String, Vec<String>>,
    options: Option<Either<String, ReadOptions<'_>>>,
) -> Result<Object<'env>> {
    let (format, scope, signal) = match options {
        Some(Either::A(format)) => (Some(format), None, None),
        Some(Either::B(options)) => (options.format, options.scope, options.signal),
        None => (None, None, None),
    };
    let monitor = watched(env, signal)?;
    let work = move || {
        let format = format.as_deref().map(str::parse::<Format>).transpose()?;
        let reader = format
            .into_iter()
            .fold(Reader::new().monitor(monitor), Reader::format);
        let reader = scope.into_iter().fold(reader, Reader::scope);
        match paths {
            Either::A(path) => reader.read(path),
            Either::B(paths) => reader.read_all(paths),
        }
    };
    promise(env, work, |_, inventory| Ok(Inventory(inventory)))
}

//! Reading inventories from files.

use napi::bindgen_prelude::*;
use napi_derive::napi;
use vcto::source::{self, Format, Reader};

use crate::error::OrThrow;
use crate::estate::{Estate, Inventory};
use crate::json;
use crate::promise::{promise, watched};

/// How to read; a bare text is the format.
#[napi(object, object_to_js = false)]
pub struct ReadOptions<'a> {
    /// `vcto`, `netbox`, `ninjaone`, `rvtools`, `relations`, ...; told by the content unless it is named.
    pub format: Option<String>,
    /// The client, by name or id, where an input holds several: an organization of `NinjaOne`.
    pub scope: Option<String>,
    /// Whether to infer relations that nobody recorded, once everything is read: soft, each with its why.
    pub infer: Option<bool>,
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
    let (format, scope, infer, signal) = match options {
        Some(Either::A(format)) => (Some(format), None, None, None),
        Some(Either::B(options)) => (options.format, options.scope, options.infer, options.signal),
        None => (None, None, None, None),
    };
    let monitor = watched(env, signal)?;
    let work = move || {
        let format = format.as_deref().map(str::parse::<Format>).transpose()?;
        let reader = format
            .into_iter()
            .fold(Reader::new().monitor(monitor), Reader::format)
            .infer(infer.unwrap_or_default());
        let reader = scope.into_iter().fold(reader, Reader::scope);
        match paths {
            Either::A(path) => reader.read(path),
            Either::B(paths) => reader.read_all(paths),
        }
    };
    promise(env, work, |_, inventory| Ok(Inventory(inventory)))
}

/// What relations are inferred from, or were.
type Records<'env> = Either<ClassInstance<'env, Estate>, ClassInstance<'env, Inventory>>;

fn inventory<'r>(records: &'r Records<'_>) -> &'r vcto::Inventory {
    match records {
        Either::A(estate) => estate.0.inventory(),
        Either::B(inventory) => &inventory.0,
    }
}

/// What could be inferred from an inventory or estate, how far each method came, and what was not guessed and why.
#[napi(ts_args_type = "inventory: Estate | Inventory", ts_return_type = "Inference")]
pub fn infer<'env>(env: &'env Env, records: Records<'env>) -> Result<Object<'env>> {
    json::plain(env, &source::infer(inventory(&records)).or_throw(env)?)
}

/// The sheet `inferred.csv` of everything that was inferred and of which nobody has decided yet: to be filled in, and read
/// beside the inputs.
#[napi(ts_args_type = "inventory: Estate | Inventory")]
pub fn inferred_csv(records: Records<'_>) -> String {
    source::inferred_csv(inventory(&records))
}

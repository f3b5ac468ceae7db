//! Inventories and estates.

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::error::OrThrow;
use crate::json;

/// What is known of a client, as one source or a merge of several told it; not checked yet. `read` gives it.
#[napi]
pub struct Inventory(pub(crate) vcto::Inventory);

#[napi]
impl Inventory {
    /// The document in the format `vcto.inventory/1`.
    #[napi]
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }
}

/// What a client had at one time, checked and frozen, with its dependency graph.
#[napi]
pub struct Estate(pub(crate) vcto::Estate);

#[napi]
impl Estate {
    /// Takes an inventory, its JSON text, or an object of the same shape.
    #[napi(
        constructor,
        ts_args_type = "inventory: Inventory | string | InventoryDocument"
    )]
    pub fn new(
        env: &Env,
        inventory: Either3<ClassInstance<'_, Inventory>, String, Object<'_>>,
    ) -> Result<Self> {
        let parse = |text: String| vcto::Inventory::from_json(text.as_bytes()).or_throw(env);
        let inventory = match inventory {
            Either3::A(inventory) => inventory.0.clone(),
            Either3::B(text) => parse(text)?,
            Either3::C(object) => parse(json::text_of(env, Either::B(object))?)?,
        };
        vcto::Estate::new(inventory).or_throw(env).map(Self)
    }

    /// How many assets there are.
    #[napi(getter)]
    pub fn asset_count(&self) -> u32 {
        u32::try_from(self.0.asset_count()).unwrap_or(u32::MAX)
    }

    /// How many relations there are, each once.
    #[napi(getter)]
    pub fn relation_count(&self) -> u32 {
        u32::try_from(self.0.relation_count()).unwrap_or(u32::MAX)
    }

    /// Identifies the content: equal for equal content, whatever the order of the input was.
    #[napi(getter)]
    pub fn digest(&self) -> String {
        self.0.digest().to_string()
    }

    /// The inventory document of this snapshot: the same bytes for the same content, in every language.
    #[napi]
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// The id of the asset with this id, or else of the only one with this name.
    #[napi]
    pub fn find(&self, env: &Env, text: String) -> Result<String> {
        Ok(self.0.find(&text).or_throw(env)?.as_str().to_owned())
    }
}

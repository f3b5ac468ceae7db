//! Inventories and estates.

use napi::JsValue;
use napi::bindgen_prelude::*;
use napi_derive::napi;
use vcto::estate::AssetId;
use vcto::impact;

use crate::both::read::no_file;
use crate::caller::text_of;
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
        inventory: Either4<ClassInstance<'_, Inventory>, String, Object<'_>, Unknown<'_>>,
    ) -> Result<Self> {
        let parse = vcto::Inventory::from_json;
        let inventory = match inventory {
            Either4::A(inventory) => inventory.0.clone(),
            Either4::B(text) => parse(text.as_bytes())
                .map_err(|error| no_file(error, text.as_bytes(), "`await vcto.read(path)`"))
                .or_throw(env)?,
            Either4::C(object) => {
                let text = text_of(env, object.to_unknown())?;
                let text = text.map_err(|error| error.during("inventory.read"));
                text.and_then(|text| parse(&text)).or_throw(env)?
            }
            Either4::D(_) => {
                let message = "an inventory, its JSON text or an object of that shape belongs here";
                return Err(vcto::Error::new(vcto::ErrorKind::InvalidInput, message)
                    .during("estate.new")
                    .remedy("`await vcto.read(path)` reads files"))
                .or_throw(env);
            }
        };
        vcto::Estate::new(inventory).or_throw(env).map(Self)
    }

    /// How many assets there are.
    #[napi(getter)]
    pub fn asset_count(&self) -> u32 {
        count(self.0.asset_count())
    }

    /// How many relations there are, each once.
    #[napi(getter)]
    pub fn relation_count(&self) -> u32 {
        count(self.0.relation_count())
    }

    /// How many of the relations nobody stated: a method inferred them.
    #[napi(getter)]
    pub fn inferred_relation_count(&self) -> u32 {
        count(self.0.inferred_relation_count())
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

    /// A `facts.csv` to fill in: what people know of services, sites and circuits, and this snapshot has not.
    #[napi]
    pub fn facts_template(&self) -> String {
        vcto::source::facts_template(&self.0)
    }

    /// The id of the asset with this id, or else of the only one with this name.
    #[napi]
    pub fn find(&self, env: &Env, text: String) -> Result<String> {
        Ok(self.0.find(&text).or_throw(env)?.as_str().to_owned())
    }

    /// What a failure of this asset could touch, redundancy ignored; the asset itself is not counted.
    #[napi(ts_return_type = "BlastRadius")]
    pub fn blast_radius<'env>(&self, env: &'env Env, asset_id: String) -> Result<Object<'env>> {
        json::result(env, &impact::blast_radius(&self.0, &asset_id).or_throw(env)?)
    }

    /// The totals of all blast radii, by asset id.
    #[napi(ts_return_type = "Record<string, number>")]
    pub fn blast_radii<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::plain(env, &impact::blast_radii(&self.0))
    }

    /// What stops, and what only gets worse, when these assets fail; they are among the failed.
    #[napi(ts_return_type = "Failure")]
    pub fn fail<'env>(&self, env: &'env Env, asset_ids: Vec<String>) -> Result<Object<'env>> {
        json::result(env, &impact::fail(&self.0, asset_ids).or_throw(env)?)
    }

    /// What stops, what is cut off, what gets worse and what is not known when these assets fail, over dependencies and the
    /// network together; a reason for each, and the people.
    #[napi(ts_return_type = "WhatIf")]
    pub fn what_if<'env>(&self, env: &'env Env, asset_ids: Vec<String>) -> Result<Object<'env>> {
        json::result(env, &impact::what_if(&self.0, asset_ids).or_throw(env)?)
    }

    /// The smallest sets of other assets whose failure fails this one; by size, then by ids.
    #[napi(ts_return_type = "string[][]")]
    pub fn cut_sets<'env>(
        &self,
        env: &'env Env,
        asset_id: String,
        options: Option<Either<f64, CutSetOptions>>,
    ) -> Result<Object<'env>> {
        let order = match options {
            Some(Either::A(order)) => Some(order),
            Some(Either::B(options)) => options.order,
            None => None,
        };
        let sets = impact::cut_sets(&self.0, &asset_id, order.map_or(2, whole));
        json::plain(env, &sets.or_throw(env)?)
    }

    /// Groups of assets that need each other in a ring.
    #[napi(ts_return_type = "string[][]")]
    pub fn cycles<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::plain(env, &impact::cycles(&self.0))
    }

    /// The assets by how much stands below them, from the foundations up.
    #[napi(ts_return_type = "string[][]")]
    pub fn layers<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::plain(env, &impact::layers(&self.0))
    }

    /// The shortest chain by which the first depends on the second, both included; `null` when it does not.
    #[napi]
    pub fn path(&self, env: &Env, from_id: String, to_id: String) -> Result<Option<Vec<String>>> {
        let path = impact::path(&self.0, &from_id, &to_id).or_throw(env)?;
        Ok(path.map(|path| texts(&path.0)))
    }

    /// What it is, as a fragment of HTML: no script, no style; text from outside is escaped.
    #[napi]
    pub fn to_html(&self) -> String {
        self.0.to_html()
    }

    /// The network layer: its `connects_to` relations, undirected.
    #[napi]
    pub fn network(&self, options: Option<NetworkOptions>) -> Network {
        let mut read = impact::NetworkOptions::new();
        if options.is_some_and(|options| options.collapse_pass_through.unwrap_or_default()) {
            read = read.collapse_pass_through();
        }
        Network(impact::network_with(&self.0, &read))
    }
}

/// How far to search for cut sets; a bare number is the order.
#[napi(object, object_to_js = false)]
pub struct CutSetOptions {
    /// The largest size of a set: 1 or 2. The default is 2.
    pub order: Option<f64>,
}

/// How to read the network layer.
#[napi(object, object_to_js = false)]
pub struct NetworkOptions {
    /// Draws patch panels and circuits as the wires they are.
    pub collapse_pass_through: Option<bool>,
}

/// The network layer of an estate.
#[napi]
pub struct Network(impact::Network);

#[napi]
impl Network {
    /// How many assets are linked.
    #[napi(getter)]
    pub fn asset_count(&self) -> u32 {
        count(self.0.asset_count())
    }

    /// Assets without which their part of the network falls apart.
    #[napi]
    pub fn articulation_points(&self) -> Vec<String> {
        texts(&self.0.articulation_points())
    }

    /// Links without which their part of the network falls apart, as pairs of ids.
    #[napi(ts_return_type = "[string, string][]")]
    pub fn bridges<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::plain(env, &self.0.bridges())
    }

    /// The two-connected components: sets of assets of which no single one holds the others together.
    #[napi(ts_return_type = "string[][]")]
    pub fn blocks<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::plain(env, &self.0.blocks())
    }

    /// How it was read: raw, or with which devices drawn as wires.
    #[napi(getter, ts_return_type = "NetworkView")]
    pub fn view<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::plain(env, &self.0.view())
    }

    /// How many other assets of its part end up outside the largest rest when this asset goes.
    #[napi]
    pub fn separated_by(&self, env: &Env, asset_id: String) -> Result<u32> {
        self.0.separated_by(&asset_id).or_throw(env).map(count)
    }
}

fn texts(ids: &[AssetId]) -> Vec<String> {
    ids.iter().map(|id| id.as_str().to_owned()).collect()
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What is no whole number is no order: core refuses it.
pub fn whole(order: f64) -> usize {
    order.to_string().parse().unwrap_or(0)
}

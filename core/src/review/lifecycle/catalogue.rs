//! The catalogue: products, their releases, and by which words they are known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use jiff::civil::Date;

use super::milestone::Milestones;
use super::words::{Pattern, Words};
use crate::digest::{Digest, Hasher};
use crate::error::Result;
use crate::text::Untrusted;

/// Products and their releases. Layers lie over each other: see [`over`](Self::over).
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    products: BTreeMap<String, Product>,
    /// Names by their first word, with the product; made at the first search, undone by a change.
    index: OnceLock<Index>,
    digest: OnceLock<Digest>,
}

type Index = BTreeMap<Box<str>, Vec<(Vec<Box<str>>, String)>>;

/// A product.
#[derive(Clone, Debug)]
pub struct Product {
    /// Its name in the catalogue: `windows-server`.
    pub id: String,
    /// What people call it.
    pub title: Untrusted<String>,
    /// Whether it stands at the edge of a network: a firewall, a router, a remote access gateway.
    pub edge: bool,
    /// Its releases, in order of the name.
    pub cycles: Vec<Cycle>,
    pub(super) names: BTreeSet<Vec<Box<str>>>,
    pub(super) without: Vec<Box<str>>,
}

/// A release of a product that has dates of its own.
#[derive(Clone, Debug)]
pub struct Cycle {
    /// Its name in the catalogue: `2012-r2`.
    pub id: String,
    /// What people call it, product included.
    pub label: Untrusted<String>,
    /// Its dates.
    pub milestones: Milestones,
    /// Who says so.
    pub source: Untrusted<String>,
    /// When that was true.
    pub as_of: Option<Date>,
    pub(super) pattern: Pattern,
    pub(super) versions: Vec<Vec<u64>>,
}

impl Catalogue {
    /// The table that comes with this crate: products that a managed service provider meets.
    ///
    /// ```
    /// use vcto::review::lifecycle::{Catalogue, Match};
    ///
    /// let Match::Cycle { cycle, .. } = Catalogue::curated().find("Microsoft Windows Server 2016 Standard", &[]) else {
    ///     panic!("not found");
    /// };
    /// assert_eq!(cycle.milestones.end_of_security_support.date(), Some("2027-01-12".parse()?));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn curated() -> &'static Self {
        static CURATED: OnceLock<Catalogue> = OnceLock::new();
        // A test reads every row of the file: the default stands for a file that cannot be built.
        CURATED.get_or_init(|| {
            Self::from_csv(include_bytes!("../../../data/lifecycle.csv").as_slice()).unwrap_or_default()
        })
    }

    /// Reads a table in the format of `docs/formats/lifecycle.md`.
    ///
    /// # Errors
    /// `invalid_input`, with the line and column.
    pub fn from_csv(bytes: &[u8]) -> Result<Self> {
        super::table::read(bytes).map_err(|error| error.during("lifecycle.read"))
    }

    /// Reads the whole data of endoflife.date: one object, by product, with the fields of its product pages. `as_of` is the
    /// day of that data.
    ///
    /// Names are derived from titles and identifiers, so texts are matched less surely than by a curated table: lay the
    /// curated one over it.
    ///
    /// # Errors
    /// `invalid_input`, with the product.
    pub fn from_endoflife_json(bytes: &[u8], as_of: Date) -> Result<Self> {
        super::endoflife::read(bytes, as_of).map_err(|error| error.during("lifecycle.read"))
    }

    /// This catalogue with another under it: a release of this one hides the one of the same product and name below; names
    /// of a product add up.
    #[must_use]
    pub fn over(mut self, base: &Self) -> Self {
        self.changed();
        for (id, below) in &base.products {
            match self.products.get_mut(id) {
                None => {
                    self.products.insert(id.clone(), below.clone());
                }
                Some(product) => {
                    let missing = below
                        .cycles
                        .iter()
                        .filter(|cycle| !product.cycles.iter().any(|own| own.id == cycle.id));
                    let missing: Vec<Cycle> = missing.cloned().collect();
                    product.cycles.extend(missing);
                    product.cycles.sort_by(|a, b| a.id.cmp(&b.id));
                    product.names.extend(below.names.iter().cloned());
                }
            }
        }
        self
    }

    /// The products, in order of the id.
    pub fn products(&self) -> impl ExactSizeIterator<Item = &Product> {
        self.products.values()
    }

    /// The product with this id.
    pub fn product(&self, id: &str) -> Option<&Product> {
        self.products.get(id)
    }

    /// The day of the oldest row that has one: how old the table is.
    pub fn as_of(&self) -> Option<Date> {
        self.products()
            .flat_map(|product| &product.cycles)
            .filter_map(|cycle| cycle.as_of)
            .min()
    }

    /// Identifies the content.
    pub fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| {
            let mut hasher = Hasher::new("vcto lifecycle catalogue v1");
            for product in self.products() {
                hasher.field(product.id.as_bytes());
                for cycle in &product.cycles {
                    hasher.field(cycle.digest().as_bytes());
                }
            }
            hasher.finish()
        })
    }

    fn changed(&mut self) {
        self.index = OnceLock::new();
        self.digest = OnceLock::new();
    }

    /// Names that begin with this word, each with its product.
    pub(super) fn names(&self, first: &str) -> impl Iterator<Item = (&[Box<str>], &Product)> {
        let index = self.index.get_or_init(|| {
            let mut index = Index::new();
            for product in self.products.values() {
                for name in &product.names {
                    if let Some(word) = name.first() {
                        index
                            .entry(word.clone())
                            .or_default()
                            .push((name.clone(), product.id.clone()));
                    }
                }
            }
            index
        });
        index
            .get(first)
            .into_iter()
            .flatten()
            .filter_map(|(name, id)| Some((name.as_slice(), self.product(id)?)))
    }

    pub(super) fn insert(&mut self, product: Product) {
        self.changed();
        self.products.insert(product.id.clone(), product);
    }

    pub(super) fn entry(&mut self, id: &str) -> Option<&mut Product> {
        self.changed();
        self.products.get_mut(id)
    }
}

impl Product {
    /// The release with this id.
    pub fn cycle(&self, id: &str) -> Option<&Cycle> {
        self.cycles.iter().find(|cycle| cycle.id == id)
    }

    /// Adds a name under which texts know it; what has no word is no name.
    pub(super) fn add_name(&mut self, text: &str) {
        let words: Vec<Box<str>> = Words::of(text).iter().map(Into::into).collect();
        if !words.is_empty() {
            self.names.insert(words);
        }
    }
}

impl Cycle {
    /// Identifies the row: name, dates and source.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new("vcto lifecycle row v1");
        let milestones = &self.milestones;
        hasher
            .field(self.id.as_bytes())
            .field(self.source.raw().as_bytes());
        hasher.field(
            self.as_of
                .map_or_else(String::new, |day| day.to_string())
                .as_bytes(),
        );
        for when in [
            milestones.general_availability,
            milestones.end_of_sales,
            milestones.end_of_active_support,
            milestones.end_of_security_support,
            milestones.extended_support,
            milestones.end_of_life,
        ] {
            hasher.field(super::table::written(when).as_bytes());
        }
        hasher.finish()
    }
}

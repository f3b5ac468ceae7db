//! Chooses the price of an item: a fact of the asset itself, else the row of the list that fits most closely.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::prices::{PriceOf, Row, words};
use super::{Item, Price, PriceList, PriceSource, Term};
use crate::change::Money;
use crate::estate::{Asset, AssetKind};
use crate::review::money;
use crate::text::Untrusted;

/// So many rows that fitted less closely are named.
const NAMED: usize = 5;

/// What was found for an item.
#[derive(Clone, Debug)]
pub(super) enum Found {
    Ambiguous(Vec<u64>),
    Nothing,
    Price {
        price: Price,
        currency: String,
        /// What the provider pays each time.
        cost: Option<Decimal>,
    },
}

impl Found {
    /// Whether the asset itself states the price.
    pub(super) fn is_stated(&self) -> bool {
        matches!(self, Self::Price { price, .. } if price.source == PriceSource::Fact)
    }
}

/// Chooses prices, each question once, however many assets ask it.
pub(super) struct Chooser<'a> {
    list: &'a PriceList,
    as_of: Date,
    known: BTreeMap<(Item, AssetKind, Texts), Found>,
    used: BTreeSet<u64>,
}

/// What of an asset may be compared: the name of it, and its words.
type Texts = Vec<(&'static str, Vec<String>)>;

impl<'a> Chooser<'a> {
    pub(super) fn new(list: &'a PriceList, as_of: Date) -> Self {
        Self {
            list,
            as_of,
            known: BTreeMap::new(),
            used: BTreeSet::new(),
        }
    }

    /// `label`: what is replaced or upgraded, where that is no fact of the asset.
    pub(super) fn find(&mut self, item: Item, asset: &Asset, label: Option<&str>) -> Found {
        if let Some(found) = stated(item, asset) {
            return found;
        }
        let found = self.listed(item, asset, label);
        if let Found::Price {
            price: Price { line: Some(line), .. },
            ..
        } = &found
        {
            self.used.insert(*line);
        }
        found
    }

    /// The row of the list that an item takes, or would take if the asset stated no price; several where it cannot be
    /// decided.
    pub(super) fn rows(&mut self, item: Item, asset: &Asset, label: Option<&str>) -> Vec<u64> {
        match self.listed(item, asset, label) {
            Found::Ambiguous(rows) => rows,
            Found::Nothing => Vec::new(),
            Found::Price { price, .. } => price.line.into_iter().collect(),
        }
    }

    fn listed(&mut self, item: Item, asset: &Asset, label: Option<&str>) -> Found {
        let key = (item, asset.kind.clone(), texts(item, asset, label));
        if let Some(found) = self.known.get(&key) {
            return found.clone();
        }
        let found = self.choose(&key);
        self.known.insert(key, found.clone());
        found
    }

    /// The rows that priced nothing.
    pub(super) fn unused(&self) -> Vec<u64> {
        let lines = self.list.rows.iter().map(|row| row.line);
        lines.filter(|line| !self.used.contains(line)).collect()
    }

    fn choose(&self, (item, kind, texts): &(Item, AssetKind, Texts)) -> Found {
        let mut fitting: Vec<(&Row, &'static str)> = self
            .list
            .rows
            .iter()
            .filter(|row| row.price_of.fits(*item) && row.kind.as_ref().is_none_or(|own| own == kind))
            .filter_map(|row| Some((row, fit(row, texts)?)))
            .collect();
        // Stable: rows that fit equally well stay in the order of the list.
        fitting.sort_by_key(|(row, _)| Reverse(self.closeness(row, *item)));
        let Some((best, by)) = fitting.first().copied() else {
            return Found::Nothing;
        };
        let equal: Vec<u64> = fitting
            .iter()
            .take_while(|(row, _)| self.closeness(row, *item) == self.closeness(best, *item))
            .map(|(row, _)| row.line)
            .collect();
        if equal.len() > 1 {
            return Found::Ambiguous(equal);
        }
        let others = fitting.iter().skip(1).take(NAMED).map(|(row, _)| row.line);
        Found::Price {
            price: Price {
                source: PriceSource::List,
                line: Some(best.line),
                matched: Untrusted::new(best.matched.clone()),
                by: by.to_owned(),
                term: best.term,
                amount: best.amount,
                valid_until: best.valid_until,
                expired: !self.is_valid(best),
                passed_over: others.collect(),
            },
            currency: best.currency.clone(),
            cost: best.cost,
        }
    }

    /// How closely a row fits: words, letters, whether it names the kind, whether it is for this very item; then a price
    /// that is still good goes before one that is not.
    fn closeness(&self, row: &Row, item: Item) -> (usize, usize, bool, bool, bool) {
        (
            row.words.len(),
            row.words.iter().map(String::len).sum(),
            row.kind.is_some(),
            row.price_of == PriceOf::Item(item),
            self.is_valid(row),
        )
    }

    fn is_valid(&self, row: &Row) -> bool {
        row.valid_until.is_none_or(|day| day >= self.as_of)
    }
}

/// By which text of the asset a row fits: its words stand there one after the other.
fn fit(row: &Row, texts: &Texts) -> Option<&'static str> {
    if row.words.is_empty() {
        return Some("kind");
    }
    let holds = |text: &Vec<String>| text.windows(row.words.len()).any(|window| window == row.words);
    texts.iter().find(|(_, text)| holds(text)).map(|(by, _)| *by)
}

/// A price that a fact of the asset states. A renewal's is that of the first end that it has, since the fact does not say
/// of which it is.
fn stated(item: Item, asset: &Asset) -> Option<Found> {
    const ENDS: [(&str, Item); 3] = [
        ("contract_end", Item::Contract),
        ("subscription_end", Item::Subscription),
        ("expires", Item::Expiry),
    ];
    let fact = match item {
        Item::Replacement => "replacement_cost",
        _ if ENDS.iter().find(|(fact, _)| asset.fact(fact).is_some())?.1 == item => "renewal_cost",
        _ => return None,
    };
    let Money { amount, currency } = money(asset, fact)?;
    Some(Found::Price {
        price: Price {
            source: PriceSource::Fact,
            line: None,
            matched: fact.into(),
            by: "asset".to_owned(),
            term: Term::OneOff,
            amount,
            valid_until: None,
            expired: false,
            passed_over: Vec::new(),
        },
        currency,
        cost: None,
    })
}

/// What is bought for what runs is told by its release; what is renewed or replaced, by make and model; what is no device,
/// by its provider and name too.
fn texts(item: Item, asset: &Asset, label: Option<&str>) -> Texts {
    let said = |fact: &'static str| Some((fact, words(asset.text(fact)?.raw())));
    let mut texts: Texts = if item == Item::Upgrade {
        let label = label.map(|label| ("product", words(label)));
        let facts = ["product", "os_name"].into_iter().filter_map(said);
        label.into_iter().chain(facts).collect()
    } else {
        let make = ["manufacturer", "model"].into_iter().filter_map(said);
        let model = make.flat_map(|(_, words)| words).collect();
        let facts = ["product", "provider", "agreement"].into_iter().filter_map(said);
        [("model", model)].into_iter().chain(facts).collect()
    };
    if item.is_renewal()
        && let Some(name) = &asset.name
    {
        texts.push(("name", words(name.raw())));
    }
    texts.retain(|(_, words)| !words.is_empty());
    texts
}

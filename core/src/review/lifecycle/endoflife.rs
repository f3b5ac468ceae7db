//! Reads the data of endoflife.date.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;

use super::catalogue::{Catalogue, Cycle, Product};
use super::milestone::{Milestones, When};
use super::words::{Pattern, Words, version};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Untrusted, quoted};

/// The data may be so large.
const BYTES: usize = 64 << 20;
/// Who says so.
const SOURCE: &str = "endoflife.date";

#[derive(Deserialize)]
struct Page {
    title: String,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    alternate_urls: Option<Vec<String>>,
    releases: Vec<Release>,
}

#[derive(Deserialize)]
struct Release {
    #[serde(rename = "releaseCycle")]
    cycle: String,
    #[serde(default, rename = "releaseLabel")]
    label: Option<String>,
    #[serde(default)]
    codename: Option<String>,
    #[serde(default, rename = "releaseDate")]
    date: Option<Stated>,
    #[serde(default)]
    eoas: Option<Stated>,
    #[serde(default)]
    eol: Option<Stated>,
    #[serde(default)]
    eoes: Option<Stated>,
    #[serde(default)]
    discontinued: Option<Stated>,
}

/// A date, or yes or no.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stated {
    Happened(bool),
    On(String),
}

pub(super) fn read(bytes: &[u8], as_of: Date) -> Result<Catalogue> {
    if bytes.len() > BYTES {
        return Err(Error::new(ErrorKind::TooLarge, "the data has more than 64 MiB"));
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let pages: BTreeMap<String, Page> = serde_json::from_slice(bytes)
        .map_err(|source| Error::new(ErrorKind::InvalidInput, source.to_string()))?;
    let mut catalogue = Catalogue::default();
    for (id, page) in pages {
        let place = format!("/{id}");
        catalogue.insert(product(id, &page, as_of).map_err(|error| error.at(place))?);
    }
    Ok(catalogue)
}

fn product(id: String, page: &Page, as_of: Date) -> Result<Product> {
    let mut product = Product {
        title: Untrusted::new(page.title.clone()),
        edge: false,
        cycles: Vec::new(),
        names: BTreeSet::new(),
        without: Vec::new(),
        id,
    };
    let other = page.alternate_urls.iter().flatten();
    for name in [page.title.clone(), product.id.replace('-', " ")]
        .into_iter()
        .chain(other.map(|url| url.trim_start_matches('/').replace('-', " ")))
    {
        product.add_name(&name);
    }
    // Hardware, services and languages are not what an operating system or a product of an asset is called by one word.
    let named_by_one_word = matches!(
        page.category.as_deref(),
        Some("os" | "database" | "server-app" | "app")
    );
    if !named_by_one_word {
        product.names.retain(|name| name.len() > 1);
    }
    for release in &page.releases {
        product.cycles.push(cycle(&product, release, as_of)?);
    }
    product.cycles.sort_by(|a, b| a.id.cmp(&b.id));
    product.cycles.dedup_by(|a, b| a.id == b.id);
    Ok(product)
}

fn cycle(product: &Product, release: &Release, as_of: Date) -> Result<Cycle> {
    let active = when(release.eoas.as_ref())?;
    let security = when(release.eol.as_ref())?;
    let extended = when(release.eoes.as_ref())?;
    // Debian's long-term support costs nothing: it is security support.
    let free = product.id == "debian";
    let mut milestones = Milestones {
        general_availability: when(release.date.as_ref())?,
        end_of_sales: when(release.discontinued.as_ref())?,
        end_of_active_support: active,
        end_of_security_support: security,
        extended_support: if extended == When::Open {
            When::Unknown
        } else {
            extended
        },
        end_of_life: When::Unknown,
    };
    if free && matches!(extended, When::On(_)) {
        milestones.end_of_active_support = security;
        milestones.end_of_security_support = extended;
        milestones.extended_support = When::Unknown;
    }
    let title = product.title.raw();
    let label = label(title, release);
    Ok(Cycle {
        pattern: pattern(title, release, &label),
        versions: version(&release.cycle).into_iter().collect(),
        id: release.cycle.clone(),
        label: Untrusted::new(label),
        milestones,
        source: Untrusted::new(SOURCE.to_owned()),
        as_of: Some(as_of),
    })
}

/// Title and label; placeholders filled in.
fn label(title: &str, release: &Release) -> String {
    let name = release
        .label
        .as_deref()
        .unwrap_or(&release.cycle)
        .replace("__RELEASE_CYCLE__", &release.cycle)
        .replace("'__CODENAME__'", "")
        .replace("__CODENAME__", release.codename.as_deref().unwrap_or(""));
    let name = name.trim();
    if name.to_lowercase().starts_with(&title.to_lowercase()) {
        name.to_owned()
    } else {
        format!("{title} {name}")
    }
}

/// The words of the label that are not of the title; a plain version needs none, it is matched as a number.
fn pattern(title: &str, release: &Release, label: &str) -> Pattern {
    if version(&release.cycle).is_some() && release.label.is_none() {
        return Pattern::default();
    }
    let title = Words::of(title);
    let words: Vec<String> = Words::of(label)
        .iter()
        .filter(|word| !title.contains(word))
        .map(str::to_owned)
        .collect();
    Pattern::parse(&words.join(" "))
}

fn when(stated: Option<&Stated>) -> Result<When> {
    Ok(match stated {
        None => When::Unknown,
        Some(Stated::Happened(true)) => When::Ended,
        Some(Stated::Happened(false)) => When::Open,
        Some(Stated::On(text)) => When::On(text.parse().map_err(|source: jiff::Error| {
            Error::new(ErrorKind::InvalidInput, format!("{} is no date", quoted(text))).caused_by(source)
        })?),
    })
}

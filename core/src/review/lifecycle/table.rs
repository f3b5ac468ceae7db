//! Reads the lifecycle table: the format of `docs/formats/lifecycle.md`.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Deserialize;

use super::catalogue::{Catalogue, Cycle, Product};
use super::milestone::{Milestones, When};
use super::words::{Pattern, version};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Untrusted, quoted};

/// A table may be so large.
const BYTES: usize = 64 << 20;

#[derive(Deserialize)]
struct Row {
    product: String,
    title: String,
    names: String,
    without: String,
    edge: String,
    cycle: String,
    label: String,
    words: String,
    versions: String,
    general_availability: String,
    end_of_sales: String,
    end_of_active_support: String,
    end_of_security_support: String,
    extended_support: String,
    end_of_life: String,
    source: String,
    as_of: String,
}

pub(super) fn read(bytes: &[u8]) -> Result<Catalogue> {
    if bytes.len() > BYTES {
        return Err(Error::new(
            ErrorKind::TooLarge,
            "a lifecycle table has at most 64 MiB",
        ));
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut catalogue = Catalogue::default();
    let mut reader = csv::Reader::from_reader(bytes);
    for row in reader.deserialize::<Row>() {
        let row = row.map_err(|source| {
            let line = source.position().map_or(0, csv::Position::line);
            Error::new(ErrorKind::InvalidInput, source.to_string()).at(format!("line {line}"))
        })?;
        let name = format!("{}/{}", row.product, row.cycle);
        add(&mut catalogue, &row).map_err(|error| error.at(name))?;
    }
    Ok(catalogue)
}

fn add(catalogue: &mut Catalogue, row: &Row) -> Result<()> {
    if row.product.is_empty() || row.cycle.is_empty() {
        return Err(invalid("a row needs `product` and `cycle`"));
    }
    if catalogue.product(&row.product).is_none() {
        if row.names.is_empty() {
            return Err(invalid("the first row of a product needs `names`"));
        }
        catalogue.insert(Product {
            id: row.product.clone(),
            title: Untrusted::new(row.title.clone()),
            edge: false,
            cycles: Vec::new(),
            names: BTreeSet::new(),
            without: Vec::new(),
        });
    }
    let cycle = cycle(row)?;
    let Some(product) = catalogue.entry(&row.product) else {
        return Err(Error::new(ErrorKind::Internal, "a product was lost"));
    };
    row.names.split('|').for_each(|name| product.add_name(name));
    product
        .without
        .extend(row.without.split_whitespace().map(Into::into));
    product.edge |= match row.edge.as_str() {
        "" => false,
        "edge" => true,
        other => {
            return Err(invalid(format!(
                "{} in `edge`: write `edge` or nothing",
                quoted(other)
            )));
        }
    };
    match product.cycles.binary_search_by(|held| held.id.cmp(&cycle.id)) {
        Ok(_) => return Err(invalid("the cycle is there twice")),
        Err(at) => product.cycles.insert(at, cycle),
    }
    Ok(())
}

fn cycle(row: &Row) -> Result<Cycle> {
    let mut versions = Vec::new();
    for text in row.versions.split('|').filter(|text| !text.is_empty()) {
        versions.push(
            version(text).ok_or_else(|| invalid(format!("{} in `versions` is no version", quoted(text))))?,
        );
    }
    Ok(Cycle {
        id: row.cycle.clone(),
        label: Untrusted::new(row.label.clone()),
        milestones: Milestones {
            general_availability: when("general_availability", &row.general_availability)?,
            end_of_sales: when("end_of_sales", &row.end_of_sales)?,
            end_of_active_support: when("end_of_active_support", &row.end_of_active_support)?,
            end_of_security_support: when("end_of_security_support", &row.end_of_security_support)?,
            extended_support: when("extended_support", &row.extended_support)?,
            end_of_life: when("end_of_life", &row.end_of_life)?,
        },
        source: Untrusted::new(row.source.clone()),
        as_of: match row.as_of.as_str() {
            "" => None,
            text => Some(date("as_of", text)?),
        },
        pattern: Pattern::parse(&row.words.to_lowercase()),
        versions,
    })
}

fn when(column: &str, text: &str) -> Result<When> {
    Ok(match text {
        "" => When::Unknown,
        "ended" => When::Ended,
        "open" => When::Open,
        day => When::On(date(column, day)?),
    })
}

/// The word of the table for it.
pub(super) fn written(when: When) -> String {
    match when {
        When::Unknown => String::new(),
        When::Ended => "ended".to_owned(),
        When::Open => "open".to_owned(),
        When::On(day) => day.to_string(),
    }
}

fn date(column: &str, text: &str) -> Result<Date> {
    text.parse().map_err(|source: jiff::Error| {
        invalid(format!(
            "{} in `{column}` is no date: write `2027-01-12`, `ended`, `open` or nothing",
            quoted(text)
        ))
        .caused_by(source)
    })
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "product,title,names,without,edge,cycle,label,words,versions,general_availability,end_of_sales,\
                        end_of_active_support,end_of_security_support,extended_support,end_of_life,source,as_of\n";

    #[test]
    fn the_table_of_the_crate_is_whole() {
        let catalogue = read(include_bytes!("../../../data/lifecycle.csv")).unwrap();
        assert!(catalogue.products().len() >= 60);
        for product in catalogue.products() {
            for cycle in &product.cycles {
                let known = cycle.milestones.security_end() != When::Unknown;
                assert_eq!(known, cycle.as_of.is_some(), "{}/{}", product.id, cycle.id);
                assert!(!cycle.source.raw().is_empty() && !cycle.label.raw().is_empty());
            }
        }
    }

    #[test]
    fn a_bad_row_is_refused_with_its_place() {
        let bad = [
            ("a,A,a,,,1,A 1,,1,,,,2027-13-01,,,s,\n", "a/1"),
            ("a,A,a,,,1,A 1,,x,,,,,,,s,\n", "a/1"),
            ("a,A,,,,1,A 1,,1,,,,,,,s,\n", "a/1"),
            ("a,A,a,,yes,1,A 1,,1,,,,,,,s,\n", "a/1"),
            ("a,A,a,,,1,A 1,,1,,,,,,,s,\na,,,,,1,A 1,,1,,,,,,,s,\n", "a/1"),
            ("a,A\n", "line 2"),
        ];
        for (rows, place) in bad {
            let error = read(format!("{HEAD}{rows}").as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{rows}");
            assert_eq!(error.place(), Some(place), "{rows}");
        }
    }
}

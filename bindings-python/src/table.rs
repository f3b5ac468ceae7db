//! Whole-estate results as tables, over the Arrow `PyCapsule` interface: polars, pandas, pyarrow and `DuckDB` read an object that has
//! `__arrow_c_stream__`, without a copy and without a package of Arrow on our side.
//! <https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html>

use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchIterator, StringArray, UInt32Array};
use arrow_schema::ArrowError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use vcto::estate::Criticality;
use vcto::{Error, ErrorKind, impact};

use crate::both::edges::edges;
use crate::error::{Raised, Result};
use crate::estate::words;

/// A table, for `polars.DataFrame(table)`, `pyarrow.table(table)` and the like. It can be read as often as one likes.
#[pyclass(frozen, module = "vcto")]
pub struct Table(RecordBatch);

#[pymethods]
impl Table {
    /// The columns as an Arrow stream of one batch. Another schema that is asked for is not followed, as the interface allows.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        drop(requested_schema);
        let reader = RecordBatchIterator::new([Ok(self.0.clone())], self.0.schema());
        let stream = FFI_ArrowArrayStream::new(Box::new(reader));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream").map(Bound::into_any)
    }

    fn __len__(&self) -> usize {
        self.0.num_rows()
    }

    fn __repr__(&self) -> String {
        let schema = self.0.schema();
        let columns: Vec<&str> = schema
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        format!("<Table of {} rows: {}>", self.0.num_rows(), columns.join(", "))
    }
}

/// The names of the tables.
const TABLES: &str = "`assets`, `blast_radii`, `edges` or `single_failures`";

impl Table {
    /// One of the tables of an estate.
    pub fn of(estate: &vcto::Estate, name: &str) -> Result<Self> {
        let columns = match name {
            "assets" => assets(estate),
            "blast_radii" => blast_radii(estate),
            "edges" => edge_columns(estate),
            "single_failures" => single_failures(estate),
            _ => {
                let error = Error::new(ErrorKind::InvalidInput, "there is no table of this name");
                return Err(Raised::Core(error.remedy(format!("ask for {TABLES}")).at("name")));
            }
        };
        Ok(Self(
            RecordBatch::try_from_iter_with_nullable(columns).map_err(internal)?,
        ))
    }
}

/// INVARIANT: the columns of a table are as long as each other.
fn internal(error: ArrowError) -> Raised {
    Raised::Core(Error::new(ErrorKind::Internal, error.to_string()))
}

type Column = (&'static str, ArrayRef, bool);

fn assets(estate: &vcto::Estate) -> Vec<Column> {
    let assets = || estate.assets().iter();
    let names = assets().map(|asset| asset.name.as_ref().map(|name| name.raw().as_str()));
    let criticality = assets().map(|asset| asset.criticality.as_ref().map(Criticality::as_str));
    vec![
        id(estate),
        (
            "kind",
            texts(assets().map(|asset| Some(asset.kind.as_str()))),
            false,
        ),
        ("name", texts(names), true),
        ("criticality", texts(criticality), true),
    ]
}

fn blast_radii(estate: &vcto::Estate) -> Vec<Column> {
    let radii = impact::blast_radii(estate);
    vec![id(estate), ("total", numbers(radii.totals()), false)]
}

fn single_failures(estate: &vcto::Estate) -> Vec<Column> {
    let found = impact::single_failures(estate);
    vec![
        id(estate),
        ("failed", numbers(found.failed()), false),
        ("degraded", numbers(found.degraded()), false),
    ]
}

fn edge_columns(estate: &vcto::Estate) -> Vec<Column> {
    let all: Vec<_> = edges(estate)
        .map(|(from, to, edge)| (from, to, words(edge)))
        .collect();
    let id = |position| estate.id(position).map(vcto::estate::AssetId::as_str);
    let kinds = all.iter().map(|(_, _, (kind, _))| Some(kind.as_str()));
    let strengths = all.iter().map(|(_, _, (_, strength))| Some(*strength));
    vec![
        ("from", texts(all.iter().map(|(from, ..)| id(*from))), false),
        ("to", texts(all.iter().map(|(_, to, _)| id(*to))), false),
        ("kind", texts(kinds), false),
        ("strength", texts(strengths), false),
    ]
}

fn id(estate: &vcto::Estate) -> Column {
    let ids = estate.assets().iter().map(|asset| Some(asset.id.as_str()));
    ("id", texts(ids), false)
}

fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn numbers(values: &[u32]) -> ArrayRef {
    Arc::new(UInt32Array::from(values.to_vec()))
}

//! Reviews.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyBytes;
use vcto::report::fragment;

use crate::both::page::{Form, Shown};
use crate::both::waivers::{Given, reviewer};
use crate::budget::Budget;
use crate::day::Day;
use crate::error::Result;
use crate::estate::Estate;
use crate::given::{Text, one_of};
use crate::json::{
    Again, Calendar, Coverage, Debt, Dictionaries, Findings, Gaps, Matrix, Questions, Recommendations, Rules,
    WaiversTaken,
};
use crate::monitor::{Progress, watch};

/// What a review concluded: a function of the estate, the reference data and the day.
#[pyclass(frozen, module = "vcto")]
pub struct Review {
    pub core: vcto::review::Review,
    findings: PyOnceLock<Findings>,
    recommendations: PyOnceLock<Recommendations>,
}

impl Review {
    /// What a page shows.
    pub fn shown<'a>(
        &'a self,
        estate: &'a Estate,
        client: Option<&'a str>,
        budget: Option<&'a Budget>,
    ) -> Shown<'a> {
        Shown {
            estate: &estate.0,
            review: &self.core,
            client,
            budget: budget.map(|budget| &budget.0),
        }
    }

    /// Wraps a review of core.
    pub fn new(core: vcto::review::Review) -> Self {
        Self {
            core,
            findings: PyOnceLock::new(),
            recommendations: PyOnceLock::new(),
        }
    }
}

#[pymethods]
impl Review {
    /// The day as of which everything was judged.
    #[getter]
    fn as_of(&self) -> String {
        self.core.as_of.to_string()
    }

    /// The digest of the estate that was reviewed.
    #[getter]
    fn estate(&self) -> String {
        self.core.estate.to_string()
    }

    /// What somebody has to know, gravest first.
    #[getter]
    fn findings(&self, py: Python<'_>) -> Result<Findings> {
        let findings = self
            .findings
            .get_or_try_init(py, || Findings::of(py, &self.core.findings))?;
        Ok(findings.again(py))
    }

    /// What to do, in order of the rank; each with the change that would carry it out.
    #[getter]
    fn recommendations(&self, py: Python<'_>) -> Result<Recommendations> {
        let kept = self
            .recommendations
            .get_or_try_init(py, || Recommendations::of(py, &self.core.recommendations))?;
        Ok(kept.again(py))
    }

    /// What could not be judged since it is not recorded, most frequent first.
    #[getter]
    fn gaps(&self, py: Python<'_>) -> Result<Gaps> {
        Gaps::of(py, &self.core.gaps)
    }

    /// What to ask whom: first what makes most answers of rules possible, then what matters most, then by id.
    fn questions(&self, py: Python<'_>) -> Result<Questions> {
        Questions::of(py, &self.core.questions())
    }

    /// The questions as a sheet to fill in, `questions.csv`. Filled, it is read with the other inputs.
    fn questions_csv(&self, py: Python<'_>) -> String {
        py.detach(|| self.core.to_questions_csv())
    }

    /// Each rule that was carried out, with how its subjects fared.
    #[getter]
    fn rules(&self, py: Python<'_>) -> Result<Rules> {
        Rules::of(py, &self.core.rules)
    }

    /// What the problems are worth: principal, interest and risk, which do not add up to one.
    #[getter]
    fn debt(&self, py: Python<'_>) -> Result<Debt> {
        Debt::of(py, &self.core.debt)
    }

    /// The waivers that it was given, what each came to, and what is left without what is waived; `None` where it was given none.
    #[getter]
    fn waivers(&self, py: Python<'_>) -> Result<Option<WaiversTaken>> {
        let taken = self.core.waivers.as_ref();
        taken.map(|taken| WaiversTaken::of(py, taken)).transpose()
    }

    /// How much of what was asked could be known.
    #[getter]
    fn coverage(&self, py: Python<'_>) -> Result<Coverage> {
        Coverage::of(py, &self.core.coverage)
    }

    /// Every device against what should look after it, with what is not known beside each number.
    #[getter]
    fn matrix(&self, py: Python<'_>) -> Result<Matrix> {
        Matrix::of(py, &self.core.matrix)
    }

    /// Every recorded day on which something ends, soonest first, with who says so and how old that is.
    #[getter]
    fn calendar(&self, py: Python<'_>) -> Result<Calendar> {
        Calendar::of(py, &self.core.calendar)
    }

    /// The document: the same bytes in every language.
    fn to_json(&self, py: Python<'_>) -> String {
        py.detach(|| self.core.to_json())
    }

    fn __repr__(&self) -> String {
        format!(
            "<Review as of {}: {} findings>",
            self.core.as_of,
            self.core.findings.len()
        )
    }

    /// A summary for a terminal. Coverage comes before any count; text from outside is escaped and shortened.
    fn to_text(&self, py: Python<'_>) -> String {
        py.detach(|| self.core.to_text())
    }

    /// Its coverage, dates and debt as a fragment of HTML, as on the page: no script, no style, no links.
    fn to_html(&self, py: Python<'_>) -> String {
        py.detach(|| fragment(&self.core))
    }

    /// The page for the client, as one static HTML document. It needs the estate that was reviewed; `budget` adds what the
    /// next years cost.
    #[pyo3(signature = (estate, *, client=None, budget=None))]
    fn to_page(
        &self,
        py: Python<'_>,
        estate: PyRef<'_, Estate>,
        client: Option<&str>,
        budget: Option<PyRef<'_, Budget>>,
    ) -> Result<String> {
        let shown = self.shown(&estate, client, budget.as_deref());
        Ok(py.detach(|| shown.preview(Form::Html))?)
    }

    /// The page as text for a terminal, in about one screen.
    #[pyo3(signature = (estate, *, client=None, budget=None))]
    fn to_page_text(
        &self,
        py: Python<'_>,
        estate: PyRef<'_, Estate>,
        client: Option<&str>,
        budget: Option<PyRef<'_, Budget>>,
    ) -> Result<String> {
        let shown = self.shown(&estate, client, budget.as_deref());
        Ok(py.detach(|| shown.preview(Form::Text))?)
    }

    fn _repr_html_(&self, py: Python<'_>) -> String {
        self.to_html(py)
    }
}

one_of! {
    /// Waivers, as a sheet or as dictionaries.
    WaiversGiven<'py>: "waivers: the path or the text of a waivers.csv, or a list of dictionaries" {
        /// A sheet, or the path of one.
        Text(Text),
        /// A sheet in UTF-8.
        Bytes(Bound<'py, PyBytes>),
        /// A list of waivers.
        List(Dictionaries<'py>),
        /// The path of a sheet.
        Path(PathBuf),
    }
}

impl WaiversGiven<'_> {
    /// The same without Python.
    pub fn given(self) -> Given {
        match self {
            Self::Text(Text(text)) => Given::text(text),
            Self::Bytes(bytes) => Given::Csv(bytes.as_bytes().to_vec()),
            Self::List(list) => Given::List(list.text()),
            Self::Path(path) => Given::Path(path),
        }
    }
}

/// Reviews an estate as of a day, with all built-in analyzers: a preview that records nothing.
///
/// `waivers` are findings that people accepted for a time: the path or the text of a `waivers.csv`, or a list of
/// dictionaries with its columns. `progress(stage, done, total)` is called on the way.
#[pyfunction]
#[pyo3(signature = (estate, as_of, *, waivers=None, progress=None))]
pub fn review(
    py: Python<'_>,
    estate: PyRef<'_, Estate>,
    as_of: Day<'_>,
    waivers: Option<WaiversGiven<'_>>,
    progress: Option<Progress>,
) -> Result<Review> {
    let (estate, as_of) = (estate.0.clone(), as_of.parse("review.review")?);
    let waivers = waivers.map(WaiversGiven::given);
    let review = watch(py, progress, |monitor| {
        reviewer(waivers)?.monitor(monitor).review(&estate, as_of)
    })?;
    Ok(Review::new(review))
}

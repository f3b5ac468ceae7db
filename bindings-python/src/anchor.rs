//! Anchors outside: a folder, a webhook, and those that are written in Python.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::type_hint_identifier;
use pyo3::types::PyBytes;
use vcto::ledger::{Anchor, AnchorRequest, Kept};
use vcto::text::Plain;

use crate::both::anchor::{Asked, Evidence, KeptFile, kept};
use crate::document::text_of;
use crate::error::Result;
use crate::executor::{raised, refuse_coroutine};
use crate::given::{Text, one_of, wrong_type};
use crate::json::{self, KeptCheckpoints, SplitView};

/// Keeps each checkpoint of an anchor log as a file of its own in a folder, and never writes over one. It is worth as much as the
/// folder is out of reach of who could change the practice's.
#[pyclass(frozen, module = "vcto")]
pub struct FileAnchor {
    pub(crate) inner: vcto::ledger::FileAnchor,
    name: String,
    folder: PathBuf,
}

#[pymethods]
impl FileAnchor {
    #[new]
    fn new(name: String, folder: PathBuf) -> Self {
        let inner = vcto::ledger::FileAnchor::new(&name, &folder);
        Self { inner, name, folder }
    }

    /// Its name in the records of the anchor logs.
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    /// Where the checkpoints are.
    #[getter]
    fn folder(&self) -> PathBuf {
        self.folder.clone()
    }

    /// What it keeps of the anchor log of this origin, by size: what `verify` takes as `anchors`.
    fn kept(&self, py: Python<'_>, origin: &str) -> Result<KeptCheckpoints> {
        let kept = py.detach(|| self.inner.kept(origin))?;
        KeptCheckpoints::of(py, &KeptFile::of(&kept))
    }

    fn __repr__(&self) -> String {
        format!("<FileAnchor in {}>", Plain(&self.folder.display().to_string()))
    }
}

/// Posts each checkpoint of an anchor log to a URL, signed as Standard Webhooks says. `secret` is `whsec_` and base64. The URL is
/// `https`, or plain `http` to the loopback address.
#[pyclass(frozen, module = "vcto")]
pub struct WebhookAnchor {
    pub(crate) inner: Arc<vcto::ledger::WebhookAnchor>,
    name: String,
}

#[pymethods]
impl WebhookAnchor {
    #[new]
    fn new(py: Python<'_>, name: String, url: String, secret: String) -> Result<Self> {
        let inner = py.detach(|| vcto::ledger::WebhookAnchor::new(&name, url, &secret))?;
        Ok(Self {
            inner: Arc::new(inner),
            name,
        })
    }

    /// Its name in the records of the anchor logs.
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    fn __repr__(&self) -> String {
        format!("<WebhookAnchor {}>", Plain(&self.name))
    }
}

one_of! {
    /// The content of a file of evidence.
    EvidenceFile<'py>: "the content of a file of evidence, as bytes or a text" {
        /// As it is read.
        Bytes(Bound<'py, PyBytes>),
        /// As text.
        Text(Text),
    }
}

/// Reads and checks the evidence that a log has told two stories, as `FileAnchor` leaves it (`split-view-*.json`): two checkpoints
/// that its key signed and that contradict each other. Offline, for anybody; compare `key` with the log's.
#[pyfunction]
pub fn split_view(py: Python<'_>, evidence: EvidenceFile<'_>) -> Result<SplitView> {
    let split = match &evidence {
        EvidenceFile::Bytes(bytes) => vcto::ledger::SplitView::parse(bytes.as_bytes()),
        EvidenceFile::Text(Text(text)) => vcto::ledger::SplitView::parse(text.as_bytes()),
    };
    SplitView::of(py, &Evidence::of(&split?))
}

one_of! {
    /// What may be registered as an anchor.
    Outside<'py>: "`FileAnchor`, `WebhookAnchor`, or an anchor: an object with `name` and `keep(request)`" {
        /// A folder.
        File(PyRef<'py, FileAnchor>),
        /// A webhook.
        Webhook(PyRef<'py, WebhookAnchor>),
        /// An object of Python's.
        Written(WrittenAnchor),
    }
}

/// An object with the members of `vcto.types.Anchor`.
pub struct WrittenAnchor {
    name: String,
    object: Py<PyAny>,
}

impl<'a, 'py> FromPyObject<'a, 'py> for WrittenAnchor {
    type Error = PyErr;
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("vcto.types", "Anchor");

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if !object.hasattr("name")? || !object.hasattr("keep")? {
            return Err(wrong_type(
                object,
                "an anchor: an object with `name` and `keep(request)`",
            ));
        }
        refuse_coroutine(&object.getattr("keep")?, "keep")?;
        Ok(Self {
            name: object.getattr("name")?.extract()?,
            object: object.to_owned().unbind(),
        })
    }
}

impl fmt::Debug for WrittenAnchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrittenAnchor")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Anchor for WrittenAnchor {
    fn name(&self) -> &str {
        &self.name
    }

    async fn keep(&self, request: &AnchorRequest) -> vcto::Result<Kept> {
        kept(Python::attach(|py| {
            let who = format!("the anchor `{}`", self.name);
            let told = json::AnchorRequest::of(py, &Asked::of(request)).map_err(PyErr::from);
            match told.and_then(|told| self.object.call_method1(py, "keep", (told,))) {
                Ok(answer) => {
                    text_of(answer.bind(py)).map_err(|error| format!("the answer of {who} is unfit: {error}"))
                }
                Err(error) => Err(raised(py, &who, error)),
            }
        }))
    }
}

/// Checkpoints of an anchor log that were kept outside, as `verify` takes them.
pub struct KeptAnchors<'py>(Bound<'py, PyAny>);

impl KeptAnchors<'_> {
    /// Their JSON text.
    pub fn text(&self) -> vcto::Result<Vec<u8>> {
        text_of(&self.0)
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for KeptAnchors<'py> {
    type Error = PyErr;
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("vcto.types", "KeptAnchors");

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(object.to_owned()))
    }
}

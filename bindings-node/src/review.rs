//! Reviews.

use std::fmt::Display;
use std::str::FromStr;

use napi::bindgen_prelude::*;
use napi_derive::napi;
use vcto::report::fragment;

use crate::both::page::{Form, Shown};
use crate::both::waivers::{Given, reviewer};
use crate::budget::Budget;
use crate::caller::text_of;
use crate::error::OrThrow;
use crate::estate::Estate;
use crate::json;
use crate::promise::{promise, watched};

/// What a review concluded: a function of the estate, the reference data and the day.
#[napi]
pub struct Review(pub(crate) vcto::review::Review);

#[napi]
impl Review {
    /// The day as of which everything was judged.
    #[napi(getter)]
    pub fn as_of(&self) -> String {
        self.0.as_of.to_string()
    }

    /// The digest of the estate that was reviewed.
    #[napi(getter)]
    pub fn estate(&self) -> String {
        self.0.estate.to_string()
    }

    /// What somebody has to know, gravest first.
    #[napi(getter, ts_return_type = "Finding[]")]
    pub fn findings<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "findings", &self.0.findings)
    }

    /// What to do, in order of the rank; each with the change that would carry it out.
    #[napi(getter, ts_return_type = "Recommendation[]")]
    pub fn recommendations<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "recommendations", &self.0.recommendations)
    }

    /// What could not be judged since it is not recorded, most frequent first.
    #[napi(getter, ts_return_type = "Gap[]")]
    pub fn gaps<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "gaps", &self.0.gaps)
    }

    /// What to ask whom: first what makes most answers of rules possible, then what matters most, then by id.
    #[napi(ts_return_type = "Question[]")]
    pub fn questions<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::plain(env, &self.0.questions())
    }

    /// The questions as a sheet to fill in, `questions.csv`. Filled, it is read with the other inputs.
    #[napi]
    pub fn questions_csv(&self) -> String {
        self.0.to_questions_csv()
    }

    /// Each rule that was carried out, with how its subjects fared.
    #[napi(getter, ts_return_type = "RuleResult[]")]
    pub fn rules<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "rules", &self.0.rules)
    }

    /// What the problems are worth: principal, interest and risk, which do not add up to one.
    #[napi(getter, ts_return_type = "Debt")]
    pub fn debt<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "debt", &self.0.debt)
    }

    /// The waivers that it was given, what each came to, and what is left without what is waived; null where it was given none.
    #[napi(getter, ts_return_type = "WaiversTaken | null")]
    pub fn waivers<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Option<Object<'env>>> {
        let taken = self.0.waivers.as_ref();
        taken
            .map(|taken| json::kept(env, this, "waivers", taken))
            .transpose()
    }

    /// How much of what was asked could be known.
    #[napi(getter, ts_return_type = "Coverage")]
    pub fn coverage<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "coverage", &self.0.coverage)
    }

    /// Every device against what should look after it, with what is not known beside each number.
    #[napi(getter, ts_return_type = "Matrix")]
    pub fn matrix<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "matrix", &self.0.matrix)
    }

    /// Every recorded day on which something ends, soonest first, with who says so and how old that is.
    #[napi(getter, ts_return_type = "Calendar")]
    pub fn calendar<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "calendar", &self.0.calendar)
    }

    /// The document: the same bytes in every language.
    #[napi]
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// A summary for a terminal. Coverage comes before any count; text from outside is escaped and shortened.
    #[napi]
    pub fn to_text(&self) -> String {
        self.0.to_text()
    }

    /// The page for the client, as one static HTML document. It needs the estate that was reviewed.
    #[napi]
    pub fn to_page(
        &self,
        env: &Env,
        estate: ClassInstance<'_, Estate>,
        options: Option<Either<String, PageOptions<'_>>>,
    ) -> Result<String> {
        let options = PageOptions::of(options);
        let shown = options.shown(&estate.0, &self.0);
        shown.preview(Form::Html).or_throw(env)
    }

    /// The page as text for a terminal, in about one screen.
    #[napi]
    pub fn to_page_text(
        &self,
        env: &Env,
        estate: ClassInstance<'_, Estate>,
        options: Option<Either<String, PageOptions<'_>>>,
    ) -> Result<String> {
        let options = PageOptions::of(options);
        let shown = options.shown(&estate.0, &self.0);
        shown.preview(Form::Text).or_throw(env)
    }

    /// Its coverage, dates and debt as a fragment of HTML, as on the page: no script, no style, no links.
    #[napi]
    pub fn to_html(&self) -> String {
        fragment(&self.0)
    }
}

/// What a page says beside the review; a bare text is the client.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct PageOptions<'a> {
    /// The name of the client, as the reader knows it.
    pub client: Option<String>,
    /// What the next years cost.
    #[napi(ts_type = "Budget")]
    pub budget: Option<ClassInstance<'a, Budget>>,
}

impl PageOptions<'_> {
    /// The options, or the client alone.
    pub fn of(given: Option<Either<String, Self>>) -> Self {
        match given {
            Some(Either::A(client)) => Self {
                client: Some(client),
                budget: None,
            },
            Some(Either::B(options)) => options,
            None => Self::default(),
        }
    }

    /// What a page shows.
    fn shown<'s>(&'s self, estate: &'s vcto::Estate, review: &'s vcto::review::Review) -> Shown<'s> {
        Shown {
            estate,
            review,
            client: self.client.as_deref(),
            budget: self.budget.as_ref().map(|budget| &budget.0),
        }
    }
}

/// Waivers, as a sheet or as a list.
pub type WaiversGiven<'a> = Either3<String, Uint8Array, Object<'a>>;

/// The same without JavaScript.
pub fn given(env: &Env, waivers: Option<WaiversGiven<'_>>) -> Result<Option<Given>> {
    Ok(match waivers {
        None => None,
        Some(Either3::A(text)) => Some(Given::text(text)),
        Some(Either3::B(bytes)) => Some(Given::Csv(bytes.to_vec())),
        Some(Either3::C(list)) => Some(Given::List(text_of(env, list.to_unknown())?)),
    })
}

/// How to review; a bare text is the day.
#[napi(object, object_to_js = false)]
pub struct ReviewOptions<'a> {
    /// The day as of which everything is judged: `2026-11-22`.
    pub as_of: String,
    /// Findings that people accepted for a time: the path or the text of a `waivers.csv`, or a list of waivers.
    #[napi(ts_type = "string | Uint8Array | Waiver[]")]
    pub waivers: Option<WaiversGiven<'a>>,
    /// Stops the work.
    #[napi(ts_type = "AbortSignal")]
    pub signal: Option<Object<'a>>,
}

/// Reviews an estate as of a day, with all built-in analyzers: a preview that records nothing.
#[napi(ts_return_type = "Promise<Review>")]
pub fn review<'env>(
    env: &'env Env,
    estate: ClassInstance<'_, Estate>,
    options: Either<String, ReviewOptions<'_>>,
) -> Result<Object<'env>> {
    let (as_of, waivers, signal) = match options {
        Either::A(as_of) => (as_of, None, None),
        Either::B(options) => (options.as_of, options.waivers, options.signal),
    };
    let (waivers, monitor) = (given(env, waivers)?, watched(env, signal)?);
    let estate = estate.0.clone();
    promise(
        env,
        move || {
            let as_of = day(&as_of, "review.review")?;
            reviewer(waivers)?.monitor(monitor).review(&estate, as_of)
        },
        |_, review| Ok(Review(review)),
    )
}

/// A day, year first.
pub fn day<D: FromStr>(text: &str, operation: &'static str) -> vcto::Result<D>
where
    D::Err: Display,
{
    text.parse().map_err(|error: D::Err| {
        vcto::Error::new(vcto::ErrorKind::InvalidInput, error.to_string())
            .at("asOf")
            .during(operation)
    })
}

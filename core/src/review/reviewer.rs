//! Carries out a review.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;

use super::advice::recommend;
use super::analyzers;
use super::calendar::Calendar;
use super::context::Context;
use super::coverage::Coverage;
use super::debt::{Debt, Remaining};
use super::document::{CatalogueInfo, FORMAT, Review, RuleResult};
use super::hosting;
use super::lifecycle::Catalogue;
use super::outcome::Tally;
use super::processors::Processors;
use super::questions::questions;
use super::rule::{Analyzer, Rule};
use super::settings::Settings;
use super::verdict::{Gap, Gaps, Gathered, Verdicts};
use super::waiver::{self, WaiverEntry, Waivers, WaiversTaken};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::Estate;
use crate::monitor::Monitor;

/// Reviews estates by a set of analyzers.
///
/// ```
/// use vcto::{Estate, Inventory, review::Reviewer};
///
/// let inventory = Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "erp", "kind": "business_application", "name": "ERP", "facts": {"owner": null}}]}"#)?;
/// let estate = Estate::new(inventory)?;
/// let review = Reviewer::standard().review(&estate, "2026-11-22".parse()?)?;
/// let owner = review.rule("documentation.owner").ok_or("no such rule")?;
/// assert_eq!((owner.known, owner.total, owner.outcomes.not_satisfied), (1, 1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reviewer {
    analyzers: Vec<Arc<dyn Analyzer>>,
    settings: Settings,
    catalogue: Cow<'static, Catalogue>,
    processors: Cow<'static, Processors>,
    monitor: Monitor,
    keep_verdicts: bool,
    waivers: Option<Waivers>,
}

impl Reviewer {
    /// With all built-in analyzers and the default settings.
    pub fn standard() -> Self {
        analyzers::standard()
            .into_iter()
            .fold(Self::empty(), Self::with_shared)
    }

    /// Without any analyzer.
    pub fn empty() -> Self {
        Self {
            analyzers: Vec::new(),
            settings: Settings::default(),
            catalogue: Cow::Borrowed(Catalogue::curated()),
            processors: Cow::Borrowed(Processors::curated()),
            monitor: Monitor::default(),
            keep_verdicts: false,
            waivers: None,
        }
    }

    /// Adds an analyzer.
    #[must_use]
    pub fn with(self, analyzer: impl Analyzer + 'static) -> Self {
        self.with_shared(Arc::new(analyzer))
    }

    /// Changes the limits.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Takes this catalogue in place of the curated one: lay it over that with [`Catalogue::over`] to keep both.
    #[must_use]
    pub fn catalogue(mut self, catalogue: Catalogue) -> Self {
        self.catalogue = Cow::Owned(catalogue);
        self
    }

    /// Takes this table of the processors that Windows 11 supports in place of the curated one.
    #[must_use]
    pub fn processors(mut self, processors: Processors) -> Self {
        self.processors = Cow::Owned(processors);
        self
    }

    /// Watches the review, and can cancel it.
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self
    }

    /// Keeps every answer, the good ones too, in [`Review::verdicts`]: one line for each rule and subject.
    #[must_use]
    pub fn keep_verdicts(mut self, keep: bool) -> Self {
        self.keep_verdicts = keep;
        self
    }

    /// Takes waivers into account. A waived finding stays in the review and counts in full: it is marked, nothing is recommended
    /// for it, and [`Review::waivers`] says what is left without it. What has run out or is about nothing is a finding itself.
    ///
    /// ```
    /// use vcto::{Estate, Inventory, review::{Reviewer, Waivers}};
    ///
    /// let inventory = Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "rmm"},
    ///     "assets": [{"id": "7", "kind": "storage", "name": "NAS-01", "facts": {"warranty_end": "2026-10-01"}}]}"#)?;
    /// let waivers = Waivers::from_csv(b"rule,asset,reason,requested_by,approved_by,at,until\n\
    ///     warranty.in_force,NAS-01,Replaced in spring,B. Holt,A. Jones,2026-11-02,2027-04-30\n")?;
    /// let review = Reviewer::standard().waivers(waivers).review(&Estate::new(inventory)?, "2026-11-22".parse()?)?;
    /// let left = &review.waivers.as_ref().ok_or("none taken")?.remaining;
    /// assert_eq!((review.debt.risk.medium, left.risk.medium), (1, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn waivers(mut self, waivers: Waivers) -> Self {
        self.waivers = Some(waivers);
        self
    }

    /// The rules that it carries out, in order of the id.
    pub fn rules(&self) -> Vec<&Rule> {
        let mut rules: Vec<&Rule> = self
            .analyzers
            .iter()
            .flat_map(|analyzer| analyzer.rules())
            .chain(self.waivers.iter().flat_map(|_| &waiver::RULES))
            .collect();
        rules.sort_by_key(|rule| rule.id);
        rules
    }

    /// Reviews an estate as of a day. The same input gives the same review, whatever the order of the inventory was.
    ///
    /// # Errors
    /// `cancelled` when the monitor says so; `invalid_input` when two analyzers have a rule of the same id; `ambiguous` where a
    /// waiver fits several assets or findings.
    pub fn review(&self, estate: &Estate, as_of: Date) -> Result<Review> {
        self.run(estate, as_of)
            .map_err(|error| error.during("review.review"))
    }

    fn with_shared(mut self, analyzer: Arc<dyn Analyzer>) -> Self {
        self.analyzers.push(analyzer);
        self
    }

    fn run(&self, estate: &Estate, as_of: Date) -> Result<Review> {
        let rules = self.rules();
        unique_ids(&rules)?;
        let context = Context::new(
            estate,
            as_of,
            &self.settings,
            (&self.catalogue, &self.processors),
            &self.monitor,
        );
        let mut gathered = self.analyze(&context)?;
        let waived = self.waived(&context, &rules, &mut gathered)?;
        gathered.sort();
        let outcomes = gathered
            .tallies
            .values()
            .fold(Tally::default(), |mut all, tally| {
                all.merge(tally);
                all
            });
        let (others, questions_unlisted) = questions(estate, std::mem::take(&mut gathered.asked));
        let mut questions = hosting::questions(estate);
        questions.extend(others);
        let rules: Vec<RuleResult> = rules
            .iter()
            .map(|rule| result(rule, gathered.tallies.get(rule.id)))
            .collect();
        let (findings, advice): (Vec<_>, Vec<_>) = gathered.findings.into_iter().unzip();
        let answered = findings
            .iter()
            .zip(advice)
            .filter_map(|(finding, advice)| Some((finding, advice?)))
            .collect();
        let (recommendations, withheld) = recommend(answered);
        let waivers = self.waivers.as_ref().map(|waivers| {
            let remaining = Remaining::new(&context, &rules, &findings);
            WaiversTaken::new(waivers.digest(), remaining, withheld, waived)
        });
        Ok(Review {
            format: FORMAT.to_owned(),
            as_of,
            estate: estate.digest(),
            settings: self.settings.clone(),
            catalogue: CatalogueInfo::new(&self.catalogue, as_of),
            coverage: Coverage::new(&context, outcomes),
            recommendations,
            debt: Debt::new(&context, &rules, &findings),
            calendar: Calendar::new(gathered.endings, &rules, &analyzers::dated()),
            rules,
            findings,
            gaps: listed(gathered.gaps),
            questions,
            questions_unlisted,
            waivers,
            verdicts: gathered.kept,
            matrix: context.into_matrix(),
        })
    }

    fn analyze(&self, context: &Context<'_>) -> Result<Gathered> {
        let mut gathered = Gathered::default();
        let total = self.analyzers.len() as u64;
        for (done, analyzer) in (0..).zip(&self.analyzers) {
            self.monitor.report("review.analyze", done, Some(total))?;
            analyzer.analyze(context, &mut self.verdicts(context, &mut gathered))?;
        }
        self.monitor.report("review.analyze", total, Some(total))?;
        Ok(gathered)
    }

    /// What each waiver came to; none where there are none.
    fn waived(
        &self,
        context: &Context<'_>,
        rules: &[&Rule],
        gathered: &mut Gathered,
    ) -> Result<Vec<WaiverEntry>> {
        let waivers = self.waivers.as_ref();
        waivers.map_or(Ok(Vec::new()), |waivers| {
            waiver::settle(waivers, context, rules, &mut self.verdicts(context, gathered))
        })
    }

    fn verdicts<'g>(&self, context: &Context<'_>, gathered: &'g mut Gathered) -> Verdicts<'g> {
        Verdicts {
            as_of: context.as_of(),
            snapshot: context.estate().digest(),
            keep: self.keep_verdicts,
            gathered,
        }
    }
}

fn unique_ids(rules: &[&Rule]) -> Result<()> {
    for pair in rules.windows(2) {
        if let [first, second] = pair
            && first.id == second.id
        {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("two analyzers have a rule `{}`", first.id),
            ));
        }
    }
    Ok(())
}

fn result(rule: &Rule, tally: Option<&Tally>) -> RuleResult {
    let outcomes = tally.copied().unwrap_or_default();
    RuleResult {
        id: rule.id.to_owned(),
        version: rule.version,
        title: rule.title.to_owned(),
        pillar: rule.pillar,
        debt: rule.debt,
        reads: rule.reads.iter().map(ToString::to_string).collect(),
        conclusion: outcomes.conclusion(),
        known: outcomes.known(),
        total: outcomes.total(),
        outcomes,
    }
}

fn listed(gaps: Gaps) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = gaps
        .into_iter()
        .map(|((rule, missing), (count, examples))| Gap {
            rule: rule.to_owned(),
            missing,
            count,
            examples,
        })
        .collect();
    // Stable: gaps of equal count stay in the order of rule and input.
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.count));
    gaps
}

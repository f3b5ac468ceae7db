//! The main job: read what is known of a client, review it, put what follows before the gate, execute what was approved, take
//! it back, and leave the proof.
//!
//! `make run`, `make run INPUT=path [FORMAT=netbox]`, or
//! `cargo run --example main_job -- [--out DIR] [--format FORMAT] [--as-of DATE] [INPUT...]`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use vcto::gate::sshsig::MemoryKey;
use vcto::gate::{Approval, Approved, Decided, Execution, NAMESPACE, Routed, Staged, Verdict};
use vcto::ledger::{Verification, VerifyOptions};
use vcto::monitor::{Monitor, Progress};
use vcto::plan::{self, Budget, BudgetOptions, PriceList};
use vcto::practice::{Practice, PracticeOptions, Tenant, TenantOptions, Trigger};
use vcto::report::Page;
use vcto::review::{Review, Reviewer, Waivers};
use vcto::source::{self, Format, Reader};
use vcto::time::{Clock, SystemClock, SystemEntropy};
use vcto::{Actor, Estate, WorkOrders, proof};

mod out;

use out::Out;

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// The sample client: five sources of one estate.
const SAMPLE: [&str; 5] = [
    "ninjaone",
    "documentation.json",
    "services.json",
    "facts.csv",
    "relations.csv",
];
const SAMPLE_FOLDER: &str = "examples/data/halden-pryce";
const SAMPLE_CLIENT: &str = "Halden & Pryce LLP (sample)";
const SAMPLE_DAY: &str = "2026-11-22";
/// The person whose key the demonstration makes.
const APPROVER: &str = "alice";

const HELP: &str = "\
Reviews an inventory, stages the changes that follow, executes one approved change, takes it back, leaves the proof.

usage: main_job [--out DIR] [--format FORMAT] [--as-of DATE] [--client NAME] [--prices FILE] [--waivers FILE] [INPUT...]

  INPUT       files or folders that describe one client; without any, the sample client
  --format    vcto, netbox, ninjaone, rvtools, ...: for all inputs; told by their content otherwise
  --out       where everything is left (default: out); what an earlier run left there is replaced, what you changed is not
  --as-of     the day of the review, YYYY-MM-DD (default: today; for the sample 2026-11-22)
  --client    the name of the client, for the page
  --prices    a price list (docs/formats/prices-csv.md), for a budget from the fiscal year that begins in April
  --waivers   findings that were accepted for a time (docs/formats/waivers-csv.md)
";

/// A line on standard output. Who has read enough and closes it ends the run without a complaint.
macro_rules! say {
    ($($text:tt)*) => {
        std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{}\n", format_args!($($text)*)))?
    };
}

fn main() -> std::process::ExitCode {
    match run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) if is_closed(&*error) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn is_closed(error: &(dyn std::error::Error + 'static)) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn run() -> Result<()> {
    let Some(options) = Options::parse(std::env::args().skip(1))? else {
        say!("{}", HELP.trim_end());
        return Ok(());
    };
    let known = Known::read(&options)?;
    let out = Out::prepare(&options.out)?;
    pollster::block_on(job(&options, &out, &known))?;
    out.finish()
}

/// What is known of the client.
struct Known {
    estate: Estate,
    /// Relations that people wrote into sheets.
    by_hand: u64,
    /// Relations that nobody wrote down, as a sheet on which people confirm and refuse them.
    inferred: String,
}

impl Known {
    fn read(options: &Options) -> Result<Self> {
        let inventory = options.reader().read_all(&options.inputs)?;
        let mut by_hand = 0;
        for input in &options.inputs {
            let is_sheet = input
                .extension()
                .is_some_and(|name| name.eq_ignore_ascii_case("csv"));
            if is_sheet && source::detect(&std::fs::read(input)?)? == Format::Relations {
                by_hand += source::read(input, None)?.relations.len() as u64;
            }
        }
        Ok(Self {
            by_hand,
            inferred: source::inferred_csv(&inventory),
            estate: Estate::new(inventory)?,
        })
    }
}

async fn job(options: &Options, out: &Out, known: &Known) -> Result<()> {
    let practice = Practice::open(out.join("practice"), PracticeOptions::default()).await?;
    practice.register(WorkOrders::new(out.join("work-orders")))?;
    let key = MemoryKey::generate(&SystemEntropy)?;
    let register = format!("{APPROVER} namespaces=\"{NAMESPACE}\" {}\n", key.public_key());
    let tenant = practice
        .create_tenant("client", TenantOptions::region("eu").approvers(register))
        .await?;

    let mut reviewer = Reviewer::standard().monitor(progress());
    if let Some(waivers) = &options.waivers {
        reviewer = reviewer.waivers(Waivers::read(waivers)?);
    }
    let review = tenant
        .review_with(&reviewer, &known.estate, options.as_of, Trigger::Manual)
        .await?;
    let report = Report {
        options,
        out,
        known,
        budget: options.budget(&known.estate, &review)?,
        review,
    };
    let staged = stage(&tenant, &report.review).await?;
    say!(
        "{}",
        report
            .page()
            .pending(&tenant.pending().await?)
            .to_text()?
            .trim_end()
    );
    demonstrate(&tenant, staged, &key).await?;
    prove(&tenant, out).await?;
    report.leave(&tenant).await
}

/// What the client gets.
struct Report<'a> {
    options: &'a Options,
    out: &'a Out,
    known: &'a Known,
    review: Review,
    budget: Option<Budget>,
}

impl Report<'_> {
    fn page(&self) -> Page<'_> {
        let page = Page::new(&self.known.estate, &self.review)
            .client(&self.options.client)
            .by_hand(self.known.by_hand);
        match &self.budget {
            Some(budget) => page.budget(budget),
            None => page,
        }
    }

    /// Writes the documents, as the ledger stands at the end.
    async fn leave(&self, tenant: &Tenant) -> Result<()> {
        let (pending, decisions) = (tenant.pending().await?, tenant.decisions().await?);
        let verification = tenant.ledger().verify(&VerifyOptions::default()).await?;
        let page = self.page().pending(&pending).decisions(&decisions);
        let mut documents = vec![
            (
                "review.html",
                page.verification(&verification).to_html()?.into_bytes(),
            ),
            ("questions.csv", self.review.to_questions_csv().into_bytes()),
            ("inferred.csv", self.known.inferred.clone().into_bytes()),
            ("review.json", self.review.to_json().into_bytes()),
        ];
        if let Some(budget) = &self.budget {
            documents.push(("budget.json", budget.to_json().into_bytes()));
            documents.push(("budget.xlsx", budget.to_xlsx()?));
        }
        let names: Vec<&str> = documents.iter().map(|(name, _)| *name).collect();
        say!("\nIN {}  {}", self.options.out.display(), names.join("  "));
        for (name, bytes) in documents {
            std::fs::write(self.out.join(name), bytes)?;
        }
        Ok(())
    }
}

/// Submits every recommendation; gives the last that waits for an approval, so that those that matter most are left to people.
async fn stage(tenant: &Tenant, review: &Review) -> Result<Option<Staged<Approval>>> {
    let mut last = None;
    for recommendation in &review.recommendations {
        let routed = tenant
            .submit(recommendation.change.clone(), &Actor::service("svc-review"))
            .await?;
        if let Routed::Approval(staged) = routed {
            last = Some(staged);
        }
    }
    Ok(last)
}

/// One changed byte is refused, the signed text is accepted, and what was executed is taken back.
async fn demonstrate(tenant: &Tenant, staged: Option<Staged<Approval>>, key: &MemoryKey) -> Result<()> {
    say!("\nNOTHING UNAPPROVED RUNS");
    let Some(staged) = staged else {
        say!("  nothing waits for an approval");
        return Ok(());
    };
    let id = staged.id();
    let level = staged.level();
    say!("  {}", staged.change().title.plain());
    if let Some(band) = staged.why().iter().find(|band| band.level == level) {
        say!("  {level}: {}", band.why);
    }
    let text = staged.decision(APPROVER, Verdict::Approve)?;
    let signature = key.sign(NAMESPACE, &text)?;
    let mut changed = text.clone();
    if let Some(byte) = changed.iter_mut().rev().nth(3) {
        *byte ^= 1;
    }
    match staged.decide(&changed, &signature).await {
        Err(error) => {
            say!("  one byte changed: refused and recorded ({})", error.message());
        }
        Ok(_) => return Err("a changed decision was accepted".into()),
    }
    let execution = approve(tenant, id, key).await?.execute().await?;
    told("approved by alice", &execution)?;
    let back = match execution.rollback().await? {
        Routed::Automatic(staged) => staged.authorize().await?,
        Routed::Notify(staged) => staged.authorize().await?,
        Routed::Approval(staged) => approve(tenant, staged.id(), key).await?,
        Routed::HumanOnly(_) => return Err("the way back is for humans only".into()),
    };
    told("taken back", &back.execute().await?)
}

/// Resumes a proposal from the ledger, as another process would, and signs for it.
async fn approve(tenant: &Tenant, id: vcto::gate::ProposalId, key: &MemoryKey) -> Result<Approved> {
    let vcto::gate::Resumed::Routed(Routed::Approval(staged)) = tenant.resume(id).await? else {
        return Err("the proposal does not wait for an approval".into());
    };
    let text = staged.decision(APPROVER, Verdict::Approve)?;
    let signature = key.sign(NAMESPACE, &text)?;
    match staged.decide(&text, &signature).await? {
        Decided::Approved(approved) => Ok(approved),
        Decided::Rejected | Decided::Waiting(_) => Err("the approval did not suffice".into()),
    }
}

fn told(what: &str, execution: &Execution) -> Result<()> {
    let receipt = execution.steps().into_iter().find_map(|step| step.receipt);
    let receipt = receipt.map_or_else(String::new, |receipt| format!(": {receipt}"));
    say!("  {what}: {}{receipt}", execution.status());
    Ok(())
}

/// Verifies the ledger, writes the proof, and verifies that.
async fn prove(tenant: &Tenant, out: &Out) -> Result<()> {
    let ledger = tenant.ledger().verify(&VerifyOptions::default()).await?;
    let folder = out.join("proof");
    let proved = tenant.prove(&folder).await?;
    let options = VerifyOptions::default().key(tenant.ledger().verifier_key().clone());
    let proof = proof::verify_bundle(&folder, &options)?;
    say!(
        "\nPROOF  {} signed decisions, {} ledger entries; check without vcto:  sh {}",
        proved.decisions,
        proved.checkpoint.size(),
        folder.join("verify.sh").display()
    );
    verdicts("ledger", &ledger)?;
    verdicts("proof", &proof)
}

fn verdicts(what: &str, verified: &Verification) -> Result<()> {
    say!(
        "  {what:<7} integrity {}  authenticity {}  completeness {}  policy {}",
        verified.integrity,
        verified.authenticity,
        verified.completeness,
        verified.policy
    );
    for problem in &verified.problems {
        say!("    {}: {}", problem.verdict, problem.text);
    }
    if verified.has_no_failure() {
        Ok(())
    } else {
        Err(format!("the {what} does not verify").into())
    }
}

/// Shows how far a long operation has come, at most once a second.
fn progress() -> Monitor {
    let start = SystemClock.now().as_millisecond();
    let shown = Arc::new(AtomicU64::new(0));
    Monitor::new(move |progress: Progress| {
        let elapsed = u64::try_from(SystemClock.now().as_millisecond() - start).unwrap_or(0) / 1_000;
        if elapsed > shown.swap(elapsed, Ordering::Relaxed) {
            let total = progress
                .total
                .map_or_else(String::new, |total| format!(" of {total}"));
            eprintln!("  {} s  {}: {}{total}", elapsed, progress.stage, progress.done);
        }
    })
}

struct Options {
    inputs: Vec<PathBuf>,
    format: Option<Format>,
    out: PathBuf,
    as_of: jiff::civil::Date,
    client: String,
    prices: Option<PathBuf>,
    waivers: Option<PathBuf>,
}

impl Options {
    /// None: help was asked for.
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Self>> {
        let (mut inputs, mut format, mut out, mut as_of) = (Vec::new(), None, PathBuf::from("out"), None);
        let (mut client, mut prices, mut waivers) = (None, None, None);
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value; see --help"));
            match arg.as_str() {
                "--help" | "-h" => return Ok(None),
                "--format" => format = Some(value()?.parse()?),
                "--out" => out = value()?.into(),
                "--as-of" => as_of = Some(value()?.parse()?),
                "--client" => client = Some(value()?),
                "--prices" => prices = Some(PathBuf::from(value()?)),
                "--waivers" => waivers = Some(PathBuf::from(value()?)),
                option if option.starts_with('-') => {
                    return Err(format!("no option {option}; see --help").into());
                }
                input => inputs.push(PathBuf::from(input)),
            }
        }
        let sample = inputs.is_empty();
        if sample {
            inputs = SAMPLE
                .iter()
                .map(|file| Path::new(SAMPLE_FOLDER).join(file))
                .collect();
            prices = prices.or_else(|| Some(Path::new(SAMPLE_FOLDER).join("prices.csv")));
            waivers = waivers.or_else(|| Some(Path::new(SAMPLE_FOLDER).join("waivers.csv")));
        }
        let today = jiff::tz::TimeZone::UTC.to_datetime(SystemClock.now()).date();
        let as_of = as_of.unwrap_or(if sample { SAMPLE_DAY.parse()? } else { today });
        Ok(Some(Self {
            inputs,
            format,
            out,
            as_of,
            prices,
            waivers,
            client: client.unwrap_or_else(|| if sample { SAMPLE_CLIENT } else { "the client" }.to_owned()),
        }))
    }

    fn reader(&self) -> Reader {
        let reader = Reader::new().infer(true).monitor(progress());
        match self.format {
            Some(format) => reader.format(format),
            None => reader,
        }
    }

    /// What the next years cost, as far as there are prices.
    fn budget(&self, estate: &Estate, review: &Review) -> Result<Option<Budget>> {
        let Some(prices) = &self.prices else {
            return Ok(None);
        };
        let prices = PriceList::from_csv(&std::fs::read(prices)?)?;
        let options = BudgetOptions::default().fiscal_year_start(4);
        Ok(Some(plan::budget(estate, review, &prices, &options)?))
    }
}

//! What the anchor log of a region sees, and what it takes a checkpoint outside to see.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use pollster::block_on;
use serde_json::Value;
use vcto::ErrorKind;
use vcto::ledger::{
    Checkpoint, Completeness, Condition, Draft, EntryType, Freshness, Integrity, Policy, VerifyOptions,
};
use vcto::practice::{
    AnchorOptions, AnchorOutcome, AnchorRound, Practice, PracticeOptions, Tenant, TenantOptions,
};
use vcto::proof::verify_bundle;
use vcto::time::{Clock, ManualClock};

use super::people;
use crate::gate::world::START;

const NOTE: EntryType = EntryType::FIRST_FREE;

pub struct Yard {
    pub dir: tempfile::TempDir,
    pub clock: Arc<ManualClock>,
}

impl Yard {
    pub fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            clock: Arc::new(ManualClock::new(START.parse().unwrap())),
        }
    }

    pub fn root(&self) -> std::path::PathBuf {
        self.dir.path().join("practice")
    }

    pub async fn open(&self) -> Practice {
        let options = PracticeOptions::default()
            .clock(self.clock.clone())
            .origin("msp.example/vcto");
        Practice::open(self.root(), options).await.unwrap()
    }

    /// Puts a part of the practice's folder back as it was in `backup`.
    pub fn restore(&self, backup: &Path, part: &str) {
        let (from, to) = (backup.join(part), self.root().join(part));
        if from.is_dir() {
            fs::remove_dir_all(&to).unwrap();
            copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }

    /// Makes the folder of another practice like this one.
    pub fn copy_to(&self, other: &Self) {
        copy(&self.root(), &other.root());
    }

    pub fn backup(&self, name: &str) -> std::path::PathBuf {
        let to = self.dir.path().join(name);
        copy(&self.root(), &to);
        to
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

pub async fn work(tenant: &Tenant, count: usize) {
    for n in 0..count {
        let draft = Draft::json(NOTE, &format!("{} {n}", tenant.name())).unwrap();
        tenant.ledger().append(draft).await.unwrap();
    }
}

pub async fn round(practice: &Practice) -> AnchorRound {
    practice.anchor(&AnchorOptions::default()).await.unwrap()
}

fn outcomes(round: &AnchorRound) -> Vec<(&str, AnchorOutcome)> {
    round
        .tenants
        .iter()
        .map(|told| (told.tenant.as_str(), told.outcome))
        .collect()
}

/// The one checkpoint to keep outside.
pub fn kept(round: &AnchorRound) -> String {
    assert_eq!(round.regions.len(), 1, "{round:?}");
    round.regions[0].checkpoint.clone().unwrap()
}

#[test]
fn a_round_takes_each_tenant_into_the_anchor_log_of_its_region_under_a_blinded_name() {
    block_on(async {
        let yard = Yard::new();
        let practice = yard.open().await;
        let halden = practice.create_tenant("halden", people()).await.unwrap();
        practice.create_tenant("pryce", people()).await.unwrap();
        let us = TenantOptions::region("us-East/1");
        practice.create_tenant("orme", us).await.unwrap();
        work(&halden, 3).await;
        let size = halden.ledger().size().await.unwrap();

        let first = round(&practice).await;
        assert!(first.has_no_failure(), "{first:?}");
        assert_eq!(
            outcomes(&first),
            ["halden", "pryce", "orme"].map(|name| (name, AnchorOutcome::Anchored))
        );
        let eu = practice.anchor_log("eu").await.unwrap();
        assert_eq!(eu.origin(), "msp.example/vcto/anchor/eu");
        let other = practice.anchor_log("us-East/1").await.unwrap();
        assert_eq!(other.origin(), "msp.example/vcto/anchor/us-%45ast%2F1");
        assert!(
            practice
                .tenants()
                .unwrap()
                .iter()
                .all(|name| !name.contains("anchor"))
        );

        let entries = eu.entries(..).await.unwrap();
        let heads: Vec<_> = entries
            .iter()
            .filter(|entry| entry.entry_type() == EntryType::LOG_HEAD)
            .collect();
        let said: Value = serde_json::from_slice(heads[0].payload()).unwrap();
        let root = halden.ledger().checkpoint().await.unwrap();
        let root = root.note().lines().nth(2).unwrap().to_owned();
        assert_eq!(
            (said["size"].as_u64(), said["root"].as_str()),
            (Some(size), Some(&*root))
        );
        assert_eq!(said["at"], START);
        // Who can read the files and has no key learns no name.
        for entry in &heads {
            let text = String::from_utf8_lossy(entry.payload());
            assert!(!text.contains("halden") && !text.contains("pryce"), "{text}");
        }
        let stored = fs::read(yard.root().join("anchors/eu/ledger.db")).unwrap();
        let written = |text: &[u8]| stored.windows(text.len()).any(|window| window == text);
        assert!(!written(b"halden") && !written(b"pryce"));

        // What has not grown is not taken again, what has is.
        work(&halden, 1).await;
        let second = round(&practice).await;
        let unchanged = AnchorOutcome::Unchanged;
        assert_eq!(
            outcomes(&second),
            [
                ("halden", AnchorOutcome::Anchored),
                ("pryce", unchanged),
                ("orme", unchanged)
            ]
        );
        let halden = &second.tenants[0];
        assert_eq!((halden.anchored, halden.size), (Some(size), Some(size + 1)));
        for region in ["eu", "us-East/1"] {
            let log = practice.anchor_log(region).await.unwrap();
            let report = log.verify(&VerifyOptions::default()).await.unwrap();
            assert_eq!((report.integrity, report.policy), (Integrity::Ok, Policy::Ok));
        }
    });
}

#[test]
fn with_a_heartbeat_silence_is_attested_and_only_when_it_is_due() {
    block_on(async {
        let yard = Yard::new();
        let practice = yard.open().await;
        practice.create_tenant("halden", people()).await.unwrap();
        round(&practice).await;
        let hourly = AnchorOptions::default().heartbeat(SignedDuration::from_hours(1));
        let mut seen = Vec::new();
        for _ in 0..4 {
            yard.clock.advance(SignedDuration::from_mins(30));
            let round = practice.anchor(&hourly).await.unwrap();
            seen.push(round.tenants[0].outcome == AnchorOutcome::Anchored);
        }
        assert_eq!(seen, [false, true, false, true]);
    });
}

#[test]
fn nothing_is_appended_to_an_anchor_log_by_hand() {
    block_on(async {
        let yard = Yard::new();
        let practice = yard.open().await;
        assert_eq!(
            practice.anchor_log("eu").await.unwrap_err().kind(),
            ErrorKind::NotFound
        );
        practice.create_tenant("halden", people()).await.unwrap();
        round(&practice).await;
        let log = practice.anchor_log("eu").await.unwrap();
        for entry_type in [NOTE, EntryType::LOG_HEAD, EntryType(0x0100)] {
            let draft = Draft::new(entry_type, b"{}".to_vec());
            let refused = log.append_all(vec![draft], Condition::Any).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Denied);
        }
    });
}

#[test]
fn a_kept_checkpoint_of_the_anchor_log_makes_a_tenant_complete_and_a_recent_one_fresh() {
    block_on(async {
        let yard = Yard::new();
        let practice = yard.open().await;
        let tenant = practice.create_tenant("halden", people()).await.unwrap();
        let bare = tenant.verify(&VerifyOptions::default()).await.unwrap();
        assert_eq!(bare.completeness, Completeness::Unanchored);
        work(&tenant, 2).await;
        let note = kept(&round(&practice).await);
        let since = yard.clock.now();

        let inside = tenant.verify(&VerifyOptions::default()).await.unwrap();
        assert_eq!(
            inside.completeness,
            Completeness::Unanchored,
            "its own folder vouches for nothing"
        );
        let options = VerifyOptions::default().kept_anchor(&note, Some(since));
        assert_eq!(
            tenant.verify(&options).await.unwrap().completeness,
            Completeness::Ok
        );
        // Later heads change nothing in that.
        yard.clock.advance(SignedDuration::from_hours(2));
        work(&tenant, 2).await;
        round(&practice).await;
        assert_eq!(
            tenant.verify(&options).await.unwrap().completeness,
            Completeness::Ok
        );

        let at = |hours: i64, limit: i64| {
            let as_of = since + SignedDuration::from_hours(hours);
            options
                .clone()
                .fresh_within(SignedDuration::from_hours(limit), as_of)
        };
        let fresh = |options: VerifyOptions| {
            let tenant = tenant.clone();
            async move { tenant.verify(&options).await.unwrap().freshness }
        };
        assert_eq!(fresh(at(2, 3)).await, Freshness::Ok);
        assert_eq!(fresh(at(10, 3)).await, Freshness::Stale);
        assert_eq!(
            fresh(at(3, 1)).await,
            Freshness::Unanchored,
            "recent by its own clock only"
        );
        let untimed = VerifyOptions::default()
            .kept_anchor(&note, None)
            .fresh_within(SignedDuration::from_hours(3), since);
        assert_eq!(fresh(untimed).await, Freshness::Unanchored);

        // Nor does an old head under a new checkpoint: it says nothing of what came after it.
        let pryce = practice.create_tenant("pryce", people()).await.unwrap();
        work(&pryce, 1).await;
        yard.clock.advance(SignedDuration::from_hours(8));
        let later = kept(&round(&practice).await);
        assert_ne!(later, note);
        let now = yard.clock.now();
        let recent = |now| {
            VerifyOptions::default()
                .kept_anchor(&later, Some(now))
                .fresh_within(SignedDuration::from_hours(3), now)
        };
        let told = tenant.verify(&recent(now)).await.unwrap();
        assert_eq!(
            (told.completeness, told.freshness),
            (Completeness::Ok, Freshness::Stale),
            "{told:?}"
        );
        assert_eq!(pryce.verify(&recent(now)).await.unwrap().freshness, Freshness::Ok);

        // A checkpoint of another log, and one that was changed, vouch for nothing.
        let other = tenant.ledger().checkpoint().await.unwrap().note().to_owned();
        let forged = note.replacen("\n3\n", "\n2\n", 1);
        assert_ne!(forged, note);
        for bad in [other, forged] {
            let options = VerifyOptions::default().kept_anchor(bad, None);
            assert_eq!(
                tenant.verify(&options).await.unwrap().completeness,
                Completeness::Failed
            );
        }
    });
}

/// Case 10: rows and high-water mark are put back together. Only the anchor log can tell.
#[test]
fn a_tenant_that_was_put_back_with_its_mark_is_named_and_not_anchored_again() {
    block_on(async {
        let yard = Yard::new();
        {
            let practice = yard.open().await;
            let tenant = practice.create_tenant("halden", people()).await.unwrap();
            work(&tenant, 2).await;
            practice.create_tenant("pryce", people()).await.unwrap();
        }
        let backup = yard.backup("backup");
        let (have, anchored) = {
            let practice = yard.open().await;
            let tenant = practice.tenant("halden").await.unwrap();
            let have = tenant.ledger().size().await.unwrap();
            work(&tenant, 5).await;
            round(&practice).await;
            (have, tenant.ledger().size().await.unwrap())
        };
        yard.restore(&backup, "tenants/halden");
        // Case 9: with the rows alone it does not even open.
        {
            let practice = yard.open().await;
            let refused = practice.tenant("halden").await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::RollbackDetected);
            let told = round(&practice).await;
            assert_eq!(
                outcomes(&told),
                [
                    ("halden", AnchorOutcome::Shorter),
                    ("pryce", AnchorOutcome::Unchanged)
                ]
            );
        }
        yard.restore(&backup, "marks/halden");
        let practice = yard.open().await;
        let tenant = practice.tenant("halden").await.unwrap();
        assert_eq!(
            tenant
                .ledger()
                .verify(&VerifyOptions::default())
                .await
                .unwrap()
                .completeness,
            Completeness::Unanchored,
            "alone it looks whole"
        );
        let report = tenant.verify(&VerifyOptions::default()).await.unwrap();
        assert_eq!(report.completeness, Completeness::Failed);
        assert_eq!(report.first_bad_index, Some(have));
        let text = format!("the log has {have} entries; a head in the anchor log says {anchored}");
        assert!(
            report.problems.iter().any(|problem| problem.text == text),
            "{report:?}"
        );

        for _ in 0..2 {
            let told = round(&practice).await;
            assert!(!told.has_no_failure());
            let halden = &told.tenants[0];
            assert_eq!(
                (halden.outcome, halden.size, halden.anchored),
                (AnchorOutcome::Shorter, Some(have), Some(anchored))
            );
            assert!(halden.text.as_deref().unwrap().contains("`halden`"));
            assert_eq!(
                told.tenants[1].outcome,
                AnchorOutcome::Unchanged,
                "the other goes on"
            );
        }
        // Case 12 and 8: it goes on from there, signed by its own key, and grows beyond what was anchored.
        yard.clock.advance(SignedDuration::from_secs(1));
        work(&tenant, 9).await;
        let told = round(&practice).await;
        assert_eq!(told.tenants[0].outcome, AnchorOutcome::Forked);
        let report = tenant.verify(&VerifyOptions::default()).await.unwrap();
        assert_eq!(report.completeness, Completeness::Failed);
    });
}

/// Case 11.
#[test]
fn a_tenant_whose_log_is_gone_is_named_by_the_anchor_log() {
    block_on(async {
        let yard = Yard::new();
        {
            let practice = yard.open().await;
            practice.create_tenant("halden", people()).await.unwrap();
            let tenant = practice.create_tenant("pryce", people()).await.unwrap();
            work(&tenant, 4).await;
            round(&practice).await;
        }
        fs::remove_dir_all(yard.root().join("tenants/pryce")).unwrap();
        fs::remove_file(yard.root().join("marks/pryce")).unwrap();
        fs::remove_file(yard.root().join("keys/pryce.key")).unwrap();
        let practice = yard.open().await;
        assert_eq!(practice.tenants().unwrap(), ["halden"]);
        let told = round(&practice).await;
        assert_eq!(
            outcomes(&told),
            [
                ("halden", AnchorOutcome::Unchanged),
                ("pryce", AnchorOutcome::Missing)
            ]
        );
        assert!(!told.has_no_failure());
        assert!(
            told.tenants[1]
                .text
                .as_deref()
                .unwrap()
                .contains("`pryce` is missing")
        );
        // Made anew under its name it is another log.
        let again = practice.create_tenant("pryce", people()).await.unwrap();
        work(&again, 40).await;
        let told = round(&practice).await;
        assert_eq!(outcomes(&told)[1], ("pryce", AnchorOutcome::Forked));
    });
}

#[test]
fn an_anchor_log_that_is_gone_or_was_put_back_is_told_by_its_mark_or_by_a_kept_checkpoint() {
    block_on(async {
        let yard = Yard::new();
        let backup;
        {
            let practice = yard.open().await;
            let tenant = practice.create_tenant("halden", people()).await.unwrap();
            round(&practice).await;
            drop((practice, tenant));
            backup = yard.backup("backup");
        }
        let note = {
            let practice = yard.open().await;
            work(&practice.tenant("halden").await.unwrap(), 1).await;
            kept(&round(&practice).await)
        };
        let options = VerifyOptions::default().kept_anchor(&note, None);
        let verdict = |options: VerifyOptions| {
            let yard = &yard;
            async move {
                let practice = yard.open().await;
                let tenant = practice.tenant("halden").await.unwrap();
                tenant.verify(&options).await.unwrap()
            }
        };
        assert_eq!(verdict(options.clone()).await.completeness, Completeness::Ok);

        // Its rows alone: the mark tells.
        let good = yard.backup("good");
        yard.restore(&backup, "anchors/eu");
        assert_eq!(
            verdict(VerifyOptions::default()).await.completeness,
            Completeness::Failed
        );
        let told = round(&yard.open().await).await;
        assert!(told.regions[0].text.is_some() && !told.has_no_failure());
        assert_eq!(told.tenants[0].outcome, AnchorOutcome::Failed);

        // With its mark: only what was kept outside tells.
        yard.restore(&backup, "marks/anchor.eu");
        assert_eq!(
            verdict(VerifyOptions::default()).await.completeness,
            Completeness::Unanchored
        );
        let report = verdict(options.clone()).await;
        assert_eq!(report.completeness, Completeness::Failed);
        let told = &report.problems[0].text;
        assert!(
            told.contains("anchor log of the region `eu` has 3 entries"),
            "{told}"
        );

        // All of it but its mark, then all of it.
        yard.restore(&good, "marks/anchor.eu");
        fs::remove_dir_all(yard.root().join("anchors/eu")).unwrap();
        assert_eq!(
            verdict(VerifyOptions::default()).await.completeness,
            Completeness::Failed
        );
        assert!(
            round(&yard.open().await).await.regions[0].text.is_some(),
            "not begun anew"
        );
        fs::remove_file(yard.root().join("marks/anchor.eu")).unwrap();
        let _ = fs::remove_dir_all(yard.root().join("anchors/eu"));
        let report = verdict(options).await;
        assert_eq!(report.completeness, Completeness::Failed);
        assert!(report.problems[0].text.contains("is missing"), "{report:?}");
    });
}

#[test]
fn a_proof_leads_to_a_checkpoint_of_the_anchor_log_that_was_kept_outside() {
    block_on(async {
        let yard = Yard::new();
        let practice = yard.open().await;
        let tenant = practice.create_tenant("halden", people()).await.unwrap();
        practice.create_tenant("pryce", people()).await.unwrap();
        work(&tenant, 2).await;
        let before = yard.dir.path().join("before");
        assert!(!tenant.prove(&before).await.unwrap().anchored);
        assert!(!before.join("anchor").exists());

        let first = kept(&round(&practice).await);
        work(&tenant, 1).await;
        yard.clock.advance(SignedDuration::from_hours(1));
        let note = kept(&round(&practice).await);
        let proof = yard.dir.path().join("proof");
        assert!(tenant.prove(&proof).await.unwrap().anchored);
        let verify = |options: &VerifyOptions| verify_bundle(&proof, options).unwrap();
        let alone = verify(&VerifyOptions::default());
        assert!(alone.has_no_failure(), "{alone:?}");
        assert_eq!(alone.completeness, Completeness::Unanchored);

        let key = practice.anchor_log("eu").await.unwrap().verifier_key().clone();
        let now = yard.clock.now();
        let with = VerifyOptions::default()
            .anchor_key(key)
            .kept_anchor(&first, None)
            .kept_anchor(&note, Some(now))
            .fresh_within(SignedDuration::from_mins(5), now);
        let report = verify(&with);
        assert!(report.has_no_failure(), "{report:?}");
        assert_eq!(
            (report.completeness, report.freshness),
            (Completeness::Ok, Freshness::Ok)
        );
        let older = verify(&VerifyOptions::default().kept_anchor(&first, None));
        assert_eq!(older.completeness, Completeness::Unanchored);
        assert!(
            older.problems[0].text.contains("no anchor proof leads"),
            "{older:?}"
        );

        // The script of the proof comes to the same with stock tools.
        let script = || {
            let ran = std::process::Command::new("sh")
                .arg(proof.join("verify.sh"))
                .output()
                .unwrap();
            (ran.status.success(), String::from_utf8(ran.stdout).unwrap())
        };
        let (passed, said) = script();
        assert!(passed, "{said}");
        for line in ["is signed by the anchor log", "leads to its checkpoint"] {
            assert!(said.contains(line), "{said}");
        }
        // Nothing of the other tenant is in it.
        let checkpoint = Checkpoint::verify(
            note.as_bytes(),
            practice.anchor_log("eu").await.unwrap().verifier_key(),
        );
        assert!(checkpoint.is_ok());
        for file in ["head.json", "head.tlog-proof", "log.vkey"] {
            let path = proof.join("anchor").join(file);
            let good = fs::read(&path).unwrap();
            let mut bad = good.clone();
            let at = bad.len() / 2;
            bad[at] ^= 1;
            fs::write(&path, bad).unwrap();
            assert_eq!(verify(&with).integrity, Integrity::Failed, "{file}");
            assert!(!script().0, "{file}");
            fs::remove_file(&path).unwrap();
            assert_eq!(verify(&with).integrity, Integrity::Failed, "{file}");
            fs::write(&path, good).unwrap();
        }
        assert!(verify(&with).has_no_failure());
    });
}

//! Tests of `vcto::proof`: what a tenant proves to an outsider, and what happens to a proof that was touched.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use vcto::gate::sshsig::MemoryKey;
use vcto::gate::{Approved, Decided, NAMESPACE, Resumed, Routed, Verdict};
use vcto::ledger::VerifyOptions;
use vcto::practice::{Practice, PracticeOptions, Tenant, TenantOptions, Trigger};
use vcto::proof::verify_bundle;
use vcto::review::Reviewer;
use vcto::time::ManualClock;
use vcto::{Actor, ErrorKind, Estate, WorkOrders, source};

/// A tenant with a review, an executed and taken back change, and a rejected one.
pub struct World {
    pub folder: tempfile::TempDir,
    pub tenant: Tenant,
}

impl World {
    /// The history of a tenant with this estate.
    pub fn of(inputs: &[PathBuf]) -> Self {
        Self::reviewed(inputs, &Reviewer::standard())
    }

    /// The same by a reviewer of one's own making.
    pub fn reviewed(inputs: &[PathBuf], reviewer: &Reviewer) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new("2026-11-22T08:00:00Z".parse().unwrap()));
        let key = MemoryKey::from_seed(&[7; 32]);
        let tenant = pollster::block_on(async {
            let options = PracticeOptions::default().clock(clock);
            let practice = Practice::open(folder.path().join("practice"), options)
                .await
                .unwrap();
            practice
                .register(WorkOrders::new(folder.path().join("orders")))
                .unwrap();
            let signers = format!("alice {}\n", key.public_key());
            let tenant = practice
                .create_tenant("halden", TenantOptions::region("eu").approvers(signers))
                .await
                .unwrap();
            let estate = Estate::new(source::read_all(inputs.to_vec()).unwrap()).unwrap();
            let review = tenant
                .review_with(
                    reviewer,
                    &estate,
                    "2026-11-22".parse().unwrap(),
                    Trigger::Schedule,
                )
                .await
                .unwrap();
            let mut waiting = Vec::new();
            for advice in &review.recommendations {
                let change = advice.change.clone();
                if let Routed::Approval(staged) = tenant
                    .submit(change, &Actor::service("svc-review"))
                    .await
                    .unwrap()
                {
                    waiting.push(staged.id());
                }
            }
            let execution = decide(&tenant, waiting[0], &key, Verdict::Approve)
                .await
                .unwrap()
                .execute()
                .await
                .unwrap();
            let back = match execution.rollback().await.unwrap() {
                Routed::Approval(staged) => decide(&tenant, staged.id(), &key, Verdict::Approve)
                    .await
                    .unwrap(),
                Routed::Automatic(staged) => staged.authorize().await.unwrap(),
                other => panic!("{other:?}"),
            };
            back.execute().await.unwrap();
            if let Some(second) = waiting.get(1) {
                assert!(decide(&tenant, *second, &key, Verdict::Reject).await.is_none());
            }
            tenant
        });
        Self { folder, tenant }
    }

    /// A small one: a server without an owner, another whose system is out of support.
    pub fn small() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("small.json");
        let inventory = serde_json::json!({
            "format": "vcto.inventory/1",
            "source": {"name": "rmm <script>", "captured_at": "2026-11-21T08:00:00Z"},
            "assets": [
                {"id": "a", "kind": "server", "name": "<b>A*\u{202e}</b>", "facts": {"owner": null}},
                {"id": "b", "kind": "server", "name": "B {{ insert }}", "facts": {"os_name": "Windows Server 2012 R2"}},
                {"id": "c", "kind": "service", "name": "Logon", "criticality": "critical"},
            ],
            "relations": [{"from": "c", "to": "b", "kind": "depends_on"}],
        });
        std::fs::write(&file, inventory.to_string()).unwrap();
        Self::of(&[file])
    }

    /// Writes the proof into a folder of this world.
    pub fn prove(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().join(name);
        pollster::block_on(self.tenant.prove(&folder)).unwrap();
        folder
    }
}

async fn decide(
    tenant: &Tenant,
    id: vcto::gate::ProposalId,
    key: &MemoryKey,
    verdict: Verdict,
) -> Option<Approved> {
    let Resumed::Routed(Routed::Approval(staged)) = tenant.resume(id).await.unwrap() else {
        panic!("not waiting")
    };
    let text = staged.decision("alice", verdict).unwrap();
    let signature = key.sign(NAMESPACE, &text).unwrap();
    match staged.decide(&text, &signature).await.unwrap() {
        Decided::Approved(approved) => Some(approved),
        Decided::Rejected => None,
        Decided::Waiting(_) => panic!("one approval should suffice"),
    }
}

/// Every file below a folder, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path)
            } else {
                found.push(path)
            }
        }
    }
    found.sort();
    found
}

/// Whether the proof can be read and no verdict is a failure.
fn is_clean(folder: &Path) -> bool {
    verify_bundle(folder, &VerifyOptions::default()).is_ok_and(|verified| verified.has_no_failure())
}

#[test]
fn a_proof_verifies_with_us_and_with_stock_tools() {
    let world = World::small();
    let proof = world.prove("proof");
    let options = VerifyOptions::default().key(world.tenant.ledger().verifier_key().clone());
    let verified = verify_bundle(&proof, &options).unwrap();
    assert!(verified.has_no_failure(), "{verified:?}");
    assert_eq!(verified.problems, []);

    let output = Command::new("sh").arg(proof.join("verify.sh")).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}");
    assert!(printed.contains("3 signed decisions looked at"), "{printed}");
    for tool in ["sha256sum", "ssh-keygen", "openssl", "python3"] {
        assert!(!printed.contains(&format!("no {tool}")), "{printed}");
    }
}

#[test]
fn stock_ssh_keygen_accepts_each_decision_and_refuses_it_after_one_changed_byte() {
    let world = World::small();
    let proof = world.prove("proof");
    let index = std::fs::read_to_string(proof.join("decisions/index")).unwrap();
    assert_eq!(index.lines().count(), 3);
    for line in index.lines() {
        let words: Vec<_> = line.split(' ').collect();
        let [file, person, time] = words[..] else {
            panic!("{line}")
        };
        let verify = |text: &[u8]| {
            let changed = world.folder.path().join("text");
            std::fs::write(&changed, text).unwrap();
            let mut command = Command::new("ssh-keygen");
            command
                .args(["-Y", "verify", "-n", NAMESPACE, "-I", person])
                .current_dir(&proof);
            command.args([
                "-f",
                "allowed_signers",
                "-s",
                &format!("{file}.sig"),
                "-O",
                &format!("verify-time={time}"),
            ]);
            let text = std::fs::File::open(&changed).unwrap();
            command.stdin(text).output().unwrap().status.success()
        };
        let mut text = std::fs::read(proof.join(file)).unwrap();
        assert!(verify(&text), "{line}");
        for at in (0..text.len()).step_by(97) {
            text[at] ^= 1;
            assert!(!verify(&text), "{line}, byte {at}");
            text[at] ^= 1;
        }
    }
}

#[test]
fn a_flipped_byte_in_any_file_of_a_proof_is_found() {
    let world = World::small();
    let proof = world.prove("proof");
    for path in files(&proof) {
        let good = std::fs::read(&path).unwrap();
        // Large files at some places, small ones at every 61st.
        let step = (good.len() / 8).max(61);
        for at in (0..good.len()).step_by(step) {
            let mut bad = good.clone();
            bad[at] ^= 0x20;
            std::fs::write(&path, &bad).unwrap();
            assert!(!is_clean(&proof), "{}, byte {at}", path.display());
        }
        std::fs::write(&path, &good).unwrap();
    }
    assert!(is_clean(&proof));
}

#[test]
fn a_missing_and_a_strange_file_are_found() {
    let world = World::small();
    let proof = world.prove("proof");
    for path in files(&proof) {
        let good = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(!is_clean(&proof), "{}", path.display());
        std::fs::write(&path, &good).unwrap();
    }
    let strange = proof.join("oscal/assessment-results-2.json");
    std::fs::write(&strange, "{}").unwrap();
    let verified = verify_bundle(&proof, &VerifyOptions::default()).unwrap();
    assert!(
        verified.problems[0].text.contains("assessment-results-2.json"),
        "{:?}",
        verified.problems
    );
}

/// Whether the stock script fails; it must come to an end.
fn script_fails(proof: &Path) -> bool {
    !script(proof).status.success()
}

/// What the stock script prints when it fails.
fn script_failure(proof: &Path) -> String {
    let output = script(proof);
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn script(proof: &Path) -> std::process::Output {
    let output = Command::new("timeout")
        .args(["60", "sh"])
        .arg(proof.join("verify.sh"))
        .output()
        .unwrap();
    assert_ne!(output.status.code(), Some(124), "the script hangs");
    output
}

#[test]
fn the_stock_script_fails_on_a_changed_byte_in_any_file() {
    let world = World::small();
    let proof = world.prove("proof");
    assert!(!script_fails(&proof));
    for path in files(&proof) {
        let good = std::fs::read(&path).unwrap();
        let mut bad = good.clone();
        bad[good.len() / 2] ^= 1;
        // A byte of sealed content is seen with b3sum only, that one is cut with stock tools alone.
        if path.to_string_lossy().contains("ledger/payload") {
            bad.pop();
        }
        // The script cannot speak for itself.
        if !path.ends_with("verify.sh") {
            std::fs::write(&path, &bad).unwrap();
            assert!(script_fails(&proof), "{}", path.display());
            std::fs::write(&path, &good).unwrap();
        }
    }
}

#[test]
fn the_stock_script_names_a_file_that_is_in_no_signed_list() {
    let world = World::small();
    let proof = world.prove("proof");
    let strange = proof.join("decisions/99999999.json");
    std::fs::write(&strange, "{}").unwrap();
    assert!(script_fails(&proof));
    // Nor does it help to list it behind the signature.
    let manifest = std::fs::read_to_string(proof.join("manifest")).unwrap();
    let sum = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    std::fs::write(
        proof.join("manifest"),
        format!("{manifest}{sum}  decisions/99999999.json\n"),
    )
    .unwrap();
    assert!(script_fails(&proof));
    std::fs::write(proof.join("manifest"), manifest).unwrap();
    std::fs::remove_file(&strange).unwrap();
    assert!(!script_fails(&proof));
}

/// Puts something at a path.
#[cfg(unix)]
type Addition = fn(&Path);

/// Ways to put something into a folder of a proof, each with the name under which it must be reported.
#[cfg(unix)]
const ADDITIONS: [(&str, Addition); 6] = [
    ("zz-file", |path| std::fs::write(path, "{}").unwrap()),
    (".zz-hidden", |path| std::fs::write(path, "").unwrap()),
    ("zz-folder", |path| std::fs::create_dir(path).unwrap()),
    ("zz-nested", |path| {
        std::fs::create_dir(path).unwrap();
        std::fs::write(path.join("checkpoint"), "").unwrap();
    }),
    ("zz-link", |path| {
        std::os::unix::fs::symlink("checkpoint", path).unwrap()
    }),
    ("zz-elsewhere", |path| {
        std::os::unix::fs::symlink("/", path).unwrap()
    }),
];

/// A sample of the folders of a proof: of those of the sealed content only the first two.
#[cfg(unix)]
fn folders(proof: &Path) -> Vec<PathBuf> {
    let of_files = files(proof);
    let mut folders: Vec<_> = of_files
        .iter()
        .flat_map(|path| path.ancestors().skip(1))
        .filter(|folder| folder.starts_with(proof))
        .map(Path::to_owned)
        .collect();
    folders.sort();
    folders.dedup();
    let contents = folders
        .iter()
        .filter(|folder| folder.parent().unwrap().ends_with("payload"));
    let spared: Vec<_> = contents.skip(2).cloned().collect();
    folders.retain(|folder| !spared.contains(folder));
    folders
}

#[cfg(unix)]
#[test]
fn whatever_is_added_to_a_folder_of_a_proof_is_named() {
    let world = World::small();
    let proof = world.prove("proof");
    let folders = folders(&proof);
    assert!(folders.contains(&proof.join("ledger/tile/entries")) && folders.len() > 8);
    for (at, folder) in folders.iter().enumerate() {
        for (turn, (name, add)) in ADDITIONS.into_iter().enumerate() {
            let added = folder.join(name);
            add(&added);
            let verified = verify_bundle(&proof, &VerifyOptions::default()).unwrap();
            assert!(!verified.has_no_failure(), "{}", added.display());
            let reported = verified
                .problems
                .iter()
                .any(|problem| problem.text.contains(name));
            assert!(reported, "{}: {:?}", added.display(), verified.problems);
            // The script takes longer: a folder sees one of the ways, each way some of the folders.
            if at % ADDITIONS.len() == turn {
                let printed = script_failure(&proof);
                assert!(printed.contains(name), "{}: {printed}", added.display());
            }
            if added.is_dir() && !added.is_symlink() {
                std::fs::remove_dir_all(&added).unwrap();
            } else {
                std::fs::remove_file(&added).unwrap();
            }
        }
    }
    assert!(is_clean(&proof) && !script_fails(&proof));
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_a_file_is_named_though_its_content_is_the_same() {
    let world = World::small();
    let proof = world.prove("proof");
    for name in ["allowed_signers", "ledger/keys.json", "ledger"] {
        let moved = world.folder.path().join("moved");
        std::fs::rename(proof.join(name), &moved).unwrap();
        std::os::unix::fs::symlink(&moved, proof.join(name)).unwrap();
        let verified = verify_bundle(&proof, &VerifyOptions::default()).unwrap();
        assert!(!verified.has_no_failure());
        assert!(
            verified.problems[0].text.contains(name),
            "{:?}",
            verified.problems
        );
        assert!(script_failure(&proof).contains(name));
        std::fs::remove_file(proof.join(name)).unwrap();
        std::fs::rename(&moved, proof.join(name)).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_line_break_in_a_name_does_not_make_two_known_names_of_it() {
    let world = World::small();
    let proof = world.prove("proof");
    for name in ["manifest\nverify.sh", "ledger/checkpoint\nmanifest"] {
        let strange = proof.join(name);
        std::fs::write(&strange, "{}").unwrap();
        assert!(!is_clean(&proof));
        assert!(script_fails(&proof), "{name:?}");
        std::fs::remove_file(&strange).unwrap();
    }
}

#[test]
fn a_proof_of_several_tiles_has_no_file_too_many_and_an_older_tile_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let key = MemoryKey::from_seed(&[7; 32]);
    let proof = folder.path().join("proof");
    pollster::block_on(async {
        let practice = Practice::open(folder.path().join("practice"), PracticeOptions::default())
            .await
            .unwrap();
        let signers = TenantOptions::region("eu").approvers(format!("alice {}\n", key.public_key()));
        let tenant = practice.create_tenant("halden", signers).await.unwrap();
        while tenant.ledger().size().await.unwrap() <= 260 {
            let change = vcto::change::Change::from_json(CHANGE.as_bytes()).unwrap();
            let _ = tenant.submit(change, &Actor::service("x")).await.unwrap();
        }
        tenant.prove(&proof).await.unwrap();
    });
    let entries = proof.join("ledger/tile/entries");
    assert!(entries.join("000").is_file() && entries.join("001.p").is_dir());
    assert!(is_clean(&proof) && !script_fails(&proof));

    std::fs::create_dir(entries.join("000.p")).unwrap();
    std::fs::copy(entries.join("000"), entries.join("000.p/255")).unwrap();
    let verified = verify_bundle(&proof, &VerifyOptions::default()).unwrap();
    assert!(
        verified.problems[0]
            .text
            .contains("ledger/tile/entries/000.p/255"),
        "{:?}",
        verified.problems
    );
    assert!(script_failure(&proof).contains("ledger/tile/entries/000.p/255"));
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_file_is_a_missing_file_and_not_waited_for() {
    let world = World::small();
    let proof = world.prove("proof");
    for path in [
        "manifest",
        "decisions/index",
        "ledger/checkpoint",
        "ledger/manifest",
    ] {
        let path = proof.join(path);
        let good = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let (sender, verified) = std::sync::mpsc::channel();
        let folder = proof.clone();
        std::thread::spawn(move || sender.send(is_clean(&folder)));
        let is_clean = verified.recv_timeout(std::time::Duration::from_secs(60));
        assert_eq!(is_clean, Ok(false), "{}", path.display());
        assert!(script_fails(&proof), "{}", path.display());
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, &good).unwrap();
    }
}

#[test]
fn the_stock_script_takes_any_name_that_the_register_takes() {
    let folder = tempfile::tempdir().unwrap();
    let key = MemoryKey::from_seed(&[7; 32]);
    let person = "-al[i]ce^$";
    pollster::block_on(async {
        let practice = Practice::open(folder.path().join("practice"), PracticeOptions::default())
            .await
            .unwrap();
        let signers = TenantOptions::region("eu").approvers(format!("{person} {}\n", key.public_key()));
        let tenant = practice.create_tenant("halden", signers).await.unwrap();
        let change = vcto::change::Change::from_json(CHANGE.as_bytes()).unwrap();
        let Routed::HumanOnly(staged) = tenant.submit(change, &Actor::service("x")).await.unwrap() else {
            panic!("an unknown asset is left to humans")
        };
        let text = staged
            .attestation(person, vcto::gate::Attestation::Did, None)
            .unwrap();
        let signature = key.sign(NAMESPACE, &text).unwrap();
        let _ = staged.attest(&text, &signature).await.unwrap();
        tenant.prove(folder.path().join("proof")).await.unwrap();
    });
    assert!(!script_fails(&folder.path().join("proof")));
}

const CHANGE: &str = r#"{"format":"vcto.change/1","title":"t","reason":"r","area":"documentation","findings":[],
    "steps":[{"id":"s","title":"t","executor":"x","action":"y","target":"nothing","parameters":{}}],"reads":[]}"#;

#[test]
fn proving_again_replaces_an_earlier_proof_and_nothing_else() {
    let world = World::small();
    let proof = world.prove("proof");
    let before: Vec<_> = files(&proof.join("oscal"))
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    assert_eq!(world.prove("proof"), proof);
    let after: Vec<_> = files(&proof.join("oscal"))
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    assert_eq!(before, after, "the documents are a function of the ledger");

    let other = world.folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("thesis.txt"), "years of work").unwrap();
    let refused = pollster::block_on(world.tenant.prove(&other)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    assert_eq!(files(&other).len(), 1);
}

#[test]
fn a_tenant_without_a_review_proves_its_ledger() {
    let folder = tempfile::tempdir().unwrap();
    pollster::block_on(async {
        let practice = Practice::open(folder.path().join("practice"), PracticeOptions::default())
            .await
            .unwrap();
        let signers = format!("alice {}\n", MemoryKey::from_seed(&[7; 32]).public_key());
        let tenant = practice
            .create_tenant("halden", TenantOptions::region("eu").approvers(signers))
            .await
            .unwrap();
        let proved = tenant.prove(folder.path().join("proof")).await.unwrap();
        assert!(!proved.oscal && proved.decisions == 0);
    });
    assert!(is_clean(&folder.path().join("proof")));
}

#[test]
fn a_tenant_comes_back_from_its_proof_where_its_key_is() {
    let world = World::small();
    let proof = world.prove("proof");
    let origin = world
        .tenant
        .ledger()
        .origin()
        .strip_suffix("/halden")
        .unwrap()
        .to_owned();
    let practice = |name: &str, origin: &str| {
        let options = PracticeOptions::default().origin(origin);
        pollster::block_on(Practice::open(world.folder.path().join(name), options)).unwrap()
    };
    let import = |practice: &Practice| {
        pollster::block_on(practice.import_tenant("halden", &proof, &VerifyOptions::default()))
    };
    let give_key = |name: &str| {
        let key = |practice: &str| world.folder.path().join(practice).join("keys/halden.key");
        std::fs::copy(key("practice"), key(name)).unwrap();
    };
    let other = practice("other", &origin);
    assert_eq!(import(&other).unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(other.tenants().unwrap(), Vec::<String>::new());
    give_key("other");
    let tenant = import(&other).unwrap();
    let verify =
        |tenant: &Tenant| pollster::block_on(tenant.ledger().verify(&VerifyOptions::default())).unwrap();
    let (mine, theirs) = (verify(&tenant), verify(&world.tenant));
    assert_eq!(
        (mine.size, &mine.root, mine.policy),
        (theirs.size, &theirs.root, vcto::ledger::Policy::Ok)
    );
    assert_eq!(import(&other).unwrap_err().kind(), ErrorKind::Conflict);

    let stranger = practice("stranger", "example.org/stranger");
    give_key("stranger");
    assert_eq!(import(&stranger).unwrap_err().kind(), ErrorKind::Denied);
    assert_eq!(stranger.tenants().unwrap(), Vec::<String>::new());
}

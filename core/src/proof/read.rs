//! Checking the folder: offline, without keys, without trust in any of its files.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use super::anchor::anchor_proof;
use super::walk::{Found, walk};
use super::{ALLOWED_SIGNERS, FORMAT, INDEX, LEDGER, MANIFEST, OSCAL};
use crate::error::{Error, ErrorKind, Result};
use crate::gate::allowed_signers::AllowedSigners;
use crate::gate::{NAMESPACE, sshsig};
use crate::ledger::{
    self, BundleFiles, Sum, Verification, VerifierKey, VerifyOptions, read_manifest, sum, verify_bundle_files,
};
use crate::oscal;
use crate::text::quoted;

/// The largest file of a proof that is read.
pub(super) const MAX_FILE: u64 = 256 << 20;

/// How many files that do not belong to the proof are named, the first by name.
const MAX_STRANGERS: usize = 100;

/// Verifies a proof that [`Tenant::prove`](crate::practice::Tenant::prove) wrote, or the ledger bundle alone: the verdicts of
/// [`Ledger::verify`](crate::ledger::Ledger::verify), from files alone. Beside the ledger every file is compared with the
/// signed manifest, every decision's signature is checked, and the references of the OSCAL documents. A file, link or empty
/// folder that neither the manifest nor the ledger's tree vouches for fails the integrity, wherever it lies in the proof.
///
/// Where the tenant was anchored, the proof leads to a checkpoint of its region's anchor log: bring the one of the same size
/// that was [kept outside](VerifyOptions::kept_anchor), and the completeness is told.
///
/// Without [`VerifyOptions::key`] the authenticity is `self_signed` at best.
///
/// # Errors
/// `not_found` where there is neither, `corrupt` when the checkpoint of the ledger cannot be read, `io`, `cancelled`.
pub fn verify_bundle(dir: impl AsRef<Path>, options: &VerifyOptions) -> Result<Verification> {
    let dir = dir.as_ref();
    if !dir.join(MANIFEST).exists() && !dir.join(LEDGER).exists() || !dir.join(LEDGER).is_dir() {
        return ledger::verify_bundle(dir, options);
    }
    let mut options = options.clone();
    let anchor = anchor_proof(dir);
    if let Ok(Some(proof)) = &anchor {
        options = options.anchor_proof(proof.clone());
    }
    let (mut verification, bundle) = verify_bundle_files(&dir.join(LEDGER), &options)?;
    match anchor {
        Err(error) if error.kind() == ErrorKind::Io => return Err(error),
        Err(error) => verification.fail_integrity(error.to_string()),
        Ok(_) => {}
    }
    // The newest; that it is one of the log, and of those the expected one is another, is the ledger's to say.
    let key = stated_key(dir).or_else(|| options.expected_key().cloned());
    let problems = problems(dir, key.as_ref(), &bundle);
    for problem in problems.map_err(|error| error.during("proof.verify_bundle"))? {
        verification.fail_integrity(problem);
    }
    Ok(verification)
}

/// The newest key that the bundle names.
fn stated_key(dir: &Path) -> Option<VerifierKey> {
    let bytes = read(&dir.join(LEDGER).join("log.vkey")).ok().flatten()?;
    std::str::from_utf8(&bytes).ok()?.lines().last()?.parse().ok()
}

/// What is wrong beside the ledger, and what does not belong into the folder.
fn problems(dir: &Path, key: Option<&VerifierKey>, bundle: &BundleFiles) -> Result<Vec<String>> {
    let Some(key) = key else {
        return Ok(vec!["there is no key to check the manifest with".to_owned()]);
    };
    let Some(manifest) = read(&dir.join(MANIFEST))? else {
        return Ok(vec![format!("`{MANIFEST}` is missing")]);
    };
    let listed = match read_manifest(&manifest, FORMAT, key) {
        Ok(listed) => listed,
        Err(error) => return Ok(vec![format!("`{MANIFEST}`: {error}")]),
    };
    let mut problems = compare(dir, &listed)?;
    problems.extend(strangers(dir, &listed, bundle)?);
    problems.extend(decisions(dir)?);
    for (path, _) in listed.iter().filter(|(path, _)| is_document(path)) {
        let document = read(&dir.join(path))?.unwrap_or_default();
        match oscal::verify(&document) {
            Ok(defects) => problems.extend(
                defects
                    .iter()
                    .map(|defect| format!("`{path}`: {}: {}", defect.place, defect.problem)),
            ),
            Err(error) => problems.push(format!("`{path}`: {error}")),
        }
    }
    Ok(problems)
}

fn is_document(path: &str) -> bool {
    path.strip_prefix(OSCAL)
        .and_then(|rest| rest.strip_prefix('/'))
        .is_some_and(|name| !name.contains('/'))
}

/// Compares the listed files with what is there: changed and missing ones.
fn compare(dir: &Path, listed: &[(String, Sum)]) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for (path, expected) in listed {
        if !is_plain(path) {
            problems.push(format!(
                "`{MANIFEST}` lists {}, which is not a path inside the proof",
                quoted(path)
            ));
            continue;
        }
        match read(&dir.join(path))? {
            None => problems.push(format!("{} is missing", quoted(path))),
            Some(bytes) if sum(&bytes) != *expected => {
                problems.push(format!("{} is not the file that was exported", quoted(path)));
            }
            Some(_) => {}
        }
    }
    Ok(problems)
}

/// What lies in the folder and is vouched for by nothing that is signed.
fn strangers(dir: &Path, listed: &[(String, Sum)], bundle: &BundleFiles) -> Result<Vec<String>> {
    let listed: BTreeSet<&str> = listed.iter().map(|(path, _)| path.as_str()).collect();
    let mut problems = BTreeSet::new();
    walk(dir, &mut |path, found| {
        let text = match found {
            Found::EmptyFolder => "is an empty folder, which does not belong to the proof",
            Found::Other => "is neither a file nor a folder, and does not belong to the proof",
            Found::File => {
                let of_ledger = path.strip_prefix(LEDGER).and_then(|rest| rest.strip_prefix('/'));
                let known = path == MANIFEST
                    || of_ledger.map_or_else(|| listed.contains(path), |name| bundle.contains(name));
                if known {
                    return;
                }
                "does not belong to the proof"
            }
        };
        problems.insert(format!("{} {text}", quoted(path)));
        if problems.len() > MAX_STRANGERS {
            problems.pop_last();
        }
    })?;
    Ok(problems.into_iter().collect())
}

/// No absolute path, no way out of the folder.
fn is_plain(path: &str) -> bool {
    !path.is_empty()
        && path
            .split('/')
            .all(|part| !matches!(part, "" | "." | "..") && !part.contains('\\'))
}

/// Checks every signature against the register, at the time at which the decision was recorded.
fn decisions(dir: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let index = text(dir, INDEX)?;
    let register = match text(dir, ALLOWED_SIGNERS)?.parse::<AllowedSigners>() {
        Ok(register) => register,
        Err(error) => return Ok(vec![format!("`{ALLOWED_SIGNERS}`: {error}")]),
    };
    for line in index.lines() {
        if let Err(error) = decision(dir, &register, line) {
            problems.push(format!("{}: {error}", quoted(line)));
        }
    }
    Ok(problems)
}

fn decision(dir: &Path, register: &AllowedSigners, line: &str) -> Result<()> {
    let malformed = || Error::new(ErrorKind::Corrupt, "not a line of the index of decisions");
    let (file, rest) = line.split_once(' ').ok_or_else(malformed)?;
    let (person, time) = rest.rsplit_once(' ').ok_or_else(malformed)?;
    let time = jiff::civil::DateTime::strptime("%Y%m%d%H%M%SZ", time)
        .and_then(|time| jiff::tz::TimeZone::UTC.to_timestamp(time))
        .map_err(|_| malformed())?;
    if !is_plain(file) {
        return Err(malformed());
    }
    let signed = read(&dir.join(file))?.ok_or_else(malformed)?;
    let armoured = text(dir, &format!("{file}.sig"))?;
    let key = sshsig::verify(&armoured, NAMESPACE, &signed)?;
    let named = register.find(&key).filter(|signer| signer.person() == person);
    named.ok_or_else(|| Error::new(ErrorKind::Denied, "the register does not name the signer so"))?;
    register.signer_at(&key, NAMESPACE, time).map(|_| ())
}

fn text(dir: &Path, path: &str) -> Result<String> {
    let bytes = read(&dir.join(path))?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A regular file; none where there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    // Looked at before it is opened: opening a named pipe waits for ever.
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Ok(None);
    }
    let file = match File::open(path) {
        Ok(file) => file,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::io(source, path.display())),
    };
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| Error::io(source, path.display()))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(
            Error::new(ErrorKind::TooLarge, "a file of a proof has at most 256 MiB")
                .at(path.display().to_string()),
        );
    }
    Ok(Some(bytes))
}

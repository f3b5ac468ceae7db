//! Who may approve, as OpenSSH's `allowed_signers` text: read strictly, written so that the stock tools read it.
//!
//! The format is that of `ssh-keygen(1)`, "ALLOWED SIGNERS", narrowed to what can say who approved: one line names one
//! person and one key. Patterns, certificate authorities, lists of names and times without a zone are refused, since
//! each of them would leave open who a signature belongs to, or when.

mod line;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::sshsig::{PublicKey, is_namespace};
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// The people who may sign, in the order of the text.
///
/// No key stands twice but for one person and for periods of validity that lie behind each other, and no two names differ only in
/// case.
///
/// ```
/// use vcto::gate::allowed_signers::AllowedSigners;
///
/// let text = "\
/// ## the architects
/// alice@msp.example namespaces=\"vcto-approval-v1\",valid-before=\"20271231Z\" \
/// ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea Alice
/// ";
/// let signers: AllowedSigners = text.parse()?;
/// assert_eq!(signers.iter().next().map(|signer| signer.person()), Some("alice@msp.example"));
/// assert_eq!(signers.to_string().parse::<AllowedSigners>()?, signers);
/// # Ok::<(), vcto::Error>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AllowedSigners(Vec<AllowedSigner>);

impl AllowedSigners {
    /// Takes entries that were made one by one.
    ///
    /// # Errors
    /// `invalid_input` when a key stands twice for periods that are not behind each other, or two names differ only in case;
    /// `too_large` beyond 10,000 entries.
    pub fn new(entries: impl IntoIterator<Item = AllowedSigner>) -> Result<Self> {
        let mut register = Register::default();
        for (at, entry) in entries.into_iter().enumerate() {
            register
                .add(entry)
                .map_err(|error| error.at(format!("entry {}", at + 1)))?;
        }
        Ok(Self(register.entries))
    }

    /// The entries, in the order of the text.
    pub fn iter(&self) -> std::slice::Iter<'_, AllowedSigner> {
        self.0.iter()
    }

    /// The entry by which this key may sign in this namespace at this time.
    ///
    /// # Errors
    /// `denied` for a key that is not listed, for another namespace and before the time; `expired` after it.
    pub fn signer_at(&self, key: &PublicKey, namespace: &str, at: Timestamp) -> Result<&AllowedSigner> {
        let mut refusal = refused(
            ErrorKind::Denied,
            format!("the key {} is not listed", key.fingerprint()),
        );
        for entry in self.0.iter().filter(|entry| entry.key == *key) {
            match entry.permits(namespace, at) {
                Ok(()) => return Ok(entry),
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }

    /// The first entry of this key, whether it is valid now or not.
    pub fn find(&self, key: &PublicKey) -> Option<&AllowedSigner> {
        self.0.iter().find(|entry| entry.key == *key)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody may sign.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a AllowedSigners {
    type Item = &'a AllowedSigner;
    type IntoIter = std::slice::Iter<'a, AllowedSigner>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromStr for AllowedSigners {
    type Err = Error;

    /// Reads the text; empty lines and lines that begin with `#` are skipped.
    fn from_str(text: &str) -> Result<Self> {
        if text.len() > MAX_TEXT {
            return Err(too_large("an allowed_signers text has at most 1 MiB"));
        }
        let mut register = Register::default();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim_matches([' ', '\t']);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            line::parse_line(line)
                .and_then(|entry| register.add(entry))
                .map_err(|error| error.at(format!("line {}", at + 1)))?;
        }
        Ok(Self(register.entries))
    }
}

impl fmt::Display for AllowedSigners {
    /// The text that `ssh-keygen -Y verify -f` takes: one line an entry, each with a final LF.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|entry| writeln!(f, "{entry}"))
    }
}

/// One person's key: in which namespaces and from when to when it may sign.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AllowedSigner {
    person: String,
    namespaces: Option<BTreeSet<String>>,
    valid_after: Option<Timestamp>,
    valid_before: Option<Timestamp>,
    key: PublicKey,
    comment: String,
}

impl AllowedSigner {
    /// A key of a person, valid always and in every namespace.
    ///
    /// # Errors
    /// `invalid_input` when the name is empty, longer than 128 bytes, or has other than visible ASCII characters or one of
    /// `" , * ? ! # \`: names that look alike cannot be told apart in a signed text.
    pub fn new(person: impl Into<String>, key: PublicKey) -> Result<Self> {
        let person = person.into();
        if !is_person(&person) {
            return Err(invalid(format!("{} cannot name a person", quoted(&person))).remedy(
                "use a handle or an address in visible ASCII, without spaces, patterns and lists; a line for each person",
            ));
        }
        Ok(Self {
            person,
            namespaces: None,
            valid_after: None,
            valid_before: None,
            key,
            comment: String::new(),
        })
    }

    /// Restricts the key to these namespaces.
    ///
    /// # Errors
    /// `invalid_input` when there is none, or one is empty, longer than 128 bytes, a pattern, or not plain ASCII.
    pub fn with_namespaces<N: Into<String>>(
        mut self,
        namespaces: impl IntoIterator<Item = N>,
    ) -> Result<Self> {
        let namespaces: BTreeSet<String> = namespaces.into_iter().map(Into::into).collect();
        if namespaces.is_empty() {
            return Err(invalid("the list of namespaces is empty"));
        }
        if let Some(bad) = namespaces.iter().find(|namespace| !is_namespace(namespace)) {
            return Err(invalid(format!("{} cannot name a namespace", quoted(bad)))
                .remedy("name each namespace in full, without a pattern"));
        }
        self.namespaces = Some(namespaces);
        Ok(self)
    }

    /// Restricts the key to the time from `after` to `before`, both included.
    ///
    /// # Errors
    /// `invalid_input` when a time is not a whole second of the years 1971 to 9999, or the end is not after the begin.
    pub fn with_validity(mut self, after: Option<Timestamp>, before: Option<Timestamp>) -> Result<Self> {
        let years = Timestamp::from_second(365 * 86_400).unwrap_or(Timestamp::MAX)..Timestamp::MAX;
        for at in [after, before].into_iter().flatten() {
            if at.subsec_nanosecond() != 0 || !years.contains(&at) {
                return Err(invalid(
                    "a time of validity is a whole second of the years 1971 to 9999",
                ));
            }
        }
        if let (Some(after), Some(before)) = (after, before)
            && before <= after
        {
            return Err(invalid("`valid-before` is not after `valid-after`"));
        }
        self.valid_after = after;
        self.valid_before = before;
        Ok(self)
    }

    /// Whether it is the same key of the same person, for a time before or after the other's.
    fn is_apart_from(&self, other: &Self) -> bool {
        let ends_before = |one: &Self, two: &Self| matches!((one.valid_before, two.valid_after), (Some(end), Some(begin)) if end <= begin);
        let is_same =
            self.key == other.key && self.person == other.person && self.namespaces == other.namespaces;
        is_same && (ends_before(self, other) || ends_before(other, self))
    }

    /// Adds a note for the reader of the file.
    ///
    /// # Errors
    /// `invalid_input` when it is longer than 1,024 bytes or has control characters.
    pub fn with_comment(mut self, comment: impl Into<String>) -> Result<Self> {
        let comment: String = comment.into();
        if comment.len() > MAX_COMMENT || comment.chars().any(char::is_control) {
            return Err(invalid(
                "a comment has at most 1,024 bytes and no control characters",
            ));
        }
        comment.trim().clone_into(&mut self.comment);
        Ok(self)
    }

    /// The person: OpenSSH's principal.
    pub fn person(&self) -> &str {
        &self.person
    }

    /// The key.
    pub fn key(&self) -> PublicKey {
        self.key.clone()
    }

    /// The namespaces in which the key may sign; none: every one.
    pub fn namespaces(&self) -> Option<&BTreeSet<String>> {
        self.namespaces.as_ref()
    }

    /// Valid from then on, that second included.
    pub fn valid_after(&self) -> Option<Timestamp> {
        self.valid_after
    }

    /// Valid until then, that second included.
    pub fn valid_before(&self) -> Option<Timestamp> {
        self.valid_before
    }

    /// The note behind the key, as it came. Show it only escaped.
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// Checks that the key may sign in this namespace at this time, as `ssh-keygen -Y verify -O verify-time=` does.
    ///
    /// # Errors
    /// `denied` for another namespace and before the time, `expired` after it.
    pub fn permits(&self, namespace: &str, at: Timestamp) -> Result<()> {
        if let Some(namespaces) = &self.namespaces
            && !namespaces.contains(namespace)
        {
            return Err(refused(
                ErrorKind::Denied,
                format!(
                    "{}'s key may not sign in the namespace {}",
                    quoted(&self.person),
                    quoted(namespace)
                ),
            ));
        }
        // The stock tool counts whole seconds.
        if let Some(after) = self.valid_after
            && at.as_second() < after.as_second()
        {
            return Err(refused(
                ErrorKind::Denied,
                format!("{}'s key is not valid before {after}", quoted(&self.person)),
            ));
        }
        if let Some(before) = self.valid_before
            && at.as_second() > before.as_second()
        {
            return Err(refused(
                ErrorKind::Expired,
                format!("{}'s key is not valid after {before}", quoted(&self.person)),
            ));
        }
        Ok(())
    }
}

impl fmt::Display for AllowedSigner {
    /// The line, without a line end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut options = Vec::new();
        if let Some(namespaces) = &self.namespaces {
            let names: Vec<&str> = namespaces.iter().map(String::as_str).collect();
            options.push(format!("namespaces=\"{}\"", names.join(",")));
        }
        for (name, at) in [
            ("valid-after", self.valid_after),
            ("valid-before", self.valid_before),
        ] {
            if let Some(at) = at {
                options.push(format!("{name}=\"{}\"", at.strftime("%Y%m%d%H%M%SZ")));
            }
        }
        f.write_str(&self.person)?;
        if !options.is_empty() {
            write!(f, " {}", options.join(","))?;
        }
        write!(f, " {}", self.key)?;
        if !self.comment.is_empty() {
            write!(f, " {}", self.comment)?;
        }
        Ok(())
    }
}

const MAX_COMMENT: usize = 1_024;
const MAX_ENTRIES: usize = 10_000;
const MAX_PERSON: usize = 128;
const MAX_TEXT: usize = 1_048_576;

/// Collects entries and holds what is true of them together.
#[derive(Default)]
struct Register {
    entries: Vec<AllowedSigner>,
    /// The keys alone, whatever they are said to be for.
    keys: BTreeMap<Vec<u8>, Vec<usize>>,
    /// Lower case to the one spelling that is used.
    names: BTreeMap<String, String>,
}

impl Register {
    fn add(&mut self, entry: AllowedSigner) -> Result<()> {
        if self.entries.len() >= MAX_ENTRIES {
            return Err(too_large("allowed_signers has at most 10,000 entries"));
        }
        // INVARIANT: a key names one person, so that nobody counts twice: also where it is written as that of a token, or for
        // another relying party.
        let same = self.keys.entry(entry.key.as_bytes().to_vec()).or_default();
        let before = same.iter().filter_map(|at| self.entries.get(*at));
        if let Some(other) = before.into_iter().find(|other| !entry.is_apart_from(other)) {
            return Err(invalid(format!(
                "the key {} is listed already, for {}",
                entry.key.fingerprint(),
                quoted(&other.person)
            ))
            .remedy(
                "one key names one person, on one line, or on one for each period in which it was valid",
            ));
        }
        same.push(self.entries.len());
        let spelling = self
            .names
            .entry(entry.person.to_ascii_lowercase())
            .or_insert_with(|| entry.person.clone());
        if *spelling != entry.person {
            return Err(invalid(format!(
                "the names {} and {} differ only in case",
                quoted(spelling),
                quoted(&entry.person)
            )));
        }
        self.entries.push(entry);
        Ok(())
    }
}

fn is_person(text: &str) -> bool {
    (1..=MAX_PERSON).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\",*?!#\\".contains(&byte))
}

fn invalid(message: impl Into<String>) -> Error {
    refused(ErrorKind::InvalidInput, message)
}

fn unsupported(message: impl Into<String>) -> Error {
    refused(ErrorKind::Unsupported, message)
}

fn too_large(message: &str) -> Error {
    refused(ErrorKind::TooLarge, message)
}

fn refused(kind: ErrorKind, message: impl Into<String>) -> Error {
    Error::new(kind, message).during("allowed_signers")
}

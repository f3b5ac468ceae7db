//! One opaque error for the whole crate: a kind, the operation that failed, where, and what to do about it.

use std::error::Error as StdError;
use std::fmt;

/// The result of a fallible operation of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation failed.
///
/// One machine word wide. Callers branch on [`kind`](Self::kind) and [`is_retryable`](Self::is_retryable); people read
/// the [`Display`](fmt::Display) text, which names the operation, the place and, where there is one, the remedy.
///
/// ```
/// use vcto::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::NotFound, "no asset is called `FW-1`")
///     .during("estate.find")
///     .remedy("did you mean `FW-LDS-01`?");
/// assert_eq!(error.kind(), ErrorKind::NotFound);
/// assert_eq!(error.to_string(), "estate.find: no asset is called `FW-1` (did you mean `FW-LDS-01`?)");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    operation: Option<&'static str>,
    place: Option<String>,
    remedy: Option<String>,
    context: Vec<(&'static str, String)>,
    retryable: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

macro_rules! error_kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What class of failure an [`Error`] is. The [name](Self::as_str) is stable: it is `err.code` in Node, and it
        /// selects the exception class in Python.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum ErrorKind { $($(#[$doc])* $variant,)* }

        impl ErrorKind {
            /// Every kind, in the order of the names.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable name, in `snake_case`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

error_kinds! {
    /// A name matches more than one thing; the message lists the candidates.
    Ambiguous = "ambiguous",
    /// Another process or task holds what is needed; trying again later may succeed.
    Busy = "busy",
    /// The caller's `Monitor` asked to stop.
    Cancelled = "cancelled",
    /// It exists already, or the state changed meanwhile.
    Conflict = "conflict",
    /// A staged or approved value was used before.
    Consumed = "consumed",
    /// Stored bytes are not what was written.
    Corrupt = "corrupt",
    /// The gate refused: not permitted for this person, level or state.
    Denied = "denied",
    /// A proposal, decision or window is past its time.
    Expired = "expired",
    /// The value was made before a `fork` and is used after it.
    Forked = "forked",
    /// An invariant of this crate does not hold: a defect, please report it.
    Internal = "internal",
    /// The caller's data or argument is not acceptable; the message names the place.
    InvalidInput = "invalid_input",
    /// The operating system refused or failed an input or output operation.
    Io = "io",
    /// No such thing; the message names near ones where there are any.
    NotFound = "not_found",
    /// The operating system denies access.
    PermissionDenied = "permission_denied",
    /// The stored log is older than what was acknowledged: it was rolled back or truncated.
    RollbackDetected = "rollback_detected",
    /// What was approved no longer describes the present.
    Stale = "stale",
    /// Larger than the bound for this input.
    TooLarge = "too_large",
    /// A needed service or store cannot be used now.
    Unavailable = "unavailable",
    /// A format version, feature or platform that this build does not know.
    Unsupported = "unsupported",
}

impl ErrorKind {
    /// Whether the gate said no, as against something that went wrong: what was asked was understood and is not allowed as
    /// things stand.
    pub fn is_refusal(self) -> bool {
        matches!(self, Self::Consumed | Self::Denied | Self::Expired | Self::Stale)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Error {
    /// An error of this kind. The message says what is wrong, in a form that may be shown: no secrets, vendor text escaped.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            operation: None,
            place: None,
            remedy: None,
            context: Vec::new(),
            retryable: matches!(kind, ErrorKind::Busy | ErrorKind::Unavailable),
            source: None,
        }))
    }

    /// Names the operation (`estate.find`) unless an inner one is named already.
    #[must_use]
    pub fn during(mut self, operation: &'static str) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    /// Names the place in the input: a JSON pointer, `sheet!cell`, `line 7`.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.0.place = Some(place.into());
        self
    }

    /// Puts an outer place before the present one: a file's name before a JSON pointer.
    #[must_use]
    pub fn within(mut self, outer: impl fmt::Display) -> Self {
        self.0.place = Some(match self.0.place.take() {
            Some(inner) => format!("{outer}: {inner}"),
            None => outer.to_string(),
        });
        self
    }

    /// Says what the reader can do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.0.remedy = Some(remedy.into());
        self
    }

    /// Adds a named detail for programs and logs.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.0.context.push((key, value.to_string()));
        self
    }

    /// Keeps the error that caused this one.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// An input or output failure on a path or device; access denied and absence get their own kinds.
    pub fn io(source: std::io::Error, place: impl fmt::Display) -> Self {
        let kind = match source.kind() {
            std::io::ErrorKind::NotFound => ErrorKind::NotFound,
            std::io::ErrorKind::PermissionDenied => ErrorKind::PermissionDenied,
            _ => ErrorKind::Io,
        };
        let retryable = matches!(
            source.kind(),
            std::io::ErrorKind::Interrupted | std::io::ErrorKind::TimedOut
        );
        let mut error = Self::new(kind, source.to_string())
            .at(place.to_string())
            .caused_by(source);
        error.0.retryable = retryable;
        error
    }

    /// The class of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the same call may succeed later without a change by the caller.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// The operation that failed, as `module.verb`.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// Where in the input: a JSON pointer, a cell, a line, behind a file name where there is one.
    pub fn place(&self) -> Option<&str> {
        self.0.place.as_deref()
    }

    /// What is wrong, without operation, place and remedy.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What the reader can do about it.
    pub fn remedy_text(&self) -> Option<&str> {
        self.0.remedy.as_deref()
    }

    /// The named details, in the order in which they were added.
    pub fn context(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.context.iter().map(|(key, value)| (*key, value.as_str()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{operation}: ")?;
        }
        if let Some(place) = &self.0.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(remedy) = &self.0.remedy {
            write!(f, " ({remedy})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Error");
        shown.field("kind", &self.0.kind).field("text", &self.to_string());
        for (key, value) in self.context() {
            shown.field(key, &value);
        }
        if let Some(source) = &self.0.source {
            shown.field("source", source);
        }
        shown.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_word_and_travels_between_threads() {
        static_assertions::assert_eq_size!(Error, usize);
        static_assertions::assert_impl_all!(Error: Send, Sync, StdError);
    }

    #[test]
    fn the_innermost_operation_stays_and_places_nest() {
        let error = Error::new(ErrorKind::InvalidInput, "not a number")
            .at("/assets/3/facts/cpu_cores")
            .during("inventory.read")
            .within("rmm.json")
            .during("source.read");
        assert_eq!(
            error.to_string(),
            "inventory.read: rmm.json: /assets/3/facts/cpu_cores: not a number"
        );
    }

    #[test]
    fn kinds_are_listed_by_name_and_names_are_unique() {
        let names: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
    }
}

//! The bounds of the inventory format. What is larger is refused with `too_large`.

/// Bytes of an id: of an asset, or an end of a relation.
pub const MAX_ID: usize = 4 * 1024;

/// Bytes of a name: of an asset, a source or a scope.
pub const MAX_NAME: usize = 4 * 1024;

/// Bytes of a word: a kind of asset or relation, a criticality.
pub const MAX_WORD: usize = 128;

/// Bytes of the name of a fact.
pub const MAX_FACT_NAME: usize = 256;

/// Bytes of the text of a fact, and of a remark on a relation.
pub const MAX_TEXT: usize = 64 * 1024;

/// Facts of one asset.
pub const MAX_FACTS: usize = 10_000;

/// Statements of one fact.
pub const MAX_VALUES: usize = 1_000;

/// Members of one requirement.
pub const MAX_MEMBERS: usize = 100_000;

/// Sources that were merged into one, and scopes of one source.
pub const MAX_SOURCES: usize = 10_000;

/// Remarks of readers on one source.
pub const MAX_NOTES: usize = 1_000_000;

/// Assets, relations and requirements, each.
pub const MAX_RECORDS: usize = 50_000_000;

/// Bytes of a document, whatever they hold.
pub const MAX_DOCUMENT: u64 = 16 << 30;

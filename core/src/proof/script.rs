//! The check with stock tools that travels in the folder.

/// A shell script for POSIX `sh`.
pub(super) const TEXT: &str = include_str!("verify.sh");

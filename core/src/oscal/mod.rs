//! The review and its decisions as OSCAL documents.

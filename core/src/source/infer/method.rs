//! The methods of inference, and their names.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::error::{Error, ErrorKind, Result};
use crate::estate::{RelationKind, near};
use crate::text::quoted;

/// By which evidence a relation is inferred. The name stands in the relation's `inferred_by`.
///
/// ```
/// use vcto::source::Method;
///
/// assert_eq!("domain_join".parse::<Method>()?, Method::DomainJoin);
/// # Ok::<(), vcto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Method {
    /// Backup software on the machine, and the server of that software.
    Backup,
    /// The name servers that a machine is set to.
    Dns,
    /// The domain that a machine is joined to, and its controllers.
    DomainJoin,
    /// The default gateway of a machine.
    Gateway,
    /// The host or cluster that a virtual machine names.
    Hosting,
    /// Client software of Microsoft SQL Server, and the server that a data source names or that alone comes into question.
    SqlClient,
}

impl Method {
    /// Every method, in the order of the names.
    pub const ALL: &'static [Self] = &[
        Self::Backup,
        Self::Dns,
        Self::DomainJoin,
        Self::Gateway,
        Self::Hosting,
        Self::SqlClient,
    ];

    /// The name: what stands in `inferred_by`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Dns => "dns",
            Self::DomainJoin => "domain_join",
            Self::Gateway => "gateway",
            Self::Hosting => "hosting",
            Self::SqlClient => "sql_client",
        }
    }

    /// The kind of the relations that it gives.
    pub fn kind(self) -> RelationKind {
        match self {
            Self::Backup => RelationKind::BackedUpBy,
            Self::DomainJoin => RelationKind::AuthenticatesWith,
            Self::Dns | Self::Gateway | Self::SqlClient => RelationKind::Uses,
            Self::Hosting => RelationKind::RunsOn,
        }
    }

    /// Whether several relations of one asset stand for each other: any one of them is enough.
    pub fn is_alternative(self) -> bool {
        matches!(self, Self::Dns | Self::DomainJoin)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Method {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl FromStr for Method {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let name = text.trim().to_ascii_lowercase();
        if let Some(method) = Self::ALL.iter().find(|method| method.as_str() == name) {
            return Ok(*method);
        }
        let names = Self::ALL.iter().map(|method| method.as_str());
        let remedy = match near::closest(&name, names.clone()).first() {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("methods are {}", names.collect::<Vec<_>>().join(", ")),
        };
        Err(Error::new(
            ErrorKind::InvalidInput,
            format!("the method {} is unknown", quoted(text)),
        )
        .during("source.method")
        .remedy(remedy))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_listed_by_name_and_names_parse_back() {
        let sorted = Method::ALL
            .windows(2)
            .all(|pair| pair[0].as_str() < pair[1].as_str() && pair[0] < pair[1]);
        assert!(sorted);
        for method in Method::ALL {
            assert_eq!(method.as_str().parse::<Method>().unwrap(), *method);
        }
        let error = "gatway".parse::<Method>().unwrap_err();
        assert_eq!(error.remedy_text(), Some("did you mean `gateway`?"));
    }
}

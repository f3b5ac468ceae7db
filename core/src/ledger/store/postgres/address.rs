//! Where a database server is, what may be told of that, and what its failures mean.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use postgres::config::{Host, SslMode, TargetSessionAttrs};
use postgres::error::SqlState;
use postgres::{Client, Config, NoTls};

use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// A server and a database, with what it takes to get in.
#[derive(Clone)]
pub(super) struct Address {
    config: Arc<Config>,
    shown: String,
}

/// Without user and password: what may stand in an error.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.shown)
    }
}

impl Address {
    /// Reads a URL. What is wrong with it is not quoted: it may hold a password.
    pub(super) fn parse(url: &str) -> Result<Self> {
        let unfit = |message: &str| {
            Error::new(ErrorKind::InvalidInput, message)
                .at("url")
                .remedy("as `postgres://user@host:5432/database`; a socket's folder as `%2Frun%2Fpostgresql`")
        };
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(unfit("the URL of a database begins with `postgres://`"));
        }
        let mut config: Config = url
            .parse()
            .map_err(|_| unfit("the URL of the database cannot be read"))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(unfit("the URL of the database names no host"));
        }
        if config.get_dbname().is_none() {
            return Err(unfit("the URL names no database"));
        }
        check_way(&config)?;
        config.ssl_mode(SslMode::Disable);
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        if config.get_application_name().is_none() {
            config.application_name("vcto");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(10));
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(Duration::from_secs(30));
        }
        config.keepalives_idle(Duration::from_secs(30));
        let shown = shown(&config);
        Ok(Self {
            config: Arc::new(config),
            shown,
        })
    }

    /// A new connection. Only on a thread of our own: it waits, and in a caller's async runtime it could not.
    pub(super) fn connect(&self) -> Result<Client> {
        self.config
            .connect(NoTls)
            .map_err(|error| failed(&error).at(self.shown.clone()))
    }
}

/// This build has no TLS: it goes to this machine, or where the caller says that the way is safe without.
fn check_way(config: &Config) -> Result<()> {
    let is_near = if config.get_hostaddrs().is_empty() {
        config.get_hosts().iter().all(|host| match host {
            Host::Tcp(name) => {
                name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
            }
            #[cfg(unix)]
            Host::Unix(_) => true,
        })
    } else {
        config.get_hostaddrs().iter().all(IpAddr::is_loopback)
    };
    match config.get_ssl_mode() {
        SslMode::Disable => Ok(()),
        SslMode::Prefer if is_near => Ok(()),
        _ => Err(Error::new(
            ErrorKind::Unsupported,
            "this build reaches a database on this machine only: it has no TLS",
        )
        .at("url")
        .remedy("use a tunnel that ends on this machine, or say `sslmode=disable` where the network itself is private")),
    }
}

fn shown(config: &Config) -> String {
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        })
        .chain(config.get_hostaddrs().iter().map(IpAddr::to_string))
        .collect();
    let ports: Vec<String> = config.get_ports().iter().map(u16::to_string).collect();
    let text = format!(
        "database {} on {}{}{}",
        config.get_dbname().unwrap_or_default(),
        hosts.join(","),
        if ports.is_empty() { "" } else { ":" },
        ports.join(",")
    );
    // Text from outside, to be shown.
    quoted(&text).trim_matches('`').to_owned()
}

/// What a failure of the server means. The server's own sentence is shown, its details, which may quote rows, are not.
pub(super) fn failed(error: &postgres::Error) -> Error {
    let Some(told) = error.as_db_error() else {
        let kind = if error.is_closed() || is_io(error) {
            ErrorKind::Unavailable
        } else {
            ErrorKind::Io
        };
        return Error::new(kind, format!("PostgreSQL: {}", quoted(&error.to_string())));
    };
    let code = told.code();
    let class = code.code().get(..2).unwrap_or_default();
    let kind = match class {
        _ if [&SqlState::LOCK_NOT_AVAILABLE, &SqlState::QUERY_CANCELED].contains(&code) => ErrorKind::Busy,
        _ if *code == SqlState::INSUFFICIENT_PRIVILEGE => ErrorKind::PermissionDenied,
        "08" | "53" | "57" => ErrorKind::Unavailable,
        "28" => ErrorKind::PermissionDenied,
        "3D" => ErrorKind::NotFound,
        "40" => ErrorKind::Busy,
        "54" => ErrorKind::TooLarge,
        // A constraint, a trigger, a table that is not there.
        "22" | "23" | "42" | "P0" => ErrorKind::Corrupt,
        _ => ErrorKind::Io,
    };
    let error = Error::new(
        kind,
        format!("PostgreSQL: {} ({})", quoted(told.message()), code.code()),
    );
    if class == "23" {
        error.remedy(super::super::IN_THE_WAY)
    } else {
        error
    }
}

fn is_io(error: &postgres::Error) -> bool {
    std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_cannot_be_read_is_not_quoted() {
        for url in [
            "postgres://bob:tiger@host:port/x",
            "postgres://bob:tiger@/x",
            "postgres://bob:tiger@localhost/",
            "postgres://bob:tiger@localhost/x?frobnicate=tiger",
            "postgres://bob:tiger@db.example/x",
            "postgres://bob:tiger@localhost/x?sslmode=require",
            "mysql://bob:tiger@localhost/x",
        ] {
            let error = Address::parse(url).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(!text.contains("tiger") && !text.contains("bob"), "{text}");
        }
    }

    #[test]
    fn what_is_shown_of_a_server_is_where_it_is() {
        for (url, expected) in [
            (
                "postgres://bob:tiger@localhost:5433/practice",
                "database practice on localhost:5433",
            ),
            (
                "postgresql://bob:tiger@%2Frun%2Fpg/practice",
                "database practice on /run/pg:5432",
            ),
            (
                "postgres://bob:tiger@10.0.0.7/practice?sslmode=disable",
                "database practice on 10.0.0.7:5432",
            ),
        ] {
            let address = Address::parse(url).unwrap();
            assert_eq!(address.to_string(), expected);
            assert_eq!(format!("{address:?}"), format!("Address({expected})"));
        }
    }
}

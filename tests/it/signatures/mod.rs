//! Approvers' signatures and their register, against the stock tool and against hostile input.

mod allowed_signers;
mod hostile;
mod stock;
pub mod token;

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use vcto::gate::sshsig::PublicKey;

pub const NAMESPACE: &str = "vcto-approval-v1";

/// Runs the stock `ssh-keygen` in a folder with this on its standard input.
pub fn ssh_keygen<A: AsRef<OsStr>>(
    folder: &Path,
    arguments: impl IntoIterator<Item = A>,
    input: &[u8],
) -> Output {
    let mut child = Command::new("ssh-keygen")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ssh-keygen is there: install openssh-client");
    // A tool that refuses early does not read its input.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// A key pair that `ssh-keygen` made: the private key in `folder/name`.
pub fn stock_key(folder: &Path, name: &str, kind: &str) -> String {
    let made = ssh_keygen(folder, ["-q", "-t", kind, "-N", "", "-C", name, "-f", name], b"");
    assert!(made.status.success(), "{made:?}");
    std::fs::read_to_string(folder.join(format!("{name}.pub"))).unwrap()
}

/// `ssh-keygen -Y sign` with that key over these bytes.
pub fn stock_sign(folder: &Path, key: &str, namespace: &str, message: &[u8]) -> String {
    let signed = ssh_keygen(folder, ["-q", "-Y", "sign", "-f", key, "-n", namespace], message);
    assert!(signed.status.success(), "{signed:?}");
    String::from_utf8(signed.stdout).unwrap()
}

/// Whether `ssh-keygen -Y verify` accepts.
pub fn stock_verifies(
    folder: &Path,
    signers: &str,
    person: &str,
    namespace: &str,
    at: Option<&str>,
    signature: &str,
    message: &[u8],
) -> bool {
    std::fs::write(folder.join("signers"), signers).unwrap();
    std::fs::write(folder.join("signature"), signature).unwrap();
    let time = at.map(|at| format!("verify-time={at}"));
    let mut arguments = vec![
        "-Y",
        "verify",
        "-f",
        "signers",
        "-I",
        person,
        "-n",
        namespace,
        "-s",
        "signature",
    ];
    if let Some(time) = &time {
        arguments.extend(["-O", time]);
    }
    ssh_keygen(folder, arguments, message).status.success()
}

pub fn public(line: &str) -> PublicKey {
    line.parse().unwrap()
}

//! Which controls a rule is relevant to: a table that says "relevant to", never "satisfies".

/// Controls of NIST SP 800-53 revision 5 by rule, longest matching prefix of the rule's name wins. The ids are in OSCAL
/// form; each objective is `<id>_obj`.
const CONTROLS: &[(&str, &[&str])] = &[
    ("backup", &["cp-9", "cp-10"]),
    ("backup.restore", &["cp-9.1", "cp-4"]),
    ("capacity", &["sc-5"]),
    ("circuits", &["cp-8", "cp-8.2"]),
    ("coverage", &["cm-8"]),
    ("coverage.agreement", &["sa-9", "cm-8"]),
    ("coverage.directory", &["ac-2", "ia-2"]),
    ("coverage.endpoint_protection", &["si-3", "si-4"]),
    ("coverage.rmm", &["si-2", "cm-8"]),
    ("documentation", &["cm-8"]),
    ("expiry", &["sa-9"]),
    ("expiry.app_secret", &["ia-5"]),
    ("expiry.certificate", &["sc-17", "sc-12"]),
    ("expiry.contract", &["sa-9", "sa-4"]),
    ("expiry.domain", &["sc-20", "sc-22"]),
    ("expiry.notice", &["sa-9", "sa-4"]),
    ("expiry.push_certificate", &["sc-17", "sc-12"]),
    ("facts", &["cm-8"]),
    ("identity", &["ac-2", "ac-2.3"]),
    ("licence", &["sr-3", "sa-4"]),
    ("lifecycle", &["sa-22", "si-2"]),
    ("network", &["cp-8", "cp-2.8"]),
    ("power", &["pe-11"]),
    ("readiness", &["sa-22", "si-2"]),
    ("redundancy", &["cp-2", "cp-7"]),
    ("resilience", &["cp-2", "cp-2.8"]),
    ("waiver", &["ra-7", "ca-5"]),
    ("warranty", &["ma-6"]),
];

/// Where no row matches: the inventory is not what it should be.
const OTHERWISE: &[&str] = &["cm-8"];

/// The controls to which the answers of a rule are relevant, the first being the main one.
pub(super) fn controls_of(rule: &str) -> &'static [&'static str] {
    CONTROLS
        .iter()
        .filter(|(prefix, _)| {
            rule.strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '_']))
        })
        .max_by_key(|(prefix, _)| prefix.len())
        .map_or(OTHERWISE, |(_, controls)| controls)
}

/// The assessment objective of a control.
pub(super) fn objective_of(control: &str) -> String {
    format!("{control}_obj")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_wins_on_a_word_border() {
        assert_eq!(controls_of("backup.covered"), ["cp-9", "cp-10"]);
        assert_eq!(controls_of("backup.restore_tested"), ["cp-9.1", "cp-4"]);
        assert_eq!(controls_of("backups"), OTHERWISE);
    }
}

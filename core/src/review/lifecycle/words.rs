//! Takes vendor text apart into words and version numbers.

/// At most so many words of a text are looked at.
const WORDS: usize = 64;

/// A text taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Words(Vec<String>);

impl Words {
    /// Lower case; parts at everything that is not a letter, a digit or a point within a number. Marks of the word size
    /// (`64-bit`, `x64`) and of trade are left out.
    pub(super) fn of(text: &str) -> Self {
        let mut words = Vec::new();
        // Every word is at most as long as a version or a name may sensibly be; a longer text is cut.
        let lower: String = text.chars().take(1_024).flat_map(char::to_lowercase).collect();
        let plain = lower.replace("(r)", " ").replace("(tm)", " ");
        for raw in plain.split(|c: char| !(c.is_alphanumeric() || c == '.')) {
            let raw = raw.trim_matches('.');
            if raw.is_empty() {
                continue;
            }
            if words.len() >= WORDS {
                break;
            }
            push(raw, &mut words);
        }
        drop_word_sizes(&mut words);
        Self(words)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    pub(super) fn contains(&self, word: &str) -> bool {
        self.0.iter().any(|other| other == word)
    }

    /// Whether this phrase stands at a place, word by word.
    pub(super) fn has_at(&self, at: usize, phrase: &[Box<str>]) -> bool {
        self.0
            .get(at..at + phrase.len())
            .is_some_and(|window| window.iter().zip(phrase).all(|(word, own)| **word == **own))
    }

    /// The words from this one on.
    pub(super) fn from(&self, start: usize) -> &[String] {
        self.0.get(start..).unwrap_or_default()
    }

    /// The words before this one.
    pub(super) fn until(&self, end: usize) -> &[String] {
        self.0.get(..end).unwrap_or_default()
    }
}

fn push(raw: &str, words: &mut Vec<String>) {
    // `v7.2.8` is 7.2.8.
    let word = match raw.strip_prefix('v') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
        _ => raw,
    };
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        // A point within a name parts it: `node.js`.
        words.extend(word.split('.').filter(|part| !part.is_empty()).map(str::to_owned));
    } else if let Some(year) = word.strip_suffix("r2").filter(|year| year.len() == 4) {
        words.extend([year.to_owned(), "r2".to_owned()]);
    } else {
        words.push(word.to_owned());
    }
}

fn drop_word_sizes(words: &mut Vec<String>) {
    let mut kept: Vec<String> = Vec::with_capacity(words.len());
    for word in words.drain(..) {
        let bits = matches!(word.as_str(), "bit" | "bits")
            && kept
                .last()
                .is_some_and(|last| matches!(last.as_str(), "32" | "64"));
        if bits {
            kept.pop();
        } else if !matches!(
            word.as_str(),
            "x64" | "x86" | "amd64" | "arm64" | "64bit" | "32bit" | "x8664"
        ) {
            kept.push(word);
        }
    }
    *words = kept;
}

/// The numbers of a version: `17.09.04a` is 17, 9, 4; `8u501` is 8, 501. `None` for anything else.
pub(super) fn version(word: &str) -> Option<Vec<u64>> {
    let mut numbers = Vec::new();
    let parts: Vec<&str> = word.split('.').collect();
    let last = parts.len().checked_sub(1)?;
    for (at, part) in parts.iter().enumerate() {
        let digits = part.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        if digits.is_empty() {
            return None;
        }
        if let Ok(number) = digits.parse::<u64>() {
            // A letter ends the last of several parts; alone it is a size (`60F`), but for those that makers use (`19c`).
            let alone = part
                .strip_prefix(digits)
                .is_some_and(|letters| letters.is_empty() || matches!(letters, "ai" | "c" | "g" | "i"));
            if !(alone || (at == last && at > 0)) {
                return None;
            }
            numbers.push(number);
        } else {
            let (major, update) = part.split_once('u').filter(|_| at == 0 && last == 0)?;
            numbers.extend([major.parse::<u64>().ok()?, update.parse().ok()?]);
        }
    }
    Some(numbers)
}

/// Whether a version is this one or a part of it: 7.2 has 7.2.8, and not 7.20.
pub(super) fn has_prefix(version: &[u64], prefix: &[u64]) -> bool {
    !prefix.is_empty() && version.get(..prefix.len()) == Some(prefix)
}

/// Words that a text must have, those that make it fit better, and those that rule it out.
///
/// Written `11 iot ltsc/ltsb ?24h2 -server`: words apart by spaces, choices by `/`, `?` for better, `-` for ruled out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pattern {
    required: Vec<Vec<Box<str>>>,
    refining: Vec<Vec<Box<str>>>,
    forbidden: Vec<Box<str>>,
}

/// How well a text fits a pattern: words found, and whether all refining ones were among them.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Fit {
    pub(super) found: usize,
    pub(super) complete: bool,
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Self {
        let mut pattern = Self::default();
        for word in text.split_whitespace() {
            let choices = |word: &str| word.split('/').map(Into::into).collect();
            if let Some(word) = word.strip_prefix('?') {
                pattern.refining.push(choices(word));
            } else if let Some(word) = word.strip_prefix('-') {
                pattern.forbidden.push(word.into());
            } else {
                pattern.required.push(choices(word));
            }
        }
        pattern
    }

    /// Whether it asks for no word at all.
    pub(super) fn is_empty(&self) -> bool {
        self.required.is_empty()
    }

    /// Whether the text has a word that rules it out.
    pub(super) fn forbids(&self, words: &Words) -> bool {
        self.forbidden.iter().any(|word| words.contains(word))
    }

    /// How many of the refining words the text has.
    pub(super) fn refined(&self, words: &Words) -> Fit {
        let found = self
            .refining
            .iter()
            .filter(|choices| choices.iter().any(|word| words.contains(word)))
            .count();
        Fit {
            found,
            complete: found == self.refining.len(),
        }
    }

    /// How well the text fits; `None` where it does not.
    pub(super) fn fit(&self, words: &Words) -> Option<Fit> {
        let all = self
            .required
            .iter()
            .all(|choices| choices.iter().any(|word| words.contains(word)));
        if self.is_empty() || !all || self.forbids(words) {
            return None;
        }
        let refined = self.refined(words);
        Some(Fit {
            found: self.required.len() + refined.found,
            ..refined
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_vendors_come_apart_as_people_read_them() {
        let apart = |text: &str| Words::of(text).iter().collect::<Vec<_>>().join(" ");
        assert_eq!(apart("Debian GNU/Linux 7 (64-bit)"), "debian gnu linux 7");
        assert_eq!(
            apart("Windows Server\u{ae} 2012R2 Datacenter"),
            "windows server 2012 r2 datacenter"
        );
        assert_eq!(
            apart("Microsoft .NET Runtime - 8.0.11 (x64)"),
            "microsoft net runtime 8.0.11"
        );
        assert_eq!(
            apart("FortiGate-60F v7.2.8,build1639"),
            "fortigate 60f 7.2.8 build1639"
        );
        assert_eq!(apart("Node.js 20"), "node js 20");
        assert_eq!(apart("\u{0} ... \u{202e}"), "");
        assert!(apart(&"9 ".repeat(1_000_000)).len() < 1_000);
    }

    #[test]
    fn versions_are_numbers_and_nothing_else() {
        assert_eq!(version("17.09.04a"), Some(vec![17, 9, 4]));
        assert_eq!(version("19c"), Some(vec![19]));
        assert_eq!(version("8u501"), Some(vec![8, 501]));
        assert_eq!(version("2016"), Some(vec![2016]));
        for other in ["60f", "22h2", "sp3", "", "9.x", "7..2", "99999999999999999999999"] {
            assert_eq!(version(other), None, "{other}");
        }
        assert!(
            has_prefix(&[7, 2, 8], &[7, 2]) && !has_prefix(&[7, 20], &[7, 2]) && !has_prefix(&[7], &[7, 2])
        );
    }

    #[test]
    fn a_pattern_counts_what_it_finds() {
        let pattern = Pattern::parse("10 iot ltsc/ltsb ?21h2 -server");
        let fit = |text: &str| pattern.fit(&Words::of(text)).map(|fit| (fit.found, fit.complete));
        assert_eq!(fit("10 IoT Enterprise LTSC 21H2"), Some((4, true)));
        assert_eq!(fit("10 IoT LTSB"), Some((3, false)));
        assert_eq!(fit("10 Enterprise LTSC 21H2"), None);
        assert_eq!(fit("10 IoT LTSC Server"), None);
    }
}

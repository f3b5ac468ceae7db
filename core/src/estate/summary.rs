//! An estate for people, in a line.

use super::snapshot::Estate;
use crate::text::Html;

impl Estate {
    /// What it is, as a fragment of HTML for a notebook or a page: no script, no style, no links. Text from outside is
    /// escaped.
    ///
    /// ```
    /// use vcto::{Estate, Inventory};
    ///
    /// let text = br#"{"format": "vcto.inventory/1", "source": {"name": "<b>crm"}, "assets": [{"id": "erp", "kind": "server"}]}"#;
    /// let shown = Estate::new(Inventory::from_json(text)?)?.to_html();
    /// assert!(shown.contains("&lt;b&gt;crm") && shown.contains("1 assets, 0 relations"));
    /// # Ok::<(), vcto::Error>(())
    /// ```
    pub fn to_html(&self) -> String {
        let source = self.source();
        let captured = source
            .captured_at
            .map_or_else(String::new, |time| format!(", captured {time}"));
        let complete = if source.complete {
            ""
        } else {
            " (not said to be complete)"
        };
        format!(
            "<section class=\"vcto-estate\"><p><b>Estate</b> of {}{captured}: {} assets, {} relations{complete}</p></section>",
            Html(source.name.raw()),
            self.asset_count(),
            self.relation_count()
        )
    }
}

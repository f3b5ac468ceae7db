//! A staged change is spent by a decision.
use vcto::gate::{Approval, Staged, Verdict};

pub async fn vote(staged: Staged<Approval>, text: &[u8], signature: &str) -> vcto::Result<()> {
    let _ = staged.decision("alice", Verdict::Approve)?;
    let _ = staged.decide(text, signature).await?;
    #[cfg(fails)]
    let _ = staged.decide(text, signature).await?; //~ E0382
    Ok(())
}

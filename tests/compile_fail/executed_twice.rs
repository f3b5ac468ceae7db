//! An approval is spent by its execution.
use vcto::gate::Approved;

pub async fn run(approved: Approved) -> vcto::Result<()> {
    let _ = approved.execute().await?;
    #[cfg(fails)]
    let _ = approved.execute().await?; //~ E0382
    Ok(())
}

//! An approval is spent by its execution, in a loop too.
use vcto::gate::Approved;

pub async fn run(approved: Approved) -> vcto::Result<()> {
    loop {
        let _ = approved.execute().await?; //~ E0382
        #[cfg(not(fails))]
        return Ok(());
    }
}

//! A staged change gives one approval.
use vcto::gate::{Approved, Automatic, Staged};

pub async fn double(staged: Staged<Automatic>) -> vcto::Result<Vec<Approved>> {
    let one = staged.authorize().await?;
    #[cfg(fails)]
    let two = staged.authorize().await?; //~ E0382
    #[cfg(fails)]
    return Ok(vec![one, two]);
    #[cfg(not(fails))]
    return Ok(vec![one]);
}

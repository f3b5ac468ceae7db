//! Throwing an approval away without a word is a warning that can be made an error.
#![deny(unused_must_use)]
use vcto::gate::{Automatic, Staged};

pub async fn forget(staged: Staged<Automatic>) -> vcto::Result<()> {
    #[cfg(fails)]
    staged.authorize().await?; //~ unused_must_use
    #[cfg(not(fails))]
    let _ = staged.authorize().await?;
    Ok(())
}

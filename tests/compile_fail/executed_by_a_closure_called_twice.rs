//! A closure that spends an approval can be called once.
use vcto::gate::Approved;

#[cfg(fails)]
fn call(run: impl Fn()) {
    run();
    run();
}

#[cfg(not(fails))]
fn call(run: impl FnOnce()) {
    run();
}

pub fn start(approved: Approved) {
    call(move || drop(approved.execute())); //~ E0507
}

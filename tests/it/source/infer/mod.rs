//! Relations that nobody recorded.

mod answers;
mod cases;
mod desks;
mod dice;
mod hostile;
mod measured;
mod score;
mod sheet;
mod world;

//! What both bindings need and no language has a part in. The Node binding takes it from here.

pub mod about;
pub mod anchor;
pub mod answer;
pub mod edges;
pub mod lent;
pub mod options;
pub mod page;
pub mod read;
pub mod slot;
pub mod told;
pub mod waivers;
pub mod wanted;

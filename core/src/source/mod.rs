//! Where inventories come from: files of other tools, and what people add by hand.

//! What breaks what: blast radius, failure with redundancy, cut sets, network, order and path.

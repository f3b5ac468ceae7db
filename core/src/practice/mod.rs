//! A managed service provider and its clients: one directory, one tenant per client.

//! The public log under /log.

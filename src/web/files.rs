//! Uploads by tus 1.0 under /files.

//! HTTP: pages, assets and the API. Holds no rule of law and touches no row.

pub mod look;

//! Pages behind the sign-in.

pub mod home;
pub mod sign_in;

//! Use-cases: one act a file, one public verb a file. No HTTP, no SQL, no templates.
//!
//! Every act is one shape: a form is prepared into the exact bytes to sign ([`prepare`]), people sign them
//! ([`sign`]), and the last signature links the record ([`append`]) and updates what it implies ([`project`]).

pub mod append;
pub mod back_up;
pub mod begin_upload;
pub mod behind;
pub mod change_password;
pub mod continue_upload;
pub mod cosign;
pub mod declare_gap;
pub mod disclose;
pub mod durable;
pub mod enrol_key;
pub mod enter_item;
pub mod error;
pub mod expire;
pub mod export_dossier;
pub mod export_log;
pub mod file;
pub mod fill;
pub mod fixity;
pub mod fsck;
pub mod house;
pub mod import_list;
pub mod log;
pub mod log_gaps;
pub mod log_keys;
pub mod look_up;
pub mod penalty_list;
pub mod permit;
pub mod prepare;
pub mod project;
pub mod prove;
pub mod ready;
pub mod receipt;
pub mod receive_exhibit;
pub mod register;
pub mod release;
pub mod retire_item;
pub mod rotate_log_key;
pub mod seal_checkpoint;
pub mod sealing;
pub mod set_up;
pub mod shown;
pub mod sign;
pub mod sign_in;
pub mod stamp;
pub mod submit;
pub mod uncased;
pub mod view_exhibit;
pub mod vouch;

pub use error::{Error, FieldFault, Reason};
pub use house::{Clock, Desk, House, Limits, ServiceKey};
pub use permit::{Role, Who};

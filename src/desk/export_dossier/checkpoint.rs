//! Which checkpoint a dossier rests on, and what others said of it: cosignatures, time stamps, the policy.

use crate::{
    desk::{Error, House, cosign, receipt},
    store::{Db, checkpoints, cosignatures, timestamps},
};
use std::collections::BTreeSet;

/// A checkpoint with all that vouches for it.
pub struct Vouched {
    /// Leaves it covers.
    pub size: u64,
    /// The note with cosignatures.
    pub note: String,
    /// Tokens over it.
    pub timestamps: Vec<timestamps::Timestamp>,
}

/// The checkpoint over the leaf that most others vouch for: first by witnesses, then by time stamps, then the earlier.
///
/// # Errors
/// `Busy` until there is one.
pub fn best(db: &mut Db, house: &House, leaf: i64) -> Result<Vouched, Error> {
    let (size, note) = receipt::earliest(db, house, leaf)?;
    let cosigned = with_timestamps(db, size, note)?;
    let stamped = match timestamps::covering(db, leaf)? {
        Some(size) if size.unsigned_abs() != cosigned.size => {
            let row = checkpoints::at_or_below(db, size)?.ok_or(Error::Busy)?;
            let note = cosign::cosigned(db, house, &row)?;
            with_timestamps(db, size.unsigned_abs(), note)?
        }
        _ => return Ok(cosigned),
    };
    let speakers = |db: &mut Db, size: u64| -> Result<usize, Error> {
        let lines = cosignatures::newest_of(db, size.cast_signed())?;
        let known = |line: &cosignatures::Cosignature| {
            house.witnesses.all.iter().any(|w| w.verifier.to_string() == line.witness)
        };
        let spoke: BTreeSet<String> =
            lines.into_iter().filter(known).map(|line| line.witness).collect();
        Ok(spoke.len())
    };
    let fewer = speakers(db, stamped.size)? < speakers(db, cosigned.size)?;
    Ok(if fewer { cosigned } else { stamped })
}

fn with_timestamps(db: &mut Db, size: u64, note: String) -> Result<Vouched, Error> {
    let timestamps = timestamps::of(db, size.cast_signed())?;
    Ok(Vouched { size, note, timestamps })
}

/// The policy that the settings come to (C2SP tlog-policy): this log by the key `log`, its witnesses, the quorum.
pub fn policy(house: &House, log: &str) -> String {
    let mut text = format!("log {log}\n");
    let mut names = Vec::new();
    for (n, witness) in (1..).zip(&house.witnesses.all) {
        let url = if witness.url.is_empty() { String::new() } else { format!(" {}", witness.url) };
        text.push_str(&format!("# {}\nwitness w{n} {}{url}\n", witness.name, witness.verifier));
        names.push(format!("w{n}"));
    }
    match house.witnesses.quorum.as_str() {
        quorum if names.is_empty() || quorum == "none" => format!("{text}quorum none\n"),
        quorum => format!("{text}group witnesses {quorum} {}\nquorum witnesses\n", names.join(" ")),
    }
}

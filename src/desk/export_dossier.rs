//! Writing a case's dossier: records with their proofs, exhibits, keys, one checkpoint with all that vouches for it,
//! a seal. Goes record by record and piece by piece, so that memory does not grow with the case.

mod checkpoint;
mod cut;
mod keys;
pub mod sink;
mod words;

use super::{
    Desk, Error, House, Role, file,
    log_keys::{self, InForce},
    look_up::public::still_shown,
    prove, receive_exhibit,
    set_up::on_register,
};
use crate::{
    base::{CaseId, Digest, Moment, PersonId},
    law,
    ledger::{
        bundle::RecordProof,
        dossier::{
            ExhibitFile, FileRef, Manifest, Variant, WithheldRecord,
            manifest::{
                self, CHECKPOINT, MANIFEST, POLICY, README, Rules, SEAL, TimestampFile,
                WithheldExhibit,
            },
        },
        record::ExhibitRef,
    },
    store::{Db, OrNone, agencies, cases, chains, disclosures, entries, exhibits},
};
use cut::Cut;
use serde_json::json;
use sink::{Pulled, Sink};
use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::Arc,
};
use tokio::runtime::Handle;

/// Records read at a time.
const BATCH: i64 = 32;
/// Who may take a dossier along, of those who may see the case.
pub const MAY_EXPORT: [Role; 4] = [Role::Officer, Role::Head, Role::Clerk, Role::Supervisor];
/// Most characters of a purpose.
const PURPOSE_MAX: usize = 200;

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Records written, those of which only the place is shown included.
    pub records: usize,
    /// Exhibits written, each once.
    pub exhibits: usize,
    /// Bytes of exhibits.
    pub exhibit_bytes: u64,
}

/// What a dossier will hold, as of one moment.
pub struct Plan {
    case: cases::Case,
    number: String,
    /// Records from the first on.
    length: i64,
    pack: String,
    checkpoint: checkpoint::Vouched,
    /// The log's keys that seal it; all of them signed the checkpoint.
    log: InForce,
    cut: Cut,
    made_at: Moment,
}

impl Plan {
    /// The log's verifier key that it names.
    pub fn log_key(&self) -> String {
        self.log.named()
    }

    /// What a file made by it may be called.
    pub fn file_name(&self) -> String {
        let plain = |c: char| if c.is_alphanumeric() { c } else { '-' };
        let number: String = self.number.chars().map(plain).collect();
        format!("{number}-{}.zip", self.cut.variant.word())
    }
}

/// The case with this number; numbers are unique within an agency only.
///
/// # Errors
/// `NotFound`, `Refused` when several agencies use it.
pub async fn case_numbered(house: &House, number: &str) -> Result<String, Error> {
    let number = number.to_owned();
    house
        .store
        .read(move |db| {
            let mut found = Vec::new();
            for agency in agencies::all(db)? {
                found.extend(cases::by_number(db, &agency.id, &number).or_none()?);
            }
            if found.len() > 1 {
                return Err(Error::refused("有不止一个机关使用这个案件编号，没有导出。"));
            }
            found.pop().map(|case| case.id).ok_or(Error::NotFound("案件"))
        })
        .await
}

/// Lets the signed-in person take a dossier: looks whether they may, and puts the taking (调阅) on record.
///
/// # Errors
/// `NotFound` for cases they may not see, `Forbidden`, `Invalid` without a purpose, and as [`plan`].
pub async fn ask(desk: &Desk, case: &CaseId, variant: &str, purpose: &str) -> Result<Plan, Error> {
    let who = desk.who()?.clone();
    let known = Variant::parse(variant);
    let variant = known.ok_or_else(|| Error::invalid("variant", "请选择案卷种类。"))?;
    let purpose = purpose.trim().to_owned();
    if purpose.is_empty() || purpose.chars().count() > PURPOSE_MAX {
        let text = format!("请写明导出用途，不超过{PURPOSE_MAX}字。");
        return Err(Error::invalid("purpose", text));
    }
    let (id, agency) = (case.to_string(), who.agency.clone());
    let seen = desk.house.store.read(move |db| {
        let case = cases::find(db, &id).or_none()?.ok_or(Error::NotFound("案件"))?;
        who.require_sight(&case.agency_id)?;
        who.require(&MAY_EXPORT, "导出案卷")
    });
    seen.await?;
    let plan = plan(&desk.house, case.as_str(), variant, desk.now).await?;
    let by = desk.who()?.person.clone();
    record(&desk.house, case.as_str(), &agency, variant, &purpose, Some(by), desk.now).await?;
    Ok(plan)
}

/// Puts an export by whoever runs the service on record in the register of the case's agency.
pub async fn record_export(
    house: &Arc<House>,
    case: &str,
    variant: Variant,
    purpose: &str,
    now: Moment,
) -> Result<(), Error> {
    let id = case.to_owned();
    let agency =
        house.store.read(move |db| Ok::<_, Error>(cases::find(db, &id)?.agency_id)).await?;
    record(house, case, &agency, variant, purpose, None, now).await
}

async fn record(
    house: &Arc<House>,
    case: &str,
    agency: &str,
    variant: Variant,
    purpose: &str,
    by: Option<PersonId>,
    now: Moment,
) -> Result<(), Error> {
    let facts = json!({ "case": case, "variant": variant, "purpose": purpose });
    let (inner, agency) = (house.clone(), agency.to_owned());
    let write = move |db: &mut Db| {
        on_register(db, &inner, &agency, "export", &facts, by.as_ref(), now).map(drop)
    };
    house.store.write(write).await
}

/// What a dossier of the case will hold.
///
/// # Errors
/// `NotFound` case, `Busy` while the newest record is not yet sealed, `Refused` for a public copy of a case of which
/// nothing is disclosed.
pub async fn plan(
    house: &Arc<House>,
    case: &str,
    variant: Variant,
    now: Moment,
) -> Result<Plan, Error> {
    let (inner, case) = (house.clone(), case.to_owned());
    house.store.read(move |db| draw_up(db, &inner, &case, variant, now)).await
}

fn draw_up(
    db: &mut Db,
    house: &House,
    case: &str,
    variant: Variant,
    now: Moment,
) -> Result<Plan, Error> {
    let case = cases::find(db, case).or_none()?.ok_or(Error::NotFound("案件"))?;
    let length = chains::find(db, &case.id)?.length;
    let last = entries::at(db, &case.id, length - 1)?.leaf;
    let agency = agencies::find(db, &case.agency_id)?;
    let pack = super::project::pack_of(house, &agency)?.id.clone();
    let mut cut = Cut { variant, party: Default::default(), released: String::new() };
    let mut number = case.number.clone();
    if variant == Variant::Public {
        let none = || Error::refused("本案没有正在公示的信息，不能制作公开卷。");
        let known = disclosures::by_case(db, &case.id)?;
        let shown = known.iter().rev().find_map(|row| still_shown(db, &row.number, now).ok());
        let shown = shown.ok_or_else(none)?;
        (number, cut.released) = (shown.number, shown.record_id);
    }
    let log = log_keys::in_force(db, house)?;
    let checkpoint = checkpoint::best(db, house, last.max(log.since))?;
    Ok(Plan { case, number, length, pack, checkpoint, log, cut, made_at: now })
}

/// Writes the dossier into `sink`; waits on disks, so on a thread for that.
///
/// # Errors
/// What stops the writing; what was written until then is no dossier, since it has no seal.
pub async fn write(house: &Arc<House>, plan: Plan, sink: Box<dyn Sink>) -> Result<Exported, Error> {
    let (house, runtime) = (house.clone(), Handle::current());
    let work = move || Writer { house: &house, runtime, sink }.write(plan);
    tokio::task::spawn_blocking(work).await.map_err(Error::broken)?
}

struct Writer<'h> {
    house: &'h House,
    runtime: Handle,
    sink: Box<dyn Sink>,
}

/// What was met on the way through the records.
#[derive(Default)]
struct Met {
    files: Vec<FileRef>,
    /// Ids of keys that signed shown records.
    keys: Vec<String>,
    /// Exhibits of shown records in their order, each with the kinds of records that name it.
    refs: Vec<ExhibitRef>,
    kinds: BTreeMap<Digest, Vec<String>>,
}

impl Writer<'_> {
    fn write(mut self, plan: Plan) -> Result<Exported, Error> {
        let Plan { case, number, length, pack, checkpoint, log, mut cut, made_at } = plan;
        let signers = self.house.log.of(&log.keys)?;
        let met = self.records(&case.id, length, checkpoint.size, &mut cut)?;
        let held = self.keys(&met.keys, checkpoint.size)?;
        let (exhibits, withheld) = self.exhibits(&case.id, &met, &cut)?;
        let rules = self.rules(pack, cut.variant)?;
        let mut timestamps = Vec::new();
        for (n, token) in checkpoint.timestamps.iter().enumerate() {
            let FileRef { file, sha256 } = self.add(manifest::timestamp_file(n), &token.token)?;
            timestamps.push(TimestampFile { authority: token.authority.clone(), file, sha256 });
        }
        let mut written = Manifest {
            format: manifest::FORMAT.to_owned(),
            variant: cut.variant,
            case: case.id,
            number,
            made_at,
            log_key: log.named(),
            keys: held.keys,
            key_records: held.files,
            records: met.files,
            exhibits,
            withheld,
            checkpoint: self.add(CHECKPOINT.to_owned(), checkpoint.note.as_bytes())?,
            policy: self
                .add(POLICY.to_owned(), checkpoint::policy(self.house, &log.named()).as_bytes())?,
            timestamps,
            rules,
            readme: FileRef::to(README, &[]),
        };
        written.readme = self.add(README.to_owned(), words::explanation(&written).as_bytes())?;
        let bytes = written.to_bytes().map_err(Error::broken)?;
        let seal = manifest::seal(&bytes, &signers).map_err(Error::broken)?;
        self.add(MANIFEST.to_owned(), &bytes)?;
        // Last: whatever was cut short has no seal.
        self.add(SEAL.to_owned(), seal.as_bytes())?;
        self.sink.finish().map_err(Error::broken)?;
        Ok(Exported {
            records: written.records.len(),
            exhibits: written.exhibits.len(),
            exhibit_bytes: written.exhibits.iter().map(|exhibit| exhibit.size).sum(),
        })
    }

    fn add(&mut self, name: String, bytes: &[u8]) -> Result<FileRef, Error> {
        self.sink.add(&name, false, &mut io::Cursor::new(bytes)).map_err(Error::broken)?;
        Ok(FileRef::to(name, bytes))
    }

    fn records(&mut self, case: &str, length: i64, size: u64, cut: &mut Cut) -> Result<Met, Error> {
        let mut met = Met::default();
        for from in (0..length).step_by(usize::try_from(BATCH).map_err(Error::broken)?) {
            let count = BATCH.min(length - from);
            let read = |db: &mut Db| file::some(db, self.house, case, from, count);
            let batch = self.house.store.read_blocking(read)?;
            for filed in batch {
                self.record(filed, size, cut, &mut met)?;
            }
        }
        Ok(met)
    }

    fn record(
        &mut self,
        filed: file::Filed,
        size: u64,
        cut: &mut Cut,
        met: &mut Met,
    ) -> Result<(), Error> {
        cut.learn(&filed);
        let withheld = cut.record(self.house, &filed);
        let file::Filed { row, payload, fields, .. } = filed;
        let shown = |field: &_| cut.field(self.house, &payload.kind, field);
        let prove = |db: &mut Db| prove::record_proof(db, &row, fields, shown, size);
        let proof: RecordProof = self.house.store.read_blocking(prove)?;
        let name = manifest::record_file(proof.entry.seq);
        let bytes = match withheld {
            Some(reason) => WithheldRecord::of(proof, reason).to_bytes(),
            None => {
                met.keys.extend(payload.signers.iter().map(|signer| signer.key.clone()));
                for exhibit in payload.exhibits {
                    let kinds = met.kinds.entry(exhibit.sha256).or_default();
                    kinds.push(payload.kind.clone());
                    if kinds.len() == 1 {
                        met.refs.push(exhibit);
                    }
                }
                proof.to_bytes()
            }
        };
        let file = self.add(name, &bytes.map_err(Error::broken)?)?;
        met.files.push(file);
        Ok(())
    }

    fn keys(&mut self, used: &[String], size: u64) -> Result<keys::Held, Error> {
        let house = self.house;
        let gathered = house.store.read_blocking(|db| keys::gather(db, house, used, size))?;
        let mut held = keys::Held { keys: gathered.0, files: Vec::new() };
        for (n, record) in gathered.1.iter().enumerate() {
            let bytes = record.to_bytes().map_err(Error::broken)?;
            held.files.push(self.add(manifest::key_file(n), &bytes)?);
        }
        Ok(held)
    }

    fn exhibits(
        &mut self,
        case: &str,
        met: &Met,
        cut: &Cut,
    ) -> Result<(Vec<ExhibitFile>, Vec<WithheldExhibit>), Error> {
        let rows = self.house.store.read_blocking(|db| exhibits::by_case(db, case))?;
        let names: HashMap<String, String> = rows.into_iter().map(|e| (e.sha256, e.name)).collect();
        let (mut shown, mut withheld) = (Vec::new(), Vec::new());
        for named in &met.refs {
            let kinds = met.kinds.get(&named.sha256).map(Vec::as_slice).unwrap_or_default();
            if let Some(reason) = cut.exhibit(self.house, kinds) {
                withheld.push(WithheldExhibit { sha256: named.sha256, reason });
                continue;
            }
            let file = manifest::exhibit_file(&named.sha256);
            let open = self.house.vault.open_range(named.sha256, None);
            let reading = self.runtime.block_on(open).map_err(receive_exhibit::vault_refusal)?;
            let mut bytes = Pulled::new(reading, self.runtime.clone());
            self.sink.add(&file, true, &mut bytes).map_err(Error::broken)?;
            // The name somebody gave a file may say who brought it.
            let name = match cut.variant {
                Variant::Party => format!("附件{}", shown.len() + 1),
                _ => names.get(&named.sha256.hex()).cloned().unwrap_or_default(),
            };
            let ExhibitRef { sha256, chunk_root, size, media_type } = named.clone();
            shown.push(ExhibitFile { sha256, chunk_root, size, media_type, name, file });
        }
        Ok((shown, withheld))
    }

    fn rules(&mut self, pack: String, variant: Variant) -> Result<Rules, Error> {
        let mut files = Vec::new();
        if variant == Variant::Court {
            for (name, text) in law::builtin_files() {
                files.push(self.add(manifest::rules_file(name), text.as_bytes())?);
            }
        }
        let texts = law::builtin_files().iter();
        let sha256 = manifest::rules_digest(texts.map(|(n, t)| (*n, Digest::of(t.as_bytes()))));
        Ok(Rules { pack, sha256, files })
    }
}

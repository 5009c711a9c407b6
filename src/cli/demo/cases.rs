//! One step of a case script: its form filled in, its media uploaded, signed by everybody it names.

use super::{
    county::{Case, Step},
    days::{Days, at},
    people::{Member, Staff},
};
use crate::{
    base::{CaseId, Day, DraftId, Moment},
    desk::{
        Desk, House,
        begin_upload::{self, Opening},
        continue_upload,
        prepare::{self, Form},
        sign::{self, Signed, Signing},
    },
    evidence::generate,
    law::forms::{Input, Role},
    ledger::record::Payload,
    store::{OrNone, chains, drafts},
};
use anyhow::{Context, Result, bail};
use bytes::Bytes;
use std::{convert::Infallible, sync::Arc};

/// Offsets that never move to a working day.
const FIXED: [&str; 3] = ["discovered_on", "act_ended_on", "show_until"];

/// Milliseconds that an upload or a signature takes in the scripts.
const MOMENTARY: i64 = 20_000;

/// Where the steps of a case are carried out.
pub struct Ground<'a> {
    /// The house.
    pub house: &'a Arc<House>,
    /// Everybody entered so far.
    pub staff: &'a Staff,
    /// The script.
    pub case: &'a Case,
    /// Its days.
    pub days: Days<'a>,
    /// Login of the head who approves filings and closings.
    pub head: &'a str,
}

/// What a step left behind.
pub struct Done {
    /// The case.
    pub case: CaseId,
    /// Exhibits uploaded.
    pub exhibits: usize,
    /// When the last signature came in.
    pub ended: Moment,
}

impl Ground<'_> {
    /// The day of a step.
    pub fn day(&self, step: &Step) -> Day {
        self.days.moving(step.day)
    }

    /// When a step is made.
    ///
    /// # Errors
    /// When its time is none.
    pub fn at(&self, step: &Step) -> Result<Moment> {
        at(self.day(step), &step.time)
    }

    /// Carries out one step from `now` on; `case` is none before the filing.
    ///
    /// # Errors
    /// What the desk objected to, in its own words.
    pub async fn carry_out(
        &self,
        step: &Step,
        case: Option<&CaseId>,
        mut now: Moment,
    ) -> Result<Done> {
        let by = self.staff.member(&step.by)?;
        let mut form = self.form(step, case)?;
        let exhibits = match case {
            Some(case) => self.upload_all(step, case, by, &mut now).await?,
            None => Vec::new(),
        };
        let count = exhibits.len();
        if let Some(case) = case {
            let id = case.to_string();
            let chain = self.house.store.read(move |db| chains::find(db, &id).or_none()).await?;
            form.head = chain.map(|chain| hex::encode(chain.head));
        }
        form.values.insert("exhibits".into(), exhibits);
        let desk = by.desk(self.house, now);
        let draft = prepare::prepare(&desk, form).await?;
        let case = self.sign_all(&draft, &mut now).await?;
        Ok(Done { case, exhibits: count, ended: now })
    }

    fn form(&self, step: &Step, case: Option<&CaseId>) -> Result<Form> {
        let mut form = Form { kind: step.kind.clone(), case: case.cloned(), ..Form::default() };
        let mut put = |name: &str, values: Vec<String>| {
            form.values.insert(name.to_owned(), values);
        };
        put("on", vec![self.day(step).to_string()]);
        put("approved_by", vec![self.id_of(self.head)?]);
        if let Some(with) = &step.with {
            put("with", vec![self.id_of(with)?]);
        }
        for (path, value) in &step.fields {
            if let toml::Value::Table(penalty) = value {
                for (part, value) in penalty {
                    put(&format!("{path}.{part}"), self.answers(path, value)?);
                }
            } else {
                put(path, self.answers(path, value)?);
            }
        }
        let spec = self.house.rulebook.form(&step.kind).context("no such kind of record")?;
        for field in spec.fields.iter().filter(|field| field.input == Input::Findings) {
            for point in &field.options {
                let failed = step.failed.contains(&point.value);
                let answer = if failed { "fail" } else { "pass" };
                put(&format!("{}.{}", field.path, point.value), vec![answer.to_owned()]);
            }
        }
        Ok(form)
    }

    /// A field of the script as its form posts it.
    fn answers(&self, path: &str, value: &toml::Value) -> Result<Vec<String>> {
        let named = matches!(path, "attendees" | "host");
        Ok(match value {
            toml::Value::String(login) if named => vec![self.id_of(login)?],
            toml::Value::String(text) => vec![self.days.render(text)?],
            toml::Value::Boolean(ticked) => ticked.then(|| "on".to_owned()).into_iter().collect(),
            // The service counts the numbered issues itself.
            toml::Value::Integer(_) if path == "issues" => Vec::new(),
            toml::Value::Integer(offset) => {
                let offset = i32::try_from(*offset)?;
                let fixed = FIXED.contains(&path);
                let day = if fixed { self.days.fixed(offset) } else { self.days.moving(offset) };
                vec![day.to_string()]
            }
            toml::Value::Array(all) => {
                let all = all.iter().map(|one| self.answers(path, one)).collect::<Result<Vec<_>>>();
                all?.concat()
            }
            other => bail!("{path} cannot be {}", other.type_str()),
        })
    }

    fn id_of(&self, login: &str) -> Result<String> {
        Ok(self.staff.member(login)?.who.person.to_string())
    }

    /// Everybody whom the draft names signs it, one after the other.
    async fn sign_all(&self, draft: &DraftId, now: &mut Moment) -> Result<CaseId> {
        let id = draft.to_string();
        let row = self.house.store.read(move |db| drafts::find(db, &id).or_none()).await?;
        let row = row.context("the draft is gone")?;
        let payload = Payload::parse(&row.payload)?;
        for signer in &payload.signers {
            *now = now.plus_millis(MOMENTARY);
            let member = self.staff.by_id(&signer.person)?;
            let (key, signature) = member.sign(&row.payload);
            let signing = Signing::Browser { key, signature };
            let desk = member.desk(self.house, *now);
            if let Signed::Linked(_) = sign::sign(&desk, draft, signing).await? {
                return Ok(payload.chain.parse()?);
            }
        }
        bail!("nobody was left to sign and the record is not linked")
    }

    /// Uploads the step's media before it is written down; gives the exhibits' ids.
    async fn upload_all(
        &self,
        step: &Step,
        case: &CaseId,
        by: &Member,
        now: &mut Moment,
    ) -> Result<Vec<String>> {
        // Whoever presides or decides does not upload: an officer of the case does it for them.
        let officer = match (by.who.is(Role::Officer), self.case.officers.first()) {
            (false, Some(login)) => self.staff.member(login)?,
            _ => by,
        };
        let made = step.media.iter().enumerate().map(|(n, sort)| self.medium(step, sort, n));
        let mut ids = Vec::new();
        for (name, bytes) in futures_util::future::try_join_all(made).await? {
            let desk = officer.desk(self.house, *now);
            ids.push(upload(&desk, case.clone(), name, bytes).await?);
            *now = now.plus_millis(MOMENTARY);
        }
        Ok(ids)
    }

    /// Makes a medium of a sort such as `video:6`; no two steps get the same one.
    async fn medium(&self, step: &Step, sort: &str, n: usize) -> Result<(String, Vec<u8>)> {
        let (sort, seconds) = sort.split_once(':').unwrap_or((sort, "0"));
        let seconds: u32 = seconds.parse()?;
        let seed = seed(&format!("{}/{}/{}/{n}", self.case.id, step.kind, step.day));
        let (what, extension) = match sort {
            "video" => ("执法记录仪录像", "mp4"),
            "audio" => ("录音", "wav"),
            "image" => ("照片", "jpg"),
            other => bail!("no medium {other}"),
        };
        let made = tokio::task::spawn_blocking(move || match extension {
            "mp4" => generate::video(seconds, seed),
            "wav" => Ok(generate::audio(seconds, seed)),
            _ => generate::image(seed),
        });
        let (day, time) = (self.day(step), step.time.replace(':', ""));
        let day = day.to_string().replace('-', "");
        let name = format!("{what}_{day}_{time}_{:02}.{extension}", n + 1);
        Ok((name, made.await??))
    }
}

async fn upload(desk: &Desk, case: CaseId, name: String, bytes: Vec<u8>) -> Result<String> {
    let length = u64::try_from(bytes.len())?;
    let opening = Opening { case, name, metadata: String::new(), length, declared_root: None };
    let id = begin_upload::begin_upload(desk, opening).await?.id;
    let body = futures_util::stream::iter([Ok::<_, Infallible>(Bytes::from(bytes))]);
    continue_upload::continue_upload(desk, &id, 0, None, body).await?;
    let standing = continue_upload::finish(desk, &id).await?;
    Ok(standing.exhibit.context("the upload is whole but no exhibit")?.id)
}

/// A number for a name, the same in every run (FNV-1a).
fn seed(name: &str) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    name.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
}

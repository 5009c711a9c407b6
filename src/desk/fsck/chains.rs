//! The chains one after the other: reads their rows a piece at a time, hands the pieces to the crew, and takes up
//! what was found in the chains' order. What was made public is compared here, where the rows are.

use super::{
    Progress, Report,
    cases::{self, CaseRows, Checked},
    crew::{Crew, Line},
    publics::{self, Uncased},
    since::Point,
    told::Told,
    walk::{self, Basis, Walk},
};
use crate::{
    desk::{Error, project::REGISTER},
    store::{
        Db,
        chains::{self, Chain},
        records,
    },
};

/// Chains, or records of a register, read at a time.
const BATCH: i64 = 500;

/// Cases checked in one go.
const CASES: usize = 32;

/// Who reads the rows, and who is told of them.
pub(super) struct Reading<'r, 'e> {
    pub(super) db: &'r mut Db,
    pub(super) basis: &'e Basis<'e>,
    pub(super) crew: &'r Crew<'e>,
    pub(super) progress: &'r Progress,
    pub(super) report: &'r mut Report,
}

impl<'e> Reading<'_, 'e> {
    /// All chains from the first record on, or those that `point` says were gone on with behind it.
    pub(super) fn chains(&mut self, point: Option<&Point>) -> Result<(), Error> {
        let mut line = self.crew.line();
        let ids: Vec<String> = point.map(Point::touched).unwrap_or_default();
        let mut parts = ids.chunks(BATCH.unsigned_abs() as usize);
        let mut after = String::new();
        loop {
            let page = match point {
                None => chains::page(self.db, &after, BATCH)?,
                Some(_) => match parts.next() {
                    None => break,
                    Some(ids) => self.named(ids)?,
                },
            };
            match page.last() {
                Some(last) => after.clone_from(&last.id),
                None if point.is_none() => break,
                None => {}
            }
            self.page(page, &mut line, point)?;
        }
        self.drain(&mut line)
    }

    /// The chains with these ids; names those that are not there.
    fn named(&mut self, ids: &[String]) -> Result<Vec<Chain>, Error> {
        let page = chains::by_ids(self.db, ids)?;
        for id in ids.iter().filter(|id| !page.iter().any(|chain| chain.id == **id)) {
            self.report.fault(format!("链{id}"), "没有登记");
        }
        Ok(page)
    }

    fn page(
        &mut self,
        page: Vec<Chain>,
        line: &mut Line<Result<Vec<Checked>, Error>>,
        point: Option<&Point>,
    ) -> Result<(), Error> {
        let mut cases = Vec::new();
        for chain in page {
            if !chain.id.starts_with(REGISTER) {
                cases.push(chain);
                if cases.len() == CASES {
                    self.hand_out(std::mem::take(&mut cases), line)?;
                }
                continue;
            }
            self.hand_out(std::mem::take(&mut cases), line)?;
            self.drain(line)?;
            self.register(&chain, point)?;
        }
        self.hand_out(cases, line)
    }

    fn hand_out(
        &mut self,
        chains: Vec<Chain>,
        line: &mut Line<Result<Vec<Checked>, Error>>,
    ) -> Result<(), Error> {
        if chains.is_empty() {
            return Ok(());
        }
        let (cases, basis) = (CaseRows::read(self.db, chains)?, self.basis);
        let answer = self.crew.ask(move || cases::check_all(basis, cases));
        match line.push(answer)? {
            Some(checked) => self.take_up(checked?),
            None => Ok(()),
        }
    }

    fn drain(&mut self, line: &mut Line<Result<Vec<Checked>, Error>>) -> Result<(), Error> {
        while let Some(checked) = line.pop()? {
            self.take_up(checked?)?;
        }
        Ok(())
    }

    fn take_up(&mut self, checked: Vec<Checked>) -> Result<(), Error> {
        for (found, told) in checked {
            self.report.absorb(found);
            for public in told {
                publics::check(self.db, self.basis, public, self.report)?;
            }
        }
        self.tell();
        Ok(())
    }

    fn tell(&self) {
        // How many records the touched cases have is not known beforehand.
        let all = if self.report.since.is_some() { 0 } else { self.basis.size.unsigned_abs() };
        (self.progress)("链与记录", self.report.records, all);
    }

    /// One register, in pieces: it may be long.
    fn register(&mut self, chain: &Chain, point: Option<&Point>) -> Result<(), Error> {
        self.report.chains += 1;
        let basis = self.basis;
        let key = walk::sealing_key(basis.house, chain, self.report);
        let mut from = point.map_or(i64::MIN, |point| point.first_of(&chain.id));
        let mut length = from.max(0);
        let mut last = match from {
            ..=0 => None,
            from => records::linked_from(self.db, &chain.id, from - 1, 1)?
                .first()
                .and_then(walk::link_of),
        };
        let mut uncased = Uncased::of(chain, basis, key.clone(), point.map(|point| point.leaf));
        let mut line = self.crew.line();
        loop {
            let rows = records::linked_from(self.db, &chain.id, from, BATCH)?;
            let Some((newest, _)) = rows.last() else { break };
            from = newest.seq + 1;
            length += rows.len() as i64;
            let (before, id, key) = (last.clone(), chain.id.clone(), key.clone());
            last = rows.iter().rev().find_map(walk::link_of).or(last);
            let answer = self.crew.ask(move || {
                let mut report = Report::default();
                let told = Walk::behind(basis, &id, key, before).take_all(rows, &mut report);
                (report, told)
            });
            if let Some(found) = line.push(answer)? {
                self.fold(found, &mut uncased)?;
            }
        }
        while let Some(found) = line.pop()? {
            self.fold(found, &mut uncased)?;
        }
        uncased.finish(self.db, self.report)?;
        Walk::behind(basis, &chain.id, key, last).check_row(chain, length, &[], self.report);
        Ok(())
    }

    fn fold(
        &mut self,
        (found, told): (Report, Vec<Told>),
        uncased: &mut Uncased<'_>,
    ) -> Result<(), Error> {
        self.report.absorb(found);
        for record in told {
            uncased.take(self.db, &record, self.report)?;
        }
        self.tell();
        Ok(())
    }
}

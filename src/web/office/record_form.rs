//! A kind of record as controls on a page: its specification, what is typed or known already, what is wrong.
//! Renders no markup and decides nothing.

use super::words;
use crate::{
    desk::{FieldFault, behind::Proposal, look_up::forms::FormView},
    law::forms::{Choice as Offer, FieldSpec, Input, Source},
    web::{
        caller::{Caller, Values},
        look::{Choice, Objection},
    },
};

/// More choices than these are not scrolled through but found by typing.
const MANY: usize = 40;

/// One control of the form.
pub struct Control {
    /// `line`, `date`, `long`, `select`, `pick`, `radio`, `checks` or `check`.
    pub input: &'static str,
    /// Form name.
    pub name: String,
    /// Label.
    pub label: String,
    /// Explanation.
    pub hint: String,
    /// What is wrong with it.
    pub fault: String,
    /// Whether it must be answered.
    pub required: bool,
    /// Its text.
    pub value: String,
    /// Its choices.
    pub options: Vec<Choice>,
    /// Most characters.
    pub max: usize,
    /// Lines shown of a long text.
    pub rows: usize,
}

/// A line of the proposals table of a disclosure or correction.
pub struct Row {
    /// What is proposed.
    pub proposal: Proposal,
    /// The shown text as it stands in the form.
    pub shown: String,
    /// Lines shown of it.
    pub rows: usize,
    /// What is wrong with it.
    pub fault: String,
}

impl Row {
    /// What is public now; empty when nothing is.
    pub fn now(&self) -> &str {
        self.proposal.public.as_deref().unwrap_or_default()
    }

    /// Whether the full text is another than what is public.
    pub fn hides(&self) -> bool {
        self.proposal.full != self.now()
    }

    /// Whether another text than what is public, or the full one, is proposed.
    pub fn proposes(&self) -> bool {
        self.proposal.shown != self.now() && self.proposal.shown != self.proposal.full
    }
}

/// The form, ready to be rendered.
pub struct RecordForm {
    /// Where it is sent.
    pub action: String,
    /// Token against cross-site requests.
    pub csrf: String,
    /// Who fills it in.
    pub person: String,
    /// Head of the case's chain.
    pub head: String,
    /// Title of the record.
    pub title: String,
    /// Article it answers to.
    pub article: String,
    /// Explanation on top.
    pub hint: String,
    /// The case's number and title, empty for a filing.
    pub case_title: String,
    /// Controls in order.
    pub controls: Vec<Control>,
    /// Exhibits to tick.
    pub exhibits: Vec<Choice>,
    /// What a disclosure shows.
    pub rows: Vec<Row>,
    /// Whether it changes what is public already.
    pub corrects: bool,
    /// Faulty fields.
    pub faults: Vec<FieldFault>,
    /// Why the law refused it.
    pub objections: Vec<Objection>,
    /// What came in between; empty when nothing did.
    pub conflict: String,
}

impl RecordForm {
    /// The form of `view`, answered with `typed`, or with what the file says when nothing was typed yet.
    pub fn new(caller: &Caller, view: FormView, action: String, typed: Option<&Values>) -> Self {
        let values = typed.unwrap_or(&view.prefill);
        let read = Reader { view: &view, values };
        let mut controls = Vec::new();
        for field in &view.spec.fields {
            read.field(field, &mut controls);
        }
        let exhibits = view.exhibits.iter().map(|exhibit| Choice {
            label: format!(
                "{}（{}，{}）",
                exhibit.name,
                exhibit.type_label,
                words::size(&exhibit.size)
            ),
            chosen: read.all("exhibits").contains(&exhibit.id),
            value: exhibit.id.clone(),
        });
        let exhibits = exhibits.collect();
        let rows = view.proposals.iter().filter(|p| p.offered).map(|p| row(p, typed));
        RecordForm {
            exhibits,
            rows: rows.collect(),
            corrects: view.proposals.iter().any(|one| one.public.is_some()),
            controls,
            action,
            csrf: caller.csrf(),
            person: caller.desk.who.as_ref().map(|who| who.person.to_string()).unwrap_or_default(),
            head: view.head,
            title: view.spec.title,
            article: view.spec.article,
            hint: view.spec.hint,
            case_title: view.case_title,
            faults: Vec::new(),
            objections: Vec::new(),
            conflict: String::new(),
        }
    }

    /// Marks the faulty controls.
    pub fn mark(&mut self, faults: Vec<FieldFault>) {
        for fault in &faults {
            if let Some(control) = self.controls.iter_mut().find(|c| c.name == fault.field) {
                control.fault.clone_from(&fault.text);
            }
            let item = fault.field.strip_prefix("show.");
            if let Some(row) = self.rows.iter_mut().find(|r| Some(r.proposal.item.as_str()) == item)
            {
                row.fault.clone_from(&fault.text);
            }
        }
        self.faults = faults;
    }
}

fn row(proposal: &Proposal, typed: Option<&Values>) -> Row {
    let name = format!("show.{}", proposal.item);
    let typed = typed.and_then(|values| values.get(&name)).and_then(|all| all.first());
    let shown = typed.map_or(proposal.start(), String::as_str).to_owned();
    let rows = (shown.chars().count() / 18 + 1).clamp(1, 8);
    Row { rows, shown, proposal: proposal.clone(), fault: String::new() }
}

struct Reader<'r> {
    view: &'r FormView,
    values: &'r Values,
}

impl Reader<'_> {
    fn first(&self, name: &str) -> String {
        self.values.get(name).and_then(|all| all.first()).cloned().unwrap_or_default()
    }

    fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    /// The control of a name; its text is what was typed, its choices those of `offers`.
    fn control(
        &self,
        input: &'static str,
        name: &str,
        label: &str,
        field: &FieldSpec,
        offers: &[Offer],
    ) -> Control {
        let mut options: Vec<Choice> =
            offers.iter().map(|offer| choice(offer, self.all(name))).collect();
        // Where only one can be meant, nobody has to choose.
        if let ("select", [only]) = (input, options.as_mut_slice()) {
            only.chosen |= field.required || field.filled;
        }
        Control {
            input,
            label: label.to_owned(),
            hint: field.hint.clone(),
            fault: String::new(),
            required: field.required,
            value: self.first(name),
            options,
            max: field.max_chars,
            rows: if field.max_chars > 20_000 { 14 } else { 6 },
            name: name.to_owned(),
        }
    }

    fn field(&self, field: &FieldSpec, controls: &mut Vec<Control>) {
        let (path, label) = (field.path.as_str(), field.label.as_str());
        let plain = |input| self.control(input, path, label, field, &field.options);
        match field.input {
            Input::Server => {}
            Input::People if field.filled => self.officers(field, controls),
            Input::Person if field.filled => {
                let mut control = self.control("select", path, label, field, &self.view.approvers);
                control.required = true;
                controls.push(control);
            }
            Input::Date => controls.push(plain("date")),
            Input::Long => controls.push(plain("long")),
            Input::Check => controls.push(plain("check")),
            Input::Multiselect | Input::People => controls.push(plain("checks")),
            Input::Select
                if field.options_from == Some(Source::Items) && field.options.is_empty() =>
            {
                let mut control = plain("select");
                control.hint =
                    "本机关还没有登记执法事项，请先由公示与档案经办人或者系统管理员登记。".into();
                controls.push(control);
            }
            Input::Select if field.options.len() > MANY => controls.push(self.pick(field)),
            Input::Select | Input::Person if !field.options.is_empty() => {
                controls.push(plain("select"));
            }
            Input::Penalty => self.penalty(field, controls),
            Input::Findings => self.findings(field, controls),
            _ => {
                let mut control = plain("line");
                control.required = field.required && !field.filled;
                controls.push(control);
            }
        }
    }

    /// Too many to scroll through: found by typing part of the code or the name.
    fn pick(&self, field: &FieldSpec) -> Control {
        let mut control = self.control("pick", &field.path, &field.label, field, &field.options);
        control.hint = "输入编码或者名称中的几个字，从列出的事项中选择。".into();
        let chosen = control.options.iter().find(|option| option.chosen);
        control.value = chosen.map(|option| option.label.clone()).unwrap_or(control.value);
        control
    }

    /// Who signs beside the signed-in officer, and who else was there.
    fn officers(&self, field: &FieldSpec, controls: &mut Vec<Control>) {
        let partners = &self.view.partners;
        if self.view.needs_partner {
            let mut with = self.control("select", "with", "共同签名的执法人员", field, partners);
            with.hint = "两人共同签名同一份记录；执法证号和有效期由系统按当日登记写入。".into();
            with.required = true;
            controls.push(with);
            if partners.len() > 1 {
                let mut rest =
                    self.control("checks", "officers", "其他在场执法人员", field, partners);
                rest.hint = "没有的不选。".into();
                controls.push(rest);
            }
            return;
        }
        controls.push(self.control("checks", "officers", "一同办案的执法人员", field, partners));
    }

    fn penalty(&self, field: &FieldSpec, controls: &mut Vec<Control>) {
        let path = |part: &str| format!("{}.{part}", field.path);
        controls.push(Control {
            hint: "可以选择多项。".into(),
            ..self.control("checks", &path("kinds"), &field.label, field, &field.options)
        });
        for (part, label) in [("fine", "罚款金额（元）"), ("confiscated", "没收金额（元）")]
        {
            controls.push(Control {
                hint: "以元为单位，也可写作1.2万元；没有的不填。".into(),
                required: false,
                ..self.control("line", &path(part), label, field, &[])
            });
        }
    }

    fn findings(&self, field: &FieldSpec, controls: &mut Vec<Control>) {
        let answers = [Offer::new("pass", "通过"), Offer::new("fail", "不通过")];
        for point in &field.options {
            let name = format!("{}.{}", field.path, point.value);
            controls.push(self.control("radio", &name, &point.label, field, &answers));
        }
    }
}

fn choice(offer: &Offer, typed: &[String]) -> Choice {
    Choice {
        chosen: typed.contains(&offer.value),
        value: offer.value.clone(),
        label: offer.label.clone(),
    }
}

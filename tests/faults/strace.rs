//! Programs under strace: one fault put into one system call on chosen files, and the record of what was called.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    thread,
    time::{Duration, Instant},
};

/// The calls by which bytes and names reach the disk, and those that read them back.
pub const CALLS: [&str; 18] = [
    "openat",
    "read",
    "pread64",
    "write",
    "writev",
    "pwrite64",
    "fsync",
    "fdatasync",
    "ftruncate",
    "fallocate",
    "rename",
    "linkat",
    "link",
    "unlink",
    "mkdir",
    "chmod",
    "fchmod",
    "copy_file_range",
];

/// What is done to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// The process is killed as it makes the call.
    Kill,
    /// The call answers EIO.
    Eio,
    /// The call answers ENOSPC.
    Enospc,
}

impl Harm {
    fn expression(self) -> &'static str {
        match self {
            Harm::Kill => "signal=KILL",
            Harm::Eio => "error=EIO",
            Harm::Enospc => "error=ENOSPC",
        }
    }

    /// What can befall this call: a reader's disk is never full.
    pub fn of(call: &str) -> &'static [Harm] {
        match call {
            "read" | "pread64" => &[Harm::Eio],
            _ => &[Harm::Kill, Harm::Eio, Harm::Enospc],
        }
    }
}

/// One fault: the `nth` time that a thread makes `call` on a file of `class`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub class: String,
    pub call: &'static str,
    pub harm: Harm,
    pub nth: u32,
}

/// Whether programs can be traced here; says so when they cannot.
pub fn can_trace() -> bool {
    let tried = Command::new("strace").args(["-qq", "-e", "trace=none", "true"]).output();
    let can = tried.is_ok_and(|done| done.status.success());
    if !can {
        println!("skipped: strace cannot trace a program here (tests/setup installs it)");
    }
    can
}

/// `program` under strace, which keeps out of its way: its process is the one that is started. With a fault only
/// calls on `paths` are looked at, and the fault's alone.
pub fn traced(program: &str, trace: &Path, fault: Option<&Fault>, paths: &[PathBuf]) -> Command {
    let mut command = Command::new("strace");
    command.args(["-D", "-f", "-y", "-qq", "-o"]).arg(trace);
    // A signal cannot be put in where the kernel filters the calls for strace.
    if fault.is_none_or(|fault| fault.harm != Harm::Kill) {
        command.arg("--seccomp-bpf");
    }
    match fault {
        None => {
            // Long enough for an answer's head and a checkpoint.
            command.args(["-s", "4096"]);
            command.args(["-e", &format!("trace={},sendto,sendmsg", CALLS.join(","))]);
        }
        Some(fault) => {
            let (call, how, nth) = (fault.call, fault.harm.expression(), fault.nth);
            command.args(["-e", &format!("trace={call}")]);
            command.args(["-e", &format!("inject={call}:{how}:when={nth}")]);
        }
    }
    for path in paths {
        command.arg("-P").arg(path);
    }
    command.arg(program);
    command
}

/// The beginning or the end of a call, in the order in which they were.
#[derive(Clone, Debug)]
pub struct Moment {
    pub thread: u32,
    pub name: String,
    /// All that is known of the arguments by then.
    pub arguments: String,
    /// What it answered; none at the beginning.
    pub answer: Option<String>,
}

impl Moment {
    /// The path behind the first descriptor (`7</a/b>`).
    pub fn file(&self) -> Option<&str> {
        let (_, rest) = self.arguments.split_once('<')?;
        rest.split_once('>').map(|(path, _)| path)
    }

    /// The paths that stand as texts.
    pub fn names(&self) -> Vec<&str> {
        self.arguments.split('"').skip(1).step_by(2).collect()
    }

    /// Whether it ended well.
    pub fn succeeded(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| !answer.starts_with('-'))
    }
}

/// The whole record.
pub fn record(trace: &Path) -> Vec<Moment> {
    let text = fs::read_to_string(trace).unwrap_or_default();
    let mut open: BTreeMap<(u32, String), String> = BTreeMap::new();
    let mut moments = Vec::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let (Ok(thread), rest) = (thread.parse::<u32>(), rest.trim_start()) else { continue };
        let mut add = |name: &str, arguments: String, answer: Option<&str>| {
            let (name, answer) = (name.to_owned(), answer.map(str::to_owned));
            moments.push(Moment { thread, name, arguments, answer });
        };
        if let Some((name, end)) =
            rest.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>"))
        {
            let begun = open.remove(&(thread, name.to_owned())).unwrap_or_default();
            let (more, answer) = end.rsplit_once(" = ").unwrap_or((end, ""));
            add(name, begun + more, Some(answer));
        } else if let Some((name, rest)) = rest.split_once('(') {
            if let Some(arguments) = rest.strip_suffix(" <unfinished ...>") {
                add(name, arguments.to_owned(), None);
                open.insert((thread, name.to_owned()), arguments.to_owned());
            } else {
                let (arguments, answer) = rest.rsplit_once(" = ").unwrap_or((rest, ""));
                add(name, arguments.to_owned(), None);
                add(name, arguments.to_owned(), Some(answer));
            }
        }
    }
    moments
}

/// Whether the fault came to pass. Waits for strace to write its last line.
pub fn struck(trace: &Path, fault: &Fault, ended: Option<ExitStatus>) -> bool {
    if fault.harm == Harm::Kill {
        return ended.is_some_and(|status| status.signal() == Some(9));
    }
    let since = Instant::now();
    loop {
        let text = fs::read_to_string(trace).unwrap_or_default();
        let found = text.contains("(INJECTED)");
        let over = text.lines().last().is_some_and(|line| line.contains("+++ "));
        if found || over || since.elapsed() > Duration::from_secs(20) {
            return found;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

//! The S3 store of tests/support/s3_store.py as a process, and a line to it that is cut.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// A running store with a bucket `log`; it ends with this.
pub struct S3 {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    pub endpoint: String,
    pub id: String,
    pub secret: String,
}

impl S3 {
    pub fn start() -> S3 {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join("target/test-tools/venv/bin/python");
        assert!(python.exists(), "{} is not there: run tests/setup first", python.display());
        let mut program = Command::new(python);
        program.arg("-B").arg(root.join("tests/support/s3_store.py"));
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let orders = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let [endpoint, id, secret] = [(); 3].map(|()| String::new());
        let mut store = S3 { child, orders, answers, endpoint, id, secret };
        let said: BTreeMap<String, String> = serde_json::from_str(&store.answer()).unwrap();
        let one = |name: &str| said[name].clone();
        (store.endpoint, store.id, store.secret) = (one("endpoint"), one("id"), one("secret"));
        store
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "the store ended: {:?}", self.child.wait());
        line
    }

    fn tell(&mut self, order: &str) -> String {
        writeln!(self.orders, "{order}").unwrap();
        self.answer()
    }

    /// Writes all objects into `folder`; their names with content type and cache control.
    pub fn download(&mut self, folder: &Path) -> BTreeMap<String, [String; 2]> {
        serde_json::from_str(&self.tell(&format!("download log {}", folder.display()))).unwrap()
    }

    pub fn put(&mut self, name: &str, file: &Path) {
        self.tell(&format!("put log {name} {}", file.display()));
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A way to a store on which some objects get through and then none.
pub struct Cut {
    pub endpoint: String,
}

impl Cut {
    /// Lets `objects` pass; every connection that would bring one more is closed.
    pub fn after(objects: usize, store: &str) -> Cut {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let store = store.strip_prefix("http://").unwrap().to_owned();
        let passed = Arc::new(AtomicUsize::new(0));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (store, passed) = (TcpStream::connect(&store).unwrap(), passed.clone());
                thread::spawn(move || carry(client, store, objects, &passed));
            }
        });
        Cut { endpoint }
    }
}

/// Answers come back as they are; of the requests, none more than `objects` writes get through on all connections.
fn carry(mut client: TcpStream, mut store: TcpStream, objects: usize, passed: &AtomicUsize) {
    let (mut back, mut answers) = (client.try_clone().unwrap(), store.try_clone().unwrap());
    thread::spawn(move || std::io::copy(&mut answers, &mut back));
    let mut piece = vec![0; 1 << 16];
    // A request waits for the answer to the one before it, so each begins a piece.
    while let Ok(read @ 1..) = client.read(&mut piece) {
        let write = piece.starts_with(b"PUT ");
        if write && passed.fetch_add(1, Ordering::SeqCst) >= objects {
            break;
        }
        if store.write_all(&piece[..read]).is_err() {
            break;
        }
    }
    for stream in [client, store] {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

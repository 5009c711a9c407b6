//! A plain HTTP/1.1 client on one kept connection, and the server as a process of its own.
#![allow(dead_code, clippy::unwrap_used)]

use std::{
    io::{self, BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use zhijian::{base::Digest, desk::House, store::sessions};

/// A running `zhijian serve`; killed when dropped.
pub struct Server {
    pub child: Child,
    pub address: String,
}

impl Server {
    /// Starts the built binary on `data` and waits until it says that it listens.
    pub fn start(data: &Path) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zhijian"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        let started = Server::launch(command.stderr(Stdio::null()));
        started.expect("the server says where it listens")
    }

    /// Runs a command that serves and waits until it says where; how it ended if it never did.
    pub fn launch(command: &mut Command) -> Result<Server, ExitStatus> {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let said =
            lines.find_map(|line| line.strip_prefix("listening on http://").map(str::to_owned));
        match said {
            Some(address) => Ok(Server { child, address }),
            None => Err(child.wait().unwrap()),
        }
    }

    /// How the process ended, if it does within twenty seconds.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        let since = Instant::now();
        loop {
            let ended = self.child.try_wait().unwrap();
            if ended.is_some() || since.elapsed() > Duration::from_secs(20) {
                return ended;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// kill -9.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

pub const TOKEN: &str = "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f";
pub const CSRF: &str = "0123456789abcdef0123456789abcdef";

/// Signs a person in by writing the session's row, so that nothing but the load is measured.
pub async fn sign_in(house: &House, person: &str) {
    let row = sessions::Session {
        token_digest: Digest::of(TOKEN.as_bytes()).hex(),
        person_id: person.to_owned(),
        csrf: CSRF.to_owned(),
        created_at: 0,
        seen_at: i64::MAX / 2,
        expires_at: i64::MAX / 2,
    };
    house.store.write(move |db| sessions::insert(db, &row)).await.unwrap();
}

/// One connection.
pub struct Connection {
    stream: TcpStream,
    host: String,
    buffer: Vec<u8>,
}

/// An answer: status, head in lower case, body.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        let prefix = format!("{name}: ");
        self.head.lines().find_map(|line| line.strip_prefix(&prefix))
    }
}

impl Connection {
    pub async fn open(address: &str) -> io::Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, host: address.to_owned(), buffer: Vec::new() })
    }

    /// Sends a request of the signed-in person and waits for the whole answer.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> io::Result<Reply> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncookie: zhijian={TOKEN}\r\nx-csrf-token: {CSRF}\r\ncontent-length: {}\r\n{headers}\r\n",
            self.host,
            body.len()
        );
        self.stream.write_all(head.as_bytes()).await?;
        self.stream.write_all(body).await?;
        self.reply().await
    }

    async fn reply(&mut self) -> io::Result<Reply> {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                break at + 4;
            }
            self.fill().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
        let status = head.split_whitespace().nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|n| n.trim().parse().ok())
            .unwrap_or(0);
        while self.buffer.len() < end + length {
            self.fill().await?;
        }
        let body = self.buffer[end..end + length].to_vec();
        self.buffer.drain(..end + length);
        Ok(Reply { status, head, body })
    }

    async fn fill(&mut self) -> io::Result<()> {
        let mut piece = [0; 16 * 1024];
        match self.stream.read(&mut piece).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                self.buffer.extend_from_slice(&piece[..read]);
                Ok(())
            }
        }
    }
}

//! Witnesses from outside: the program over HTTP, killed and restarted, shown two histories; and the log that asks them.

#[path = "witness/asked.rs"]
mod asked;
#[path = "support/client.rs"]
mod client;
#[path = "witness/gap.rs"]
mod gap;
#[allow(dead_code, reason = "shared with public_log, which asks for more")]
#[path = "public/house.rs"]
mod house;
#[path = "witness/log.rs"]
mod log;
#[path = "witness/memory.rs"]
mod memory;
#[path = "witness/program.rs"]
mod program;
#[path = "witness/protocol.rs"]
mod protocol;
#[path = "witness/rewound.rs"]
mod rewound;
#[path = "witness/rotated.rs"]
mod rotated;
#[path = "witness/stamped.rs"]
mod stamped;
#[path = "support/tls.rs"]
mod tls;
#[path = "witness/tls.rs"]
mod tls_fronts;
#[path = "support/tsa.rs"]
mod tsa;

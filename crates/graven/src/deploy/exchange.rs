//! A question to a server behind a connection, and the head of its answer. The server may be broken in any way: its answer is limited in size and time.

use std::io::{self, Read};
use std::process::Child;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long a head may be, in bytes. Graven's have some hundred.
const LONGEST_HEAD: u64 = 64 * 1024;

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Exchange {
    /// The head of an answer, or as much of it as there was before the end, or the limit.
    Head(Vec<u8>),
    /// No whole head within the time.
    Late,
    /// `ssh` there forwards nothing.
    Refused,
}

impl Exchange {
    /// Reads the answer from a program that forwards it, and ends that.
    pub(super) fn with(mut forwarder: Child, time: Duration) -> io::Result<Self> {
        let output = forwarder.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let (send, receive) = mpsc::channel();
        // If the time is over, it ends with the program.
        thread::spawn(move || send.send(head(output)));
        let head = receive.recv_timeout(time);
        let has_closed = matches!(&head, Ok(Ok(head)) if head.is_empty());
        if !has_closed {
            // It may be gone already.
            let _ = forwarder.kill();
        }
        let status = forwarder.wait()?;
        Ok(match head {
            Ok(_) if has_closed && !status.success() => Self::Refused,
            Ok(head) => Self::Head(head?),
            Err(_) => Self::Late,
        })
    }
}

/// Reads up to the empty line after the fields.
fn head(from: impl Read) -> io::Result<Vec<u8>> {
    let (mut from, mut head, mut part) = (from.take(LONGEST_HEAD), Vec::new(), [0; 4096]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match from.read(&mut part) {
            Ok(0) => break,
            Ok(length) => head.extend_from_slice(&part[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn an_answer_ends_with_its_head_with_the_limit_or_with_the_time() {
        let head = |text: &str| Exchange::Head(text.as_bytes().to_vec());
        for (forwarder, milliseconds, expected) in [
            (
                "printf 'HTTP/1.1 200 OK\\r\\nA: b\\r\\n\\r\\n'; exec sleep 60",
                30_000,
                head("HTTP/1.1 200 OK\r\nA: b\r\n\r\n"),
            ),
            ("printf 'HTTP/1.1 200'", 30_000, head("HTTP/1.1 200")),
            ("exec cat /dev/zero", 30_000, Exchange::Head(vec![0; 64 * 1024])),
            ("exec sleep 60", 10, Exchange::Late),
            ("while printf a; do sleep 0.01; done", 50, Exchange::Late),
            ("exit 0", 30_000, head("")),
            ("exit 255", 30_000, Exchange::Refused),
        ] {
            let child = Command::new("sh").args(["-c", forwarder]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
            let exchange = Exchange::with(child.expect("there is a sh"), Duration::from_millis(milliseconds));
            assert_eq!(exchange.expect("it can be read"), expected, "{forwarder}");
        }
    }
}

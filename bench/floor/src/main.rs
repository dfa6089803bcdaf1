//! The floor: a bare epoll loop that answers every request head with the same bytes. It is not a server; it is what a request costs when nothing
//! is decided, so that a real server's own work can be told from the kernel's.
//!
//! `floor ADDRESS:PORT FILE`: FILE holds the whole answer, header section and content.
//!
//! 1. One thread, one level-triggered epoll set, the listener in it.
//! 2. A readable connection is read once; the ends of request heads (an empty line) in those bytes are counted, over the edge of two reads too.
//! 3. The answer is written once for each head. Request bodies are not understood.

use std::env;
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd};
use std::process::ExitCode;

use memchr::memmem::Finder;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Events taken in one wait: enough for 1,000 connections that are all ready.
const EVENTS: usize = 1024;
/// Bytes read at once: many pipelined heads.
const READ_BYTES: usize = 16 * 1024;
/// The longest wait for a client that does not take its answer, in seconds; then it is cut off.
const WRITE_SECONDS: i64 = 5;
/// The line end and the empty line that end a request head (RFC 9112 §2.1).
const HEAD_END: &[u8] = b"\r\n\r\n";

/// A connection, and how far into `HEAD_END` its last read ended.
struct Connection {
    stream: TcpStream,
    matched: usize,
}

/// What a readable connection came to.
enum Turn {
    Goes,
    Ended,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [address, file] = arguments.as_slice() else {
        eprintln!("usage: floor ADDRESS:PORT FILE");
        return ExitCode::from(2);
    };
    match run(address, file) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("floor: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(address: &str, file: &str) -> io::Result<()> {
    let answer = fs::read(file)?;
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let set = epoll::create(CreateFlags::CLOEXEC)?;
    let listener_key = key_of(&listener);
    epoll::add(&set, &listener, EventData::new_u64(listener_key as u64), EventFlags::IN)?;

    let head_end = Finder::new(HEAD_END);
    let mut connections: Vec<Option<Connection>> = Vec::new();
    let mut events = [MaybeUninit::<Event>::uninit(); EVENTS];
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let (ready, _) = match epoll::wait(&set, &mut events, None) {
            Err(rustix::io::Errno::INTR) => continue,
            other => other?,
        };
        for event in ready.iter() {
            let key = usize::try_from(event.data.u64()).expect("every key in the set was a usize");
            if key == listener_key {
                accept_all(&listener, &set, &mut connections)?;
            } else if let Some(connection) = &mut connections[key]
                && let Turn::Ended = take_turn(connection, &mut buffer, &head_end, &answer)
            {
                connections[key] = None;
            }
        }
    }
}

/// A descriptor's number is its key in the epoll set and its place in the table of connections.
fn key_of(socket: &impl AsRawFd) -> usize {
    usize::try_from(socket.as_raw_fd()).expect("an open descriptor is not negative")
}

fn accept_all(listener: &TcpListener, set: impl AsFd, connections: &mut Vec<Option<Connection>>) -> io::Result<()> {
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(true)?;
                stream.set_nodelay(true)?;
                let key = key_of(&stream);
                epoll::add(&set, &stream, EventData::new_u64(key as u64), EventFlags::IN)?;
                if connections.len() <= key {
                    connections.resize_with(key + 1, || None);
                }
                connections[key] = Some(Connection { stream, matched: 0 });
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            Err(error) => return Err(error),
        }
    }
}

/// One read, and one write for each head that ended in it. Any error of the connection ends it.
fn take_turn(connection: &mut Connection, buffer: &mut [u8], head_end: &Finder, answer: &[u8]) -> Turn {
    let length = match connection.stream.read(buffer) {
        Ok(0) => return Turn::Ended,
        Ok(length) => length,
        Err(error) if error.kind() == ErrorKind::WouldBlock => return Turn::Goes,
        Err(_) => return Turn::Ended,
    };
    for _ in 0..count_heads(&buffer[..length], &mut connection.matched, head_end) {
        if write_whole(&connection.stream, answer).is_err() {
            return Turn::Ended;
        }
    }
    Turn::Goes
}

/// Counts the heads that end in `bytes`; `matched` carries the part of an end from one read to the next.
fn count_heads(bytes: &[u8], matched: &mut usize, head_end: &Finder) -> usize {
    let mut heads = 0;
    let mut rest = bytes;
    while *matched > 0
        && let Some((&first, others)) = rest.split_first()
    {
        *matched = match_one_more(*matched, first);
        rest = others;
        if *matched == HEAD_END.len() {
            *matched = 0;
            heads += 1;
        }
    }
    while let Some(at) = head_end.find(rest) {
        heads += 1;
        rest = &rest[at + HEAD_END.len()..];
    }
    if *matched == 0 {
        *matched = (1..HEAD_END.len()).rev().find(|&length| rest.ends_with(&HEAD_END[..length])).unwrap_or(0);
    }
    heads
}

fn match_one_more(matched: usize, byte: u8) -> usize {
    if byte == HEAD_END[matched] { matched + 1 } else { usize::from(byte == HEAD_END[0]) }
}

/// Writes all of `bytes`: in one call, as a rule; a client whose window is full is waited for, which stalls the others and is good enough here.
fn write_whole(mut stream: &TcpStream, bytes: &[u8]) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match stream.write(rest) {
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => wait_until_writable(stream)?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn wait_until_writable(stream: &TcpStream) -> io::Result<()> {
    let limit = Timespec { tv_sec: WRITE_SECONDS, tv_nsec: 0 };
    match poll(&mut [PollFd::new(stream, PollFlags::OUT)], Some(&limit))? {
        0 => Err(ErrorKind::TimedOut.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reads: &[&str], heads: usize) {
        let (finder, mut matched) = (Finder::new(HEAD_END), 0);
        let counted: usize = reads.iter().map(|read| count_heads(read.as_bytes(), &mut matched, &finder)).sum();
        assert_eq!(counted, heads, "{reads:?}");
    }

    #[test]
    fn heads_are_counted_over_the_edges_of_reads() {
        check(&["GET / HTTP/1.1\r\nHost: a\r\n\r\n"], 1);
        check(&["a\r\n\r\nb\r\n\r\n"], 2);
        check(&["a\r\n", "\r\n"], 1);
        check(&["a\r", "\n", "\r", "\nb\r\n\r", "\n"], 2);
        check(&["a\r\n", "b\r\n", "c\r\n\r\n"], 1);
        check(&["a\r\n\r", "\r\n\r\n"], 1);
        check(&["", "a"], 0);
    }
}

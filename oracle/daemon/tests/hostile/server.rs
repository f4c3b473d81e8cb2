//! A small HTTP server that answers whatever a test wants, however badly.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::Url;

/// What it answers.
pub enum Reply {
    /// A status line such as `200 OK` and a body.
    Http(&'static str, String),
    /// These bytes, then the connection is closed.
    Raw(Vec<u8>),
    /// A good head, then bytes for ever.
    Endless,
    /// A good head, then a byte every 50 ms for ever.
    Drip,
    /// Nothing, for ever.
    Silence,
}

impl Reply {
    pub fn ok(body: impl Into<String>) -> Self {
        Self::Http("200 OK", body.into())
    }
}

/// A running server; its thread ends with the test process.
pub struct Server {
    pub url: Url,
    /// Body bytes that were sent.
    pub sent: Arc<AtomicU64>,
    /// Requests that came.
    pub asked: Arc<AtomicU64>,
}

impl Server {
    /// `answer` sees the first line of the request and its body.
    pub fn start(answer: impl Fn(&str, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let (sent, asked, answer) =
            (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)), Arc::new(answer));
        let (sent_there, asked_there) = (sent.clone(), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, sent, asked) = (answer.clone(), sent_there.clone(), asked_there.clone());
                std::thread::spawn(move || serve(stream, &*answer, &sent, &asked));
            }
        });
        Self { url, sent, asked }
    }

    pub fn name(&self) -> String {
        format!("127.0.0.1:{}", self.url.port().unwrap())
    }
}

/// One request, one answer. A client that goes away ends it.
fn serve(mut stream: TcpStream, answer: &dyn Fn(&str, &str) -> Reply, sent: &AtomicU64, asked: &AtomicU64) {
    let Some((line, body)) = read_request(&mut stream) else { return };
    asked.fetch_add(1, Ordering::Relaxed);
    match answer(&line, &body) {
        Reply::Http(status, body) => {
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
            sent.fetch_add(body.len() as u64, Ordering::Relaxed);
        }
        Reply::Raw(bytes) => {
            let _ = stream.write_all(&bytes);
        }
        Reply::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
            let chunk = [b' '; 1 << 16];
            while stream.write_all(&chunk).is_ok() {
                sent.fetch_add(chunk.len() as u64, Ordering::Relaxed);
            }
        }
        Reply::Drip => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
            while stream.write_all(b" ").is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        Reply::Silence => {
            let mut byte = [0];
            let _ = stream.read(&mut byte);
        }
    }
}

/// The request line and the body.
fn read_request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return Some((head.lines().next()?.to_owned(), body.to_owned()));
        }
    }
}

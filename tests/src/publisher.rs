//! An API that shows published files and nothing else, as an operator would run it who shows what it likes.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

use attention_protocol::Hash;
use attention_protocol::leaves_file::LeavesFile;

use crate::error::E2eError;

/// How long a request may take to arrive.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// Files by the path they are asked for.
type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A server on a port of its own. It ends when it is dropped.
#[derive(Debug)]
pub struct Publisher {
    address: SocketAddr,
    files: Files,
    is_over: Arc<AtomicBool>,
    server: Option<JoinHandle<()>>,
}

impl Publisher {
    /// Shows nothing yet.
    ///
    /// # Errors
    /// [`E2eError::Io`].
    pub fn start() -> Result<Self, E2eError> {
        let failed = |error| E2eError::io("a publisher's port", error);
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (files, is_over) = (Files::default(), Arc::new(AtomicBool::new(false)));
        let (shown, ends) = (files.clone(), is_over.clone());
        let server = spawn(move || {
            for stream in listener.incoming().flatten() {
                if ends.load(Ordering::Relaxed) {
                    return;
                }
                // Who hangs up has asked for nothing.
                let _ = answer(stream, &shown);
            }
        });
        Ok(Self { address, files, is_over, server: Some(server) })
    }

    /// Base address of its API.
    pub fn api(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Shows a file from now on, and returns its hash.
    pub fn publish(&self, file: Vec<u8>) -> Hash {
        let hash = LeavesFile::hash(&file);
        let path = format!("/v1/leaves/{}", hex::encode(hash));
        self.files.lock().unwrap_or_else(PoisonError::into_inner).insert(path, file);
        hash
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // The server waits for somebody to come.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(server) = self.server.take().filter(|_| woken) {
            let _ = server.join();
        }
    }
}

/// One request, one answer.
fn answer(mut stream: TcpStream, files: &Files) -> std::io::Result<()> {
    stream.set_read_timeout(Some(READ_TIMEOUT))?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // The head has to be read: a connection that is closed before is reset.
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let found = files.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
    let status = if found.is_some() { "200 OK" } else { "404 Not Found" };
    let body = found.unwrap_or_default();
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
    stream.write_all(&body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_is_found_by_its_hash_and_nothing_else() {
        let publisher = Publisher::start().unwrap();
        let hash = publisher.publish(b"leaves".to_vec());
        let get = |path: &str| reqwest::blocking::get(format!("{}{path}", publisher.api())).unwrap();
        let found = get(&format!("/v1/leaves/{}", hex::encode(hash)));
        assert_eq!((found.status().as_u16(), found.bytes().unwrap().as_ref()), (200, b"leaves".as_slice()));
        assert_eq!(get(&format!("/v1/leaves/{}", "00".repeat(32))).status().as_u16(), 404);
    }
}

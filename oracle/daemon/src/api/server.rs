//! The listener: connections, headers and their time are bounded before a route sees anything.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Most open connections for each request that may run.
const CONNECTIONS_PER_REQUEST: usize = 4;
const HEADERS_MAX: usize = 64;
const HEADER_BYTES_MAX: usize = 16 << 10;
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest life of a connection: who reads nothing, or a byte now and then, does not keep its place.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(120);
const DRAIN: Duration = Duration::from_secs(5);

/// Why the API cannot be served.
#[derive(Debug, Error)]
pub enum ApiError {
    /// The address is taken or not ours.
    #[error("api.listen {address}: {source}")]
    Bind {
        /// The address.
        address: std::net::SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Opens the listener.
///
/// # Errors
/// [`ApiError::Bind`].
pub async fn bind(address: std::net::SocketAddr) -> Result<TcpListener, ApiError> {
    TcpListener::bind(address).await.map_err(|source| ApiError::Bind { address, source })
}

/// Serves until the token is cancelled, then lets running requests finish.
///
/// # Errors
/// None so far: a connection that fails ends alone.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    concurrency_max: usize,
    token: CancellationToken,
) -> Result<(), ApiError> {
    let connections =
        Arc::new(Semaphore::new(concurrency_max.checked_mul(CONNECTIONS_PER_REQUEST).unwrap_or(1)));
    let mut builder = Builder::new(hyper_util::rt::TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEADER_BYTES_MAX);
    let builder = builder.http1_only();
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = token.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // Above the limit the connection is dropped at once.
        let Ok(permit) = connections.clone().try_acquire_owned() else { continue };
        let service = TowerToHyperService::new(router.clone());
        let connection = graceful.watch(builder.serve_connection(TokioIo::new(stream), service).into_owned());
        tokio::spawn(async move {
            match tokio::time::timeout(CONNECTION_TIMEOUT, connection).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "connection ended"),
                Err(_) => tracing::debug!("connection ended: it took too long"),
            }
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were cut off");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    async fn ask(address: std::net::SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        stream
    }

    /// Keeps the paused clock from moving by itself until dropped, however long the sockets take.
    struct HeldClock {
        _sender: std::sync::mpsc::Sender<()>,
    }

    impl HeldClock {
        fn new() -> Self {
            let (sender, receiver) = std::sync::mpsc::channel::<()>();
            // A paused clock waits for blocking work.
            tokio::task::spawn_blocking(move || receiver.recv().is_ok());
            Self { _sender: sender }
        }
    }

    /// Readers that never read take all places, and lose them. The clock moves by hand alone, so no machine is too slow.
    #[tokio::test(start_paused = true)]
    async fn who_reads_nothing_does_not_keep_its_place() {
        let clock = HeldClock::new();
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        // More than the sockets' buffers hold.
        let router = Router::new().route("/", get(|| async { vec![b'x'; 64 << 20] }));
        let token = CancellationToken::new();
        let server = tokio::spawn(serve(listener, router, 1, token.clone()));
        let (mut stalled, mut byte) = (Vec::new(), [0]);
        for _ in 0..CONNECTIONS_PER_REQUEST {
            let mut stream = ask(address).await;
            // The answer has begun, and goes no further than the buffers.
            assert_eq!(stream.read(&mut byte).await.unwrap(), 1);
            stalled.push(stream);
        }
        let mut is_served = async || matches!(ask(address).await.read(&mut byte).await, Ok(1));
        assert!(!is_served().await, "a place is left");
        tokio::time::advance(CONNECTION_TIMEOUT - Duration::from_secs(1)).await;
        assert!(!is_served().await, "a place was lost too early");
        tokio::time::advance(Duration::from_secs(2)).await;
        // The places are free once the connections have been told; each try lets them run.
        let mut tries = 0;
        while !is_served().await {
            tries += 1;
            assert!(tries < 1_000, "no place was lost");
        }
        drop((clock, stalled));
        token.cancel();
        server.await.unwrap().unwrap();
    }
}

//! `run`.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::context::{config, passphrase};
use super::{Cli, CliError};
use crate::run::App;

pub(super) async fn run(cli: &Cli) -> Result<(), CliError> {
    let config = config(cli)?;
    let passphrase = passphrase(cli, false)?;
    let mut terminate = signal(SignalKind::terminate())?;
    let app = App::build(config, &passphrase).await?;
    drop(passphrase);
    let token = CancellationToken::new();
    let stop = token.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: finishing what runs"),
            _ = tokio::signal::ctrl_c() => tracing::info!("interrupted: finishing what runs"),
        }
        stop.cancel();
    });
    Ok(app.run(token).await?)
}

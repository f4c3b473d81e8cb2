//! Running the `attention-oracle` program as its users do: a folder, a configuration file, a command.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::de::DeserializeOwned;

use crate::error::E2eError;

/// Names the program when it does not stand beside the one that runs.
pub const PROGRAM_ENV: &str = "ATTENTION_ORACLE_BIN";

/// One user of the program: its folder holds configuration, keys and data.
#[derive(Debug, Clone)]
pub struct Oracle {
    program: PathBuf,
    folder: PathBuf,
    settings: Vec<(&'static str, String)>,
}

/// A command that ended with another code than 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandFailed {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// What it said on standard error.
    pub stderr: String,
}

/// Where the program is: [`PROGRAM_ENV`], or beside the running one.
///
/// # Errors
/// [`E2eError::Output`] if it is in neither place.
pub fn find_program() -> Result<PathBuf, E2eError> {
    if let Some(path) = std::env::var_os(PROGRAM_ENV) {
        return Ok(path.into());
    }
    let own = std::env::current_exe().map_err(|error| E2eError::io("the running program", error))?;
    // A test binary stands one folder deeper, in deps/.
    let beside = own.ancestors().skip(1).take(2).map(|folder| folder.join("attention-oracle"));
    beside.into_iter().find(|path| path.is_file()).ok_or_else(|| {
        E2eError::Output(format!(
            "attention-oracle is not beside {}: build it with `cargo build -p attention-oracle`, or name it by {PROGRAM_ENV}",
            own.display()
        ))
    })
}

impl Oracle {
    /// A user whose files stand in `folder`, which is made. Its keys are locked with a passphrase drawn here.
    ///
    /// # Errors
    /// [`E2eError::Io`].
    pub fn new(program: &Path, folder: &Path) -> Result<Self, E2eError> {
        let oracle = Self { program: program.into(), folder: folder.into(), settings: vec![] };
        std::fs::create_dir_all(folder).map_err(|error| E2eError::io(folder.display().to_string(), error))?;
        write_private(&oracle.passphrase_file(), &random_hex()?)?;
        Ok(oracle)
    }

    /// Overrides a key of the configuration by its environment variable, for every command from now on.
    #[must_use]
    pub fn with_setting(mut self, variable: &'static str, value: impl ToString) -> Self {
        self.settings.push((variable, value.to_string()));
        self
    }

    /// The user's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What stands in a file in the folder.
    ///
    /// # Errors
    /// [`E2eError::Io`].
    pub fn read(&self, name: &str) -> Result<Vec<u8>, E2eError> {
        let path = self.path(name);
        std::fs::read(&path).map_err(|error| E2eError::io(path.display().to_string(), error))
    }

    fn passphrase_file(&self) -> PathBuf {
        self.path("passphrase")
    }

    /// The command with the options that every call has.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for (key, _) in std::env::vars_os().filter(|(key, _)| key.to_string_lossy().starts_with("ATTENTION_"))
        {
            command.env_remove(key);
        }
        command.envs(self.settings.iter().map(|(variable, value)| (variable, value)));
        command.arg("--config").arg(self.path("attention.toml"));
        command.arg("--passphrase-file").arg(self.passphrase_file());
        command
    }

    /// Runs a command and reads its JSON answer.
    ///
    /// # Errors
    /// [`E2eError`] with what the program said.
    pub fn run<T: DeserializeOwned>(&self, arguments: &[&str]) -> Result<T, E2eError> {
        let failed = |reason: &str| {
            E2eError::Output(format!("attention-oracle {}: {}", arguments.join(" "), reason.trim()))
        };
        let output = self.try_run(arguments)?.map_err(|error| failed(&error.stderr))?;
        serde_json::from_slice(&output)
            .map_err(|error| failed(&format!("its answer is no such JSON: {error}")))
    }

    /// Runs a command with `--json`; what it printed, or how it failed.
    ///
    /// # Errors
    /// [`E2eError::Io`] if it cannot be run at all.
    pub fn try_run(&self, arguments: &[&str]) -> Result<Result<Vec<u8>, CommandFailed>, E2eError> {
        let output = self
            .command()
            .arg("--json")
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| E2eError::io(self.program.display().to_string(), error))?;
        if output.status.success() {
            return Ok(Ok(output.stdout));
        }
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(Err(CommandFailed { code: output.status.code(), stderr }))
    }

    /// Starts the daemon; its log goes to `daemon.log` in the folder, after what is there.
    ///
    /// # Errors
    /// [`E2eError::Io`].
    pub fn spawn_daemon(&self) -> Result<Child, E2eError> {
        let path = self.path("daemon.log");
        let log = File::options().create(true).append(true).open(&path);
        let log = log.map_err(|error| E2eError::io(path.display().to_string(), error))?;
        self.command()
            .arg("run")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|error| E2eError::io(self.program.display().to_string(), error))
    }
}

/// Writes a file that only its owner can read.
///
/// # Errors
/// [`E2eError::Io`].
pub fn write_private(path: &Path, text: &str) -> Result<(), E2eError> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let open = File::options().create(true).truncate(true).write(true).mode(0o600).open(path);
    open.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| E2eError::io(path.display().to_string(), error))
}

/// 32 random bytes of the system, in hex.
fn random_hex() -> Result<String, E2eError> {
    use std::io::Read;
    let mut bytes = [0; 32];
    let read = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    read.map_err(|error| E2eError::io("/dev/urandom", error))?;
    Ok(hex::encode(bytes))
}

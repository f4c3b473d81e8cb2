//! One process a data folder.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use super::data;
use super::world::operator_home;

/// A daemon that waits for a node which never answers holds its folder: a second one, a command that signs and an import
/// are refused, and once it is gone they are not.
#[test]
fn a_second_process_on_one_folder_is_refused() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let home = operator_home(&format!("http://{}", silent.local_addr().unwrap()));
    home.write("assets.csv", data::assets());
    home.write("sales.csv", data::sales(&[data::sale(1, 1)]));
    data::import_small(&home).succeeds();
    let mut first = Command::new(env!("CARGO_BIN_EXE_attention-oracle"))
        .current_dir(home.path(""))
        .args(["run", "--passphrase-file", "pass"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It locks the folder before it asks the node.
    let (mut asked, _) = silent.accept().unwrap();
    let mut byte = [0];
    asked.read_exact(&mut byte).unwrap();
    let message = "data is in use by another attention-oracle: stop it first, or use another data_dir";
    home.run(&["run", "--passphrase-file", "pass"]).fails(1, message);
    home.run(&["sign", "--epoch", "0", "--passphrase-file", "pass"]).fails(1, message);
    data::import_small(&home).fails(1, message);
    home.run(&["export"]).succeeds();
    first.kill().unwrap();
    first.wait().unwrap();
    let _ = asked.write_all(b"");
    data::import_small(&home).succeeds();
}

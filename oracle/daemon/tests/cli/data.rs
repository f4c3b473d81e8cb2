//! The sales: `ATTENTION_DATA`, else `../shared/data` beside the repository, else what `scripts/data` finds or makes up;
//! and a tiny market to spoil.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::world::Home;

const HEADER: &str = "timestamp,asset_id,price_wei,seller,buyer,block,tx\n";
const ASSETS_HEADER: &str = "asset_id,type,gender,skin_tone,accessory_count,accessories\n";

/// The folder that holds sales.csv and assets.csv.
pub fn punks() -> PathBuf {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND
        .get_or_init(|| {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
            let given = std::env::var_os("ATTENTION_DATA").map(PathBuf::from);
            let folder = given.unwrap_or_else(|| root.join("../shared/data"));
            if folder.join("punks/sales.csv").is_file() && folder.join("punks/assets.csv").is_file() {
                return folder.join("punks");
            }
            let output = std::process::Command::new(root.join("scripts/data")).output().unwrap();
            assert!(output.status.success(), "scripts/data: {}", String::from_utf8_lossy(&output.stderr));
            PathBuf::from(String::from_utf8(output.stdout).unwrap().trim()).join("punks")
        })
        .clone()
}

/// A home with all sales imported, shared by the tests that only read it.
pub fn imported() -> &'static Home {
    static HOME: OnceLock<Home> = OnceLock::new();
    HOME.get_or_init(|| {
        let home = Home::new();
        import(&home, &punks().join("sales.csv"), &punks().join("assets.csv")).succeeds();
        home
    })
}

pub fn import(home: &Home, sales: &Path, assets: &Path) -> super::world::Ran {
    let (sales, assets) = (sales.to_str().unwrap(), assets.to_str().unwrap());
    home.run(&["import", "--sales", sales, "--assets", assets, "--json"])
}

/// Ten assets.
pub fn assets() -> String {
    let rows: String = (0..10).map(|asset| format!("{asset},Human,Female,Light,1,Wild Hair\n")).collect();
    format!("{ASSETS_HEADER}{rows}")
}

/// A sale of `asset` at second `second` of 2018.
pub fn sale(second: u32, asset: u32) -> String {
    let (seller, buyer) = (format!("0x{:040x}", 100 + asset), format!("0x{:040x}", 200 + second));
    format!(
        "2018-01-01 00:00:{second:02} UTC,{asset},1000000000000000000,{seller},{buyer},{second},0x{second:064x}\n"
    )
}

/// A sales file of these rows.
pub fn sales(rows: &[String]) -> String {
    format!("{HEADER}{}", rows.concat())
}

/// A home with assets.csv, and sales.csv of three good sales; nothing is imported.
pub fn small_home() -> Home {
    let home = Home::new();
    home.write("assets.csv", assets());
    home.write("sales.csv", sales(&[sale(1, 1), sale(2, 2), sale(3, 3)]));
    home
}

/// Imports the small home's files as they stand.
pub fn import_small(home: &Home) -> super::world::Ran {
    home.run(&["import", "--sales", "sales.csv", "--assets", "assets.csv", "--json"])
}

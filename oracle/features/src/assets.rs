//! The catalogue of assets and their attributes.

use std::collections::BTreeMap;
use std::io::Read;

use sha2::{Digest, Sha256};

use crate::error::shorten;
use crate::event::put_text;
use crate::{AssetId, FeaturesError, ID_BYTES_MAX};

/// Most assets of a catalogue.
pub const ASSETS_MAX: usize = 1_000_000;
const FILE_BYTES_MAX: u64 = 1 << 30;
const ATTRIBUTES_MAX: usize = 32;
const COLUMNS: [&str; 6] = ["asset_id", "type", "gender", "skin_tone", "accessory_count", "accessories"];
const ACCESSORY_SEPARATOR: &str = " / ";

/// One asset: its attributes as indices into [`AssetCatalog::attributes`], rising.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// The asset's number.
    pub id: AssetId,
    /// Indices of its attributes.
    pub attributes: Vec<u32>,
}

/// All assets in rising order of id, and all attributes (name, value) in rising order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetCatalog {
    assets: Vec<Asset>,
    attributes: Vec<(String, String)>,
    supply: Vec<u64>,
}

impl AssetCatalog {
    /// A catalogue from (id, attributes) pairs in any order.
    ///
    /// # Errors
    /// [`FeaturesError::File`] if it is empty or an id comes twice, [`FeaturesError::TooMany`] above
    /// [`ASSETS_MAX`], [`FeaturesError::Identifier`] for an attribute that is empty or too long.
    pub fn new(assets: Vec<(AssetId, Vec<(String, String)>)>) -> Result<Self, FeaturesError> {
        if assets.is_empty() {
            return Err(whole("asset catalogue", "holds no asset; a model needs at least one".into()));
        }
        let mut by_id: BTreeMap<AssetId, Vec<(String, String)>> = BTreeMap::new();
        for (id, mut attributes) in assets {
            attributes.sort();
            attributes.dedup();
            for text in attributes.iter().flat_map(|(name, value)| [name, value]) {
                check_attribute(text)?;
            }
            too_many("attributes of an asset", attributes.len(), ATTRIBUTES_MAX)?;
            if by_id.insert(id, attributes).is_some() {
                return Err(whole("asset catalogue", format!("asset {} comes twice", id.0)));
            }
        }
        too_many("assets", by_id.len(), ASSETS_MAX)?;
        let mut index: BTreeMap<(String, String), u32> = BTreeMap::new();
        for attribute in by_id.values().flatten() {
            index.entry(attribute.clone()).or_insert(0);
        }
        for (position, slot) in index.values_mut().enumerate() {
            *slot = position as u32; // at most ASSETS_MAX · ATTRIBUTES_MAX < 2^32
        }
        let mut supply = vec![0u64; index.len()];
        let assets = by_id
            .into_iter()
            .map(|(id, attributes)| {
                let attributes: Vec<u32> = attributes.iter().map(|attribute| index[attribute]).collect();
                for &attribute in &attributes {
                    supply[attribute as usize] += 1;
                }
                Asset { id, attributes }
            })
            .collect();
        Ok(Self { assets, attributes: index.into_keys().collect(), supply })
    }

    /// All assets, in rising order of id.
    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// The number of assets; at least 1.
    #[allow(clippy::len_without_is_empty, reason = "a catalogue is never empty")]
    pub fn len(&self) -> usize {
        self.assets.len()
    }

    /// All distinct attributes (name, value), in rising order.
    pub fn attributes(&self) -> &[(String, String)] {
        &self.attributes
    }

    /// How many assets have each attribute.
    pub fn supply(&self) -> &[u64] {
        &self.supply
    }

    /// An asset's position in [`AssetCatalog::assets`].
    ///
    /// # Errors
    /// [`FeaturesError::UnknownAsset`].
    pub fn position(&self, id: AssetId) -> Result<usize, FeaturesError> {
        self.assets
            .binary_search_by_key(&id, |asset| asset.id)
            .map_err(|_| FeaturesError::UnknownAsset { asset: id.0, assets: self.len() })
    }

    /// True if the asset is in the catalogue and has the attribute.
    pub fn has_attribute(&self, id: AssetId, name: &str, value: &str) -> bool {
        let Ok(position) = self.position(id) else { return false };
        self.assets[position].attributes.iter().any(|&attribute| {
            let (own_name, own_value) = &self.attributes[attribute as usize];
            own_name == name && own_value == value
        })
    }

    /// The asset table's hash: sha256 of `"attention/v1/asset-table" ‖ count u32 ‖ per asset (id u32 ‖
    /// attribute count u16 ‖ per attribute (lp(name) ‖ lp(value)))`.
    pub fn table_hash(&self) -> [u8; 32] {
        let mut bytes = b"attention/v1/asset-table".to_vec();
        bytes.extend_from_slice(&(self.len() as u32).to_be_bytes());
        for asset in &self.assets {
            bytes.extend_from_slice(&asset.id.0.to_be_bytes());
            bytes.extend_from_slice(&(asset.attributes.len() as u16).to_be_bytes());
            for &attribute in &asset.attributes {
                let (name, value) = &self.attributes[attribute as usize];
                put_text(&mut bytes, name);
                put_text(&mut bytes, value);
            }
        }
        Sha256::digest(bytes).into()
    }
}

/// Reads the asset file: `asset_id,type,gender,skin_tone,accessory_count,accessories`, accessories separated
/// by ` / `. Strict: a catalogue with a hole would change which negatives are drawn, so any bad cell is an
/// error. An empty cell is an absent attribute.
///
/// # Errors
/// [`FeaturesError::Cell`] with line, column and value; [`FeaturesError::File`]; those of [`AssetCatalog::new`].
pub fn read_assets(reader: impl Read, file: &str) -> Result<AssetCatalog, FeaturesError> {
    read_bounded(reader, file, FILE_BYTES_MAX)
}

fn read_bounded(reader: impl Read, file: &str, bytes_max: u64) -> Result<AssetCatalog, FeaturesError> {
    // One byte more than allowed, so that a longer file is seen to be one.
    let reader = reader.take(bytes_max.checked_add(1).unwrap_or(bytes_max));
    let mut csv = csv::ReaderBuilder::new().from_reader(reader);
    let header = csv.headers().map_err(|error| whole(file, error.to_string()))?;
    if header != COLUMNS.as_slice() {
        let found = shorten(&header.iter().collect::<Vec<_>>().join(","));
        return Err(whole(file, format!("the header is {found:?}, must be {:?}", COLUMNS.join(","))));
    }
    let mut assets = Vec::new();
    for record in csv.records() {
        let record = record.map_err(|error| whole(file, error.to_string()))?;
        too_many("assets", assets.len() + 1, ASSETS_MAX)?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |index: usize, problem: &str| FeaturesError::Cell {
            file: file.to_owned(),
            line,
            column: COLUMNS[index],
            value: shorten(&record[index]),
            problem: problem.to_owned(),
        };
        let id: u32 = record[0].parse().map_err(|_| cell(0, "is not an asset number (u32)"))?;
        let mut attributes = Vec::new();
        for index in 1..=4 {
            if !record[index].is_empty() {
                attributes.push((COLUMNS[index].to_owned(), record[index].to_owned()));
            }
        }
        let accessories: Vec<&str> =
            record[5].split(ACCESSORY_SEPARATOR).filter(|accessory| !accessory.is_empty()).collect();
        if record[4].parse() != Ok(accessories.len()) {
            return Err(cell(4, &format!("does not match the {} accessories listed", accessories.len())));
        }
        attributes.extend(accessories.iter().map(|name| ("accessory".to_owned(), (*name).to_owned())));
        assets.push((AssetId(id), attributes));
    }
    if csv.position().byte() > bytes_max {
        return Err(whole(file, format!("is longer than the limit of {bytes_max} bytes")));
    }
    AssetCatalog::new(assets)
}

fn whole(file: &str, problem: String) -> FeaturesError {
    FeaturesError::File { file: file.to_owned(), problem }
}

fn too_many(what: &'static str, got: usize, limit: usize) -> Result<(), FeaturesError> {
    if got > limit {
        return Err(FeaturesError::TooMany { what, got: got as u64, limit: limit as u64 });
    }
    Ok(())
}

fn check_attribute(text: &str) -> Result<(), FeaturesError> {
    let problem = if text.is_empty() {
        "empty"
    } else if text.len() > ID_BYTES_MAX {
        "too long"
    } else {
        return Ok(());
    };
    Err(FeaturesError::Identifier { what: "attribute", value: shorten(text), problem, limit: ID_BYTES_MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "asset_id,type,gender,skin_tone,accessory_count,accessories\n";

    fn read(rows: &str) -> Result<AssetCatalog, FeaturesError> {
        read_assets(format!("{HEADER}{rows}").as_bytes(), "assets.csv")
    }

    #[test]
    fn reads_in_any_order() {
        let a = read("0,Human,Female,Light,1,Wild Hair\n1,Ape,Male,,0,\n").unwrap();
        let b = read("1,Ape,Male,,0,\n0,Human,Female,Light,1,Wild Hair\n").unwrap();
        assert_eq!(a, b);
        assert_eq!(a.table_hash(), b.table_hash());
        assert!(a.has_attribute(AssetId(0), "gender", "Female"));
        assert!(a.has_attribute(AssetId(0), "accessory", "Wild Hair"));
        assert!(!a.has_attribute(AssetId(1), "gender", "Female"));
        assert!(!a.has_attribute(AssetId(9), "gender", "Female"));
        assert_eq!(a.position(AssetId(2)), Err(FeaturesError::UnknownAsset { asset: 2, assets: 2 }));
    }

    #[test]
    fn a_file_above_the_limit_is_refused_and_never_read_in_part() {
        let text = format!("{HEADER}0,Ape,Male,,0,\n1,Ape,Male,,0,\n");
        let len = text.len() as u64;
        assert_eq!(read_bounded(text.as_bytes(), "a.csv", len).unwrap().len(), 2);
        let error = read_bounded(text.as_bytes(), "a.csv", len - 1).unwrap_err().to_string();
        assert_eq!(error, format!("a.csv: is longer than the limit of {} bytes", len - 1));
    }

    #[test]
    fn bad_cells_are_named() {
        let error = read("0,Human,Female,Light,1,Wild Hair\nx,Ape,Male,,0,\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "assets.csv, line 3, column asset_id: \"x\" is not an asset number (u32)"
        );
        let error = read("0,Human,Female,Light,2,Wild Hair\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "assets.csv, line 2, column accessory_count: \"2\" does not match the 1 accessories listed"
        );
        assert!(read("0,Human\n").unwrap_err().to_string().contains("line: 2"));
        assert!(read("").unwrap_err().to_string().contains("holds no asset"));
        let twice = read("0,Ape,Male,,0,\n0,Ape,Male,,0,\n").unwrap_err();
        assert_eq!(twice.to_string(), "asset catalogue: asset 0 comes twice");
        assert!(read_assets(&b"a,b\n"[..], "f").unwrap_err().to_string().contains("the header is"));
    }
}

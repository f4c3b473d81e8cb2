//! What a campaign pays attention for, and the canonical hash of that choice.

use cosmwasm_schema::cw_serde;

use crate::bytes::lp;
use crate::error::ProtocolError;
use crate::hash::{Hash, sha256};

/// Most asset ids in a campaign's targets.
pub const ASSET_IDS_MAX: usize = 256;
/// Most attribute conditions in a campaign's targets.
pub const ATTRIBUTES_MAX: usize = 8;
/// Most interaction kinds in a campaign's targets.
pub const INTERACTIONS_MAX: usize = 16;
/// The longest asset id, attribute name, attribute value or interaction kind, in bytes.
pub const NAME_MAX_BYTES: usize = 64;

/// One condition on an asset: its attribute `name` has the value `value`.
#[cw_serde]
#[derive(Eq, PartialOrd, Ord)]
pub struct Attribute {
    /// Name of the attribute, as in the asset table.
    pub name: String,
    /// Value it must have.
    pub value: String,
}

/// Which behaviour counts for a campaign.
#[cw_serde]
#[derive(Eq)]
pub enum Targets {
    /// Every interaction with every asset.
    All {},
    /// Interactions with these assets; 1 to 256 ids, strictly rising by bytes.
    AssetIds(Vec<String>),
    /// Interactions with assets that meet all conditions; 1 to 8, strictly rising by (name, value).
    Attributes(Vec<Attribute>),
    /// Interactions of these kinds (for example `purchase`), with any asset; 1 to 16, strictly rising by bytes.
    Interactions(Vec<String>),
}

impl Targets {
    /// Checks lengths, limits and order.
    pub fn validate(&self) -> Result<(), ProtocolError> {
        match self {
            Self::All {} => Ok(()),
            Self::AssetIds(ids) => check_names("targets.asset_ids", ids, ASSET_IDS_MAX),
            Self::Interactions(kinds) => check_names("targets.interactions", kinds, INTERACTIONS_MAX),
            Self::Attributes(attributes) => {
                check_list("targets.attributes", attributes, ATTRIBUTES_MAX)?;
                attributes.iter().try_for_each(|attribute| {
                    check_name("targets.attributes.name", &attribute.name)?;
                    check_name("targets.attributes.value", &attribute.value)
                })
            }
        }
    }

    /// SHA-256 of `tag u8 ‖ count u16 ‖ count × lp(text)`; an attribute is two texts, counted once.
    pub fn hash(&self) -> Hash {
        let (tag, count, texts): (u8, usize, Vec<&str>) = match self {
            Self::All {} => (0, 0, vec![]),
            Self::AssetIds(ids) => (1, ids.len(), ids.iter().map(String::as_str).collect()),
            Self::Attributes(attributes) => {
                let texts = attributes.iter().flat_map(|a| [a.name.as_str(), a.value.as_str()]).collect();
                (2, attributes.len(), texts)
            }
            Self::Interactions(kinds) => (3, kinds.len(), kinds.iter().map(String::as_str).collect()),
        };
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        let mut bytes = vec![tag];
        bytes.extend_from_slice(&count.to_be_bytes());
        for text in texts {
            bytes.extend_from_slice(&lp(text.as_bytes()));
        }
        sha256(&[&bytes])
    }
}

fn check_names(what: &'static str, names: &[String], max: usize) -> Result<(), ProtocolError> {
    check_list(what, names, max)?;
    names.iter().try_for_each(|name| check_name(what, name))
}

fn check_list<T: Ord>(what: &'static str, list: &[T], max: usize) -> Result<(), ProtocolError> {
    if list.is_empty() {
        return Err(ProtocolError::invalid(what, "empty", "at least one entry"));
    }
    if list.len() > max {
        return Err(ProtocolError::TooMany { what, max, actual: list.len() });
    }
    match list.windows(2).position(|pair| matches!(pair, [a, b] if a >= b)) {
        Some(index) => Err(ProtocolError::NotRising { what, index: index.checked_add(1).unwrap_or(index) }),
        None => Ok(()),
    }
}

fn check_name(what: &'static str, name: &str) -> Result<(), ProtocolError> {
    if name.is_empty() || name.len() > NAME_MAX_BYTES {
        return Err(ProtocolError::invalid(what, format!("{name:?}"), "1 to 64 bytes long"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ids: &[&str]) -> Targets {
        Targets::AssetIds(ids.iter().map(|id| (*id).to_string()).collect())
    }

    #[test]
    fn lists_rise_strictly_and_are_bounded() {
        assert!(ids(&["1", "10", "2"]).validate().is_ok());
        let expected = ProtocolError::NotRising { what: "targets.asset_ids", index: 1 };
        assert_eq!(ids(&["2", "10"]).validate().unwrap_err(), expected);
        assert_eq!(ids(&["2", "2"]).validate().unwrap_err(), expected);
        assert!(ids(&[]).validate().is_err());
        assert!(ids(&[""]).validate().is_err());
        assert!(ids(&["x".repeat(64).as_str()]).validate().is_ok());
        assert!(ids(&["x".repeat(65).as_str()]).validate().is_err());
        let many = |n: usize| Targets::AssetIds((0..n).map(|i| format!("{i:04}")).collect());
        assert!(many(256).validate().is_ok());
        let expected = ProtocolError::TooMany { what: "targets.asset_ids", max: 256, actual: 257 };
        assert_eq!(many(257).validate().unwrap_err(), expected);
    }

    #[test]
    fn attributes_and_interactions_are_bounded_too() {
        let attribute = |name: &str, value: &str| Attribute { name: name.into(), value: value.into() };
        let attributes = |all: &[Attribute]| Targets::Attributes(all.to_vec()).validate();
        assert_eq!(attributes(&[attribute("a", "y"), attribute("a", "z"), attribute("b", "a")]), Ok(()));
        let falls = ProtocolError::NotRising { what: "targets.attributes", index: 1 };
        assert_eq!(attributes(&[attribute("b", "a"), attribute("a", "z")]), Err(falls));
        let long = "x".repeat(65);
        let refused = |field| ProtocolError::invalid(field, format!("{long:?}"), "1 to 64 bytes long");
        assert_eq!(attributes(&[attribute(&long, "z")]), Err(refused("targets.attributes.name")));
        assert_eq!(attributes(&[attribute("a", &long)]), Err(refused("targets.attributes.value")));
        let many = |n: usize| attributes(&(0..n).map(|i| attribute("a", &i.to_string())).collect::<Vec<_>>());
        let nine = ProtocolError::TooMany { what: "targets.attributes", max: 8, actual: 9 };
        assert_eq!((many(8), many(9)), (Ok(()), Err(nine)));
        let kinds = |n: usize| Targets::Interactions((0..n).map(|i| format!("{i:02}")).collect()).validate();
        let seventeen = ProtocolError::TooMany { what: "targets.interactions", max: 16, actual: 17 };
        assert_eq!((kinds(16), kinds(17)), (Ok(()), Err(seventeen)));
    }

    #[test]
    fn where_a_text_ends_is_part_of_the_hash() {
        assert_ne!(ids(&["ab", "c"]).hash(), ids(&["a", "bc"]).hash());
        let attribute = Attribute { name: "a".into(), value: "b".into() };
        assert_ne!(Targets::Attributes(vec![attribute]).hash(), ids(&["a", "b"]).hash());
        assert_ne!(Targets::All {}.hash(), ids(&["a"]).hash());
    }
}

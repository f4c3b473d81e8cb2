//! Which wallet belongs to which platform user: one address, one user.

use std::collections::BTreeMap;

use attention_features::UserId;
use attention_protocol::hash::{Hash, ZERO_HASH, sha256};
use attention_protocol::{AccountId, ProtocolError};
use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Hrp};
use thiserror::Error;

/// Most rows of a link table.
pub const LINKS_MAX: usize = 10_000_000;
/// The longest address that is looked at, bytes.
const ADDRESS_MAX_BYTES: usize = 128;
const HEADER: &str = "user,address";

/// Why a link table was refused. Lines count from 1, the header included.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LinkError {
    /// The first line is another one.
    #[error("line 1 is {found:?}, must be {HEADER:?}")]
    Header {
        /// What stands there.
        found: String,
    },
    /// A row without exactly two cells.
    #[error("line {line}: {found:?} is not `user,address`")]
    Row {
        /// The line.
        line: usize,
        /// What stands there.
        found: String,
    },
    /// A user id that none can have.
    #[error("line {line}: {problem}")]
    User {
        /// The line.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// An address that is none of the chain's.
    #[error("line {line}: address {address:?}: {problem}")]
    Address {
        /// The line.
        line: usize,
        /// The address.
        address: String,
        /// What is wrong with it.
        problem: String,
    },
    /// One user with two addresses.
    #[error("line {line}: user {user} is linked already; a user has one address")]
    UserTwice {
        /// The line.
        line: usize,
        /// The user.
        user: String,
    },
    /// One address with two users.
    #[error("line {line}: the address of user {user} belongs to user {other}; an address has one user")]
    AddressTwice {
        /// The line.
        line: usize,
        /// The user of this line.
        user: String,
        /// The user who has it.
        other: String,
    },
    /// Too many rows.
    #[error("more than {LINKS_MAX} links")]
    TooMany,
}

/// The links in force in an epoch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkTable {
    accounts: BTreeMap<UserId, AccountId>,
    users: BTreeMap<AccountId, UserId>,
}

impl LinkTable {
    /// A table from pairs in any order; errors count them from line 1.
    ///
    /// # Errors
    /// [`LinkError::UserTwice`], [`LinkError::AddressTwice`], [`LinkError::TooMany`].
    pub fn new(links: Vec<(UserId, AccountId)>) -> Result<Self, LinkError> {
        let mut table = Self::default();
        for ((user, account), line) in links.into_iter().zip(1..) {
            table.insert(line, user, account)?;
        }
        Ok(table)
    }

    /// Reads `user,address` rows below that header; addresses are lower-case bech32 with prefix `hrp`. Blank lines are
    /// skipped, nothing else is.
    ///
    /// # Errors
    /// [`LinkError`] with the line.
    pub fn parse_csv(text: &str, hrp: &str) -> Result<Self, LinkError> {
        let mut lines = text.lines().map(|line| line.trim_end_matches('\r')).zip(1..);
        let header = lines.next().map_or("", |(line, _)| line);
        if header != HEADER {
            return Err(LinkError::Header { found: shorten(header) });
        }
        let mut table = Self::default();
        for (row, line) in lines.filter(|(row, _)| !row.trim().is_empty()) {
            let cells: Vec<&str> = row.split(',').collect();
            let [user, address] = cells.as_slice() else {
                return Err(LinkError::Row { line, found: shorten(row) });
            };
            let user = UserId::new(user.trim())
                .map_err(|error| LinkError::User { line, problem: error.to_string() })?;
            let account = decode_address(address.trim(), hrp).map_err(|problem| LinkError::Address {
                line,
                address: shorten(address.trim()),
                problem,
            })?;
            table.insert(line, user, account)?;
        }
        Ok(table)
    }

    fn insert(&mut self, line: usize, user: UserId, account: AccountId) -> Result<(), LinkError> {
        if self.accounts.len() >= LINKS_MAX {
            return Err(LinkError::TooMany);
        }
        if self.accounts.contains_key(&user) {
            return Err(LinkError::UserTwice { line, user: user.to_string() });
        }
        if let Some(other) = self.users.get(&account) {
            return Err(LinkError::AddressTwice { line, user: user.to_string(), other: other.to_string() });
        }
        self.users.insert(account.clone(), user.clone());
        self.accounts.insert(user, account);
        Ok(())
    }

    /// The wallet of a user.
    pub fn account(&self, user: &UserId) -> Option<&AccountId> {
        self.accounts.get(user)
    }

    /// The user of a wallet.
    pub fn user(&self, account: &AccountId) -> Option<&UserId> {
        self.users.get(account)
    }

    /// All links, rising by user.
    pub fn iter(&self) -> impl Iterator<Item = (&UserId, &AccountId)> {
        self.accounts.iter()
    }

    /// How many users are linked.
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    /// True if nobody is.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// The table's hash in `input_root`: SHA-256 over `lp(user) ‖ lp(address)` of every row, rising by user, where
    /// `lp(x) = u16 length ‖ x`; zeros if there is no row.
    pub fn hash(&self) -> Hash {
        if self.is_empty() {
            return ZERO_HASH;
        }
        let mut bytes = Vec::new();
        for (user, account) in self.iter() {
            push_lp(&mut bytes, user.as_str().as_bytes());
            push_lp(&mut bytes, account.as_slice());
        }
        sha256(&[&bytes])
    }
}

/// `u16 length ‖ bytes`. A user id has at most 160 bytes, an address 32.
pub(crate) fn push_lp(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend(u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend(bytes);
}

/// The canonical bytes of a lower-case bech32 address with prefix `hrp`.
///
/// # Errors
/// What is wrong with it, as text.
pub fn decode_address(address: &str, hrp: &str) -> Result<AccountId, String> {
    if address.len() > ADDRESS_MAX_BYTES {
        return Err(format!("has {} bytes, at most {ADDRESS_MAX_BYTES} are looked at", address.len()));
    }
    if address.chars().any(|c| c.is_ascii_uppercase()) {
        return Err("has upper-case letters; write it in lower case".to_owned());
    }
    let decoded =
        CheckedHrpstring::new::<Bech32>(address).map_err(|error| format!("is not bech32: {error}"))?;
    if decoded.hrp().as_str() != hrp {
        return Err(format!("has prefix {:?}, this chain's is {hrp:?}", decoded.hrp().as_str()));
    }
    let bytes: Vec<u8> = decoded.byte_iter().collect();
    AccountId::try_from(bytes.as_slice()).map_err(|error: ProtocolError| error.to_string())
}

/// The bech32 text of an address.
///
/// # Errors
/// That `hrp` is no prefix, as text.
pub fn encode_address(account: &AccountId, hrp: &str) -> Result<String, String> {
    let prefix = Hrp::parse(hrp).map_err(|error| format!("prefix {hrp:?}: {error}"))?;
    bech32::encode::<Bech32>(prefix, account.as_slice()).map_err(|error| error.to_string())
}

fn shorten(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(byte: u8) -> AccountId {
        AccountId::try_from([byte; 20].as_slice()).unwrap()
    }

    fn address(byte: u8) -> String {
        encode_address(&account(byte), "wasm").unwrap()
    }

    fn parse(rows: &str) -> Result<LinkTable, LinkError> {
        LinkTable::parse_csv(&format!("user,address\n{rows}"), "wasm")
    }

    #[test]
    fn an_address_comes_back_and_a_changed_letter_is_refused() {
        for len in [20, 32] {
            let account = AccountId::try_from(vec![9; len].as_slice()).unwrap();
            let text = encode_address(&account, "wasm").unwrap();
            assert_eq!(decode_address(&text, "wasm"), Ok(account));
            let last = if text.ends_with('q') { "p" } else { "q" };
            let changed = format!("{}{last}", &text[..text.len() - 1]);
            assert!(decode_address(&changed, "wasm").unwrap_err().contains("not bech32"));
        }
        let short = bech32::encode::<Bech32>(Hrp::parse("wasm").unwrap(), &[9; 19]).unwrap();
        assert!(decode_address(&short, "wasm").unwrap_err().contains("19"));
    }

    #[test]
    fn a_table_is_read_in_any_order() {
        let (a, b) = (format!("ann,{}", address(1)), format!("bob,{}\r", address(2)));
        let table = parse(&format!("{a}\n\n{b}\n")).unwrap();
        assert_eq!(table, parse(&format!("{b}\n{a}")).unwrap());
        assert_eq!(table.len(), 2);
        assert_eq!(table.account(&UserId::new("ann").unwrap()), Some(&account(1)));
        assert_eq!(table.user(&account(2)).unwrap().as_str(), "bob");
    }

    #[test]
    fn the_hash_by_hand() {
        assert_eq!(LinkTable::default().hash(), ZERO_HASH);
        let table = parse(&format!("bob,{}\nann,{}", address(2), address(1))).unwrap();
        let mut bytes = b"\0\x03ann\0\x14".to_vec();
        bytes.extend([1; 20]);
        bytes.extend(b"\0\x03bob\0\x14");
        bytes.extend([2; 20]);
        assert_eq!(table.hash(), sha256(&[&bytes]));
    }

    #[test]
    fn every_error_names_its_line() {
        let one = address(1);
        let error = |rows: String| parse(&rows).unwrap_err().to_string();
        assert!(error(format!("ann,{one}\nann,{}", address(2))).starts_with("line 3: user ann is linked"));
        assert!(error(format!("ann,{one}\nbob,{one}")).contains("belongs to user ann"));
        assert!(error("ann".to_owned()).starts_with("line 2"));
        assert!(error(format!("ann,{one},x")).starts_with("line 2"));
        assert!(error(format!(",{one}")).starts_with("line 2"));
        let other = encode_address(&account(1), "osmo").unwrap();
        assert!(error(format!("ann,{other}")).contains("prefix \"osmo\""));
        assert!(error(format!("ann,{}", one.to_uppercase())).contains("lower case"));
        assert!(error(format!("ann,{}", one.replacen("wasm1", "wasm1q", 1))).contains("not bech32"));
        let header = LinkTable::parse_csv("user;address\n", "wasm").unwrap_err();
        assert!(header.to_string().contains("user;address"));
    }
}

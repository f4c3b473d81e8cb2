//! Gifts: what was agreed, what was given, and the tokens that wait.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;
use attention_protocol::gift::{Delivery, GiftTerms};
use attention_storage::{Packed, PackedMap, push_metadata, push_text, read_metadata, read_some, read_text};
use cosmwasm_std::Storage;

use super::catalogue::Catalogue;
use super::parts::{push_condition, push_window, read_condition, read_window, unknown};
use super::tag;
use crate::error::{ContractError, Result};

/// What was agreed. Written once.
pub(crate) const GIFTS: Catalogue<GiftRow> = Catalogue::new(tag::GIFTS);
/// By gift: what was given so far.
pub(crate) const TALLIES: PackedMap<u64, TallyRow> = PackedMap::new(tag::TALLY);
/// By (gift, serial): a token that is held and promised to nobody.
pub(crate) const DEPOSITS: PackedMap<(u64, u64), DepositRow> = PackedMap::new(tag::DEPOSIT);
/// By (gift, (epoch, canonical address)): the serial of the token that was claimed.
pub(crate) const CLAIMS: PackedMap<(u64, (u64, &[u8])), u64> = PackedMap::new(tag::CLAIM);
/// By (gift, canonical address): how many tokens the account was given or is owed.
pub(crate) const CLAIM_COUNTS: PackedMap<(u64, &[u8]), u64> = PackedMap::new(tag::CLAIM_COUNT);

/// The terms of a gift that has to exist.
pub(crate) fn load_gift(storage: &dyn Storage, gift: u64) -> Result<GiftTerms> {
    Ok(GIFTS.may_load(storage, gift)?.ok_or(ContractError::UnknownGift { gift })?.0)
}

/// The terms of a gift; the collection is a validated address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GiftRow(pub(crate) GiftTerms);

impl Packed for GiftRow {
    const WHAT: &'static str = "stored gift";

    fn pack(&self, out: &mut Vec<u8>) {
        let terms = &self.0;
        terms.campaign.pack(out);
        push_condition(out, terms.condition.as_ref());
        push_text(out, &terms.collection);
        let (kind, uri) = match &terms.delivery {
            Delivery::Mint { token_uri } => (0, token_uri.as_deref().unwrap_or_default()),
            Delivery::HandOut {} => (1, ""),
        };
        out.push(kind);
        push_text(out, uri);
        out.extend_from_slice(&terms.supply.to_be_bytes());
        out.extend_from_slice(&terms.per_account.to_be_bytes());
        push_window(out, terms.window);
        push_metadata(out, terms.metadata.as_ref());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let (campaign, condition) = (u64::read(reader)?, read_condition(reader)?);
        let collection = read_text(reader)?;
        let delivery = match (reader.u8()?, read_some(reader)?) {
            (0, token_uri) => Delivery::Mint { token_uri },
            (1, None) => Delivery::HandOut {},
            (kind, _) => return Err(unknown("stored delivery", kind)),
        };
        let (supply, per_account) = (reader.u32()?, reader.u32()?);
        let (window, metadata) = (read_window(reader)?, read_metadata(reader)?);
        Ok(Self(GiftTerms {
            campaign,
            condition,
            collection,
            delivery,
            supply,
            per_account,
            window,
            metadata,
        }))
    }
}

/// `claimed u32 ‖ deposited u32 ‖ held u32 ‖ owed u32 ‖ closed u8`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TallyRow {
    /// Tokens given or owed; the next serial to be given.
    pub(crate) claimed: u32,
    /// Tokens that were ever deposited; the next serial to be deposited.
    pub(crate) deposited: u32,
    /// Rows of [`DEPOSITS`].
    pub(crate) held: u32,
    /// Rows of [`super::owed::OWED`].
    pub(crate) owed: u32,
    pub(crate) closed: bool,
}

impl Packed for TallyRow {
    const WHAT: &'static str = "stored tally";

    fn pack(&self, out: &mut Vec<u8>) {
        for count in [self.claimed, self.deposited, self.held, self.owed] {
            out.extend_from_slice(&count.to_be_bytes());
        }
        out.push(u8::from(self.closed));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            claimed: reader.u32()?,
            deposited: reader.u32()?,
            held: reader.u32()?,
            owed: reader.u32()?,
            closed: reader.u8()? != 0,
        })
    }
}

/// `serial u32 ‖ token id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DepositRow {
    pub(crate) serial: u32,
    pub(crate) token_id: String,
}

impl Packed for DepositRow {
    const WHAT: &'static str = "stored deposit";

    fn pack(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.serial.to_be_bytes());
        push_text(out, &self.token_id);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self { serial: reader.u32()?, token_id: read_text(reader)? })
    }
}

/// One more, in a count that cannot reach its limit unnoticed.
pub(crate) fn one_more(count: u32, what: &'static str) -> Result<u32> {
    count.checked_add(1).ok_or_else(|| ContractError::overflow(what))
}

/// One less.
pub(crate) fn one_less(count: u32, what: &'static str) -> Result<u32> {
    count.checked_sub(1).ok_or_else(|| ContractError::overflow(what))
}

#[cfg(test)]
mod tests {
    use attention_protocol::Score;
    use attention_protocol::gift::{Condition, EpochWindow};
    use attention_protocol::msg::Metadata;
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    #[test]
    fn every_kind_of_gift_comes_back() {
        let mut storage = MockStorage::new();
        let conditions = [
            None,
            Some(Condition::ScoreAtLeast { score: Score::MAX }),
            Some(Condition::StreakAtLeast { streak: u16::MAX }),
        ];
        let deliveries = [
            Delivery::Mint { token_uri: None },
            Delivery::Mint { token_uri: Some("ipfs://x".into()) },
            Delivery::HandOut {},
        ];
        let metadata = [
            None,
            Some(Metadata { name: "n".into(), url: None }),
            Some(Metadata { name: "n".into(), url: Some("u".repeat(256)) }),
        ];
        for ((condition, delivery), metadata) in conditions.into_iter().zip(deliveries).zip(metadata) {
            let row = GiftRow(GiftTerms {
                campaign: u64::MAX,
                condition,
                collection: "wasm1collection".into(),
                delivery,
                supply: u32::MAX,
                per_account: 2,
                window: EpochWindow { first_epoch: 3, end_epoch: u64::MAX },
                metadata,
            });
            let gift = GIFTS.add(&mut storage, 7, &row).unwrap();
            assert_eq!(GIFTS.may_load(&storage, gift).unwrap(), Some(row));
        }
        let listed = |after| GIFTS.ids(&storage, 7, after).collect::<Result<Vec<_>, _>>().unwrap();
        assert_eq!((listed(None), listed(Some(1)), listed(Some(3))), (vec![1, 2, 3], vec![2, 3], vec![]));
        assert_eq!(GIFTS.ids(&storage, 8, None).count(), 0);
    }

    #[test]
    fn tallies_and_deposits_come_back() {
        let mut storage = MockStorage::new();
        let tally = TallyRow { claimed: 1, deposited: u32::MAX, held: 3, owed: 4, closed: true };
        TALLIES.save(&mut storage, 1, &tally);
        assert_eq!(TALLIES.load(&storage, 1).unwrap(), tally);
        let deposit = DepositRow { serial: 5, token_id: "t".repeat(256) };
        DEPOSITS.save(&mut storage, (1, 5), &deposit);
        assert_eq!(DEPOSITS.load(&storage, (1, 5)).unwrap(), deposit);
        assert_eq!(one_more(u32::MAX, "x"), Err(ContractError::overflow("x")));
        assert_eq!(one_less(0, "x"), Err(ContractError::overflow("x")));
    }
}

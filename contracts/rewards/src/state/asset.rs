//! Asset scores and prices that were copied from final reports, for other contracts to read.

use attention_protocol::bytes::Reader;
use attention_protocol::{Hash, ProtocolError, Score};

use super::packed::{Packed, PackedMap};
use super::tag;

/// By hash of the asset's id: the newest record.
pub(crate) const ASSETS: PackedMap<&[u8], AssetRow> = PackedMap::new(tag::ASSET);
/// By hash of the asset's id and hash of the denom: the newest price above 0, which bounds the next one. Neither an epoch without a
/// price nor one with a price in another denom makes the contract forget it.
pub(crate) const PRICES: PackedMap<&[u8], PriceRow> = PackedMap::new(tag::PRICE);

/// `epoch ‖ score u32 ‖ price ‖ denom_hash 32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AssetRow {
    pub(crate) epoch: u64,
    pub(crate) score: Score,
    /// 0: none.
    pub(crate) price: u128,
    pub(crate) denom_hash: Hash,
}

impl Packed for AssetRow {
    const WHAT: &'static str = "stored asset";

    fn pack(&self, out: &mut Vec<u8>) {
        self.epoch.pack(out);
        out.extend_from_slice(&self.score.ppm().to_be_bytes());
        self.price.pack(out);
        out.extend_from_slice(&self.denom_hash);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            epoch: u64::read(reader)?,
            score: Score::try_from(reader.u32()?)?,
            price: u128::read(reader)?,
            denom_hash: reader.array()?,
        })
    }
}

/// `epoch ‖ price`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PriceRow {
    pub(crate) epoch: u64,
    pub(crate) price: u128,
}

impl Packed for PriceRow {
    const WHAT: &'static str = "stored price";

    fn pack(&self, out: &mut Vec<u8>) {
        self.epoch.pack(out);
        self.price.pack(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self { epoch: u64::read(reader)?, price: u128::read(reader)? })
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    #[test]
    fn an_asset_and_its_price_come_back() {
        let mut storage = MockStorage::new();
        for (epoch, price) in [(0, 0), (u64::MAX, u128::MAX)] {
            let row = AssetRow { epoch, score: Score::MAX, price, denom_hash: [9; 32] };
            ASSETS.save(&mut storage, &[1; 32], &row);
            assert_eq!(ASSETS.load(&storage, &[1; 32]).unwrap(), row);
            PRICES.save(&mut storage, &[1; 64], &PriceRow { epoch, price });
            assert_eq!(PRICES.load(&storage, &[1; 64]).unwrap(), PriceRow { epoch, price });
        }
    }
}

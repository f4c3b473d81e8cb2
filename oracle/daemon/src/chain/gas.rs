//! Coins, gas prices and fees, in integers.

use std::fmt;
use std::str::FromStr;

use super::ChainError;

/// Digits after the point that a gas price may have.
const PRICE_DECIMALS: u32 = 18;
const PRICE_ONE: u128 = 1_000_000_000_000_000_000;

/// An amount of base units of a native denom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coin {
    /// Base units.
    pub amount: u128,
    /// The bank denom.
    pub denom: String,
}

impl Coin {
    /// A coin.
    pub fn new(amount: u128, denom: impl Into<String>) -> Self {
        Self { amount, denom: denom.into() }
    }

    pub(super) fn to_cosmos(&self) -> Result<cosmrs::Coin, ChainError> {
        cosmrs::Coin::new(self.amount, &self.denom)
            .map_err(|error| ChainError::invalid("denom", &self.denom, format!("a bank denom ({error})")))
    }
}

impl fmt::Display for Coin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.amount, self.denom)
    }
}

impl FromStr for Coin {
    type Err = ChainError;

    /// `1000uattn`.
    fn from_str(text: &str) -> Result<Self, ChainError> {
        let (digits, denom) = split_denom(text);
        let amount = digits.parse::<u128>();
        match amount {
            Ok(amount) if is_denom(denom) => Ok(Self { amount, denom: denom.to_owned() }),
            _ => Err(ChainError::invalid("coin", text, "an amount and a denom, such as 1000uattn")),
        }
    }
}

/// What a unit of gas costs, exact to 18 decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GasPrice {
    /// Base units of the denom per 10^18 gas.
    per_e18_gas: u128,
    denom: String,
}

impl GasPrice {
    /// The denom fees are paid in.
    pub fn denom(&self) -> &str {
        &self.denom
    }

    /// `ceil(gas · price)`.
    ///
    /// # Errors
    /// [`ChainError::Invalid`] if it exceeds `u128`.
    pub fn fee(&self, gas: u64) -> Result<Coin, ChainError> {
        let product = self.per_e18_gas.checked_mul(u128::from(gas));
        let product = product.ok_or_else(|| ChainError::invalid("gas price", self, "lower"))?;
        Ok(Coin { amount: product.div_ceil(PRICE_ONE), denom: self.denom.clone() })
    }
}

impl fmt::Display for GasPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.per_e18_gas / PRICE_ONE, self.per_e18_gas % PRICE_ONE);
        let part = format!("{part:018}");
        match part.trim_end_matches('0') {
            "" => write!(f, "{whole}{}", self.denom),
            part => write!(f, "{whole}.{part}{}", self.denom),
        }
    }
}

impl FromStr for GasPrice {
    type Err = ChainError;

    /// `0.025uattn`: digits, at most 18 of them after the point, and a denom.
    fn from_str(text: &str) -> Result<Self, ChainError> {
        let (number, denom) = split_denom(text);
        match price_e18(number) {
            Some(per_e18_gas) if is_denom(denom) => Ok(Self { per_e18_gas, denom: denom.to_owned() }),
            _ => Err(ChainError::invalid("gas price", text, "a number and a denom, such as 0.025uattn")),
        }
    }
}

fn price_e18(number: &str) -> Option<u128> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let decimals = u32::try_from(part.len()).ok().filter(|decimals| *decimals <= PRICE_DECIMALS)?;
    let whole = whole.parse::<u128>().ok()?.checked_mul(PRICE_ONE)?;
    let part = if part.is_empty() { 0 } else { part.parse::<u128>().ok()? };
    let part = part.checked_mul(10u128.checked_pow(PRICE_DECIMALS.checked_sub(decimals)?)?)?;
    whole.checked_add(part)
}

fn split_denom(text: &str) -> (&str, &str) {
    let start = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    text.split_at(start)
}

/// The bank module's rule: a letter, then 2 to 127 letters, digits or `/:._-`.
fn is_denom(denom: &str) -> bool {
    (3..=128).contains(&denom.len())
        && denom.starts_with(|c: char| c.is_ascii_alphabetic())
        && denom.chars().all(|c| c.is_ascii_alphanumeric() || "/:._-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_by_hand() {
        let price: GasPrice = "0.025uattn".parse().unwrap();
        assert_eq!(price.fee(100_000).unwrap(), Coin::new(2_500, "uattn"));
        assert_eq!(price.fee(100_001).unwrap(), Coin::new(2_501, "uattn"), "rounded up");
        assert_eq!(price.fee(0).unwrap().amount, 0);
        let whole: GasPrice = "3uattn".parse().unwrap();
        assert_eq!(whole.fee(7).unwrap().amount, 21);
        assert_eq!((price.to_string(), whole.to_string()), ("0.025uattn".into(), "3uattn".into()));
    }

    #[test]
    fn a_bad_price_or_coin_is_named() {
        for text in ["", "uattn", "0.025", "1.2.3uattn", "-1uattn", "0.0000000000000000001uattn", "1ua"] {
            assert!(text.parse::<GasPrice>().is_err(), "{text}");
        }
        let error = "1.5x".parse::<GasPrice>().unwrap_err().to_string();
        assert_eq!(error, "gas price is \"1.5x\": a number and a denom, such as 0.025uattn");
        assert_eq!("12uattn".parse::<Coin>().unwrap(), Coin::new(12, "uattn"));
        for text in ["", "12", "uattn", "1.5uattn", "12 uattn", "12uattn,"] {
            assert!(text.parse::<Coin>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_price_beyond_all_bounds_is_an_error() {
        let price: GasPrice = "340282366920938463463uattn".parse().unwrap();
        assert!(price.fee(1).is_ok());
        assert!(price.fee(2).unwrap_err().to_string().starts_with("gas price is"));
        assert!("340282366920938463464uattn".parse::<GasPrice>().is_err());
    }
}

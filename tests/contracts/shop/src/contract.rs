//! The entry points.

use attention_protocol::asset::denom_hash;
use attention_protocol::gift::{HasPrivilegeResponse, QueryMsg as GiftsQuery};
use attention_protocol::msg::{AssetPriceResponse, QueryMsg as RewardsQuery, ScoreResponse};
#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{
    Addr, BankMsg, Binary, Coin, Deps, DepsMut, Env, MessageInfo, Response, StdResult, to_json_binary,
};
use cw_storage_plus::Item;
use cw_utils::{nonpayable, one_coin};

use crate::error::ShopError;
use crate::msg::{ExecuteMsg, FullPrice, InstantiateMsg, QueryMsg, Shop};

const SHOP: Item<Shop> = Item::new("shop");
/// One of twice a score's range: full attention is worth half of a price.
const WHOLE_PPM: u32 = 2_000_000;

/// Opens a shop.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(deps: DepsMut<'_>, _: Env, info: MessageInfo, msg: InstantiateMsg) -> StdResult<Response> {
    let shop = Shop {
        keeper: info.sender,
        rewards: deps.api.addr_validate(&msg.rewards)?,
        campaign: msg.campaign,
        stale_epochs_max: msg.stale_epochs_max,
        gifts: deps.api.addr_validate(&msg.gifts)?,
        privilege: msg.privilege,
        level: msg.level,
        prices: msg.prices,
    };
    SHOP.save(deps.storage, &shop)?;
    Ok(Response::new())
}

/// Serves a visitor.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(deps: DepsMut<'_>, _: Env, info: MessageInfo, msg: ExecuteMsg) -> Result<Response, ShopError> {
    let shop = SHOP.load(deps.storage)?;
    match msg {
        ExecuteMsg::Buy { item } => {
            let paid = one_coin(&info)?;
            let price = price(deps.as_ref(), &shop, item, info.sender)?;
            if paid != price {
                return Err(ShopError::WrongPrice { paid, price });
            }
            let payment = BankMsg::Send { to_address: shop.keeper.into_string(), amount: vec![price] };
            Ok(Response::new().add_attribute("item", item.to_string()).add_message(payment))
        }
        ExecuteMsg::OpenDoor {} => {
            nonpayable(&info)?;
            let (privilege, level, visitor) = (shop.privilege, shop.level, info.sender);
            let query = GiftsQuery::HasPrivilege { privilege, account: visitor.to_string(), level };
            let answer: HasPrivilegeResponse = deps.querier.query_wasm_smart(shop.gifts, &query)?;
            if !answer.has {
                return Err(ShopError::DoorShut { visitor, level, privilege });
            }
            Ok(Response::new().add_attribute("door", "open"))
        }
    }
}

/// Answers a visitor.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps<'_>, _: Env, msg: QueryMsg) -> Result<Binary, ShopError> {
    let QueryMsg::Price { item, buyer } = msg;
    let buyer = deps.api.addr_validate(&buyer)?;
    Ok(to_json_binary(&price(deps, &SHOP.load(deps.storage)?, item, buyer)?)?)
}

/// `ceil(full · (2·10^6 − score) / (2·10^6))`, rounded in the shop's favour.
fn price(deps: Deps<'_>, shop: &Shop, item: u32, buyer: Addr) -> Result<Coin, ShopError> {
    let index = usize::try_from(item).unwrap_or(usize::MAX);
    let full = full_price(deps, shop, shop.prices.get(index).ok_or(ShopError::UnknownItem { item })?)?;
    let query = RewardsQuery::Score { campaign: shop.campaign, account: buyer.to_string(), epoch: None };
    let answer: ScoreResponse = deps.querier.query_wasm_smart(&shop.rewards, &query)?;
    let Some(score) = answer.score else {
        return Err(ShopError::NoScore { buyer });
    };
    let (stale_epochs, max) = (answer.stale_epochs, shop.stale_epochs_max);
    if stale_epochs > max {
        return Err(ShopError::StaleScore { buyer, stale_epochs, max });
    }
    let rebate = full.amount.multiply_ratio(score.ppm(), WHOLE_PPM);
    Ok(Coin { denom: full.denom, amount: full.amount.abs_diff(rebate) })
}

/// What an item costs before the rebate. A recorded price is believed only if it is there, in the shop's denom, and young enough:
/// a price in another denom is a number that means something else.
fn full_price(deps: Deps<'_>, shop: &Shop, full: &FullPrice) -> Result<Coin, ShopError> {
    let (asset_id, denom) = match full {
        FullPrice::Fixed { price } => return Ok(price.clone()),
        FullPrice::Asset { asset_id, denom } => (asset_id.clone(), denom.clone()),
    };
    let query = RewardsQuery::AssetPrice { asset_id: asset_id.clone() };
    let answer: AssetPriceResponse = deps.querier.query_wasm_smart(&shop.rewards, &query)?;
    let Some(recorded_in) = answer.denom_hash.filter(|_| !answer.price.is_zero()) else {
        return Err(ShopError::NoPrice { asset_id });
    };
    if recorded_in.as_slice() != denom_hash(&denom) {
        return Err(ShopError::OtherDenom { asset_id, denom });
    }
    let (stale_epochs, max) = (answer.stale_epochs, shop.stale_epochs_max);
    if stale_epochs > max {
        return Err(ShopError::StalePrice { asset_id, stale_epochs, max });
    }
    Ok(Coin { denom, amount: answer.price.into() })
}

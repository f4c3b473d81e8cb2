//! No coin is made or lost.

use attention_protocol::msg::{CampaignsResponse, QueryMsg, SolvencyResponse};
use cw_multi_test::AppResponse;

use super::{ATT, BOND, Suite, USD};

/// What the contract says that it owes in an asset, by whom.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Debts {
    /// To campaigns: unallocated and outstanding.
    pub campaigns: u128,
    /// To the owner.
    pub fees: u128,
    /// To the operators, until they are distributed.
    pub operator_fees: u128,
    /// To accounts, by `withdraw_owed`.
    pub withdrawable: u128,
    /// Bonds.
    pub bonds: u128,
}

impl Debts {
    /// All of it.
    pub fn total(self) -> u128 {
        self.campaigns + self.fees + self.operator_fees + self.withdrawable + self.bonds
    }
}

impl Suite {
    /// Every asset that the contract may hold.
    pub fn assets(&self) -> Vec<String> {
        let tokens = (0..self.tokens.len()).map(|token| self.asset(token));
        [ATT, USD, BOND].into_iter().map(String::from).chain(tokens).collect()
    }

    /// Each campaign's books add up, and each balance is exactly what the books say. A few small queries, whatever happened before.
    #[track_caller]
    pub fn check_conservation(&self) {
        let mut campaigns = std::collections::BTreeMap::<&str, u128>::new();
        for (campaign, asset) in &self.campaigns {
            let money = self.money(*campaign);
            let parts = money.unallocated + money.allocated + money.refunded + money.fees;
            assert_eq!(money.funded, parts, "campaign {campaign}: {money:?}");
            assert_eq!(money.allocated, money.claimed + money.outstanding, "campaign {campaign}");
            *campaigns.entry(asset).or_default() += (money.unallocated + money.outstanding).u128();
        }
        for asset in self.assets() {
            let debts = self.debts(&asset);
            assert_eq!(debts.campaigns, campaigns.get(asset.as_str()).copied().unwrap_or(0), "{asset}");
            if !self.unsound.contains(&asset) {
                assert_eq!(self.balance(&self.contract, &asset), debts.total(), "{asset}: {debts:?}");
            }
        }
    }

    /// The pages of the solvency query, added up.
    pub fn debts(&self, asset: &str) -> Debts {
        let (mut debts, mut start_after) = (Debts::default(), None);
        loop {
            let page: SolvencyResponse =
                self.query(&QueryMsg::Solvency { denom: asset.into(), start_after, limit: Some(50) });
            debts.campaigns += page.owed.u128();
            debts.fees += page.fees_due.u128();
            debts.operator_fees += page.operator_fees.u128();
            debts.withdrawable += page.withdrawable.u128();
            debts.bonds += page.bonds_held.u128();
            if page.next.is_none() {
                return debts;
            }
            start_after = page.next;
        }
    }

    /// Notes the campaigns of a deployment that this suite did not make, 50 at most.
    pub fn find_campaigns(&mut self) {
        let page: CampaignsResponse = self.query(&QueryMsg::Campaigns { start_after: None, limit: Some(50) });
        self.campaigns =
            page.campaigns.into_iter().map(|campaign| (campaign.campaign, campaign.denom)).collect();
    }

    /// Notes the campaigns that a message created, and compares the books.
    #[track_caller]
    pub(super) fn after(&mut self, result: &Result<AppResponse, String>) {
        let events = result.iter().flat_map(|response| &response.events);
        for event in events.filter(|event| event.ty == "wasm-campaign_created") {
            let value =
                |key: &str| event.attributes.iter().find(|a| a.key == key).map(|a| a.value.clone()).unwrap();
            if value("_contract_address") == self.contract.as_str() {
                self.campaigns.push((value("campaign").parse().unwrap(), value("denom")));
            }
        }
        if self.is_audited {
            self.check_conservation();
        }
    }
}

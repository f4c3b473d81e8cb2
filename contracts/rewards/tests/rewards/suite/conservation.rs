//! No coin is made or lost.

use attention_protocol::msg::{CampaignsResponse, FeesResponse, QueryMsg, SolvencyResponse};

use super::{ATT, BOND, Suite, USD};

impl Suite {
    /// Each campaign's books add up, and each balance is exactly what the books say.
    #[track_caller]
    pub fn check_conservation(&self) {
        let campaigns = self.all_campaigns();
        for denom in [ATT, USD] {
            let mut owed = 0;
            for (campaign, campaign_denom) in &campaigns {
                let money = self.money(*campaign);
                let parts = money.unallocated + money.allocated + money.refunded + money.fees;
                assert_eq!(money.funded, parts, "campaign {campaign}: {money:?}");
                assert_eq!(money.allocated, money.claimed + money.outstanding, "campaign {campaign}");
                if campaign_denom == denom {
                    owed += (money.unallocated + money.outstanding).u128();
                }
            }
            let fees: FeesResponse = self.query(&QueryMsg::Fees { denom: denom.into() });
            assert_eq!(self.balance(&self.contract, denom), owed + fees.due.u128(), "{denom}");
            assert_eq!(self.owed_by_solvency(denom), owed, "{denom}");
        }
        assert_eq!(self.balance(&self.contract, BOND), self.booked_bonds(), "bonds");
    }

    /// The ids of all campaigns.
    pub fn campaigns(&self) -> Vec<u64> {
        self.all_campaigns().into_iter().map(|(id, _)| id).collect()
    }

    fn all_campaigns(&self) -> Vec<(u64, String)> {
        let mut all = Vec::new();
        loop {
            let start_after = all.last().map(|(id, _)| *id);
            let page: CampaignsResponse = self.query(&QueryMsg::Campaigns { start_after, limit: Some(50) });
            if page.campaigns.is_empty() {
                return all;
            }
            all.extend(page.campaigns.into_iter().map(|campaign| (campaign.campaign, campaign.denom)));
        }
    }

    /// The pages of the solvency query, added up.
    fn owed_by_solvency(&self, denom: &str) -> u128 {
        let (mut owed, mut start_after) = (0, None);
        loop {
            let page: SolvencyResponse =
                self.query(&QueryMsg::Solvency { denom: denom.into(), start_after, limit: Some(3) });
            owed += page.owed.u128();
            if page.next.is_none() {
                return owed;
            }
            start_after = page.next;
        }
    }
}

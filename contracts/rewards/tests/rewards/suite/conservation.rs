//! No coin is made or lost.

use attention_protocol::msg::{
    CampaignsResponse, FeesResponse, OperatorFeesResponse, QueryMsg, SolvencyResponse,
};

use super::{ATT, BOND, Suite, USD};

impl Suite {
    /// Each campaign's books add up, and each balance is exactly what the books say.
    #[track_caller]
    pub fn check_conservation(&self) {
        let campaigns = self.all_campaigns();
        for denom in [ATT, USD, BOND] {
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
            let (owed_by_solvency, first) = self.solvency(denom);
            assert_eq!(owed_by_solvency, owed, "{denom}");
            let fees: FeesResponse = self.query(&QueryMsg::Fees { denom: denom.into() });
            let pot: OperatorFeesResponse = self.query(&QueryMsg::OperatorFees { denom: denom.into() });
            assert_eq!((first.fees_due, first.operator_fees), (fees.due, pot.due), "{denom}");
            let parts = [first.fees_due, first.operator_fees, first.owed_accounts, first.bonds];
            let books = owed + parts.map(|part| part.u128()).iter().sum::<u128>();
            assert_eq!(self.balance(&self.contract, denom), books, "{denom}");
        }
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

    /// What the pages of the solvency query owe in campaigns, added up, and the first of them.
    fn solvency(&self, denom: &str) -> (u128, SolvencyResponse) {
        let (mut owed, mut start_after, mut first) = (0, None, None);
        loop {
            let page: SolvencyResponse =
                self.query(&QueryMsg::Solvency { denom: denom.into(), start_after, limit: Some(3) });
            owed += page.owed.u128();
            start_after = page.next;
            first = first.or(Some(page));
            if start_after.is_none() {
                return (owed, first.unwrap());
            }
        }
    }
}

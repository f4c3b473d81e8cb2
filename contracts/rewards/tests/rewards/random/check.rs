//! How the books and the deployment are compared: the money after every step, what must never change now and then.

use attention_protocol::msg::{
    AllocationResponse, BondResponse, ClaimedResponse, EpochStatusResponse, OwnershipResponse,
    ParticipationResponse, PauseResponse, QueryMsg, ReportStatus,
};

use super::NAMES;
use super::model::epochs::Stage;
use super::model::{Model, NOBODY};
use super::world::World;

impl World {
    /// After every step: all books, all balances, and where the reports stand.
    pub fn check(&mut self) {
        self.model.epochs.advance(self.now());
        self.check_campaigns();
        for asset in self.suite.assets() {
            let debts = self.model.debts(&asset);
            assert_eq!(self.suite.debts(&asset), debts, "{asset}");
            let held = self.suite.balance(&self.suite.contract, &asset);
            assert_eq!(held, debts.total(), "{asset}: {debts:?}");
        }
        for ((asset, person), held) in &self.model.held {
            assert_eq!(self.suite.balance(person, asset), *held, "{person} in {asset}");
        }
        self.check_epochs();
    }

    fn check_campaigns(&self) {
        for (id, campaign) in &self.model.campaigns {
            let money = self.suite.money(*id);
            let credited = campaign.credited(u64::MAX);
            let refunded = campaign.back_unallocated + campaign.back_unclaimed;
            let ours = [
                credited + campaign.fees,
                campaign.unallocated(),
                campaign.allocated - campaign.back_unclaimed,
                campaign.paid_out(),
                refunded,
                campaign.fees,
                campaign.outstanding(),
            ];
            let theirs = [
                money.funded,
                money.unallocated,
                money.allocated,
                money.claimed,
                money.refunded,
                money.fees,
                money.outstanding,
            ];
            assert_eq!(theirs.map(|amount| amount.u128()), ours, "campaign {id}: {campaign:?}");
            assert_eq!(money.closed, campaign.closed, "campaign {id}");
            assert!(campaign.paid_out() + refunded <= credited, "campaign {id} paid more than came in");
        }
    }

    fn check_epochs(&self) {
        let status: EpochStatusResponse = self.suite.epoch_status();
        let epochs = &self.model.epochs;
        assert_eq!((status.open_epoch, status.revision), (epochs.open, epochs.revision), "{epochs:?}");
        let (due_s, input) = match &epochs.stage {
            Stage::Awaited { due_s, input, .. } => (Some(*due_s), *input),
            Stage::Pending { .. } => (None, None),
        };
        assert_eq!(status.due_s, due_s, "{epochs:?}");
        assert_eq!(status.input_root.map(|root| root.to_vec()), input.map(|root| root.to_vec()));
    }

    /// The contract's answer about an allocation, to be compared later.
    pub fn allocation(&self, campaign: u64, epoch: u64) -> serde_json::Value {
        let answer: AllocationResponse = self.suite.query(&QueryMsg::Allocation { campaign, epoch });
        serde_json::to_value(answer).unwrap()
    }

    /// Now and then: what does not change, and what each account was paid, is owed and has put up.
    pub fn check_all(&self) {
        for (id, campaign) in &self.model.campaigns {
            let settled = campaign.settled.iter().map(|(epoch, settled)| (epoch, &settled.answer));
            for (epoch, answer) in settled.chain(&campaign.rejected) {
                assert_eq!(&self.allocation(*id, *epoch), answer, "campaign {id} in epoch {epoch}");
            }
            for name in NAMES {
                let account = self.suite.user(name).to_string();
                let query = QueryMsg::Claimed { campaign: *id, account };
                let claimed = self.suite.query::<ClaimedResponse>(&query).claimed.u128();
                assert_eq!(claimed, campaign.claimed.get(name).copied().unwrap_or(0), "{name} in {id}");
            }
            let stored = self.suite.campaign(*id);
            assert_eq!(stored.end_epoch, campaign.end(&self.model.epochs), "campaign {id}");
            assert_eq!(stored.claims_close_s, self.claims_close_s(*id), "campaign {id}");
            assert_eq!((&stored.sponsor, &stored.proposed_sponsor), (&campaign.sponsor, &campaign.proposed));
            assert_eq!(stored.refund_address, campaign.refund_to, "it stays");
        }
        for ((asset, account), owed) in &self.model.owed {
            if account.as_str() != NOBODY {
                assert_eq!(self.suite.owed(asset, account), *owed, "{account} in {asset}");
            }
        }
        self.check_reports();
        self.check_operators();
        self.check_roles();
        self.check_records();
    }

    /// Reports that became final stay as they were posted, and no other epoch has one.
    fn check_reports(&self) {
        for (epoch, posted) in self.posted.iter().filter(|(epoch, _)| **epoch != self.model.epochs.open) {
            let report = self.suite.report(*epoch);
            let body = report.body.map(|body| body.to_vec());
            assert_eq!(body, Some(posted.draft.body.pack()), "epoch {epoch}");
            let ended = (report.status, report.ends_at_s);
            let expected = self.model.epochs.finals.get(epoch).copied();
            assert_eq!(ended, (ReportStatus::Final, expected), "epoch {epoch}");
        }
        for epoch in self.model.epochs.open.saturating_sub(5)..self.model.epochs.open {
            let is_missed = self.suite.report_status(epoch) == ReportStatus::Missed;
            assert_eq!(is_missed, self.model.epochs.is_missed(epoch), "epoch {epoch}");
        }
    }

    fn check_operators(&self) {
        let (operators, open) = (&self.model.operators, self.model.epochs.open);
        for admin in &self.admins {
            let bond: BondResponse = self.suite.bond(admin);
            let ours = operators.bond(admin);
            assert_eq!((bond.bonded.u128(), bond.unbonding.u128()), (ours.bonded, ours.leaving), "{admin}");
            assert_eq!(bond.required.u128(), operators.required(admin, open), "{admin}");
            assert_eq!(bond.suspended, operators.suspended.contains(admin), "{admin}");
        }
        for epoch in [open, self.current_epoch(), u64::MAX] {
            let stored = self.suite.config_at(epoch);
            let config = operators.at(epoch);
            assert_eq!(
                (stored.config_version, stored.spec_hash.to_vec()),
                (config.version, vec![config.spec; 32])
            );
            assert_eq!(usize::from(stored.quorum), config.quorum());
            let named: Vec<_> = config.operators.iter().map(|operator| operator.admin.to_string()).collect();
            assert_eq!(
                stored.operators.iter().map(|operator| operator.admin.clone()).collect::<Vec<_>>(),
                named
            );
            assert_eq!(stored.config_digest.to_vec(), self.config_digest(epoch), "epoch {epoch}");
        }
        let participation: ParticipationResponse = self.suite.query(&QueryMsg::Participation {});
        assert_eq!(participation.next_epoch, self.model.participation.next);
        for operator in participation.operators {
            let counts = self.model.participation.counts.get(&operator.admin).copied();
            assert_eq!((operator.reports, operator.signed), counts.unwrap_or_default(), "{}", operator.admin);
        }
    }

    fn check_roles(&self) {
        let roles: OwnershipResponse = self.suite.query(&QueryMsg::Ownership {});
        let Model { owner, next_owner, guardian, .. } = &self.model;
        assert_eq!((&roles.owner, &roles.proposed, &roles.guardian), (owner, next_owner, guardian));
        let pause: PauseResponse = self.suite.query(&QueryMsg::Pause {});
        assert_eq!(pause.paused_seconds, self.model.paused_s(self.now_s()));
    }
}

//! What an epoch needs from the chain. Answers about the past never change, so they are asked once.

use std::collections::BTreeMap;
use std::sync::Arc;

use attention_core::campaign::CampaignView;
use attention_core::consent::ConsentLog;
use attention_protocol::msg::{
    CampaignResponse, CampaignsResponse, EpochStatusResponse, FundingResponse, PAGE_MAX, QueryMsg,
    ReportResponse, ReportStatus, ReportsResponse,
};
use attention_protocol::{Hash, ReportBody};
use cosmwasm_std::Binary;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use super::{EpochConfig, EpochError};
use crate::chain::ChainClient;
use crate::config::{DeploymentConfig, RotationPolicy};

/// Most campaigns that are read.
const CAMPAIGNS_MAX: usize = attention_core::report_builder::CAMPAIGNS_MAX;
/// Most final reports that are read.
const REPORTS_MAX: usize = 1 << 20;

/// A final report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalReport {
    /// Its body.
    pub body: ReportBody,
    /// Its digest.
    pub digest: Hash,
    /// Who signed it.
    pub signers: Vec<u8>,
}

#[derive(Debug, Default)]
struct Known {
    /// Terminal epochs: the final report, or none.
    reports: BTreeMap<u64, Option<FinalReport>>,
    /// Funds credited before the end of an epoch that ended at least one epoch ago.
    credited: BTreeMap<(u64, u64), u128>,
}

/// Reads the contract.
#[derive(Debug)]
pub struct ChainReader {
    client: Arc<ChainClient>,
    deployment: DeploymentConfig,
    pub(super) rotation: RotationPolicy,
    known: Mutex<Known>,
    /// Configurations by epoch that were asked for and accepted.
    pub(super) configurations: std::sync::Mutex<BTreeMap<u64, Arc<EpochConfig>>>,
    /// Changes of consent that were read.
    pub(super) consent: Mutex<ConsentLog>,
}

impl ChainReader {
    /// A reader of one deployment, which believes the configurations that `rotation` accepts besides `deployment`.
    pub fn new(client: Arc<ChainClient>, deployment: DeploymentConfig, rotation: RotationPolicy) -> Self {
        Self {
            client,
            deployment,
            rotation,
            known: Mutex::default(),
            configurations: std::sync::Mutex::default(),
            consent: Mutex::default(),
        }
    }

    /// The client.
    pub fn client(&self) -> &Arc<ChainClient> {
        &self.client
    }

    /// The deployment as the operator believes it: chain, contract and clock never change; operators, specification and
    /// version are those of the own configuration alone.
    pub fn deployment(&self) -> &DeploymentConfig {
        &self.deployment
    }

    /// Asks the contract.
    ///
    /// # Errors
    /// [`EpochError::Chain`].
    pub async fn query<A: DeserializeOwned>(&self, msg: &QueryMsg) -> Result<A, EpochError> {
        Ok(self.client.query(&self.deployment.contract, msg).await?)
    }

    /// Where the epoch clock stands.
    ///
    /// # Errors
    /// [`EpochError::Chain`].
    pub async fn epoch_status(&self) -> Result<EpochStatusResponse, EpochError> {
        self.query(&QueryMsg::EpochStatus {}).await
    }

    /// The report of an epoch.
    ///
    /// # Errors
    /// [`EpochError::Chain`].
    pub async fn report(&self, epoch: u64) -> Result<ReportResponse, EpochError> {
        self.query(&QueryMsg::Report { epoch }).await
    }

    /// All campaigns, by rising id.
    ///
    /// # Errors
    /// Those of [`all_campaigns`].
    pub async fn campaigns(&self) -> Result<Vec<CampaignResponse>, EpochError> {
        all_campaigns(&self.client, &self.deployment.contract).await
    }

    /// The final reports of epochs below `epoch`, rising. Each must carry its digest, its own epoch and the digest of the
    /// configuration in force for it, which has to be one that is accepted here.
    ///
    /// # Errors
    /// [`EpochError::Chain`], [`EpochError::Answer`] or [`EpochError::Deployment`].
    pub async fn final_reports(&self, epoch: u64) -> Result<Vec<FinalReport>, EpochError> {
        let mut known = self.known.lock().await;
        let newest_known = known.reports.last_key_value().map(|(epoch, _)| *epoch);
        let mut before = epoch;
        let mut fresh = BTreeMap::new();
        loop {
            let query = QueryMsg::Reports { before: Some(before), limit: Some(PAGE_MAX) };
            let page: ReportsResponse = self.query(&query).await?;
            let Some(lowest) = page.reports.last().map(|report| report.epoch) else { break };
            if lowest >= before || fresh.len() > REPORTS_MAX {
                let problem = "pages that repeat, or more than there can be".to_owned();
                return Err(EpochError::Answer { what: "reports".to_owned(), problem });
            }
            before = lowest;
            let reached = newest_known.is_some_and(|newest| lowest <= newest);
            for report in page.reports {
                if let Some(report_final) = terminal(&report)? {
                    fresh.insert(report.epoch, report_final);
                }
            }
            if reached {
                break;
            }
        }
        let reports = fresh.values().flatten().map(|report| (report.body.epoch, report.body.config_digest));
        self.check_configurations(&reports.collect::<Vec<_>>()).await?;
        known.reports.append(&mut fresh);
        let below = known.reports.range(..epoch);
        Ok(below.filter_map(|(_, report)| report.clone()).collect())
    }

    async fn ask_credited(&self, campaign: u64, epoch: u64) -> Result<u128, EpochError> {
        let answer: FundingResponse = self.query(&QueryMsg::Funding { campaign, epoch }).await?;
        Ok(answer.credited.u128())
    }

    /// What was credited to a campaign before the end of an epoch that ended at least one epoch ago.
    async fn credited_before(&self, campaign: u64, epoch: u64) -> Result<u128, EpochError> {
        if let Some(credited) = self.known.lock().await.credited.get(&(campaign, epoch)) {
            return Ok(*credited);
        }
        let credited = self.ask_credited(campaign, epoch).await?;
        self.known.lock().await.credited.insert((campaign, epoch), credited);
        Ok(credited)
    }

    /// A campaign with what was credited to it before the end of each of `epochs`, rising. That of the last one is asked
    /// again each time: a node that lags a little may still answer for a window that is open to it.
    ///
    /// # Errors
    /// [`EpochError::Chain`].
    pub async fn view(
        &self,
        campaign: &CampaignResponse,
        epochs: &[u64],
    ) -> Result<CampaignView, EpochError> {
        let mut credited = BTreeMap::new();
        for &epoch in epochs {
            let amount = match epochs.last() {
                Some(&last) if last == epoch => self.ask_credited(campaign.campaign, epoch).await?,
                _ => self.credited_before(campaign.campaign, epoch).await?,
            };
            credited.insert(epoch, amount);
        }
        Ok(CampaignView {
            id: campaign.campaign,
            terms: campaign.terms.clone(),
            end_epoch: campaign.end_epoch,
            denom: campaign.denom.clone(),
            credited,
        })
    }
}

/// All campaigns of a contract, by rising id.
///
/// # Errors
/// [`EpochError::Chain`], or [`EpochError::Answer`] if there are more than can be.
pub(crate) async fn all_campaigns(
    client: &ChainClient,
    contract: &str,
) -> Result<Vec<CampaignResponse>, EpochError> {
    let mut campaigns: Vec<CampaignResponse> = Vec::new();
    loop {
        let start_after = campaigns.last().map(|last| last.campaign);
        let query = QueryMsg::Campaigns { start_after, limit: Some(PAGE_MAX) };
        let page: CampaignsResponse = client.query(contract, &query).await?;
        let falls = page.campaigns.first().is_some_and(|first| start_after >= Some(first.campaign));
        if page.campaigns.is_empty() {
            return Ok(campaigns);
        }
        campaigns.extend(page.campaigns);
        if falls || campaigns.len() > CAMPAIGNS_MAX {
            let problem = format!("pages that repeat, or more than {CAMPAIGNS_MAX} campaigns");
            return Err(EpochError::Answer { what: "campaigns".to_owned(), problem });
        }
    }
}

/// 32 bytes of an answer.
pub(crate) fn hash_of(what: &str, bytes: &Binary) -> Result<Hash, EpochError> {
    bytes.as_slice().try_into().map_err(|_| EpochError::Answer {
        what: what.to_owned(),
        problem: format!("{} bytes where a hash has 32", bytes.len()),
    })
}

/// The packed body of an answer, whose digest and epoch must be the answer's.
pub(crate) fn body_of(report: &ReportResponse) -> Result<Option<(ReportBody, Hash)>, EpochError> {
    let what = format!("the report of epoch {}", report.epoch);
    let (Some(body), Some(digest)) = (&report.body, &report.digest) else { return Ok(None) };
    let digest = hash_of(&what, digest)?;
    let body = ReportBody::unpack(body)?;
    if body.digest() != digest || body.epoch != report.epoch {
        let problem = "its body does not give its digest, or is of another epoch".to_owned();
        return Err(EpochError::Answer { what, problem });
    }
    Ok(Some((body, digest)))
}

/// `Some(Some(_))` for a final report, `Some(None)` for a missed epoch, `None` for one that is not terminal.
fn terminal(report: &ReportResponse) -> Result<Option<Option<FinalReport>>, EpochError> {
    match report.status {
        ReportStatus::Open | ReportStatus::Pending | ReportStatus::Challenged => Ok(None),
        ReportStatus::Missed => Ok(Some(None)),
        ReportStatus::Final => {
            let found = body_of(report)?;
            let (body, digest) = found.ok_or_else(|| EpochError::Answer {
                what: format!("the report of epoch {}", report.epoch),
                problem: "it is final and has no body".to_owned(),
            })?;
            Ok(Some(Some(FinalReport { body, digest, signers: report.signers.clone() })))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(status: ReportStatus) -> ReportResponse {
        ReportResponse {
            epoch: 3,
            status,
            revision: 0,
            body: None,
            digest: None,
            signers: vec![],
            submitted_at_s: None,
            ends_at_s: None,
            ends_height: None,
            open_demands: 0,
            voided: vec![],
        }
    }

    #[test]
    fn only_what_is_terminal_and_consistent_counts() {
        assert_eq!(terminal(&report(ReportStatus::Pending)).unwrap(), None);
        assert_eq!(terminal(&report(ReportStatus::Challenged)).unwrap(), None);
        assert_eq!(terminal(&report(ReportStatus::Missed)).unwrap(), Some(None));
        assert!(terminal(&report(ReportStatus::Final)).is_err());
        let body = ReportBody {
            config_digest: [1; 32],
            prev_digest: [0; 32],
            epoch: 3,
            revision: 0,
            campaigns_root: [0; 32],
            campaign_count: 0,
            assets_root: [0; 32],
            asset_count: 0,
            input_root: [2; 32],
            model_hash: [3; 32],
            leaves_hash: [4; 32],
        };
        let mut whole = report(ReportStatus::Final);
        whole.body = Some(body.pack().into());
        whole.digest = Some(body.digest().into());
        assert_eq!(terminal(&whole).unwrap().unwrap().unwrap().body, body);
        whole.epoch = 4;
        assert!(terminal(&whole).unwrap_err().to_string().contains("of another epoch"));
        whole.epoch = 3;
        whole.digest = Some([9; 32].into());
        assert!(terminal(&whole).is_err());
    }
}

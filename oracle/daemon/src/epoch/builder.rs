//! From an epoch's number to its report: chain state, history, attention, trees.

use std::ops::Range;
use std::sync::Arc;

use attention_core::attention::Integrity;
use attention_core::base::{FinalEpoch, choose_base, history_epochs};
use attention_core::campaign::CampaignView;
use attention_core::consent::ConsentTable;
use attention_core::report_builder::{AssetTerms, EpochInput, EpochOutput, ReportHeader, build_epoch};
use attention_protocol::Hash;
use attention_protocol::msg::CampaignResponse;
use tokio::sync::Mutex;

use super::{ChainReader, EpochConfig, EpochError, FinalReport, ModelCache, World};
use crate::config::Config;
use crate::operator::check_spec;
use crate::peers::PeerClient;
use crate::store::{DataDir, HashedFiles};

/// Which report is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildRequest {
    /// The epoch.
    pub epoch: u64,
    /// The revision.
    pub revision: u32,
    /// Digest of the newest final report.
    pub prev_digest: Hash,
}

/// A report that was built here.
#[derive(Debug, Clone)]
pub struct BuiltEpoch {
    /// Body, leaves and summary.
    pub output: EpochOutput,
    /// The attention it came from: (user, asset) pairs with engagement.
    pub pairs: usize,
}

/// Builds reports. Everything it learns about the past is kept between epochs while a campaign that runs may build on it;
/// of the past leaves only the bases.
#[derive(Debug)]
pub struct EpochBuilder {
    world: Arc<World>,
    reader: Arc<ChainReader>,
    models: ModelCache,
    leaves: HashedFiles,
    peers: PeerClient,
    price_denom: String,
    history: Mutex<Vec<FinalEpoch>>,
}

impl EpochBuilder {
    /// A builder on a loaded world.
    pub fn new(
        config: &Config,
        world: Arc<World>,
        reader: Arc<ChainReader>,
        peers: PeerClient,
    ) -> Result<Self, EpochError> {
        let data = DataDir::open(&config.data_dir)?;
        let bytes_max = u64::try_from(config.peers.limits.body_bytes_max).unwrap_or(u64::MAX);
        Ok(Self {
            world,
            reader,
            models: ModelCache::new(data.models(), config.threads),
            leaves: HashedFiles::new(data.leaves(), bytes_max),
            peers,
            price_denom: config.price_denom.clone(),
            history: Mutex::default(),
        })
    }

    /// The world it builds on.
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// The models.
    pub fn models(&self) -> &ModelCache {
        &self.models
    }

    /// Published files.
    pub fn leaves(&self) -> &HashedFiles {
        &self.leaves
    }

    /// The chain.
    pub fn reader(&self) -> &Arc<ChainReader> {
        &self.reader
    }

    /// Builds a report, and keeps its leaves file if `publish`. The window has to have ended by the chain's clock, so
    /// that what is read about configuration, consent, funds and campaigns no longer changes.
    ///
    /// # Errors
    /// [`EpochError`].
    pub async fn build(&self, request: BuildRequest, publish: bool) -> Result<BuiltEpoch, EpochError> {
        let window_end_s = self.reader.deployment().clock.window_end_s(request.epoch)?;
        let now_s = self.reader.epoch_status().await?.now_s;
        if now_s < window_end_s {
            return Err(EpochError::TooEarly { epoch: request.epoch, window_end_s, now_s });
        }
        let config = self.reader.configuration(request.epoch).await?;
        check_spec(&config.deployment, self.world.spec.hash())?;
        let consent = self.reader.consent(request.epoch).await?;
        let reports = self.reader.final_reports(request.epoch).await?;
        let mut history = self.history.lock().await;
        let running = self.running_campaigns(request.epoch).await?;
        let terms = running.iter().map(|campaign| &campaign.terms);
        self.extend_history(&mut history, &reports, history_epochs(terms, request.epoch)).await?;
        let campaigns = self.views(&running, &history, request.epoch).await?;
        self.load_bases(&mut history, &reports, &campaigns).await?;
        let job = Job {
            world: self.world.clone(),
            models: self.models.clone(),
            config,
            consent,
            price_denom: self.price_denom.clone(),
            request,
        };
        let past = std::mem::take(&mut *history);
        let (past, built) = tokio::task::spawn_blocking(move || {
            let built = job.run(campaigns, &past);
            (past, built)
        })
        .await
        .map_err(|error| EpochError::Threads(error.to_string()))?;
        *history = past;
        let built = built?;
        if publish {
            let leaves = self.leaves.clone();
            let bytes = built.output.file_bytes.clone();
            tokio::task::spawn_blocking(move || leaves.put(&bytes))
                .await
                .map_err(|error| EpochError::Threads(error.to_string()))??;
        }
        Ok(built)
    }

    /// Reads the published files of those final epochs that count and are not in the history yet.
    async fn extend_history(
        &self,
        history: &mut Vec<FinalEpoch>,
        reports: &[FinalReport],
        epochs: Range<u64>,
    ) -> Result<(), EpochError> {
        history.retain(|past| epochs.contains(&past.epoch()));
        for report in reports.iter().filter(|report| epochs.contains(&report.body.epoch)) {
            if let Err(place) = history.binary_search_by_key(&report.body.epoch, FinalEpoch::epoch) {
                let past = self.read_final(report).await?;
                history.insert(place, past);
            }
        }
        Ok(())
    }

    async fn read_final(&self, report: &FinalReport) -> Result<FinalEpoch, EpochError> {
        let bytes = self.leaves_file(report).await?;
        Ok(FinalEpoch::read(&self.reader.deployment().deployment, &report.body, &bytes)?)
    }

    /// The published file of a final report: from the own folder, else from a peer (and then kept).
    ///
    /// # Errors
    /// [`EpochError::NoLeaves`] if nobody has it.
    pub async fn leaves_file(&self, report: &FinalReport) -> Result<Vec<u8>, EpochError> {
        let hash = report.body.leaves_hash;
        match self.leaves.get(&hash) {
            Ok(Some(bytes)) => return Ok(bytes),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "asking peers instead"),
        }
        match self.peers.leaves(&hash).await {
            Some(bytes) => {
                self.leaves.put(&bytes)?;
                Ok(bytes)
            }
            None => Err(EpochError::NoLeaves {
                epoch: report.body.epoch,
                hash: hex::encode(hash),
                dir: self.leaves.path(&hash).parent().map(std::path::Path::to_path_buf).unwrap_or_default(),
                peers: self.peers.count(),
            }),
        }
    }

    async fn running_campaigns(&self, epoch: u64) -> Result<Vec<CampaignResponse>, EpochError> {
        let mut campaigns = self.reader.campaigns().await?;
        campaigns.retain(|campaign| (campaign.terms.start_epoch..campaign.end_epoch).contains(&epoch));
        Ok(campaigns)
    }

    async fn views(
        &self,
        campaigns: &[CampaignResponse],
        history: &[FinalEpoch],
        epoch: u64,
    ) -> Result<Vec<CampaignView>, EpochError> {
        let mut views = Vec::new();
        for campaign in campaigns {
            let committed = |past: &&FinalEpoch| {
                past.commitments()
                    .is_some_and(|list| list.iter().any(|one| one.campaign == campaign.campaign))
            };
            let mut epochs: Vec<u64> = history.iter().filter(committed).map(FinalEpoch::epoch).collect();
            epochs.push(epoch);
            views.push(self.reader.view(campaign, &epochs).await?);
        }
        Ok(views)
    }

    /// Reads the leaves of each campaign's base again where they were dropped, and drops all others.
    async fn load_bases(
        &self,
        history: &mut [FinalEpoch],
        reports: &[FinalReport],
        campaigns: &[CampaignView],
    ) -> Result<(), EpochError> {
        let mut bases = std::collections::BTreeSet::new();
        for campaign in campaigns {
            if let Ok(base) = choose_base(campaign, history)?
                && let Some(epoch) = base.epoch
            {
                bases.insert((epoch, campaign.id));
            }
        }
        for past in history {
            let epoch = past.epoch();
            let needed = |campaign: u64| bases.contains(&(epoch, campaign));
            let committed: Vec<u64> =
                past.commitments().unwrap_or_default().iter().map(|commitment| commitment.campaign).collect();
            if committed.iter().any(|campaign| needed(*campaign) && past.leaves(*campaign).is_none())
                && let Some(report) = reports.iter().find(|report| report.body.epoch == epoch)
            {
                *past = self.read_final(report).await?;
            }
            for campaign in committed.into_iter().filter(|campaign| !needed(*campaign)) {
                past.drop_leaves(campaign);
            }
        }
        Ok(())
    }
}

/// The part that takes processor time.
struct Job {
    world: Arc<World>,
    models: ModelCache,
    config: Arc<EpochConfig>,
    consent: ConsentTable,
    price_denom: String,
    request: BuildRequest,
}

impl Job {
    fn run(&self, campaigns: Vec<CampaignView>, history: &[FinalEpoch]) -> Result<BuiltEpoch, EpochError> {
        let BuildRequest { epoch, revision, prev_digest } = self.request;
        let window = self.world.window(epoch)?;
        let model = self.models.model(&self.world, epoch)?;
        let withdrawn = self.consent.withdrawn_users(&self.world.links);
        let attention = self.world.attention(window, &model, &withdrawn)?;
        let integrity = Integrity::new();
        let output = build_epoch(&EpochInput {
            deployment: &self.config.deployment.deployment,
            header: ReportHeader {
                config_digest: self.config.deployment.digest(),
                prev_digest,
                epoch,
                revision,
                input_root: self.world.input_root(epoch, self.consent.hash())?,
                model_hash: model.hash(),
            },
            campaigns,
            history,
            attention: &attention,
            catalog: &self.world.catalog,
            links: &self.world.links,
            consent: &self.consent,
            integrity: &integrity,
            assets: AssetTerms {
                asset_scale: self.world.spec.values().asset_scale,
                prices: self.world.prices(window),
                price_denom: self.price_denom.clone(),
            },
        })?;
        Ok(BuiltEpoch { output, pairs: attention.rows().len() })
    }
}

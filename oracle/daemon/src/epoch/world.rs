//! Everything an epoch is computed from besides the chain: events, assets, links, specification.

use std::path::PathBuf;

use attention_core::attention::{Attention, Window, last_prices};
use attention_core::interest::InterestPredictor;
use attention_core::links::LinkTable;
use attention_features::{
    AssetCatalog, AssetId, EventLog, FeatureView, FeaturesError, InputRootParts, InterestSpec, LogReport,
    UserId, chain_history, input_root, read_assets,
};
use attention_model::Model;
use attention_protocol::{EpochClock, Hash};
use std::collections::{BTreeMap, BTreeSet};

use super::EpochError;
use crate::config::Config;
use crate::store::{DataDir, EventStore, StoreError, read_bounded};

/// Largest link file that is read.
const LINKS_BYTES_MAX: u64 = 1 << 30;
const ASSETS_BYTES_MAX: u64 = 1 << 30;
/// Most epochs that the hash chain of the history is computed over in one go.
const EPOCHS_MAX: u64 = 1 << 20;

/// Events, assets, links and specification, loaded once.
#[derive(Debug)]
pub struct World {
    /// The catalogue.
    pub catalog: AssetCatalog,
    /// The events, conflicts resolved.
    pub log: EventLog,
    /// What was resolved.
    pub log_report: LogReport,
    /// Which user has which wallet.
    pub links: LinkTable,
    /// The specification.
    pub spec: InterestSpec,
    /// The clock of chain epochs; without a replay map it is that of the data, too.
    clock: Option<EpochClock>,
}

impl World {
    /// Loads what `import` stored and the files the configuration names.
    ///
    /// # Errors
    /// [`EpochError::NoData`] before the first import, or another.
    pub fn load(config: &Config) -> Result<Self, EpochError> {
        let data = DataDir::open(&config.data_dir)?;
        let no_data = || EpochError::NoData { dir: config.data_dir.clone() };
        if !data.events().exists() {
            return Err(no_data());
        }
        let catalog = catalog(config)?;
        let events = EventStore::open(&data.events())?.load()?;
        if events.is_empty() {
            return Err(no_data());
        }
        let spec = config.spec.clone();
        let clock = config.deployment().ok().map(|deployment| deployment.clock);
        let (log, log_report) = EventLog::new(events, epoch_of(config))?;
        let links = load_links(config)?;
        Ok(Self { catalog, log, log_report, links, spec, clock })
    }

    /// The window of a chain epoch in data time: the mapped data epoch if the specification replays, else the clock's.
    ///
    /// # Errors
    /// [`EpochError::Features`] if a time leaves its range.
    pub fn window(&self, epoch: u64) -> Result<Window, EpochError> {
        if self.spec.values().replay.is_none()
            && let Some(clock) = &self.clock
        {
            let time = |time_s: u64| {
                let overflow =
                    || FeaturesError::Overflow { what: "the window of an epoch", value: epoch.to_string() };
                i64::try_from(time_s).map_err(|_| overflow())
            };
            return Ok(Window {
                start_s: time(clock.window_start_s(epoch)?)?,
                end_s: time(clock.window_end_s(epoch)?)?,
            });
        }
        self.data_window(self.spec.data_epoch(epoch)?)
    }

    /// The window of a data epoch.
    ///
    /// # Errors
    /// [`EpochError::Features`] if a time leaves its range.
    pub fn data_window(&self, data_epoch: u64) -> Result<Window, EpochError> {
        let next = data_epoch.checked_add(1);
        let overflow = || FeaturesError::Overflow { what: "the data epoch", value: data_epoch.to_string() };
        Ok(Window {
            start_s: self.spec.cut_s(data_epoch)?,
            end_s: self.spec.cut_s(next.ok_or_else(overflow)?)?,
        })
    }

    /// `H_e`: the hash chain over everything before the epoch's window.
    ///
    /// # Errors
    /// [`EpochError::Features`] if there are too many epochs.
    pub fn history(&self, epoch: u64) -> Result<Hash, EpochError> {
        if epoch > EPOCHS_MAX {
            let got = epoch;
            return Err(
                FeaturesError::TooMany { what: "epochs of a hash chain", got, limit: EPOCHS_MAX }.into()
            );
        }
        let mut history = self.log.window_root(i64::MIN, self.window(0)?.start_s);
        for past in 0..epoch {
            let window = self.window(past)?;
            history = chain_history(&history, &self.log.window_root(window.start_s, window.end_s));
        }
        Ok(history)
    }

    /// The commitment to all inputs of an epoch, with the hash of the consent table in force.
    ///
    /// # Errors
    /// As [`World::history`].
    pub fn input_root(&self, epoch: u64, consent: Hash) -> Result<Hash, EpochError> {
        let window = self.window(epoch)?;
        Ok(input_root(&InputRootParts {
            history: self.history(epoch)?,
            epoch_events: self.log.window_root(window.start_s, window.end_s),
            links: self.links.hash(),
            consent,
            assets: self.catalog.table_hash(),
        }))
    }

    /// What users did in a window, weighed by the interest that `model` predicted before it. Users who withdrew are not looked
    /// at.
    ///
    /// # Errors
    /// [`EpochError`] from features, model or scores.
    pub fn attention(
        &self,
        window: Window,
        model: &Model,
        withdrawn: &BTreeSet<UserId>,
    ) -> Result<Attention, EpochError> {
        let predictor = self.predictor(window, model)?;
        let weights = &self.spec.values().engagement;
        let interest = |user: &UserId, asset| predictor.probability(user, asset);
        Ok(Attention::measure(&self.log, window, weights, withdrawn, interest)?)
    }

    /// What `model` predicts from what was known before a window.
    ///
    /// # Errors
    /// [`EpochError`] from features or model.
    pub fn predictor<'a>(
        &'a self,
        window: Window,
        model: &'a Model,
    ) -> Result<InterestPredictor<'a>, EpochError> {
        let view = FeatureView::new(self.log.before(window.start_s), &self.catalog, &self.spec)?;
        Ok(InterestPredictor::new(model, view, &self.catalog, &self.spec)?)
    }

    /// The last believed price of each asset at the end of a window.
    pub fn prices(&self, window: Window) -> BTreeMap<AssetId, u128> {
        last_prices(self.log.before(window.end_s))
    }
}

/// The catalogue that `import` stored.
///
/// # Errors
/// [`EpochError::NoData`] before the first import, or another.
pub(crate) fn catalog(config: &Config) -> Result<AssetCatalog, EpochError> {
    let path = DataDir::open(&config.data_dir)?.assets();
    let assets = match read_bounded(&path, ASSETS_BYTES_MAX) {
        Err(error) if error.is_missing() => return Err(EpochError::NoData { dir: config.data_dir.clone() }),
        assets => assets?,
    };
    Ok(read_assets(assets.as_slice(), &path.display().to_string())?)
}

/// The epoch of a time of receipt, by the configuration; see [`World::window`].
pub(crate) fn epoch_of(config: &Config) -> impl Fn(i64) -> i64 + '_ {
    let clock = config.deployment().ok().map(|deployment| deployment.clock);
    move |time_s| epoch_by(&config.spec, clock.as_ref(), time_s)
}

/// The epoch that decides which copies of one event contradict each other: that of [`World::window`], so that what comes
/// in a later epoch never changes an earlier one.
fn epoch_by(spec: &InterestSpec, clock: Option<&EpochClock>, time_s: i64) -> i64 {
    let Some(clock) = clock.filter(|_| spec.values().replay.is_none()) else {
        return spec.data_epoch_of(time_s);
    };
    let offset_s = i128::from(time_s) - i128::from(clock.genesis_s);
    // A clock whose epochs have no length is refused by the configuration.
    let epoch = offset_s.div_euclid(i128::from(clock.epoch_length_s.max(1)));
    i64::try_from(epoch).unwrap_or(if epoch < 0 { i64::MIN } else { i64::MAX })
}

fn load_links(config: &Config) -> Result<LinkTable, EpochError> {
    let Some(file) = &config.links else { return Ok(LinkTable::default()) };
    let bytes = read_bounded(file, LINKS_BYTES_MAX)?;
    let text = String::from_utf8(bytes).map_err(|_| StoreError::Damaged {
        path: PathBuf::from(file),
        reason: "it is not UTF-8 text".to_owned(),
    })?;
    LinkTable::parse_csv(&text, &config.chain.prefix)
        .map_err(|error| EpochError::Links { file: file.clone(), error })
}

#[cfg(test)]
mod tests {
    use attention_features::{InterestSpecValues, Replay};

    use super::*;

    /// Epochs of a day: two copies of one event a day apart fall into two epochs, though into one data epoch of 30 days.
    #[test]
    fn copies_are_compared_by_the_epochs_that_are_reported() {
        let values = InterestSpecValues::sales();
        let genesis_s = values.data_start_s.unsigned_abs() + 5 * 86_400;
        let clock = EpochClock {
            genesis_s,
            epoch_length_s: 86_400,
            report_period_s: 21_600,
            dispute_window_s: 21_600,
            open_period_s: 3_600,
            min_blocks: 6,
        };
        let spec = values.clone().check().unwrap();
        let at = |offset_s: i64| i64::try_from(genesis_s).unwrap() + offset_s;
        let of = |offset_s| epoch_by(&spec, Some(&clock), at(offset_s));
        assert_eq!([of(-1), of(0), of(86_399), of(86_400)], [-1, 0, 0, 1]);
        assert_eq!(epoch_by(&spec, None, at(86_400)), 0, "without a contract: data epochs");
        let (data_start_s, data_epoch_length_s) = (values.data_start_s, values.epoch_length_s);
        let replay = Some(Replay { data_start_s, data_epoch_length_s, first: 0 });
        let replayed = InterestSpecValues { replay, ..values }.check().unwrap();
        assert_eq!(epoch_by(&replayed, Some(&clock), at(86_400)), 0, "in a replay: data epochs");
    }
}

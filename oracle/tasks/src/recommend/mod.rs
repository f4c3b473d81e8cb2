//! Recommend: which items a user will act on next, from a file of users, items and times.
//!
//! How good a recommender is, is measured by each user's last interaction: it is trained without them, ranks for every user
//! all items that this user has not acted on before, and is right if the last one is among the first ten. [`train`] and
//! [`evaluate`] read the same whole file and hold the same interactions out: of every user with at least two items, the one
//! of the latest time, to the microsecond (of one moment, the one of the greater name; [`ReadReport::last_by_name`] counts them), where of several interactions with one item the
//! newest counts. Users with one item are trained on and not measured. A recommender for use is trained on everything
//! ([`Options::all`]); [`evaluate`] refuses to measure it by what it has seen.

mod bundle;
mod error;
mod evaluation;
mod read;
pub(crate) mod timestamp;

use std::io::Read;

use attention_model::ParamGuard;
use attention_model::recommend::{INTERACTIONS_MAX, Interaction, Interactions, RecommenderParams};
use serde::Serialize;

pub use bundle::{BUNDLE_BYTES_MAX, Bundle};
pub use error::RecommendError;
pub use evaluation::Evaluation;
pub(crate) use evaluation::{measure, ranks};
pub(crate) use read::Log;
pub use read::{Columns, NAME_BYTES_MAX, ReadReport};

/// Most rows of a file, those that are left out included.
pub const ROWS_MAX: u64 = INTERACTIONS_MAX as u64 + MALFORMED_MAX as u64;
/// Most malformed rows that are left out before a file is refused, unless another number is asked for.
const MALFORMED_MAX: u32 = 1_000;
/// How many items of a ranking count.
pub const K: u32 = 10;

/// What to train, and from which columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Which columns hold what.
    pub columns: Columns,
    /// The recommender's hyper-parameters, their seed included.
    pub params: RecommenderParams,
    /// Train on the last interactions too: for use, as nothing is then left to measure by.
    pub all: bool,
    /// How many malformed rows are left out before the file is refused.
    pub malformed_max: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            columns: Columns::default(),
            params: RecommenderParams::default(),
            all: false,
            malformed_max: MALFORMED_MAX,
        }
    }
}

/// What was read and trained on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// What the file held.
    pub read: ReadReport,
    /// Users trained on.
    pub trained_users: u64,
    /// Items trained on.
    pub trained_items: u64,
    /// Interactions trained on.
    pub trained_interactions: u64,
    /// Interactions held out.
    pub held_out: u64,
    /// How much each score counts.
    pub weights: Vec<(&'static str, f64)>,
    /// sha256 of the bundle's file.
    pub model_hash: String,
    /// How good the recommender is on what was held out; absent if nothing was.
    #[serde(flatten)]
    pub evaluation: Option<Evaluation>,
}

/// What was read and how good a recommender is on it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    /// What the file held.
    pub read: ReadReport,
    /// How good the recommender is.
    #[serde(flatten)]
    pub evaluation: Evaluation,
}

/// One recommended item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recommendation {
    /// The item's name.
    pub item: String,
    /// Its score; scores compare within one user only.
    pub score: f64,
}

/// Trains a recommender on a CSV file, `file` in errors, and measures it by what it held out.
///
/// The bundle is a function of the rows, whatever their order, and of the options; the number of threads of the surrounding
/// rayon pool does not change a bit of it.
///
/// # Errors
/// [`RecommendError`], naming file, line and column.
pub fn train(reader: impl Read, file: &str, options: &Options) -> Result<(Bundle, Report), RecommendError> {
    train_on(Log::read(reader, file, &options.columns, options.malformed_max)?, options)
}

/// Measures a recommender by the last interactions of the users of a CSV file, given their earlier ones. Of malformed rows as
/// many are left out as [`Options::default`] allows.
///
/// # Errors
/// [`RecommendError::Seen`] if it was trained on any of them; else as [`train`].
pub fn evaluate(reader: impl Read, file: &str, bundle: &Bundle) -> Result<Measured, RecommendError> {
    let malformed_max = Options::default().malformed_max;
    let log = Log::read(reader, file, bundle.columns(), malformed_max)?;
    let evaluation = measure(&log, bundle)?;
    Ok(Measured { read: log.report, evaluation })
}

/// The `k` best items for a user that it was trained on and that this user has not acted on; for nobody in particular,
/// without history, if `user` is `None`.
///
/// # Errors
/// [`RecommendError::UnknownUser`].
pub fn top_k(bundle: &Bundle, user: Option<&str>, k: usize) -> Result<Vec<Recommendation>, RecommendError> {
    let data = bundle.model().interactions();
    let history = match user {
        None => &[],
        Some(user) => data.history(
            bundle
                .user(user)
                .ok_or_else(|| RecommendError::UnknownUser { user: user.to_owned(), users: data.users() })?,
        ),
    };
    let best = bundle.model().top_k(history, k)?;
    Ok(best
        .into_iter()
        .map(|(item, score)| Recommendation { item: bundle.items()[item as usize].clone(), score })
        .collect())
}

fn train_on(log: Log, options: &Options) -> Result<(Bundle, Report), RecommendError> {
    let (kept, held_out) =
        if options.all { (log.interactions.clone(), Vec::new()) } else { log.interactions.without_newest() };
    let (data, items) = only_known(&kept, &log.items)?;
    let params = options.params.clone().check()?;
    let model = params.fit(data)?;
    let bundle = Bundle::new(options.columns.clone(), !options.all, log.users.clone(), items, model)?;
    let evaluation = if held_out.is_empty() { None } else { Some(measure(&log, &bundle)?) };
    let data = bundle.model().interactions();
    let report = Report {
        trained_users: u64::from(data.users()),
        trained_items: u64::from(data.items()),
        trained_interactions: data.len() as u64,
        held_out: held_out.len() as u64,
        weights: bundle.model().weights().collect(),
        model_hash: hex::encode(bundle.hash()?),
        evaluation,
        read: log.report,
    };
    Ok((bundle, report))
}

/// The same histories over the items that occur in them: what is held out must not tell even that an item exists.
fn only_known(data: &Interactions, items: &[String]) -> Result<(Interactions, Vec<String>), RecommendError> {
    let popularity = data.popularity();
    let mut numbers = vec![0; items.len()];
    let mut names = Vec::new();
    for (item, name) in items.iter().enumerate() {
        if popularity[item] > 0 {
            // No more than there were before.
            numbers[item] = names.len() as u32;
            names.push(name.clone());
        }
    }
    let mut rows = Vec::with_capacity(data.len());
    for user in 0..data.users() {
        for event in data.history(user) {
            rows.push(Interaction { user, item: numbers[event.item as usize], time: event.time });
        }
    }
    Ok((Interactions::new(data.users(), names.len() as u32, &rows)?, names))
}

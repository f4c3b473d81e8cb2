//! What an operator predicts interest from: a market of the small world's users, and a model trained on it for each epoch.

use std::collections::BTreeSet;

use attention_core::attention::{Attention, Window};
use attention_core::interest::{InterestPredictor, train_for_window};
use attention_features::{
    AssetId, BehaviourEvent, EventId, EventKind, EventLog, FeatureView, InterestSpec, InterestSpecValues,
    ModelSpec, Replay, SourceId, UserId,
};
use attention_model::Model;
use attention_protocol::Hash;

use crate::rng::Rng;
use crate::world::{EPOCHS, catalog, user};

const DAY_S: i64 = 86_400;
/// The data epoch that chain epoch 0 plays.
const FIRST: u64 = 8;

/// The specification of the small world with one model or another.
pub fn spec(model: ModelSpec) -> InterestSpec {
    let mut values = InterestSpecValues::sales();
    let (data_start_s, data_epoch_length_s) = (values.data_start_s, values.epoch_length_s);
    values.replay = Some(Replay { data_start_s, data_epoch_length_s, first: FIRST });
    values.model = model;
    // So that scores neither vanish nor reach the whole under the small world's scale.
    values.engagement.purchase_micro = 100;
    values.engagement.sale_micro = 30;
    values.check().unwrap()
}

/// A trade a day by ten users: a user likes assets of its own parity and acts the more the lower its number. In no order.
pub fn market(order: u64) -> Vec<BehaviourEvent> {
    let mut rng = Rng::new(77);
    let mut events = Vec::new();
    let days = (FIRST + EPOCHS + 1) * 30;
    for number in 0..days {
        let buyer = rng.below(10).min(rng.below(10));
        let liked = rng.percent(80);
        let asset = 2 * rng.below(4) + if liked { buyer % 2 } else { 1 - buyer % 2 };
        let time_s =
            InterestSpecValues::sales().data_start_s + number as i64 * DAY_S + rng.below(DAY_S as u64) as i64;
        for (kind, who, other) in
            [(EventKind::Purchase, buyer, (buyer + 3) % 10), (EventKind::Sale, (buyer + 3) % 10, buyer)]
        {
            events.push(BehaviourEvent {
                source: SourceId::new("market").unwrap(),
                event_id: EventId::new(format!("{number}/{}", kind.name())).unwrap(),
                user: user(who),
                kind,
                asset: Some(AssetId(asset as u32)),
                counterparty: Some(user(other)),
                quantity: 1,
                price: Some(1_000_000_000_000_000_000),
                event_time_s: time_s,
                receive_time_s: time_s,
            });
        }
    }
    Rng::new(order).shuffle(&mut events);
    events
}

/// One operator's way to a model: its specification, the order in which its events came in, its threads.
pub struct Learnt {
    pub spec: InterestSpec,
    pub log: EventLog,
    threads: usize,
}

impl Learnt {
    pub fn new(model: ModelSpec, order: u64, threads: usize) -> Self {
        let spec = spec(model);
        let (log, _) = EventLog::new(market(order), |time_s| spec.data_epoch_of(time_s)).unwrap();
        Self { spec, log, threads }
    }

    pub fn window(&self, epoch: u64) -> Window {
        let data_epoch = self.spec.data_epoch(epoch).unwrap();
        Window {
            start_s: self.spec.cut_s(data_epoch).unwrap(),
            end_s: self.spec.cut_s(data_epoch + 1).unwrap(),
        }
    }

    pub fn model(&self, epoch: u64) -> Model {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build().unwrap();
        let start_s = self.window(epoch).start_s;
        pool.install(|| train_for_window(&self.log, start_s, &catalog(), &self.spec)).unwrap()
    }

    /// Calls `with` with the predictor of an epoch.
    pub fn predicting<T>(&self, epoch: u64, with: impl FnOnce(&InterestPredictor<'_>, &Model) -> T) -> T {
        let (model, catalog) = (self.model(epoch), catalog());
        let view =
            FeatureView::new(self.log.before(self.window(epoch).start_s), &catalog, &self.spec).unwrap();
        with(&InterestPredictor::new(&model, view, &catalog, &self.spec).unwrap(), &model)
    }

    /// The attention of an epoch and the hash of the model that it was weighed by.
    pub fn scored(&self, epoch: u64) -> (Attention, Hash) {
        self.predicting(epoch, |predictor, model| {
            let interest = |user: &UserId, asset| predictor.probability(user, asset);
            let weights = &self.spec.values().engagement;
            let (window, nobody) = (self.window(epoch), BTreeSet::new());
            let attention = Attention::measure(&self.log, window, weights, &nobody, interest).unwrap();
            (attention, model.hash())
        })
    }
}

//! Recommenders against hand-worked values and a dense solver; their files against everything; themselves on other thread
//! counts.

use attention_model::recommend::{
    AlsModel, AlsParams, Event, ITEMS_MAX, Interaction, Interactions, Memory, NeighbourParams, Recommender,
    RecommenderParams, USERS_MAX,
};
use attention_model::{ModelError, ParamGuard, splitmix64};

fn rows(list: &[(u32, u32, i64)]) -> Vec<Interaction> {
    list.iter().map(|&(user, item, time)| Interaction { user, item, time }).collect()
}

/// Users of three tastes who take items of their own taste four times of five; made by integer arithmetic alone.
fn tastes(users: u32, items: u32, each: u64) -> Interactions {
    let mut rows = Vec::new();
    for user in 0..users {
        let mut taken = std::collections::BTreeSet::new();
        for at in 0..each {
            let draw = |slot: u64| splitmix64(u64::from(user) * 1_000 + at, slot);
            let own = draw(0) % 5 > 0;
            let item = (draw(1) % u64::from(items)) as u32;
            let item = if own { item / 3 * 3 + user % 3 } else { item };
            if item < items && taken.insert(item) {
                rows.push(Interaction { user, item, time: (draw(2) % 100_000) as i64 });
            }
        }
    }
    Interactions::new(users, items, &rows).unwrap()
}

fn small_params() -> RecommenderParams {
    RecommenderParams {
        als: AlsParams { factors: 3, sweeps: 3, ..AlsParams::default() },
        together: NeighbourParams { neighbours: 4, shrink: 2, window: 0 },
        following: NeighbourParams { neighbours: 3, shrink: 1, window: 2 },
        memory: Memory { lately_ppm: 800_000, following_ppm: 500_000, trend_interactions: 20 },
        ..RecommenderParams::default()
    }
}

#[test]
fn histories_are_sorted_and_split() {
    let list = rows(&[(1, 0, 5), (0, 2, 30), (0, 1, 10), (0, 0, 30), (3, 1, 1)]);
    let data = Interactions::new(4, 3, &list).unwrap();
    let event = |item, time| Event { item, time };
    // Equal times stay in the order of the rows.
    assert_eq!(data.history(0), [event(1, 10), event(2, 30), event(0, 30)]);
    assert_eq!(data.history(2), []);
    assert_eq!(data.history(9), []);
    assert_eq!((data.users(), data.items(), data.len()), (4, 3, 5));
    assert_eq!(data.popularity(), [2, 2, 1]);
    let (rest, left_out) = data.without_newest();
    assert_eq!(left_out, [(0, event(0, 30))]);
    assert_eq!(rest.history(0), [event(1, 10), event(2, 30)]);
    assert_eq!(rest.history(1), data.history(1));
}

#[test]
fn impossible_interactions_are_named() {
    for (list, problem) in [
        ([(0, 0, 1), (2, 0, 1)], "interaction 1: user 2 of 2"),
        ([(0, 3, 1), (1, 0, 1)], "interaction 0: item 3 of 3"),
        ([(1, 2, 1), (1, 2, 9)], "interaction 1: user 1 has item 2 twice"),
    ] {
        let error = Interactions::new(2, 3, &rows(&list)).unwrap_err().to_string();
        assert!(error.starts_with(problem), "{error}");
    }
    assert!(matches!(Interactions::new(USERS_MAX + 1, 1, &[]), Err(ModelError::TooMany { .. })));
    assert!(matches!(Interactions::new(1, ITEMS_MAX + 1, &[]), Err(ModelError::TooMany { .. })));
}

/// `(Σ_j c_j y_j y_jᵀ + l2 I) x = Σ_j c_j p_j y_j` over all columns j, linked or not, by Gauss-Jordan elimination with pivots.
fn dense_solve(others: &[Vec<f64>], linked: &dyn Fn(usize) -> bool, alpha: f64, l2: f64) -> Vec<f64> {
    let n = others[0].len();
    let mut a = vec![vec![0.0; n + 1]; n];
    for (j, y) in others.iter().enumerate() {
        let (c, p) = if linked(j) { (1.0 + alpha, 1.0) } else { (1.0, 0.0) };
        for row in 0..n {
            for column in 0..n {
                a[row][column] += c * y[row] * y[column];
            }
            a[row][n] += c * p * y[row];
        }
    }
    for (index, row) in a.iter_mut().enumerate() {
        row[index] += l2;
    }
    for column in 0..n {
        let pivot = (column..n).max_by(|&i, &j| a[i][column].abs().total_cmp(&a[j][column].abs())).unwrap();
        a.swap(column, pivot);
        let scale = a[column][column];
        a[column].iter_mut().for_each(|cell| *cell /= scale);
        let pivot_row = a[column].clone();
        for (row, cells) in a.iter_mut().enumerate() {
            if row != column {
                let factor = cells[column];
                cells.iter_mut().zip(&pivot_row).for_each(|(cell, value)| *cell -= factor * value);
            }
        }
    }
    a.into_iter().map(|row| row[n]).collect()
}

#[test]
fn als_agrees_with_a_dense_solver() {
    let data = tastes(14, 9, 8);
    let fit = |sweeps| {
        let params = AlsParams { factors: 4, sweeps, alpha_milli: 2_500, l2_milli: 300, seed: 7 };
        params.check().unwrap().fit(&data).unwrap()
    };
    let items_of = |user: u32| -> Vec<u32> { data.history(user).iter().map(|event| event.item).collect() };
    let factors_of = |model: &AlsModel| -> Vec<Vec<f64>> {
        (0..9).map(|item| model.item_factors(item).unwrap().to_vec()).collect()
    };
    let close = |got: &[f64], expected: &[f64]| {
        assert_eq!(got.len(), expected.len());
        for (got, expected) in got.iter().zip(expected) {
            assert!((got - expected).abs() < 1e-9, "{got} and {expected}");
        }
    };
    for sweeps in 1..4 {
        let before = factors_of(&fit(sweeps));
        let users: Vec<Vec<f64>> = (0..14)
            .map(|user| {
                let items = items_of(user);
                let dense = dense_solve(&before, &|item| items.contains(&(item as u32)), 2.5, 0.3);
                close(&fit(sweeps).user_factors(&items).unwrap(), &dense);
                dense
            })
            .collect();
        // One more sweep is these users, and then the items by them.
        let after = factors_of(&fit(sweeps + 1));
        for (item, factors) in after.iter().enumerate() {
            let linked = |user: usize| items_of(user as u32).contains(&(item as u32));
            close(factors, &dense_solve(&users, &linked, 2.5, 0.3));
        }
    }
    let model = fit(2);
    let scores = model.scores(&[0, 3]).unwrap();
    let user = model.user_factors(&[0, 3]).unwrap();
    for (item, score) in scores.iter().enumerate() {
        let factors = model.item_factors(item as u32).unwrap();
        let dot: f64 = user.iter().zip(factors).map(|(x, y)| x * y).sum();
        assert!((score - dot).abs() < 1e-12);
    }
    assert!(model.item_factors(9).is_none());
    assert!(matches!(model.user_factors(&[9]), Err(ModelError::Interaction { row: 0, .. })));
    assert_eq!(model.user_factors(&[]).unwrap(), [0.0; 4]);
}

/// Histories 0 1 2, 0 1 and 1 2: n = 2, 3, 2. Together: 0–1 twice, 1–2 twice, 0–2 once. Following within 2: 0→1 twice at
/// distance 1, 1→2 twice at 1, 0→2 once at distance 2, a half.
#[test]
fn neighbours_by_hand() {
    let list = rows(&[(0, 0, 1), (0, 1, 2), (0, 2, 3), (1, 0, 1), (1, 1, 2), (2, 1, 1), (2, 2, 2)]);
    let data = Interactions::new(3, 3, &list).unwrap();
    let fit = |neighbours, shrink, window| {
        NeighbourParams { neighbours, shrink, window }.check().unwrap().fit(&data)
    };
    let root6 = libm::sqrt(6.0);
    let together = fit(9, 1, 0);
    assert_eq!(together.of(0), [(1, 2.0 / (root6 + 1.0)), (2, 1.0 / 3.0)]);
    assert_eq!(together.of(1), [(0, 2.0 / (root6 + 1.0)), (2, 2.0 / (root6 + 1.0))]);
    let following = fit(9, 0, 2);
    assert_eq!(following.of(0), [(1, 2.0 / root6), (2, 0.25)]);
    assert_eq!(following.of(1), [(2, 2.0 / root6)]);
    assert_eq!(following.of(2), []);
    // The nearer kept; of equal links the lower item.
    assert_eq!(fit(1, 0, 2).of(0), [(1, 2.0 / root6)]);
    assert_eq!(fit(1, 1, 0).of(1), [(0, 2.0 / (root6 + 1.0))]);
    assert_eq!(fit(9, 0, 1).of(0), [(1, 2.0 / root6)]);
    // Newest item 1 in full, 0 before it at a half.
    let event = |item| Event { item, time: 0 };
    let scores = following.scores(&[event(0), event(1)], 0.5);
    assert_eq!(scores, [0.0, 0.5 * (2.0 / root6), 0.5 * 0.25 + 2.0 / root6]);
    assert!(together.of(3).is_empty());
}

#[test]
fn recommendations_are_of_ones_taste() {
    let model = RecommenderParams::default().check().unwrap().fit(tastes(150, 120, 12)).unwrap();
    let mut own = 0;
    for user in 0..150 {
        let history = model.interactions().history(user);
        let best = model.top_k(history, 10).unwrap();
        assert_eq!(best.len(), 10);
        assert!(best.windows(2).all(|pair| pair[0].1 >= pair[1].1));
        for (item, _) in best {
            assert!(history.iter().all(|event| event.item != item), "item {item} was seen by {user}");
            own += usize::from(item % 3 == user % 3);
        }
    }
    // A third by chance.
    assert!(own > 1_200, "{own} of 1500");
    // Somebody without history gets what many take.
    assert_eq!(model.top_k(&[], 5).unwrap().len(), 5);
    assert!(matches!(model.top_k(&[Event { item: 120, time: 0 }], 5), Err(ModelError::Interaction { .. })));
}

#[test]
fn hyperparameters_are_checked() {
    let refused = |change: fn(&mut RecommenderParams), name: &str| {
        let mut params = RecommenderParams::default();
        change(&mut params);
        match params.check() {
            Err(ModelError::Hyperparameter { name: got, .. }) => assert_eq!(got, name),
            other => panic!("{name}: {other:?}"),
        }
    };
    refused(|p| p.als.factors = 0, "factors");
    refused(|p| p.als.factors = 257, "factors");
    refused(|p| p.als.sweeps = 0, "sweeps");
    refused(|p| p.als.alpha_milli = 0, "alpha_milli");
    refused(|p| p.als.l2_milli = 0, "l2_milli");
    refused(|p| p.together.window = 1, "together.window");
    refused(|p| p.following.window = 0, "following.window");
    refused(|p| p.following.neighbours = 0, "neighbours");
    refused(|p| p.together.shrink = 1_000_001, "shrink");
    refused(|p| p.memory.lately_ppm = 0, "lately_ppm");
    refused(|p| p.memory.following_ppm = 1_000_001, "following_ppm");
    refused(|p| p.memory.trend_interactions = 0, "trend_interactions");
    refused(|p| p.weights_l2_micro = 0, "weights_l2_micro");
}

#[test]
fn the_smallest_data() {
    let params = || small_params().check().unwrap();
    let empty = Interactions::new(0, 0, &[]).unwrap();
    assert!(matches!(params().fit(empty), Err(ModelError::Shape { expected: 1, got: 0, .. })));
    // One interaction: nothing to learn weights from, nothing left to recommend.
    let one = Interactions::new(1, 1, &rows(&[(0, 0, 5)])).unwrap();
    let model = params().fit(one).unwrap();
    assert_eq!(model.top_k(model.interactions().history(0), 10).unwrap(), []);
    // One user with two items, and an item that nobody has.
    let two = Interactions::new(1, 3, &rows(&[(0, 0, i64::MIN), (0, 2, i64::MAX)])).unwrap();
    let model = params().fit(two).unwrap();
    let best = model.top_k(model.interactions().history(0), 10).unwrap();
    assert_eq!(best.iter().map(|(item, _)| *item).collect::<Vec<_>>(), [1]);
    assert_eq!(Recommender::from_bytes(&model.to_bytes()).unwrap(), model);
}

#[test]
fn threads_do_not_change_a_bit() {
    // More than one chunk of the Gramian.
    let data = tastes(2_500, 60, 10);
    let params = small_params().check().unwrap();
    let fit = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| params.fit(data.clone())).unwrap().to_bytes()
    };
    let one = fit(1);
    for threads in [2, 3, 8] {
        assert!(fit(threads) == one, "{threads} threads");
    }
}

fn small_model() -> Recommender {
    small_params().check().unwrap().fit(tastes(9, 7, 6)).unwrap()
}

/// If this fails, models have other names than on other machines or before: find out why before changing it.
#[test]
fn model_hashes_are_golden() {
    let als =
        AlsParams { factors: 5, ..AlsParams::default() }.check().unwrap().fit(&tastes(40, 30, 10)).unwrap();
    let hash = <sha2::Sha256 as sha2::Digest>::digest(als.to_bytes());
    assert_eq!(hex::encode(hash), "e5a069b34a1a2123eae9bcffcc098d779b09dde11f7cfa9cfedcb0c1a1790e9b");
    assert_eq!(
        hex::encode(small_model().hash()),
        "5ac713503e2c6ff1f08d566a8beec0e39ecd725619b57489535450638a6c9d04"
    );
}

#[test]
fn files_are_read_back_and_nothing_else_is() {
    let model = small_model();
    let bytes = model.to_bytes();
    assert_eq!(Recommender::from_bytes(&bytes).unwrap(), model);
    assert_eq!(bytes[..11], *b"ATTNMODL\x00\x03\x09");
    for end in 0..bytes.len() {
        assert!(Recommender::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
    }
    assert!(Recommender::from_bytes(&[&bytes[..], &[0]].concat()).is_err());

    let als =
        AlsParams { factors: 2, ..AlsParams::default() }.check().unwrap().fit(&tastes(5, 4, 3)).unwrap();
    let bytes = als.to_bytes();
    assert_eq!(AlsModel::from_bytes(&bytes).unwrap(), als);
    assert_eq!(bytes.len(), 11 + 4 * 4 + 8 + 4 + 4 * 2 * 8);
    for end in 0..bytes.len() {
        assert!(AlsModel::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
    }
    assert!(Recommender::from_bytes(&bytes).unwrap_err().to_string().contains("model kind 7, must be 9"));
}

/// Every byte changed to others: what is accepted is canonical, and predicts or says why it cannot.
#[test]
fn no_file_panics() {
    let good = small_model().to_bytes();
    for at in 0..good.len() {
        for byte in [0, 1, 0x7f, 0x80, 0xff, good[at] ^ 1, good[at].wrapping_add(1)] {
            let mut bytes = good.clone();
            bytes[at] = byte;
            if let Ok(model) = Recommender::from_bytes(&bytes) {
                assert!(model.to_bytes() == bytes, "byte {at} set to {byte} is not canonical");
                for user in 0..model.interactions().users() {
                    let _ = model.top_k(model.interactions().history(user), 3);
                }
            }
        }
    }
}

/// A file may not make a reader allocate for what it only announces.
#[test]
fn announced_counts_are_checked_first() {
    let bytes = small_model().to_bytes();
    // Kind and memory, then the six weights; then users, items.
    let users = 11 + 12 + 48;
    for (at, value) in [(users, u32::MAX), (users, USERS_MAX), (users + 4, u32::MAX), (users + 8, 1 << 31)] {
        let mut bytes = bytes.clone();
        bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
        assert!(Recommender::from_bytes(&bytes).is_err(), "{value} at {at}");
    }
}

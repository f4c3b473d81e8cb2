//! How popular items are: overall, and among the newest interactions before a time.

use super::interactions::Interactions;

/// All interactions in order of time, to look back from any time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Popularity {
    overall: Vec<u32>,
    /// (time, item), rising.
    timeline: Vec<(i64, u32)>,
}

impl Popularity {
    pub(super) fn count(data: &Interactions) -> Self {
        let mut timeline = Vec::with_capacity(data.len());
        for user in 0..data.users() {
            timeline.extend(data.history(user).iter().map(|event| (event.time, event.item)));
        }
        timeline.sort_unstable();
        Self { overall: data.popularity(), timeline }
    }

    /// ln(1 + users of the item), for every item.
    pub(super) fn overall(&self) -> Vec<f64> {
        self.overall.iter().map(|&count| libm::log1p(f64::from(count))).collect()
    }

    /// ln(1 + occurrences among the newest `window` interactions that are not later than `until`), for every item;
    /// `None`: than any.
    pub(super) fn recent(&self, until: Option<i64>, window: u32) -> Vec<f64> {
        let end = until
            .map_or(self.timeline.len(), |until| self.timeline.partition_point(|&(time, _)| time <= until));
        let mut counts = vec![0u32; self.overall.len()];
        for &(_, item) in &self.timeline[end.saturating_sub(window as usize)..end] {
            counts[item as usize] += 1;
        }
        counts.into_iter().map(|count| libm::log1p(f64::from(count))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recommend::Interaction;

    #[test]
    fn counts_by_hand() {
        let rows = [(0, 0, 10), (1, 0, 30), (0, 1, 20), (2, 1, 40), (2, 0, 50)]
            .map(|(user, item, time)| Interaction { user, item, time });
        let popularity = Popularity::count(&Interactions::new(3, 3, &rows).unwrap());
        let ln = |n: f64| libm::log1p(n);
        assert_eq!(popularity.overall(), [ln(3.0), ln(2.0), 0.0]);
        // Newest two at or before 40: item 0 at 30, item 1 at 40.
        assert_eq!(popularity.recent(Some(40), 2), [ln(1.0), ln(1.0), 0.0]);
        assert_eq!(popularity.recent(Some(9), 2), [0.0; 3]);
        assert_eq!(popularity.recent(None, 3), [ln(2.0), ln(1.0), 0.0]);
    }
}

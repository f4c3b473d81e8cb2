//! Some rows of a data set, for fits that set others apart.

use crate::{Dataset, ModelError, Target};

/// Copies of some rows of a data set.
pub(crate) struct Subset {
    values: Vec<i64>,
    labels: Vec<bool>,
    targets: Vec<f64>,
}

impl Subset {
    /// The rows at these places, in their order.
    pub(crate) fn of(data: &Dataset<'_>, rows: &[usize]) -> Self {
        let values = rows.iter().flat_map(|&row| data.row(row)).copied().collect();
        let (mut labels, mut targets) = (Vec::new(), Vec::new());
        match data.target() {
            Target::Binary(all) => labels.extend(rows.iter().map(|&row| all[row])),
            Target::Real(all) => targets.extend(rows.iter().map(|&row| all[row])),
        }
        Self { values, labels, targets }
    }

    /// As a data set of the same kind as the one that the rows are of.
    ///
    /// # Errors
    /// As [`Dataset::rows_with_target`].
    pub(crate) fn dataset<'a>(&'a self, of: &Dataset<'a>) -> Result<Dataset<'a>, ModelError> {
        let target = match of.target() {
            Target::Binary(_) => Target::Binary(&self.labels),
            Target::Real(_) => Target::Real(&self.targets),
        };
        Dataset::rows_with_target(of.schema(), &self.values, target)
    }
}

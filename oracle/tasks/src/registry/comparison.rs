//! Champion and challenger on the same rows.

use attention_model::{Dataset, Predict, PriorModel};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::paired::PairedDifference;
use crate::quality::{losses, quality};
use crate::table::{TargetType, read_table};
use crate::validation::Mean;
use crate::{Bundle, TaskError};

/// One of the two.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// The estimator; `base` for what needs no model.
    pub model: &'static str,
    /// Mean loss.
    pub loss: f64,
    /// AUC; absent for a real target, or with one class only.
    pub auc: Option<f64>,
}

/// What the rows say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Rows.
    pub rows: usize,
    /// What is compared row by row: `log_loss` in nats, or `squared_error`.
    pub loss: &'static str,
    /// The challenger.
    pub challenger: Side,
    /// The champion; without one, the share of positives (or the mean) of these very rows.
    pub champion: Side,
    /// The challenger's loss less the champion's: below 0 the challenger is better.
    pub difference: PairedDifference,
    /// The challenger's AUC less the champion's.
    pub auc_difference: Option<f64>,
    /// sha256 of the file.
    pub data_hash: String,
}

impl Comparison {
    /// True if the whole 95 % interval of the difference lies below `−margin`, in millionths of the loss.
    pub fn better_by(&self, margin_micro: u32) -> bool {
        self.difference.high_95 < -f64::from(margin_micro) / 1e6
    }
}

/// Measures both on every row of a file, each reading it its own way.
///
/// # Errors
/// [`TaskError`] naming what of the file one of them cannot read; [`TaskError::Registry`] if they predict different columns.
pub fn compare(
    challenger: &Bundle,
    champion: Option<&Bundle>,
    bytes: &[u8],
    source_name: &str,
) -> Result<Comparison, TaskError> {
    if let Some(champion) = champion
        && champion.spec().target != challenger.spec().target
    {
        let (a, b) = (&challenger.spec().target, &champion.spec().target);
        return Err(TaskError::Registry(format!(
            "the challenger predicts {:?} ({:?}), the champion {:?} ({:?}): they cannot be compared",
            a.name, a.kind, b.name, b.kind
        )));
    }
    let table = read_table(bytes, source_name, challenger.spec())?;
    let data = table.data()?;
    let own = challenger.model().margins(&data)?;
    let (model, theirs) = match champion {
        Some(champion) => {
            let table = read_table(bytes, source_name, champion.spec())?;
            (champion.kind(), champion.model().margins(&table.data()?)?)
        }
        None => ("base", vec![PriorModel::measure(&data).base_margin(); data.rows()]),
    };
    let (challenger_losses, champion_losses) = (losses(&own, &data)?, losses(&theirs, &data)?);
    let challenger_side = side(challenger.kind(), &own, &challenger_losses, &data)?;
    let champion_side = side(model, &theirs, &champion_losses, &data)?;
    Ok(Comparison {
        rows: data.rows(),
        loss: match challenger.spec().target.kind {
            TargetType::Binary => "log_loss",
            TargetType::Real => "squared_error",
        },
        difference: PairedDifference::of(&challenger_losses, &champion_losses)?,
        auc_difference: challenger_side.auc.zip(champion_side.auc).map(|(own, theirs)| own - theirs),
        challenger: challenger_side,
        champion: champion_side,
        data_hash: hex::encode(Sha256::digest(bytes)),
    })
}

fn side(model: &'static str, margins: &[f64], losses: &[f64], data: &Dataset<'_>) -> Result<Side, TaskError> {
    Ok(Side { model, loss: Mean::of(losses).mean, auc: quality(margins, data)?.auc })
}

#[cfg(test)]
mod tests {
    use attention_model::Model;

    use super::*;
    use crate::table::{TypingOptions, infer_spec};

    /// A model that knows the share of positives of its training rows alone.
    fn prior(text: &str) -> Bundle {
        let options = TypingOptions { target: "y".into(), ..Default::default() };
        let spec = infer_spec(text.as_bytes(), "t.csv", &options).unwrap();
        let table = read_table(text.as_bytes(), "t.csv", &spec).unwrap();
        Bundle::new(spec, Model::Prior(PriorModel::measure(&table.data().unwrap()))).unwrap()
    }

    /// By Laplace's rule one of one gives 2/3, none of one 1/3. On yes, yes, no the first costs ln 3 − ln 2, twice, and ln 3;
    /// the second the other way round: the differences are −ln 2, −ln 2, ln 2; mean −ln 2 / 3, standard error 2/3 ln 2.
    #[test]
    fn comparisons_by_hand() {
        let (yes, no) = (prior("a,y\n1,1\n"), prior("b,a,y\n1,1,0\n"));
        let text = b"a,b,y\n1,1,1\n2,2,1\n3,3,0\n";
        let found = compare(&yes, Some(&no), text, "o.csv").unwrap();
        let ln2 = std::f64::consts::LN_2;
        assert!((found.difference.mean + ln2 / 3.0).abs() < 1e-12, "{found:?}");
        assert!((found.difference.standard_error - 2.0 / 3.0 * ln2).abs() < 1e-12);
        assert_eq!((found.rows, found.loss, found.auc_difference), (3, "log_loss", Some(0.0)));
        assert!((found.challenger.loss - ((3.0f64).ln() - 2.0 / 3.0 * ln2)).abs() < 1e-12);
        assert!(!found.better_by(0), "one row is against it");
        let back = compare(&no, Some(&yes), text, "o.csv").unwrap();
        assert_eq!(back.difference.mean, -found.difference.mean);
        let base = compare(&yes, None, text, "o.csv").unwrap();
        assert_eq!(base.champion.model, "base");
    }

    #[test]
    fn a_margin_is_in_millionths() {
        let zero = PairedDifference { mean: -0.02, standard_error: 0.0, low_95: -0.02, high_95: -0.02 };
        let side = Side { model: "tree", loss: 0.0, auc: None };
        let comparison = Comparison {
            rows: 1,
            loss: "log_loss",
            challenger: side.clone(),
            champion: side,
            difference: zero,
            auc_difference: None,
            data_hash: String::new(),
        };
        assert!(comparison.better_by(19_999) && !comparison.better_by(20_000));
    }

    #[test]
    fn other_targets_are_refused() {
        let error =
            compare(&prior("a,y\n1,1\n"), Some(&prior("a,y\n1,2.5\n")), b"a,y\n1,1\n", "o.csv").unwrap_err();
        assert!(error.to_string().contains("cannot be compared"), "{error}");
    }
}

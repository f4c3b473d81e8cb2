//! What was found, in plain words.

use super::{Definition, FairnessOptions, Group, GroupMeasures};

/// What was chosen and found, and why another choice may say something else.
pub(super) fn tell(
    options: &FairnessOptions,
    whole: &GroupMeasures,
    groups: &[(Group, Vec<usize>)],
) -> (String, String) {
    let (name, meaning, measure) = match options.definition {
        Definition::DemographicParity => (
            "demographic parity",
            "every group is to be selected equally often, whatever comes of it",
            "selection rate",
        ),
        Definition::EqualOpportunity => (
            "equal opportunity",
            "of those who turn out a yes, every group's are to be selected equally often",
            "true positive rate",
        ),
        Definition::Calibration => (
            "calibration",
            "a prediction is to mean the same in every group: as many turn out a yes as are predicted",
            "mean prediction less share of yes",
        ),
    };
    let mut differing = Vec::new();
    for (group, _) in groups.iter().filter(|(group, _)| group.differs == Some(true)) {
        if let Some(gap) = group.gaps.of(options.definition) {
            let points = 100.0 * gap.value;
            differing.push(format!(
                "{} {points:+.1} points ({:+.1} to {:+.1})",
                group.group,
                100.0 * gap.interval.low,
                100.0 * gap.interval.high
            ));
        }
    }
    let judged = groups.iter().filter(|(group, _)| group.differs.is_some()).count();
    let found = if judged == 0 {
        "no group can be judged".to_owned()
    } else if differing.is_empty() {
        format!("none of {judged} groups differs from the whole beyond chance")
    } else {
        format!("{} of {judged} groups differ from the whole: {}", differing.len(), differing.join(", "))
    };
    let small = match groups
        .iter()
        .filter(|(group, _)| group.small)
        .map(|(group, _)| group.group.as_str())
        .collect::<Vec<_>>()
    {
        small if small.is_empty() => String::new(),
        small => format!("; not judged, with fewer than {} rows: {}", options.min_rows, small.join(", ")),
    };
    let finding = format!("Chosen is {name}: {meaning}. By the {measure}, {found}{small}.");
    let rates = || {
        groups
            .iter()
            .filter(|(group, _)| !group.small)
            .map(|(group, _)| (group.measures.base_rate.value, &group.group))
    };
    let lowest = rates().min_by(|a, b| a.0.total_cmp(&b.0));
    let highest = rates().max_by(|a, b| a.0.total_cmp(&b.0));
    let spread = match lowest.zip(highest) {
        Some((low, high)) => format!(
            "here they run from {:.1} % ({}) to {:.1} % ({}), {:.1} % in all",
            100.0 * low.0,
            low.1,
            100.0 * high.0,
            high.1,
            100.0 * whole.base_rate.value
        ),
        None => format!("here a share of {:.1} % is a yes", 100.0 * whole.base_rate.value),
    };
    let conflict = format!(
        "Demographic parity, equal opportunity and calibration cannot all hold where groups differ in their share of yes, unless \
         predictions are perfect (Kleinberg, Mullainathan and Raghavan 2017; Chouldechova 2017): {spread}. Which one counts is a \
         decision about what is fair, not about the data."
    );
    (finding, conflict)
}

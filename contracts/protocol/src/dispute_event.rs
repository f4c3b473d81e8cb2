//! The events of disputes, as [`crate::event::Event::Dispute`] carries them.

/// Something happened to an epoch's input or report. Amounts are base units of the bond denom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DisputeEvent {
    /// The input of the awaited report was fixed.
    InputAnchored {
        /// The epoch.
        epoch: u64,
        /// The awaited revision.
        revision: u32,
        /// The input, hex.
        input_root: String,
        /// Index of the operator who signed for it.
        operator: u8,
    },
    /// A report is one no more.
    ReportVoided {
        /// Its epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
        /// The word of the [`crate::msg::VoidReason`].
        reason: String,
        /// Whether the epoch is missed now; else its next revision is awaited.
        missed: bool,
    },
    /// A report was challenged.
    ReportChallenged {
        /// Its epoch.
        epoch: u64,
        /// Its revision.
        revision: u32,
        /// Who challenged it.
        challenger: String,
        /// Until when the arbiter may decide, unix seconds.
        deadline_s: u64,
        /// What the challenger says.
        reason: String,
    },
    /// The arbiter decided, or did not in time.
    ChallengeDecided {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
        /// The word of the [`crate::msg::ChallengeStatus`].
        outcome: String,
    },
    /// Somebody wants a part of the report to be shown.
    OpeningDemanded {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
        /// What: a [`crate::fraud::TargetKey`] in hex.
        target: String,
        /// Who.
        demander: String,
        /// The bond, which goes to whoever answers.
        bond: u128,
        /// Until when, unix seconds.
        deadline_s: u64,
    },
    /// A demand was answered, or given back because the report was voided for another reason.
    DemandClosed {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
        /// What was demanded: a [`crate::fraud::TargetKey`] in hex.
        target: String,
        /// Who is owed the bond.
        recipient: String,
        /// The bond.
        bond: u128,
    },
    /// Somebody has a proof and will show it.
    ProofCommitted {
        /// The hash, hex.
        hash: String,
    },
    /// A proof convicted a report or an operator.
    FraudProven {
        /// The epoch.
        epoch: u64,
        /// The revision.
        revision: u32,
        /// The word of the [`crate::fraud::Clause`].
        clause: String,
        /// Who proved it.
        prover: String,
        /// What the signers lost together.
        slashed: u128,
    },
}

impl DisputeEvent {
    /// The event's name and its attributes, in a fixed order.
    pub(crate) fn parts(&self) -> (&'static str, Vec<(&'static str, String)>) {
        let (name, epoch, revision, rest) = match self {
            Self::ProofCommitted { hash } => return ("proof_committed", vec![("hash", hash.clone())]),
            Self::InputAnchored { epoch, revision, input_root, operator } => (
                "input_anchored",
                epoch,
                revision,
                vec![("input_root", input_root.clone()), ("operator", operator.to_string())],
            ),
            Self::ReportVoided { epoch, revision, reason, missed } => (
                "report_voided",
                epoch,
                revision,
                vec![("reason", reason.clone()), ("missed", missed.to_string())],
            ),
            Self::ReportChallenged { epoch, revision, challenger, deadline_s, reason } => (
                "report_challenged",
                epoch,
                revision,
                vec![
                    ("challenger", challenger.clone()),
                    ("deadline_s", deadline_s.to_string()),
                    ("reason", reason.clone()),
                ],
            ),
            Self::ChallengeDecided { epoch, revision, outcome } => {
                ("challenge_decided", epoch, revision, vec![("outcome", outcome.clone())])
            }
            Self::OpeningDemanded { epoch, revision, target, demander, bond, deadline_s } => (
                "opening_demanded",
                epoch,
                revision,
                vec![
                    ("target", target.clone()),
                    ("demander", demander.clone()),
                    ("bond", bond.to_string()),
                    ("deadline_s", deadline_s.to_string()),
                ],
            ),
            Self::DemandClosed { epoch, revision, target, recipient, bond } => (
                "demand_closed",
                epoch,
                revision,
                vec![
                    ("target", target.clone()),
                    ("recipient", recipient.clone()),
                    ("bond", bond.to_string()),
                ],
            ),
            Self::FraudProven { epoch, revision, clause, prover, slashed } => (
                "fraud_proven",
                epoch,
                revision,
                vec![
                    ("clause", clause.clone()),
                    ("prover", prover.clone()),
                    ("slashed", slashed.to_string()),
                ],
            ),
        };
        let first = [("epoch", epoch.to_string()), ("revision", revision.to_string())];
        (name, first.into_iter().chain(rest).collect())
    }

    /// Reads an event back from its name, without the chain's prefix, and its attributes.
    pub(crate) fn parse<'a>(name: &str, attribute: &impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let text = |key| attribute(key).map(str::to_string);
        if name == "proof_committed" {
            return Some(Self::ProofCommitted { hash: text("hash")? });
        }
        let (epoch, revision) = (attribute("epoch")?.parse().ok()?, attribute("revision")?.parse().ok()?);
        let u64_of = |key| attribute(key)?.parse::<u64>().ok();
        let u128_of = |key| attribute(key)?.parse::<u128>().ok();
        Some(match name {
            "input_anchored" => Self::InputAnchored {
                epoch,
                revision,
                input_root: text("input_root")?,
                operator: attribute("operator")?.parse().ok()?,
            },
            "report_voided" => Self::ReportVoided {
                epoch,
                revision,
                reason: text("reason")?,
                missed: attribute("missed")?.parse().ok()?,
            },
            "report_challenged" => Self::ReportChallenged {
                epoch,
                revision,
                challenger: text("challenger")?,
                deadline_s: u64_of("deadline_s")?,
                reason: text("reason")?,
            },
            "challenge_decided" => Self::ChallengeDecided { epoch, revision, outcome: text("outcome")? },
            "opening_demanded" => Self::OpeningDemanded {
                epoch,
                revision,
                target: text("target")?,
                demander: text("demander")?,
                bond: u128_of("bond")?,
                deadline_s: u64_of("deadline_s")?,
            },
            "demand_closed" => Self::DemandClosed {
                epoch,
                revision,
                target: text("target")?,
                recipient: text("recipient")?,
                bond: u128_of("bond")?,
            },
            "fraud_proven" => Self::FraudProven {
                epoch,
                revision,
                clause: text("clause")?,
                prover: text("prover")?,
                slashed: u128_of("slashed")?,
            },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::Event as CosmosEvent;

    use super::*;
    use crate::event::Event;

    #[test]
    fn every_event_comes_back() {
        let text = || "x".to_string();
        let (epoch, revision) = (7, 2);
        let events = [
            DisputeEvent::InputAnchored { epoch, revision, input_root: text(), operator: 3 },
            DisputeEvent::ReportVoided { epoch, revision, reason: text(), missed: true },
            DisputeEvent::ReportChallenged {
                epoch,
                revision,
                challenger: text(),
                deadline_s: 9,
                reason: String::new(),
            },
            DisputeEvent::ChallengeDecided { epoch, revision, outcome: text() },
            DisputeEvent::OpeningDemanded {
                epoch,
                revision,
                target: text(),
                demander: text(),
                bond: u128::MAX,
                deadline_s: 9,
            },
            DisputeEvent::DemandClosed { epoch, revision, target: text(), recipient: text(), bond: 1 },
            DisputeEvent::ProofCommitted { hash: text() },
            DisputeEvent::FraudProven { epoch, revision, clause: text(), prover: text(), slashed: 5 },
        ];
        for event in events.map(Event::Dispute) {
            let on_chain = CosmosEvent::from(event.clone());
            let attribute =
                |key: &str| on_chain.attributes.iter().find(|a| a.key == key).map(|a| a.value.as_str());
            assert_eq!(Event::parse(&format!("wasm-{}", on_chain.ty), attribute), Some(event));
            assert_eq!(Event::parse("wasm-another", attribute), None);
        }
    }
}

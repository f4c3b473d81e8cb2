//! Every way in which an epoch is made dishonest, and what that has to come to.

use attention_protocol::fraud::Clause;
use attention_protocol::rule::next_streak;
use attention_protocol::settle::RejectReason;
use attention_protocol::tree::depth;
use attention_protocol::{PPM, Score};
use proptest::prelude::*;
use proptest::sample::Index;

use super::forge::Node;
use super::strategy::pays;
use super::world::{Campaign, Draft, Row, World, deployment, worth};

/// What a tampered epoch must end in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Some proof convicts it of this clause.
    Convicted(Clause),
    /// Some proof convicts it, or some demand has no answer.
    ConvictedOrUnanswered,
    /// Some demand has no answer.
    Unanswered,
    /// It convicts nobody and never settles: another base.
    NeverSettles,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    ScoreAboveOne,
    OtherScore,
    Boost,
    AddressLength,
    AddressTooLong,
    Weight,
    Streak,
    Cumulative,
    Swap,
    Duplicate,
    DropBaseAccount,
    PadIsLeaf,
    PadHasSums,
    LeafIsPad,
    LeafIsForeign,
    WrongNodeSum,
    SumsOverflow,
    HiddenNode,
    WeightTotal,
    CumulativeTotal,
    CountMore,
    CountLess,
    CountHuge,
    Budget,
    RuleHash,
    BaseRoot,
    BaseTotal,
    Delta,
    NotRunning,
    UnknownCampaign,
    GrewTooFast,
    UnsortedCommitments,
    EqualCommitments,
    CommitmentCount,
    UnsortedAssets,
}

pub fn kinds() -> Vec<Kind> {
    use Kind::*;
    vec![
        ScoreAboveOne,
        OtherScore,
        Boost,
        AddressLength,
        AddressTooLong,
        Weight,
        Streak,
        Cumulative,
        Swap,
        Duplicate,
        DropBaseAccount,
        PadIsLeaf,
        PadHasSums,
        LeafIsPad,
        LeafIsForeign,
        WrongNodeSum,
        SumsOverflow,
        HiddenNode,
        WeightTotal,
        CumulativeTotal,
        CountMore,
        CountLess,
        CountHuge,
        Budget,
        RuleHash,
        BaseRoot,
        BaseTotal,
        Delta,
        NotRunning,
        UnknownCampaign,
        GrewTooFast,
        UnsortedCommitments,
        EqualCommitments,
        CommitmentCount,
        UnsortedAssets,
    ]
}

/// Where and how much.
#[derive(Debug, Clone)]
pub struct Pick {
    pub place: Index,
    pub other: Index,
    /// 1 and more.
    pub by: u32,
}

prop_compose! {
    pub fn pick()(place: Index, other: Index, by in 1..=u32::MAX) -> Pick {
        Pick { place, other, by }
    }
}

/// The epoch with one campaign made dishonest; none if the kind does not apply to it.
pub fn tampered(campaigns: &[Campaign], kind: Kind, pick: &Pick) -> Option<(World, Outcome)> {
    let deployment = deployment();
    let paying: Vec<usize> = (0..campaigns.len()).filter(|i| pays(&campaigns[*i])).collect();
    let target = &campaigns[paying[pick.place.index(paying.len())]];
    let mut campaigns = campaigns.to_vec();
    let (draft, outcome) = tamper(target, kind, pick)?;
    let mut drafts: Vec<Draft> = Vec::new();
    for campaign in &campaigns {
        let honest = campaign.draft(&deployment);
        if campaign.id == target.id {
            drafts.push(draft.clone());
        } else if worth(&honest) {
            drafts.push(honest);
        }
    }
    let mut assets = Vec::new();
    match kind {
        Kind::UnsortedCommitments => {
            if drafts.len() < 2 {
                return None;
            }
            let at = pick.place.index(drafts.len() - 1);
            drafts.swap(at, at + 1);
        }
        Kind::EqualCommitments => {
            let at = pick.place.index(drafts.len());
            drafts.insert(at, drafts[at].clone());
        }
        Kind::UnknownCampaign => campaigns.retain(|campaign| campaign.id != target.id),
        Kind::UnsortedAssets => {
            let asset = attention_protocol::AssetLeaf {
                asset_id_hash: [3; 32],
                score: Score::MAX,
                price: pick.by.into(),
                denom_hash: [4; 32],
            };
            assets = vec![asset.clone(), asset];
        }
        _ => {}
    }
    let mut world = World::publish(&campaigns, &mut drafts, &assets);
    match kind {
        Kind::NotRunning => world.facts.get_mut(&target.id).unwrap().settle.running = false,
        Kind::GrewTooFast => {
            let facts = world.facts.get_mut(&target.id).unwrap();
            let growth = (draft.rows.len() as u32).checked_sub(facts.settle.base.leaf_count + 1)?;
            facts.settle.growth.abs = growth;
        }
        Kind::CommitmentCount => world.body.campaign_count += 1,
        _ => {}
    }
    Some((world, outcome))
}

/// One campaign's dishonest outputs.
fn tamper(campaign: &Campaign, kind: Kind, pick: &Pick) -> Option<(Draft, Outcome)> {
    let deployment = deployment();
    let mut rows = campaign.scored();
    let at = pick.other.index(rows.len());
    let mut outcome = by_score(campaign, kind, pick, rows.get_mut(at)?)?;
    match kind {
        Kind::Swap => {
            let at = pick.other.index(rows.len().checked_sub(1).filter(|pairs| *pairs > 0)?);
            rows.swap(at, at + 1);
            outcome = Outcome::Convicted(Clause::UnorderedLeaves);
        }
        Kind::Duplicate => {
            rows.insert(at, rows[at].clone());
            outcome = Outcome::Convicted(Clause::UnorderedLeaves);
        }
        Kind::DropBaseAccount => {
            let base = campaign.base_rows();
            let dropped = &base[pick.other.index((!base.is_empty()).then_some(base.len())?)];
            rows.retain(|row| row.address != dropped.address);
            outcome = Outcome::Convicted(Clause::MissingAccount);
            if rows.is_empty() {
                return None;
            }
        }
        _ => {}
    }
    let budget = match kind {
        Kind::Budget => campaign.budget + u128::from(pick.by),
        _ => campaign.budget,
    };
    campaign.earn(&mut rows, budget);
    match kind {
        Kind::Cumulative => {
            let row = &mut rows[at];
            row.cumulative = row.cumulative.checked_sub(pick.by.into()).unwrap_or(row.cumulative + 1);
            outcome = Outcome::Convicted(Clause::WrongCumulative);
        }
        Kind::Delta => {
            rows[at].cumulative += campaign.budget + 1;
            outcome = Outcome::Convicted(Clause::WrongCommitment(RejectReason::OverBudget));
        }
        _ => {}
    }
    let mut draft = campaign.draft_of(&deployment, rows);
    draft.commitment.budget = budget;
    outcome = by_tree(kind, pick, &mut draft, outcome)?;
    outcome = by_header(kind, pick, &mut draft, outcome)?;
    Some((draft, outcome))
}

/// What is wrong with one leaf by itself or against its base.
fn by_score(campaign: &Campaign, kind: Kind, pick: &Pick, row: &mut Row) -> Option<Outcome> {
    let rule = &campaign.rule;
    let clause = match kind {
        Kind::ScoreAboveOne => {
            row.score = PPM + 1 + pick.by % 1_000;
            Clause::MalformedLeaf
        }
        Kind::OtherScore => {
            let other = Score::try_from(pick.by % PPM).unwrap();
            row.score = other.ppm();
            // Another score with the same weight is for an arbiter: no leaf shows it.
            if rule.weight(other, row.streak, row.boost) == row.weight {
                return None;
            }
            Clause::WrongWeight
        }
        Kind::Boost => {
            row.boost = rule.rule().boost_max_ppm + 1 + pick.by % 1_000;
            Clause::MalformedLeaf
        }
        Kind::AddressLength => {
            row.address.pop();
            Clause::MalformedLeaf
        }
        Kind::AddressTooLong => {
            row.address.resize(65, 0);
            return Some(Outcome::Unanswered);
        }
        Kind::Weight => {
            row.weight += u64::from(pick.by);
            Clause::WrongWeight
        }
        Kind::Streak => {
            row.streak ^= (pick.by % 65_535 + 1) as u16;
            let (base, _) = campaign
                .members
                .values()
                .find(|m| m.account.as_slice() == row.address)?
                .base
                .unwrap_or((0, 0));
            let score = Score::try_from(row.score).unwrap();
            assert_ne!(row.streak, next_streak(rule, base, score));
            row.weight = rule.weight(score, row.streak, row.boost);
            Clause::WrongStreak
        }
        // Set where it happens.
        _ => return Some(Outcome::ConvictedOrUnanswered),
    };
    Some(Outcome::Convicted(clause))
}

/// What is wrong with the nodes.
fn by_tree(kind: Kind, pick: &Pick, draft: &mut Draft, outcome: Outcome) -> Option<Outcome> {
    let count = draft.rows.len();
    let width = count.next_power_of_two();
    let pad = (width > count).then(|| count + pick.other.index((width - count).max(1)));
    let levels = depth(count as u32) as usize;
    let foreign = Node { hash: [pick.by as u8; 32], weight: 0, cumulative: 0 };
    let any_level = pick.place.index(levels + 1);
    let any_index = pick.other.index(width >> any_level);
    let wrong = &mut draft.wrong;
    Some(match kind {
        Kind::PadIsLeaf => {
            wrong.replaced = Some(((0, pad?), foreign));
            Outcome::Convicted(Clause::BadPad)
        }
        Kind::PadHasSums => {
            wrong.sums = Some(((0, pad?), (pick.by.into(), 1)));
            Outcome::Convicted(Clause::BadPad)
        }
        Kind::LeafIsPad => {
            let domain = deployment().allocation_domain(draft.commitment.campaign, super::world::EPOCH);
            let hash = attention_protocol::hash::sha256(&[&[2], &domain]);
            wrong.replaced = Some(((0, pick.other.index(count)), Node { hash, weight: 0, cumulative: 0 }));
            Outcome::Convicted(Clause::BadPad)
        }
        Kind::LeafIsForeign => {
            wrong.replaced = Some(((0, pick.other.index(count)), foreign));
            Outcome::Unanswered
        }
        Kind::WrongNodeSum => {
            // Over pads alone it is a bad pad as much as a wrong sum.
            if any_index << any_level >= count {
                return None;
            }
            wrong.sums = Some(((any_level, any_index), (1 << 40, u128::from(pick.by) << 90)));
            Outcome::Convicted(Clause::WrongSum)
        }
        Kind::SumsOverflow => {
            if levels == 0 || any_index << any_level >= count {
                return None;
            }
            wrong.sums = Some(((any_level, any_index), (u64::MAX, u128::MAX)));
            Outcome::Convicted(Clause::WrongSum)
        }
        Kind::HiddenNode => {
            // A leaf that is its own base's leaf has no other preimage, and pads cannot be hidden.
            if any_index << any_level >= count {
                return None;
            }
            wrong.hidden = Some((any_level, any_index));
            Outcome::Unanswered
        }
        _ => outcome,
    })
}

/// What is wrong with the header.
fn by_header(kind: Kind, pick: &Pick, draft: &mut Draft, outcome: Outcome) -> Option<Outcome> {
    use RejectReason::*;
    let rejected = |reason| Outcome::Convicted(Clause::WrongCommitment(reason));
    let unsealed = matches!(
        kind,
        Kind::WeightTotal | Kind::CumulativeTotal | Kind::CountMore | Kind::CountLess | Kind::CountHuge
    );
    if unsealed {
        seal(draft);
    }
    let commitment = &mut draft.commitment;
    Some(match kind {
        Kind::WeightTotal => {
            commitment.weight_total += u64::from(pick.by);
            Outcome::Convicted(Clause::WrongSum)
        }
        Kind::CumulativeTotal => {
            commitment.cumulative_total += u128::from(pick.by);
            Outcome::Convicted(Clause::WrongSum)
        }
        Kind::CountMore => {
            commitment.leaf_count += 1;
            Outcome::ConvictedOrUnanswered
        }
        Kind::CountLess => {
            commitment.leaf_count -= 1;
            Outcome::ConvictedOrUnanswered
        }
        Kind::CountHuge => {
            commitment.leaf_count = u32::MAX - pick.by % 1_000;
            Outcome::ConvictedOrUnanswered
        }
        Kind::Budget => rejected(WrongBudget),
        Kind::RuleHash => {
            commitment.rule_hash[pick.place.index(32)] ^= 1;
            rejected(WrongRuleHash)
        }
        Kind::BaseRoot => {
            commitment.base_root[pick.place.index(32)] ^= 1;
            Outcome::NeverSettles
        }
        Kind::BaseTotal => {
            commitment.base_total += u128::from(pick.by);
            Outcome::NeverSettles
        }
        Kind::NotRunning => rejected(NotRunning),
        Kind::GrewTooFast => rejected(GrewTooFast),
        Kind::UnknownCampaign => Outcome::Convicted(Clause::UnknownCampaign),
        Kind::UnsortedCommitments | Kind::EqualCommitments => {
            Outcome::Convicted(Clause::UnorderedCommitments)
        }
        Kind::CommitmentCount => Outcome::Unanswered,
        Kind::UnsortedAssets => Outcome::Convicted(Clause::UnorderedAssets),
        _ => outcome,
    })
}

/// Takes root, count and totals from the rows, so that one of them can be changed.
fn seal(draft: &mut Draft) {
    let rows: Vec<_> = draft.rows.iter().map(Row::pack).collect();
    let domain = deployment().allocation_domain(draft.commitment.campaign, super::world::EPOCH);
    let root = super::forge::allocation(&domain, &rows, &draft.wrong, &mut Default::default());
    draft.commitment.root = root.hash;
    draft.commitment.leaf_count = rows.len() as u32;
    draft.commitment.weight_total = root.weight;
    draft.commitment.cumulative_total = root.cumulative;
    draft.sealed = false;
}

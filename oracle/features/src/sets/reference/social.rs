//! The graph of who named whom.

use std::collections::{BTreeMap, BTreeSet};

use super::user::{Acts, sum};
use super::{Cell, age, total};
use crate::{AssetId, BehaviourEvent, EventKind, UserId};

#[derive(Debug, Clone, Default)]
struct Node<'a> {
    named: BTreeSet<&'a UserId>,
    named_by: BTreeSet<&'a UserId>,
    friends: BTreeSet<&'a UserId>,
    sent: u128,
    received: u128,
}

/// Every user who named, or was named by, another.
pub(super) struct Graph<'a> {
    nodes: BTreeMap<&'a UserId, Node<'a>>,
}

impl<'a> Graph<'a> {
    pub(super) fn read(events: &'a [BehaviourEvent]) -> Self {
        let mut nodes: BTreeMap<&UserId, Node<'_>> = BTreeMap::new();
        for event in events {
            let (user, Some(other)) = (&event.user, &event.counterparty) else { continue };
            if user == other {
                continue;
            }
            let sent = if event.kind == EventKind::Message { u128::from(event.quantity) } else { 0 };
            let friend = event.kind == EventKind::Friendship;
            let node = nodes.entry(user).or_default();
            node.named.insert(other);
            node.sent += sent;
            node.friends.extend(friend.then_some(other));
            let node = nodes.entry(other).or_default();
            node.named_by.insert(user);
            node.received += sent;
            node.friends.extend(friend.then_some(user));
        }
        Self { nodes }
    }

    /// Degree and reciprocity of a user.
    pub(super) fn of(&self, user: &UserId) -> Vec<Cell> {
        let none = Node::default();
        let node = self.nodes.get(user).unwrap_or(&none);
        vec![
            total(node.named.union(&node.named_by).count() as u64),
            total(node.named.len() as u64),
            total(node.named_by.len() as u64),
            total(node.named.intersection(&node.named_by).count() as u64),
            total(node.friends.len() as u64),
            sum(node.sent),
            sum(node.received),
        ]
    }

    /// What the user's neighbours did on the asset.
    pub(super) fn interest(
        &self,
        user: &UserId,
        asset: AssetId,
        of_pair: &BTreeMap<(&UserId, AssetId), Acts>,
    ) -> Vec<Cell> {
        let none = Node::default();
        let node = self.nodes.get(user).unwrap_or(&none);
        let interested: Vec<&Acts> =
            node.named.union(&node.named_by).filter_map(|other| of_pair.get(&(*other, asset))).collect();
        vec![
            total(interested.len() as u64),
            sum(interested.iter().map(|acts| u128::from(acts.events)).sum()),
            total(interested.iter().filter(|acts| acts.purchases > 0).count() as u64),
            age(interested.iter().filter_map(|acts| acts.youngest_s).min()),
        ]
    }
}

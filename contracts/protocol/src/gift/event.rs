//! The events of gifts, privileges and quests. On chain an event's type is `wasm-` and the name here; whoever reads them
//! must compare `_contract_address`, because any contract can emit the same attributes.

use cosmwasm_std::{Attribute, Event};

/// An event of the gifts contract, besides those of pauses and ownership, which are [`crate::event::Event`]s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GiftEvent {
    /// A gift was created.
    GiftCreated {
        /// Its id.
        gift: u64,
        /// Its campaign.
        campaign: u64,
        /// Its collection.
        collection: String,
        /// Most tokens in all.
        supply: u32,
    },
    /// A token was deposited to be handed out.
    TokenDeposited {
        /// The gift.
        gift: u64,
        /// Its place in the order of handing out.
        serial: u32,
        /// The token.
        token_id: String,
    },
    /// A token was promised to an account and sent.
    GiftClaimed {
        /// The gift.
        gift: u64,
        /// The epoch.
        epoch: u64,
        /// The account.
        account: String,
        /// The token.
        token_id: String,
    },
    /// A delivery failed: the token stays owed.
    GiftOwed {
        /// The gift.
        gift: u64,
        /// The account.
        account: String,
        /// The token.
        token_id: String,
    },
    /// An owed token was sent again.
    GiftWithdrawn {
        /// The gift.
        gift: u64,
        /// The account.
        account: String,
        /// The token.
        token_id: String,
    },
    /// The sponsor ended a gift, or took more tokens back.
    GiftClosed {
        /// The gift.
        gift: u64,
        /// Tokens sent back now.
        returned: u32,
        /// Tokens that are left to send back.
        held: u32,
    },
    /// The return of a token failed: it stays with the contract, to be sent back later.
    ReturnFailed {
        /// The gift.
        gift: u64,
        /// Its serial.
        serial: u32,
        /// The token.
        token_id: String,
    },
    /// A privilege was created.
    PrivilegeCreated {
        /// Its id.
        privilege: u64,
        /// Its campaign.
        campaign: u64,
        /// Its name.
        name: String,
    },
    /// A score was counted.
    PrivilegeProven {
        /// The privilege.
        privilege: u64,
        /// The epoch of the score.
        epoch: u64,
        /// The account.
        account: String,
        /// Its decayed score at the end of its newest proven epoch.
        score: u64,
        /// The level it holds there.
        level: u8,
    },
    /// A quest was created.
    QuestCreated {
        /// Its id.
        quest: u64,
        /// Its campaign.
        campaign: u64,
    },
    /// A quest was completed: (quest, account, epoch) is unique.
    QuestCompleted {
        /// The quest.
        quest: u64,
        /// The epoch.
        epoch: u64,
        /// The account.
        account: String,
        /// How often the account has completed it now.
        completed: u32,
    },
}

impl From<GiftEvent> for Event {
    fn from(event: GiftEvent) -> Self {
        use GiftEvent as E;
        let text = ToString::to_string;
        let number = |number: u64| number.to_string();
        let (name, attributes) = match &event {
            E::GiftCreated { gift, campaign, collection, supply } => (
                "gift_created",
                vec![
                    ("gift", number(*gift)),
                    ("campaign", number(*campaign)),
                    ("collection", text(collection)),
                    ("supply", number((*supply).into())),
                ],
            ),
            E::TokenDeposited { gift, serial, token_id } => (
                "token_deposited",
                vec![
                    ("gift", number(*gift)),
                    ("serial", number((*serial).into())),
                    ("token_id", text(token_id)),
                ],
            ),
            E::GiftClaimed { gift, epoch, account, token_id } => (
                "gift_claimed",
                vec![
                    ("gift", number(*gift)),
                    ("epoch", number(*epoch)),
                    ("account", text(account)),
                    ("token_id", text(token_id)),
                ],
            ),
            E::GiftOwed { gift, account, token_id } => (
                "gift_owed",
                vec![("gift", number(*gift)), ("account", text(account)), ("token_id", text(token_id))],
            ),
            E::GiftWithdrawn { gift, account, token_id } => (
                "gift_withdrawn",
                vec![("gift", number(*gift)), ("account", text(account)), ("token_id", text(token_id))],
            ),
            E::GiftClosed { gift, returned, held } => (
                "gift_closed",
                vec![
                    ("gift", number(*gift)),
                    ("returned", number((*returned).into())),
                    ("held", number((*held).into())),
                ],
            ),
            E::ReturnFailed { gift, serial, token_id } => (
                "return_failed",
                vec![
                    ("gift", number(*gift)),
                    ("serial", number((*serial).into())),
                    ("token_id", text(token_id)),
                ],
            ),
            E::PrivilegeCreated { privilege, campaign, name } => (
                "privilege_created",
                vec![
                    ("privilege", number(*privilege)),
                    ("campaign", number(*campaign)),
                    ("name", text(name)),
                ],
            ),
            E::PrivilegeProven { privilege, epoch, account, score, level } => (
                "privilege_proven",
                vec![
                    ("privilege", number(*privilege)),
                    ("epoch", number(*epoch)),
                    ("account", text(account)),
                    ("score", number(*score)),
                    ("level", number((*level).into())),
                ],
            ),
            E::QuestCreated { quest, campaign } => {
                ("quest_created", vec![("quest", number(*quest)), ("campaign", number(*campaign))])
            }
            E::QuestCompleted { quest, epoch, account, completed } => (
                "quest_completed",
                vec![
                    ("quest", number(*quest)),
                    ("epoch", number(*epoch)),
                    ("account", text(account)),
                    ("completed", number((*completed).into())),
                ],
            ),
        };
        Event::new(name).add_attributes(attributes.into_iter().map(|(key, value)| Attribute::new(key, value)))
    }
}

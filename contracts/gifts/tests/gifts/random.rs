//! Any sequence of deposits, claims, failures, withdrawals and returns, against a plain model: every token has exactly the
//! owner that the model gives it, every count is the model's, and what the model refuses is refused.

use std::collections::BTreeMap;

use attention_protocol::gift::GiftTerms;
use cosmwasm_std::Addr;
use proptest::prelude::*;

use crate::bed::Bed;
use crate::collection::Mode;

const USERS: [&str; 3] = ["alice", "bob", "carol"];
const EPOCHS: u64 = 4;
const SUPPLY: usize = 5;
const PER_ACCOUNT: usize = 3;

/// Carol misses the mark in odd epochs.
fn meets(user: usize, epoch: u64) -> bool {
    user != 2 || epoch.is_multiple_of(2)
}

#[derive(Debug, Clone)]
enum Step {
    Claim { user: usize, epoch: u64 },
    Withdraw { user: usize },
    Deposit,
    Close { limit: u32 },
    SetMode { works: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let claim = || (0..USERS.len(), 0..EPOCHS).prop_map(|(user, epoch)| Step::Claim { user, epoch });
    prop_oneof![
        6 => claim(),
        3 => (0..USERS.len()).prop_map(|user| Step::Withdraw { user }),
        3 => Just(Step::Deposit),
        1 => (1u32..4).prop_map(|limit| Step::Close { limit }),
        3 => any::<bool>().prop_map(|works| Step::SetMode { works }),
    ]
}

/// One gift, as it should be.
struct Model {
    gift: u64,
    collection: Addr,
    mints: bool,
    works: bool,
    closed: bool,
    claims: Vec<(usize, u64)>,
    /// By serial: the token, while it is held.
    deposits: Vec<Option<String>>,
    owed: BTreeMap<usize, String>,
    owners: BTreeMap<String, Addr>,
}

impl Model {
    fn new(bed: &mut Bed, mints: bool) -> Self {
        let sponsor = bed.sponsor.clone();
        let minter = if mints { bed.gifts.clone() } else { sponsor.clone() };
        let collection = bed.collection_of(&sponsor, &minter, None);
        let terms = if mints { bed.minted(&collection) } else { bed.handed_out(&collection) };
        let gift =
            bed.create_gift(GiftTerms { supply: SUPPLY as u32, per_account: PER_ACCOUNT as u32, ..terms });
        Self {
            gift,
            collection,
            mints,
            works: true,
            closed: false,
            claims: vec![],
            deposits: vec![],
            owed: BTreeMap::new(),
            owners: BTreeMap::new(),
        }
    }

    /// Sends the message, and says whether it has to be accepted.
    fn run(&mut self, bed: &mut Bed, step: &Step) -> (bool, bool) {
        match step {
            Step::Claim { user, epoch } => {
                let token = self.claimable(*user, *epoch);
                if let Some(token) = token.clone() {
                    if !self.mints {
                        self.deposits[self.claims.len()] = None;
                    }
                    self.claims.push((*user, *epoch));
                    self.send(bed, *user, token);
                }
                (bed.claim(USERS[*user], self.gift, *epoch).is_ok(), token.is_some())
            }
            Step::Withdraw { user } => {
                let token = self.owed.remove(user);
                if let Some(token) = token.clone() {
                    self.send(bed, *user, token);
                }
                (bed.withdraw(USERS[*user], self.gift, None).is_ok(), token.is_some())
            }
            Step::Deposit => {
                let (sponsor, collection) = (bed.sponsor.clone(), self.collection.clone());
                if self.mints || !self.works {
                    return (false, false);
                }
                let token = format!("t{}", self.owners.len());
                bed.mint_to(&collection, &sponsor, &token);
                let fits = !self.closed && self.deposits.len() < SUPPLY;
                let owner = if fits { bed.gifts.clone() } else { sponsor.clone() };
                self.owners.insert(token.clone(), owner);
                if fits {
                    self.deposits.push(Some(token.clone()));
                }
                (bed.deposit(&sponsor, &collection, &token, self.gift).is_ok(), fits)
            }
            Step::Close { limit } => {
                let held: Vec<usize> =
                    (0..self.deposits.len()).rev().filter(|i| self.deposits[*i].is_some()).collect();
                let accepted = !(self.closed && held.is_empty());
                self.closed = true;
                if self.works {
                    for serial in held.into_iter().take(*limit as usize) {
                        let token = self.deposits[serial].take().unwrap();
                        self.owners.insert(token, bed.sponsor.clone());
                    }
                }
                (bed.close(self.gift, None, Some(*limit)).is_ok(), accepted)
            }
            Step::SetMode { works } => {
                self.works = *works;
                bed.set_mode(&self.collection, if *works { Mode::Honest } else { Mode::Reverting });
                (true, true)
            }
        }
    }

    /// The token that a claim gives, if it gives one.
    fn claimable(&self, user: usize, epoch: u64) -> Option<String> {
        let of_user = self.claims.iter().filter(|claim| claim.0 == user).count();
        let refused = self.closed
            || !meets(user, epoch)
            || self.claims.contains(&(user, epoch))
            || self.owed.contains_key(&user)
            || of_user == PER_ACCOUNT
            || self.claims.len() == SUPPLY;
        if refused {
            return None;
        }
        let serial = self.claims.len();
        if self.mints { Some(format!("g{}-{serial}", self.gift)) } else { self.deposits.get(serial)?.clone() }
    }

    fn send(&mut self, bed: &Bed, user: usize, token: String) {
        if self.works {
            self.owners.insert(token, bed.user(USERS[user]));
        } else {
            self.owed.insert(user, token);
        }
    }

    fn check(&self, bed: &Bed) {
        let stored = bed.gift(self.gift);
        let held = self.deposits.iter().flatten().count();
        assert_eq!(stored.claimed as usize, self.claims.len());
        assert_eq!(stored.owed as usize, self.owed.len());
        assert_eq!((stored.held as usize, stored.closed), (held, self.closed));
        for (token, owner) in &self.owners {
            assert_eq!(bed.owner_of(&self.collection, token).as_ref(), Some(owner), "{token}");
        }
        let waiting = self.owners.values().filter(|owner| **owner == bed.gifts).count();
        let owed = if self.mints { 0 } else { self.owed.len() };
        assert_eq!(waiting, held + owed, "the contract holds what it can give, and nothing else");
        for (user, name) in USERS.iter().enumerate() {
            let status = bed.status(self.gift, name);
            assert_eq!(status.owed.map(|owed| owed.token_id), self.owed.get(&user).cloned());
            let claimed = self.claims.iter().filter(|claim| claim.0 == user).count();
            assert_eq!(status.claimed as usize, claimed);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_token_has_one_owner(steps in proptest::collection::vec((any::<bool>(), step()), 1..60)) {
        let mut bed = Bed::new();
        for epoch in 0..EPOCHS {
            let score = |user| if meets(user, epoch) { 500_000 } else { 499_999 };
            bed.epoch(epoch, &[(USERS[0], score(0)), (USERS[1], score(1)), (USERS[2], score(2))]);
        }
        let mut models = [true, false].map(|mints| Model::new(&mut bed, mints));
        for (first, step) in &steps {
            let model = &mut models[usize::from(*first)];
            let (accepted, expected) = model.run(&mut bed, step);
            prop_assert_eq!(accepted, expected, "{:?}", step);
            for model in &models {
                model.check(&bed);
            }
        }
    }
}

//! Who signs for which epoch, what the owner proposed, and what operators have put up.

use std::collections::{BTreeMap, BTreeSet};

use cosmwasm_std::Addr;

/// `security` of the suite, as the random worlds change it.
pub const BOND_MIN: u128 = 1_000;
pub const SLASH_PPM: u128 = 500_000;
pub const UNBONDING_S: u64 = 5_000;
pub const TIMELOCK_S: u64 = 2_000;
/// Most configurations that the contract looks at.
const CONFIGS_MAX: usize = 64;

/// A key by its number, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    pub admin: Addr,
    pub key: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub version: u64,
    /// Every byte of the specification's hash.
    pub spec: u8,
    pub operators: Vec<Operator>,
    pub faulty_max: u8,
}

impl Config {
    /// More than half of the honest and all that may be faulty.
    pub fn quorum(&self) -> usize {
        (self.operators.len() + usize::from(self.faulty_max)) / 2 + 1
    }

    pub fn place(&self, admin: &Addr) -> Option<usize> {
        self.operators.iter().position(|operator| operator.admin == *admin)
    }
}

#[derive(Debug, Clone)]
pub struct Proposal {
    pub ready_s: u64,
    pub spec: Option<u8>,
    pub operators: Option<(Vec<Operator>, u8)>,
}

impl Proposal {
    pub fn names(&self, admin: &Addr) -> bool {
        self.operators.iter().flat_map(|(all, _)| all).any(|operator| operator.admin == *admin)
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bond {
    pub bonded: u128,
    pub leaving: u128,
    pub ready_s: u64,
}

#[derive(Debug, Default)]
pub struct Operators {
    /// By first epoch.
    pub configs: BTreeMap<u64, Config>,
    pub proposal: Option<Proposal>,
    pub bonds: BTreeMap<Addr, Bond>,
    pub suspended: BTreeSet<Addr>,
    /// Who was slashed for which epoch.
    slashed: BTreeSet<(u64, Addr)>,
}

impl Operators {
    pub fn at(&self, epoch: u64) -> &Config {
        self.configs.range(..=epoch).next_back().expect("one is in force from epoch 0 on").1
    }

    pub fn newest(&self) -> &Config {
        self.at(u64::MAX)
    }

    /// A change of the newest configuration, in force from an epoch on.
    pub fn change(&mut self, first: u64, change: impl FnOnce(&mut Config)) {
        let mut next = self.newest().clone();
        next.version += 1;
        change(&mut next);
        self.configs.insert(first, next);
    }

    /// Places of the operators of an epoch whose signatures count.
    pub fn active(&self, epoch: u64) -> Vec<usize> {
        let all = self.at(epoch).operators.iter().enumerate();
        all.filter(|(_, operator)| !self.suspended.contains(&operator.admin))
            .map(|(place, _)| place)
            .collect()
    }

    /// Whether no quorum is left in the newest configuration.
    pub fn is_stuck(&self) -> bool {
        self.active(u64::MAX).len() < self.newest().quorum()
    }

    /// Whether the admin's operator signs in the current epoch or in the newest configuration, or is proposed.
    pub fn may_post(&self, admin: &Addr, current: u64) -> bool {
        let signs = [self.at(current), self.newest()].iter().any(|config| config.place(admin).is_some());
        signs || self.is_proposed(admin)
    }

    fn is_proposed(&self, admin: &Addr) -> bool {
        self.proposal.as_ref().is_some_and(|proposal| proposal.names(admin))
    }

    /// What has to stay: the minimum, from the proposal on until the last epoch that the operator signs for is decided.
    pub fn required(&self, admin: &Addr, open: u64) -> u128 {
        let first = *self.configs.range(..=open).next_back().expect("one is in force from epoch 0 on").0;
        let mut since = self.configs.range(first..);
        let is_bound = since.clone().count() > CONFIGS_MAX
            || since.any(|(_, config)| config.place(admin).is_some())
            || self.is_proposed(admin);
        if is_bound { BOND_MIN } else { 0 }
    }

    pub fn bond(&self, admin: &Addr) -> Bond {
        self.bonds.get(admin).copied().unwrap_or_default()
    }

    /// Everything that operators have put up.
    pub fn held(&self) -> u128 {
        self.bonds.values().map(|bond| bond.bonded + bond.leaving).sum()
    }

    /// Takes a part of the bonds of these operators of an epoch, of each once an epoch: from what is leaving first.
    pub fn slash(&mut self, epoch: u64, admins: &[Addr]) -> u128 {
        let mut taken = 0;
        for admin in admins {
            if !self.slashed.insert((epoch, admin.clone())) {
                continue;
            }
            let Some(bond) = self.bonds.get_mut(admin) else { continue };
            let lost = (bond.bonded + bond.leaving) * SLASH_PPM / 1_000_000;
            let leaving = lost.min(bond.leaving);
            bond.leaving -= leaving;
            bond.bonded -= lost - leaving;
            taken += lost;
        }
        taken
    }
}

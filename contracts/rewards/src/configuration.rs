//! The newest configuration, and how the next one follows it.
//!
//! A change is in force from the next epoch on (before genesis: from epoch 0 on), so an epoch's operators are those in force at its
//! window's end, and no report changes hands. Every change builds on the newest configuration, which may not be in force yet: of
//! several changes in one epoch none is lost.

use attention_protocol::config::{OperatorSet, Pubkey};
use attention_protocol::event::Event;
use attention_protocol::hash::Deployment;
use attention_protocol::possession::Possession;
use attention_protocol::{ConfigDigestInput, EpochClock, Hash, ReportBody};
use cosmwasm_std::{Addr, Api, Binary, Storage};

use crate::contract::account;
use crate::error::{ContractError, OperatorError, Result, refuse};
use crate::hex::hex;
use crate::signatures::check_signature;
use crate::state::bond::is_suspended;
use crate::state::config::{ABOUT, About, CLOCK, OPERATORS, OperatorsRow, about_at, operators_at};
use crate::timeline::Moment;

/// Both rows of the newest configuration.
pub(crate) struct Configuration {
    pub(crate) operators: OperatorsRow,
    pub(crate) about: About,
}

impl Configuration {
    /// The one that the next change builds on.
    pub(crate) fn newest(storage: &dyn Storage) -> Result<Self> {
        Self::of(storage, u64::MAX)
    }

    /// The one that reports on an epoch are made for.
    pub(crate) fn of(storage: &dyn Storage, epoch: u64) -> Result<Self> {
        Ok(Self { operators: operators_at(storage, epoch)?, about: about_at(storage, epoch)? })
    }

    /// The digest that the rules of this code give it.
    pub(crate) fn digest(&self, deployment: &Deployment, clock: &EpochClock) -> Hash {
        ConfigDigestInput {
            deployment,
            config_version: self.about.config_version,
            operators: &self.operators.set,
            spec_hash: &self.about.spec_hash,
            clock,
        }
        .digest()
    }

    /// The version that the next change makes.
    pub(crate) fn next_version(&self) -> Result<u64> {
        let next = self.about.config_version.checked_add(1);
        next.ok_or_else(|| ContractError::overflow("the version of the configuration"))
    }

    /// Index and key of an admin's operator.
    pub(crate) fn operator(&self, admin: &Addr) -> Option<(u8, &Pubkey)> {
        let named = (0u8..).zip(&self.about.operators).zip(self.operators.set.pubkeys());
        named.filter(|((_, (_, other)), _)| other == admin).map(|((index, _), key)| (index, key)).next()
    }

    /// Whether fewer than k operators are left that are not suspended.
    pub(crate) fn is_stuck(&self) -> bool {
        let set = &self.operators.set;
        let active = u32::from(set.count()).checked_sub(self.operators.suspended.count_ones());
        active.is_none_or(|active| active < u32::from(set.quorum()))
    }

    /// Puts a configuration in force from the next epoch on, as the one after this. `self` is changed to it before.
    pub(crate) fn change(
        mut self,
        storage: &mut dyn Storage,
        deployment: &Deployment,
        now: Moment,
    ) -> Result<Event> {
        let clock = CLOCK.load(storage, ())?;
        let first_epoch = clock.next_epoch(now.time_s)?;
        self.about.config_version = self.next_version()?;
        let digest = self.digest(deployment, &clock);
        self.operators.config_digest = digest;
        OPERATORS.save(storage, first_epoch, &self.operators);
        ABOUT.save(storage, first_epoch, &self.about);
        Ok(Event::ConfigChanged {
            config_version: self.about.config_version,
            first_epoch,
            config_digest: hex(&digest),
        })
    }
}

/// Whether a report was made by the rules of this code: its config_digest is the one that they give.
pub(crate) fn is_by_our_rules(
    storage: &dyn Storage,
    deployment: &Deployment,
    clock: &EpochClock,
    report: &ReportBody,
) -> Result<bool> {
    Ok(Configuration::of(storage, report.epoch)?.digest(deployment, clock) == report.config_digest)
}

/// The epoch at `now`: a campaign that is created now, and what is asked without an epoch, go by its configuration and limits.
pub(crate) fn current_epoch(storage: &dyn Storage, now_s: u64) -> Result<u64> {
    Ok(CLOCK.load(storage, ())?.receipt_epoch(now_s))
}

/// Whether an admin's operator signs in the current epoch or in a later one.
pub(crate) fn is_operator(storage: &dyn Storage, now_s: u64, admin: &Addr) -> Result<bool> {
    let has = |about: About| about.operators.iter().any(|(_, other)| other == admin);
    let current = current_epoch(storage, now_s)?;
    Ok(has(about_at(storage, current)?) || has(about_at(storage, u64::MAX)?))
}

/// Refuses an admin who was suspended.
pub(crate) fn check_not_suspended(storage: &dyn Storage, admin: &Addr) -> Result<()> {
    if is_suspended(storage, admin)? {
        return refuse(OperatorError::OperatorSuspended { admin: admin.clone() });
    }
    Ok(())
}

/// Checks that a key signed that it is to be an admin's in the next configuration.
pub(crate) fn check_possession(
    api: &dyn Api,
    deployment: &Deployment,
    config_version: u64,
    (admin, pubkey): (&Addr, &Pubkey),
    possession: &Binary,
) -> Result<()> {
    let account = account(api, admin)?;
    let digest = Possession { deployment, config_version, admin: &account, pubkey }.digest();
    check_signature(api, &digest, possession, pubkey)
        .or_else(|()| refuse(OperatorError::NotPossessed { admin: admin.clone(), config_version }))
}

/// The set with one key replaced.
pub(crate) fn with_key(set: &OperatorSet, index: u8, pubkey: &Pubkey) -> Result<OperatorSet> {
    let keys: Vec<Binary> = (0u8..)
        .zip(set.pubkeys())
        .map(|(other, key)| Binary::from(if other == index { pubkey } else { key }))
        .collect();
    Ok(OperatorSet::new(&keys, set.faulty_max())?)
}

//! Is this the contract the operator believes it is, and is this a configuration it signs for?

use attention_core::spec::{OtherSpec, check_spec_hash};
use attention_protocol::msg::ConfigResponse;
use attention_protocol::{Hash, OperatorSet, RULES_VERSION};
use cosmwasm_std::Binary;
use thiserror::Error;

use crate::config::{DeploymentConfig, RotationPolicy};

/// Why nothing is signed for a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DeploymentError {
    /// A difference between the own configuration and the contract's.
    #[error(
        "the contract {contract} is not the one in the configuration: {field} is {theirs} there and {ours} here; \
         nothing is signed until both agree"
    )]
    Differs {
        /// The contract.
        contract: String,
        /// The first field that differs.
        field: &'static str,
        /// Own value.
        ours: String,
        /// The contract's value.
        theirs: String,
    },
    /// A configuration that cannot be.
    #[error(
        "the contract {contract} tells a configuration version {config_version} that cannot be: {problem}"
    )]
    Malformed {
        /// The contract.
        contract: String,
        /// Its version.
        config_version: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// Another configuration, which this operator has not accepted.
    #[error(
        "configuration version {config_version} of the contract {contract} (digest {}) is not accepted here: look at it with \
         `attention-oracle operator config`, then put the digest into deployment.accepted_configs and start again",
        hex::encode(digest)
    )]
    NotAccepted {
        /// The contract.
        contract: String,
        /// Its version.
        config_version: u64,
        /// Its digest, computed here.
        digest: Hash,
    },
    /// Another specification than the local one.
    #[error(transparent)]
    OtherSpec(#[from] OtherSpec),
}

impl DeploymentError {
    /// Whether it is the right contract all the same: only this operator has to do something before it signs again.
    pub fn is_other_configuration(&self) -> bool {
        matches!(self, Self::NotAccepted { .. } | Self::OtherSpec(_))
    }
}

/// What the contract tells of a configuration, checked: everything that cannot change must be as in the own one, the digest
/// must be what is computed here from the own deployment and clock, and where it is not the own configuration it has to be
/// one that `rotation` accepts. The digest that counts is never the one a node tells.
///
/// # Errors
/// [`DeploymentError`].
pub fn check_configuration(
    ours: &DeploymentConfig,
    rotation: &RotationPolicy,
    theirs: &ConfigResponse,
) -> Result<DeploymentConfig, DeploymentError> {
    let told = content(ours, theirs)?;
    if told.digest() == ours.digest() || rotation.accepts(ours, &told) {
        check_digest(&told, theirs)?;
        return Ok(told);
    }
    let contract = ours.contract.clone();
    if told.config_version != ours.config_version {
        let (config_version, digest) = (told.config_version, told.digest());
        return Err(DeploymentError::NotAccepted { contract, config_version, digest });
    }
    let keys = |set: &OperatorSet| set.pubkeys().iter().map(hex::encode).collect::<Vec<_>>().join(" ");
    let fields = [
        ("operators", keys(&ours.operators), keys(&told.operators)),
        ("faulty_max", ours.operators.faulty_max().to_string(), told.operators.faulty_max().to_string()),
        ("spec_hash", hex::encode(ours.spec_hash), hex::encode(told.spec_hash)),
    ];
    // The digests differ, and with chain, contract, version and clock the same one of these does.
    let found = fields.into_iter().find(|(_, ours, theirs)| ours != theirs);
    let (field, ours, theirs) =
        found.unwrap_or(("config_digest", hex::encode(ours.digest()), hex::encode(told.digest())));
    Err(DeploymentError::Differs { contract, field, ours, theirs })
}

/// The same without asking whether it is accepted: a configuration whose digest is computed here.
///
/// # Errors
/// [`DeploymentError::Differs`] or [`DeploymentError::Malformed`].
pub fn told_configuration(
    ours: &DeploymentConfig,
    theirs: &ConfigResponse,
) -> Result<DeploymentConfig, DeploymentError> {
    let told = content(ours, theirs)?;
    check_digest(&told, theirs)?;
    Ok(told)
}

fn check_digest(told: &DeploymentConfig, theirs: &ConfigResponse) -> Result<(), DeploymentError> {
    let digest = told.digest();
    if theirs.config_digest.as_slice() == digest {
        return Ok(());
    }
    Err(DeploymentError::Differs {
        contract: told.contract.clone(),
        field: "config_digest",
        ours: hex::encode(digest),
        theirs: hex::encode(&theirs.config_digest),
    })
}

fn content(ours: &DeploymentConfig, theirs: &ConfigResponse) -> Result<DeploymentConfig, DeploymentError> {
    let config_version = theirs.config_version;
    let contract = || ours.contract.clone();
    let same = |field: &'static str, own: String, told: String| {
        if own == told {
            return Ok(());
        }
        Err(DeploymentError::Differs { contract: contract(), field, ours: own, theirs: told })
    };
    let malformed =
        |problem: String| DeploymentError::Malformed { contract: contract(), config_version, problem };
    same("rules_version", RULES_VERSION.to_string(), theirs.rules_version.to_string())?;
    same("clock", clock(&ours.clock), clock(&theirs.clock))?;
    let keys: Vec<Binary> = theirs.operators.iter().map(|operator| operator.pubkey.clone()).collect();
    let operators =
        OperatorSet::new(&keys, theirs.faulty_max).map_err(|error| malformed(error.to_string()))?;
    let spec_hash = Hash::try_from(theirs.spec_hash.as_slice())
        .map_err(|_| malformed(format!("its spec_hash has {} bytes", theirs.spec_hash.len())))?;
    same("quorum", operators.quorum().to_string(), theirs.quorum.to_string())?;
    let names = theirs.operators.iter().map(|operator| operator.name.clone()).collect();
    Ok(DeploymentConfig { config_version, operators, names, spec_hash, ..ours.clone() })
}

/// Whether the configuration's specification is the local one.
///
/// # Errors
/// [`DeploymentError::OtherSpec`].
pub fn check_spec(config: &DeploymentConfig, local: Hash) -> Result<(), DeploymentError> {
    Ok(check_spec_hash(config.config_version, config.spec_hash, local)?)
}

/// The suspended operators of a configuration as a bitmap; an index that no operator has counts for nothing.
pub fn suspended_bits(theirs: &ConfigResponse) -> u32 {
    let bit = |index: &u8| 1u32.checked_shl(u32::from(*index)).unwrap_or(0);
    theirs.suspended.iter().map(bit).fold(0, |bits, bit| bits | bit)
}

fn clock(clock: &attention_protocol::EpochClock) -> String {
    format!(
        "genesis {} length {} report_period {} dispute_window {} open_period {} min_blocks {}",
        clock.genesis_s,
        clock.epoch_length_s,
        clock.report_period_s,
        clock.dispute_window_s,
        clock.open_period_s,
        clock.min_blocks
    )
}

#[cfg(test)]
mod tests {
    use attention_core::links::decode_address;
    use attention_protocol::hash::Deployment;
    use attention_protocol::msg::{Limits, OperatorInfo, Security};
    use attention_protocol::{AccountId, EpochClock};

    use super::*;

    fn key(byte: u8) -> Binary {
        let mut key = [byte; 33];
        key[0] = 2;
        Binary::from(key)
    }

    fn own() -> DeploymentConfig {
        let contract_id = AccountId::try_from([7; 32].as_slice()).unwrap();
        let contract = attention_core::links::encode_address(&contract_id, "wasm").unwrap();
        assert_eq!(decode_address(&contract, "wasm"), Ok(contract_id.clone()));
        DeploymentConfig {
            deployment: Deployment::new("chain-1", &contract_id).unwrap(),
            contract,
            contract_id,
            config_version: 1,
            operators: OperatorSet::new(&(0..4).map(key).collect::<Vec<_>>(), 1).unwrap(),
            names: (0..4).map(|index| index.to_string()).collect(),
            clock: EpochClock {
                genesis_s: 1_000,
                epoch_length_s: 100,
                report_period_s: 30,
                dispute_window_s: 30,
                open_period_s: 10,
                min_blocks: 3,
            },
            spec_hash: [5; 32],
        }
    }

    /// What an honest contract tells of a configuration.
    fn told(config: &DeploymentConfig) -> ConfigResponse {
        let named = config.names.iter().zip(config.operators.pubkeys());
        let info = |(name, key): (&String, &[u8; 33])| OperatorInfo {
            name: name.clone(),
            pubkey: Binary::from(key),
            admin: format!("admin {name}"),
        };
        ConfigResponse {
            config_version: config.config_version,
            config_digest: config.digest().into(),
            rules_version: RULES_VERSION,
            operators: named.map(info).collect(),
            suspended: vec![],
            faulty_max: config.operators.faulty_max(),
            quorum: config.operators.quorum(),
            clock: config.clock,
            spec_hash: config.spec_hash.into(),
            limits: Limits {
                denoms: vec![],
                settle_grace_s: 1,
                claim_period_s: 1,
                pause_max_s: 1,
                operator_fee_ppm: 0,
                price_change_max_ppm: 1,
            },
            security: Security {
                bond_denom: "ubond".into(),
                operator_bond_min: 0u128.into(),
                slash_ppm: 1,
                slash_recipient: None,
                unbonding_s: 1,
                demand_bond: 1u128.into(),
                challenge_bond: 1u128.into(),
                arbiter: None,
                arbiter_period_s: 1,
                timelock_s: 0,
                anchor_grace_s: None,
            },
        }
    }

    fn rotated() -> DeploymentConfig {
        let operators = OperatorSet::new(&(10..17).map(key).collect::<Vec<_>>(), 2).unwrap();
        let names = (0..7).map(|index| format!("new {index}")).collect();
        DeploymentConfig { config_version: 2, operators, names, ..own() }
    }

    fn listing(digests: &[Hash], any_later: bool) -> RotationPolicy {
        let digests: Vec<String> = digests.iter().map(hex::encode).collect();
        RotationPolicy::new(&digests, any_later).unwrap()
    }

    #[test]
    fn the_own_configuration_needs_no_acceptance_and_names_do_not_count() {
        let none = RotationPolicy::default();
        assert_eq!(check_configuration(&own(), &none, &told(&own())), Ok(own()));
        let mut renamed = told(&own());
        renamed.operators[0].name = "another".into();
        assert_eq!(check_configuration(&own(), &none, &renamed).unwrap().digest(), own().digest());
    }

    #[test]
    fn a_later_configuration_is_signed_for_only_if_it_is_accepted() {
        let later = rotated();
        let check = |policy: &RotationPolicy| check_configuration(&own(), policy, &told(&later));
        let refused = DeploymentError::NotAccepted {
            contract: own().contract,
            config_version: 2,
            digest: later.digest(),
        };
        assert_eq!(check(&RotationPolicy::default()), Err(refused.clone()));
        assert_eq!(check(&listing(&[[9; 32], own().digest()], false)), Err(refused));
        assert_eq!(check(&listing(&[later.digest()], false)), Ok(later.clone()));
        assert_eq!(check(&listing(&[], true)), Ok(later.clone()));
        // An earlier version than the own one, and another one of the same, never go unseen.
        let ours = DeploymentConfig { config_version: 3, ..own() };
        assert!(check_configuration(&ours, &listing(&[], true), &told(&later)).is_err());
        assert!(check_configuration(&ours, &listing(&[later.digest()], false), &told(&later)).is_ok());
        let same_version = DeploymentConfig { config_version: 1, ..later };
        let refused = check_configuration(&own(), &listing(&[], true), &told(&same_version)).unwrap_err();
        assert!(matches!(refused, DeploymentError::Differs { field: "operators", .. }), "{refused}");
    }

    /// A node that tells an accepted digest with another content, or a content with another digest, is not believed.
    #[test]
    fn only_the_digest_computed_here_counts() {
        let later = rotated();
        let policy = listing(&[later.digest()], true);
        let lies: [fn(&mut ConfigResponse); 7] = [
            |told| told.operators.swap(0, 1),
            |told| told.operators[3].pubkey = key(99),
            |told| told.faulty_max = 1,
            |told| told.quorum = 4,
            |told| told.spec_hash = [6; 32].into(),
            |told| told.config_version = 3,
            |told| told.clock.report_period_s = 29,
        ];
        for (at, lie) in lies.into_iter().enumerate() {
            let mut told = told(&later);
            lie(&mut told);
            let refused = check_configuration(&own(), &policy, &told).unwrap_err();
            assert!(matches!(refused, DeploymentError::Differs { .. }), "lie {at}: {refused}");
        }
        let malformed: [fn(&mut ConfigResponse); 4] = [
            |told| told.operators[1].pubkey = told.operators[0].pubkey.clone(),
            |told| told.operators.clear(),
            |told| told.faulty_max = 3,
            |told| told.spec_hash = Binary::from([1; 31]),
        ];
        for (at, lie) in malformed.into_iter().enumerate() {
            let mut told = told(&later);
            lie(&mut told);
            let refused = check_configuration(&own(), &policy, &told).unwrap_err();
            assert!(matches!(refused, DeploymentError::Malformed { .. }), "lie {at}: {refused}");
        }
    }

    /// After the specification changed, the local file is the new one: the first configuration, with the old one, is believed
    /// if it is accepted, too.
    #[test]
    fn a_specification_must_be_the_local_one() {
        let (old, new) = (own(), DeploymentConfig { config_version: 2, spec_hash: [6; 32], ..own() });
        let local = DeploymentConfig { spec_hash: [6; 32], ..own() };
        let refused = check_configuration(&local, &RotationPolicy::default(), &told(&old)).unwrap_err();
        assert!(matches!(refused, DeploymentError::Differs { field: "spec_hash", .. }), "{refused}");
        let policy = listing(&[old.digest(), new.digest()], false);
        assert_eq!(check_configuration(&local, &policy, &told(&old)).unwrap().digest(), old.digest());
        let newest = check_configuration(&local, &policy, &told(&new)).unwrap();
        assert_eq!(check_spec(&newest, [6; 32]), Ok(()));
        let refused = check_spec(&newest, [5; 32]).unwrap_err();
        assert!(
            refused.is_other_configuration() && refused.to_string().contains(&"06".repeat(32)),
            "{refused}"
        );
    }

    #[test]
    fn suspended_operators_are_a_bitmap() {
        let mut theirs = told(&own());
        theirs.suspended = vec![0, 3, 31, 32, 200];
        assert_eq!(suspended_bits(&theirs), 1 | 1 << 3 | 1 << 31);
    }
}

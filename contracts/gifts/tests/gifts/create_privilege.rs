//! Creating privileges: every bound, and the share that follows from a half-life.

use attention_gifts::ContractError;
use attention_protocol::ProtocolError;
use attention_protocol::gift::{ExecuteMsg, PrivilegeResponse, PrivilegeTerms, QueryMsg, Tier};

use crate::bed::{Bed, assert_refused};

#[test]
fn what_was_agreed_comes_back() {
    let mut bed = Bed::new();
    let terms = bed.privilege_terms();
    assert_eq!(bed.create_privilege(terms.clone()), 1);
    let stored: PrivilegeResponse = bed.query(&QueryMsg::Privilege { privilege: 1 });
    assert_eq!((stored.terms, stored.retained_e18), (terms, 500_000_000_000_000_000));
}

#[test]
fn only_the_campaigns_sponsor() {
    let mut bed = Bed::new();
    let terms = Box::new(bed.privilege_terms());
    let sender = bed.user("mallory");
    let expected = ContractError::Unauthorized { sender: sender.clone(), allowed: "the campaign's sponsor" };
    assert_refused(bed.execute(&sender, &ExecuteMsg::CreatePrivilege(terms)), expected);
}

#[test]
fn every_bound() {
    let mut bed = Bed::new();
    let good = bed.privilege_terms();
    let invalid = |field, value: &str, requirement| {
        ContractError::Protocol(ProtocolError::Invalid { field, value: value.into(), requirement })
    };
    let rising = |index| {
        ContractError::Protocol(ProtocolError::NotRising { what: "tiers (level, grant_at, keep_at)", index })
    };
    let tier = |level, grant_at, keep_at| Tier { level, grant_at, keep_at };
    let tiers = |tiers: &[Tier]| PrivilegeTerms { tiers: tiers.to_vec(), ..good.clone() };
    let nine: Vec<Tier> = (1..=9).map(|i| tier(i, u64::from(i), u64::from(i))).collect();
    let long = "n".repeat(65);
    let epochs = "1 to 10000";
    let keep = "at most grant_at: a tier would be lost as soon as it is granted";
    let cases = [
        (
            PrivilegeTerms { name: String::new(), ..good.clone() },
            invalid("name", "\"\"", "1 to 64 bytes long"),
        ),
        (
            PrivilegeTerms { name: long.clone(), ..good.clone() },
            invalid("name", &format!("{long:?}"), "1 to 64 bytes long"),
        ),
        (PrivilegeTerms { half_life_epochs: 0, ..good.clone() }, invalid("half_life_epochs", "0", epochs)),
        (
            PrivilegeTerms { half_life_epochs: 10_001, ..good.clone() },
            invalid("half_life_epochs", "10001", epochs),
        ),
        (PrivilegeTerms { ttl_epochs: 0, ..good.clone() }, invalid("ttl_epochs", "0", epochs)),
        (PrivilegeTerms { ttl_epochs: 10_001, ..good.clone() }, invalid("ttl_epochs", "10001", epochs)),
        (tiers(&[]), invalid("the number of tiers", "0", "1 to 8")),
        (tiers(&nine), invalid("the number of tiers", "9", "1 to 8")),
        (tiers(&[tier(0, 2, 1)]), rising(0)),
        (tiers(&[tier(1, 2, 0)]), rising(0)),
        (tiers(&[tier(2, 5, 1), tier(2, 6, 2)]), rising(1)),
        (tiers(&[tier(1, 5, 1), tier(2, 5, 2)]), rising(1)),
        (tiers(&[tier(1, 5, 2), tier(2, 6, 2)]), rising(1)),
        (tiers(&[tier(1, 5, 6)]), invalid("tiers.keep_at", "6", keep)),
        (
            tiers(&[tier(1, 1_000_000_000_000_001, 1)]),
            invalid("tiers.grant_at", "1000000000000001", "at most 10^15"),
        ),
    ];
    for (terms, expected) in cases {
        assert_refused(bed.try_create_privilege(terms), expected);
    }
    let widest = PrivilegeTerms {
        name: "n".repeat(64),
        half_life_epochs: 10_000,
        ttl_epochs: 10_000,
        tiers: nine[..8].to_vec(),
        ..good
    };
    let privilege = bed.create_privilege(widest.clone());
    let stored: PrivilegeResponse = bed.query(&QueryMsg::Privilege { privilege });
    assert_eq!(stored.terms, widest);
}

//! Matrices over all messages: who may send them, and that none takes coins.

use attention_gifts::ContractError;
use attention_gifts::permission::{Access, Caller, access};
use attention_protocol::gift::{Cw721ReceiveMsg, ExecuteMsg};
use cosmwasm_std::{Binary, coin};

use crate::bed::{Bed, assert_refused};
use crate::suite::{ATT, ODD};

/// One of each message, by name; gift 1 and the campaign exist.
pub fn every_message(bed: &mut Bed) -> Vec<(&'static str, ExecuteMsg)> {
    let collection = bed.collection();
    let proof = Binary::default;
    let account = bed.user("alice").to_string();
    let owner = Some(bed.user("next").to_string());
    let received = Cw721ReceiveMsg { sender: bed.sponsor.to_string(), token_id: "a".into(), msg: proof() };
    vec![
        ("create_gift", ExecuteMsg::CreateGift(Box::new(bed.minted(&collection)))),
        ("receive_nft", ExecuteMsg::ReceiveNft(received)),
        ("claim_gift", ExecuteMsg::ClaimGift { gift: 1, epoch: 0, position: 0, proof: proof() }),
        (
            "claim_gift_for",
            ExecuteMsg::ClaimGiftFor { account, gift: 1, epoch: 0, position: 0, proof: proof() },
        ),
        ("withdraw_gift", ExecuteMsg::WithdrawGift { gift: 1, account: None }),
        ("close_gift", ExecuteMsg::CloseGift { gift: 1, before: None, limit: None }),
        ("create_privilege", ExecuteMsg::CreatePrivilege(Box::new(bed.privilege_terms()))),
        (
            "prove_privilege",
            ExecuteMsg::ProvePrivilege { privilege: 1, epoch: 0, position: 0, proof: proof() },
        ),
        ("create_quest", ExecuteMsg::CreateQuest(Box::new(bed.quest_terms()))),
        ("complete_quest", ExecuteMsg::CompleteQuest { quest: 1, epoch: 0, position: 0, proof: proof() }),
        ("pause", ExecuteMsg::Pause {}),
        ("unpause", ExecuteMsg::Unpause {}),
        ("propose_owner", ExecuteMsg::ProposeOwner { owner }),
        ("accept_owner", ExecuteMsg::AcceptOwner {}),
    ]
}

/// Any change of authority shows up here, in review.
#[test]
fn the_table() {
    let mut bed = Bed::new();
    let table: Vec<String> = every_message(&mut bed)
        .iter()
        .map(|(name, msg)| {
            let Access { caller, while_paused } = access(msg);
            format!("{name}: {caller:?}, {while_paused:?}")
        })
        .collect();
    let expected = [
        "create_gift: Sponsor { campaign: 1 }, Refused",
        "receive_nft: Collection, Refused",
        "claim_gift: Anyone, Refused",
        "claim_gift_for: Anyone, Refused",
        "withdraw_gift: Anyone, Works",
        "close_gift: GiftSponsor { gift: 1 }, Works",
        "create_privilege: Sponsor { campaign: 1 }, Refused",
        "prove_privilege: Anyone, Refused",
        "create_quest: Sponsor { campaign: 1 }, Refused",
        "complete_quest: Anyone, Refused",
        "pause: OwnerOrGuardian, Works",
        "unpause: Owner, Works",
        "propose_owner: Owner, Works",
        "accept_owner: ProposedOwner, Works",
    ];
    assert_eq!(table, expected);
}

#[test]
fn everybody_else_is_refused() {
    let mut bed = Bed::new();
    let messages = every_message(&mut bed);
    let sponsor = bed.sponsor.clone();
    bed.execute(&sponsor, &messages[0].1).unwrap();
    let (owner, guardian) = (bed.chain.owner.clone(), bed.chain.guardian.clone());
    let next = Some(bed.user("next").to_string());
    bed.execute(&owner, &ExecuteMsg::ProposeOwner { owner: next }).unwrap();
    for (_, msg) in messages {
        for sender in [owner.clone(), guardian.clone(), sponsor.clone(), bed.user("mallory")] {
            let (is_allowed, allowed) = match access(&msg).caller {
                Caller::Anyone | Caller::Collection => continue,
                Caller::Sponsor { .. } | Caller::GiftSponsor { .. } => {
                    (sender == sponsor, "the campaign's sponsor")
                }
                Caller::Owner => (sender == owner, "the owner"),
                Caller::OwnerOrGuardian => {
                    (sender == owner || sender == guardian, "the owner or the guardian")
                }
                Caller::ProposedOwner => (false, "the proposed owner"),
            };
            if !is_allowed {
                let expected = ContractError::Unauthorized { sender: sender.clone(), allowed };
                assert_refused(bed.execute(&sender, &msg), expected);
            }
        }
    }
}

#[test]
fn no_message_takes_coins() {
    let mut bed = Bed::new();
    let sponsor = bed.sponsor.clone();
    for (name, msg) in every_message(&mut bed) {
        for funds in [vec![coin(1, ATT)], vec![coin(1, ODD)], vec![coin(1, ATT), coin(1, ODD)]] {
            let result = bed.execute_with(&sponsor, &msg, &funds);
            assert!(result.is_err(), "{name}");
            let expected = ContractError::Payment("This message does no accept funds".into());
            assert_refused(result, expected);
        }
    }
}

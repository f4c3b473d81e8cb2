//! What an account signs so that its claim is paid to another address: a text that a wallet shows, in the sign document that
//! wallets use for texts (ADR-036), which no chain takes for a transaction.

use cosmwasm_std::Binary;

use crate::hash::{Hash, sha256};

/// Everything that the signature binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedirectText<'a> {
    /// Chain id of the deployment.
    pub chain_id: &'a str,
    /// Address of the contract.
    pub contract: &'a str,
    /// The account whose claim it is, and which signs.
    pub account: &'a str,
    /// Where the claim is paid.
    pub recipient: &'a str,
    /// The account's next nonce: each signature pays one message.
    pub nonce: u64,
    /// From this block time on the signature is void, unix seconds.
    pub expires_at_s: u64,
}

impl RedirectText<'_> {
    /// The text as a wallet shows it: lines end with `\n` but the last one.
    pub fn text(&self) -> String {
        let Self { chain_id, contract, account, recipient, nonce, expires_at_s } = self;
        format!(
            "attention/v1/redirect\n\nPay what my account can claim to another address, once.\n\nChain: {chain_id}\n\
             Contract: {contract}\nAccount: {account}\nRecipient: {recipient}\nNonce: {nonce}\n\
             Expires: {expires_at_s} (unix seconds)"
        )
    }

    /// What the key signs: SHA-256 of the sign document.
    pub fn digest(&self) -> Hash {
        sha256(&[sign_doc(self.account, self.text().as_bytes()).as_bytes()])
    }
}

/// The canonical sign document of ADR-036: keys sorted, no spaces, nothing of a transaction but its shape. `signer` is an
/// address, and base64 needs no escapes either.
fn sign_doc(signer: &str, data: &[u8]) -> String {
    let data = Binary::from(data).to_base64();
    [
        r#"{"account_number":"0","chain_id":"","fee":{"amount":[],"gas":"0"},"memo":"","msgs":[{"type":"sign/MsgSignData","value":{"data":""#,
        &data,
        r#"","signer":""#,
        signer,
        r#""}}],"sequence":"0"}"#,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use k256::ecdsa::signature::hazmat::PrehashVerifier;
    use k256::ecdsa::{Signature, VerifyingKey};

    use super::*;

    fn binary(base64: &str) -> Binary {
        Binary::from_base64(base64).unwrap()
    }

    /// A signature that a wallet made over a text: its key, the account and the text are public.
    #[test]
    fn a_wallets_signature_verifies_over_the_sign_document() {
        let key = binary("A/MdHVpitzHNSdD1Zw3kY+L5PEIPyd9l6sD5i4aIfXp9");
        let signature = binary(
            "vb78/y129cOiWyQkeFF8wCKZsOyzjpILnpEVZ72o5YUhEOmQZzVPcbUqWPLR7aZQ20j6vnYhIuCQN0HEG3igFg==",
        );
        let account = "cosmos1m9l358xunhhwds0568za49mzhvuxx9uxre5tud";
        let verifies = |text: &str| {
            let digest = sha256(&[sign_doc(account, text.as_bytes()).as_bytes()]);
            let key = VerifyingKey::from_sec1_bytes(&key).unwrap();
            key.verify_prehash(&digest, &Signature::from_slice(&signature).unwrap()).is_ok()
        };
        assert!(verifies(account));
        assert!(!verifies("another text"));
    }

    #[test]
    fn the_text_by_hand_and_every_field_bound() {
        let terms = RedirectText {
            chain_id: "chain-1",
            contract: "wasm1contract",
            account: "wasm1alice",
            recipient: "wasm1bob",
            nonce: 3,
            expires_at_s: 1_700_000_000,
        };
        let expected = "attention/v1/redirect\n\nPay what my account can claim to another address, once.\n\n\
            Chain: chain-1\nContract: wasm1contract\nAccount: wasm1alice\nRecipient: wasm1bob\nNonce: 3\n\
            Expires: 1700000000 (unix seconds)";
        assert_eq!(terms.text(), expected);
        let others = [
            RedirectText { chain_id: "chain-2", ..terms },
            RedirectText { contract: "wasm1other", ..terms },
            RedirectText { account: "wasm1bob", ..terms },
            RedirectText { recipient: "wasm1carol", ..terms },
            RedirectText { nonce: 4, ..terms },
            RedirectText { expires_at_s: 1_700_000_001, ..terms },
        ];
        for other in others {
            assert_ne!(other.digest(), terms.digest(), "{other:?}");
        }
    }
}

//! Reports under dispute: liars who post them, what convicts, acquits and closes them, and bonds.

use attention_e2e::{Account, Bed, E2eError, EpochBook, Tx};
use attention_protocol::fraud::FraudProof;
use attention_protocol::msg::{BondResponse, ExecuteMsg, QueryMsg, ReportResponse, ReportStatus, SettleItem};
use attention_protocol::{AccountId, Commitment, Hash, ReportBody, ZERO_HASH};

use crate::Stage;
use crate::rewards::fresh;

/// What a fraud proof may cost.
pub const PROOF_GAS_MAX: u64 = 300_000;
/// The bond that each operator posts, and the half of it that the first conviction of an epoch takes.
pub const BOND: u128 = 1_000_000;
pub const SLASHED: u128 = BOND / 2;
/// The quorum that lies.
pub const LIARS: [u8; 3] = [0, 1, 2];

/// An epoch under dispute.
pub struct Court<'a> {
    pub bed: &'a Bed,
    pub prover: Account,
    pub epoch: u64,
    pub revision: u32,
    pub prev: Hash,
}

impl<'a> Court<'a> {
    pub fn open(bed: &'a Bed, prover: Account) -> Self {
        Self { bed, prover, epoch: 0, revision: 0, prev: ZERO_HASH }
    }

    pub fn body(&self, book: &EpochBook) -> ReportBody {
        ReportBody { revision: self.revision, ..self.bed.body(book, self.prev) }
    }

    /// Posts a report of the liars over these commitments.
    pub fn post(&self, commitments: &[&Commitment]) -> Result<EpochBook, E2eError> {
        let commitments = commitments.iter().map(|commitment| (*commitment).clone()).collect();
        let book = EpochBook::over(&self.bed.deployment, self.epoch, commitments);
        self.post_body(&self.body(&book))?;
        Ok(book)
    }

    pub fn post_body(&self, body: &ReportBody) -> Result<(), E2eError> {
        let window_end_s = self.bed.clock.window_end_s(self.epoch);
        self.bed.wait_until(window_end_s.map_err(|error| E2eError::Output(error.to_string()))?)?;
        let submit = self.bed.submit_message(body, &LIARS);
        let posted = self.bed.execute(&self.prover, &submit, "")?;
        posted.map(drop).map_err(|failed| {
            E2eError::Output(format!("epoch {} revision {}: {}", self.epoch, self.revision, failed.log))
        })
    }

    pub fn message(&self, proof: FraudProof) -> ExecuteMsg {
        ExecuteMsg::ProveFraud { epoch: self.epoch, revision: self.revision, proof: Box::new(proof) }
    }

    /// The proof voids the report for the stated reason, at a bearable cost.
    pub fn convict(&mut self, proof: FraudProof, word: &str) -> Result<(), E2eError> {
        let tx = self.bed.execute(&self.prover, &self.message(proof), "")?;
        let tx = tx.unwrap_or_else(|failed| panic!("{word}: {}", failed.log));
        println!("       {:>7} gas  fraud proof: {word}", tx.gas_used);
        assert!(tx.gas_used <= PROOF_GAS_MAX, "{word}: {} gas", tx.gas_used);
        assert_eq!(tx.attribute("wasm-fraud_proven", "clause"), Some(word), "{:?}", tx.events);
        self.voided(&tx, "fraud")
    }

    pub fn voided(&mut self, tx: &Tx, reason: &str) -> Result<(), E2eError> {
        let why = tx.attribute("wasm-report_voided", "reason");
        assert_eq!(why, Some(reason), "{:?}", tx.events);
        let report: ReportResponse = self.bed.query(&QueryMsg::Report { epoch: self.epoch })?;
        assert_eq!((report.status, report.revision), (ReportStatus::Open, self.revision + 1), "{reason}");
        self.revision += 1;
        Ok(())
    }

    /// The proof is refused, and the report stands.
    pub fn acquit(&self, proof: FraudProof, why: &str) -> Result<(), E2eError> {
        let failed = self.bed.execute(&self.prover, &self.message(proof), "")?.expect_err(why);
        assert!(failed.log.contains(why), "expected {why:?}: {}", failed.log);
        let report: ReportResponse = self.bed.query(&QueryMsg::Report { epoch: self.epoch })?;
        assert_eq!((report.status, report.revision), (ReportStatus::Pending, self.revision));
        Ok(())
    }

    /// The report that stands becomes final and settles; the next epoch is up.
    pub fn close(&mut self, book: &EpochBook) -> Result<(), E2eError> {
        self.finish(self.body(book).digest(), book.settle_items())
    }

    /// The same for a report with this digest and these commitments.
    pub fn finish(&mut self, digest: Hash, items: Vec<SettleItem>) -> Result<(), E2eError> {
        self.bed.wait_final(self.epoch)?;
        self.bed.execute(&self.prover, &ExecuteMsg::Settle { items }, "")?.expect("what stands settles");
        (self.prev, self.epoch, self.revision) = (digest, self.epoch + 1, 0);
        Ok(())
    }
}

/// An account that can pay for many proofs.
pub fn watcher(stage: &Stage<'_>, bed: &Bed, name: &str) -> Result<Account, E2eError> {
    let account = fresh(stage, bed, name)?;
    stage.chain.fund(std::slice::from_ref(&account.address), &["100000000uattn"])?;
    Ok(account)
}

pub fn account(byte: u8) -> AccountId {
    AccountId::try_from([byte; 20].as_slice()).expect("20 bytes")
}

pub fn scores() -> Vec<(AccountId, u32)> {
    vec![(account(1), 500_000), (account(2), 300_000), (account(3), 200_000)]
}

/// Each admin posts a bond.
pub fn post_bonds(bed: &Bed) -> Result<(), E2eError> {
    for admin in &bed.admins {
        bed.execute(admin, &ExecuteMsg::PostBond {}, &format!("{BOND}uattn"))?
            .expect("an admin posts a bond");
    }
    Ok(())
}

/// What is left of an operator's bond.
pub fn bond(bed: &Bed, operator: usize) -> Result<u128, E2eError> {
    let admin = bed.admins[operator].address.clone();
    let bond: BondResponse = bed.query(&QueryMsg::Bond { admin })?;
    Ok(bond.bonded.u128())
}

/// The prover's half waits, and is paid.
pub fn rewarded(bed: &Bed, prover: &Account, amount: u128) -> Result<(), E2eError> {
    assert_eq!(bed.owed(prover, "uattn")?, amount, "half of what three signers lost");
    let held = bed.wasmd.node.balance(&bed.contract, "uattn")?;
    let withdraw = ExecuteMsg::WithdrawOwed { denom: "uattn".into(), recipient: None };
    bed.execute(prover, &withdraw, "")?.expect("what is owed is paid");
    assert_eq!(bed.wasmd.node.balance(&bed.contract, "uattn")?, held - amount);
    Ok(())
}

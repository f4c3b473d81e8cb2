//! Where the reports stand, by the text of the rules: epoch after epoch, from one due time to the next.

use std::collections::BTreeMap;

use attention_protocol::Hash;

use crate::suite::clock;

/// The last revision of an epoch.
const REVISION_MAX: u32 = 3;

/// Time and height of a block.
#[derive(Debug, Clone, Copy, Default)]
pub struct Now {
    pub s: u64,
    pub height: u64,
}

/// How the challenge of a pending report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenged {
    Never,
    Open,
    Stands,
}

/// What goes on in the open epoch.
#[derive(Debug, Clone)]
pub enum Stage {
    /// A report is awaited: until `due_s`, and for some blocks since `since_height` if there is one.
    Awaited { due_s: u64, since_height: Option<u64>, input: Option<Hash> },
    /// One is posted.
    Pending { ends_s: u64, ends_height: u64, demands: u32, challenged: Challenged },
}

#[derive(Debug)]
pub struct Epochs {
    /// The lowest epoch that is neither final nor missed.
    pub open: u64,
    /// The revision that is awaited, or pends.
    pub revision: u32,
    pub stage: Stage,
    /// Whether nothing has happened to the open epoch.
    is_untouched: bool,
    /// Whether the arbiter was silent on an earlier revision of the open epoch.
    silenced: bool,
    /// Final reports: the end of their window.
    pub finals: BTreeMap<u64, u64>,
}

impl Default for Epochs {
    fn default() -> Self {
        let due_s = clock().genesis_s + clock().epoch_length_s + clock().report_period_s;
        Self {
            open: 0,
            revision: 0,
            stage: Stage::Awaited { due_s, since_height: None, input: None },
            is_untouched: true,
            silenced: false,
            finals: BTreeMap::new(),
        }
    }
}

/// When an epoch ends.
pub fn window_end_s(epoch: u64) -> u64 {
    clock().genesis_s + (epoch + 1) * clock().epoch_length_s
}

fn blocks() -> u64 {
    clock().min_blocks.into()
}

impl Epochs {
    /// Lets time pass up to a block.
    pub fn advance(&mut self, now: Now) {
        loop {
            match self.stage.clone() {
                Stage::Pending { ends_s, ends_height, demands, challenged } => {
                    let is_over = now.s >= ends_s && now.height >= ends_height;
                    if !is_over || demands > 0 || challenged == Challenged::Open {
                        return;
                    }
                    self.finals.insert(self.open, ends_s);
                    self.next_epoch(ends_s, Some(ends_height));
                }
                Stage::Awaited { due_s, since_height, input } => {
                    let blocks_passed = since_height.is_none_or(|since| now.height > since + blocks());
                    if now.s <= due_s || !blocks_passed {
                        return;
                    }
                    if input.is_some() && self.revision < REVISION_MAX {
                        self.revision += 1;
                        self.stage = Stage::Awaited {
                            due_s: due_s + clock().report_period_s,
                            since_height: since_height.map(|since| since + blocks()),
                            input: None,
                        };
                    } else if self.is_untouched {
                        // Missed like the ones before it: the blocks since the last report have passed.
                        self.next_epoch(due_s, since_height);
                    } else {
                        self.next_epoch(due_s, since_height.map(|since| since + blocks()));
                    }
                }
            }
        }
    }

    /// The open epoch became terminal: the next one is due one report period after its end, or after this.
    fn next_epoch(&mut self, terminal_s: u64, since_height: Option<u64>) {
        self.open += 1;
        self.revision = 0;
        self.is_untouched = true;
        self.silenced = false;
        let due_s = window_end_s(self.open).max(terminal_s) + clock().report_period_s;
        self.stage = Stage::Awaited { due_s, since_height, input: None };
    }

    pub fn is_final(&self, epoch: u64) -> bool {
        self.finals.contains_key(&epoch)
    }

    pub fn is_missed(&self, epoch: u64) -> bool {
        epoch < self.open && !self.is_final(epoch)
    }

    /// Epoch and revision of the report that pends.
    pub fn pending(&self) -> Option<(u64, u32)> {
        matches!(self.stage, Stage::Pending { .. }).then_some((self.open, self.revision))
    }

    /// Whether the report of an epoch and revision pends.
    pub fn pends(&self, at: (u64, u32)) -> bool {
        self.pending() == Some(at)
    }

    /// Whether it pends and its window has not ended.
    pub fn is_disputable(&self, at: (u64, u32), now: Now) -> bool {
        let Stage::Pending { ends_s, ends_height, .. } = self.stage else {
            return false;
        };
        self.pends(at) && !(now.s >= ends_s && now.height >= ends_height)
    }

    pub fn posted(&mut self, now: Now) {
        self.is_untouched = false;
        self.stage = Stage::Pending {
            ends_s: now.s + clock().dispute_window_s,
            ends_height: now.height + blocks(),
            demands: 0,
            challenged: Challenged::Never,
        };
    }

    pub fn anchored(&mut self, now: Now, root: Hash) {
        let Stage::Awaited { since_height, input, .. } = &mut self.stage else {
            panic!("nothing is awaited");
        };
        *input = Some(root);
        if std::mem::take(&mut self.is_untouched) {
            *since_height = Some(now.height);
        }
    }

    /// The next revision is awaited, or after the last one, or the second silence, the epoch is missed.
    pub fn voided(&mut self, now: Now, by_silence: bool) {
        if self.revision == REVISION_MAX || (by_silence && self.silenced) {
            self.next_epoch(now.s, Some(now.height));
            return;
        }
        self.revision += 1;
        self.silenced |= by_silence;
        let due_s = now.s + clock().report_period_s;
        self.stage = Stage::Awaited { due_s, since_height: Some(now.height), input: None };
    }

    pub fn challenged(&mut self) {
        let Stage::Pending { challenged, .. } = &mut self.stage else { panic!("nothing pends") };
        *challenged = Challenged::Open;
    }

    /// The arbiter lets the report stand: it waits no longer.
    pub fn stands(&mut self, now: Now) {
        let Stage::Pending { challenged, .. } = &mut self.stage else { panic!("nothing pends") };
        *challenged = Challenged::Stands;
        self.moved(now);
    }

    pub fn demanded(&mut self) {
        let Stage::Pending { demands, .. } = &mut self.stage else { panic!("nothing pends") };
        *demands += 1;
    }

    pub fn answered(&mut self, now: Now) {
        let Stage::Pending { demands, .. } = &mut self.stage else { panic!("nothing pends") };
        *demands -= 1;
        self.moved(now);
    }

    /// What came after the window's end moves it.
    fn moved(&mut self, now: Now) {
        let Stage::Pending { ends_s, ends_height, .. } = &mut self.stage else { return };
        if now.s >= *ends_s && now.height >= *ends_height {
            (*ends_s, *ends_height) = (now.s, now.height);
        }
    }
}

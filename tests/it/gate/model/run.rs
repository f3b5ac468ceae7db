//! The inside of an execution, as the design has it: two steps, each done and perhaps taken back.

/// How many steps a change of the model has.
pub const STEPS: usize = 2;

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Way {
    Forth,
    Back,
}

/// A call of an executor: which step, and in which direction.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ActKey {
    pub step: usize,
    pub way: Way,
}

/// What an executor says.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Answer {
    Done,
    NotDone,
    Unknown,
}

/// Whether the effect of a step is there.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Seen {
    Absent,
    Present,
    Unknown,
}

/// What is remembered of a target: who wrote it last.
pub type Image = u8;

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Look {
    pub seen: Seen,
    pub image: Option<Image>,
}

/// Why a step is not taken back.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Left {
    Conflict,
    Failed,
    NoUndo,
    Unreadable,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Status {
    AcceptedAsIs,
    NotDone,
    RollbackConflict,
    RollbackFailed,
    RolledBack,
    RolledBackUnverified,
    Succeeded,
}

/// A call as far as it is recorded.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Act {
    pub answer: Option<Answer>,
    pub probed: Option<Seen>,
    pub after: Option<Look>,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Run {
    /// Whether the duty to review is recorded with the start.
    pub duty: bool,
    pub acts: [Option<Act>; 2 * STEPS],
    pub undoing: bool,
    pub left: [Option<Left>; STEPS],
    pub doubted: bool,
}

/// What is certain of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Certain {
    Nothing,
    /// It happened, and the target shows it or does not.
    Effect(bool),
    /// It was said to have happened, and the target shows that it did not.
    Contradicted,
    Open,
}

/// What comes next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Next {
    Call(ActKey),
    /// Somebody was called, and the answer is not recorded.
    Wait,
    Probe(ActKey),
    Verify(ActKey),
    TurnBack,
    Leave(usize, Left),
    Doubt,
    Stopped,
    Finish(Status),
}

impl ActKey {
    pub fn forth(step: usize) -> Self {
        Self {
            step,
            way: Way::Forth,
        }
    }

    pub fn back(step: usize) -> Self {
        Self { step, way: Way::Back }
    }

    /// In the order of the steps, forth before back.
    pub fn index(self) -> usize {
        self.step * 2 + usize::from(self.way == Way::Back)
    }

    pub fn all() -> impl Iterator<Item = Self> {
        (0..STEPS).flat_map(|step| [Self::forth(step), Self::back(step)])
    }

    /// What is seen when the call had its effect.
    pub fn wanted(self) -> Seen {
        match self.way {
            Way::Forth => Seen::Present,
            Way::Back => Seen::Absent,
        }
    }

    /// What is seen when it had none.
    pub fn unwanted(self) -> Seen {
        match self.way {
            Way::Forth => Seen::Absent,
            Way::Back => Seen::Present,
        }
    }
}

impl Act {
    /// What is certain; nothing while more is to be recorded.
    pub fn certain(&self, key: ActKey) -> Option<Certain> {
        match self.answer {
            Some(Answer::NotDone) => Some(Certain::Nothing),
            Some(Answer::Done) => self.after.map(|look| {
                if look.seen == key.unwanted() {
                    Certain::Contradicted
                } else {
                    Certain::Effect(look.seen == key.wanted())
                }
            }),
            None | Some(Answer::Unknown) => self.probed.map(|seen| {
                if seen == key.wanted() {
                    Certain::Effect(true)
                } else if seen == key.unwanted() {
                    Certain::Nothing
                } else {
                    Certain::Open
                }
            }),
        }
    }
}

impl Run {
    pub fn new(duty: bool) -> Self {
        Self {
            duty,
            acts: [None; 2 * STEPS],
            undoing: false,
            left: [None; STEPS],
            doubted: false,
        }
    }

    pub fn act(&self, key: ActKey) -> Option<Act> {
        self.acts[key.index()]
    }

    pub fn act_mut(&mut self, key: ActKey) -> &mut Act {
        self.acts[key.index()].get_or_insert_default()
    }

    pub fn certain(&self, key: ActKey) -> Option<Certain> {
        self.act(key)?.certain(key)
    }

    /// What is to be recorded of a call that has begun.
    fn pending(act: Act, key: ActKey) -> Option<Next> {
        match (act.answer, act.probed, act.after) {
            (None, None, _) => Some(Next::Wait),
            (Some(Answer::Unknown), None, _) => Some(Next::Probe(key)),
            (Some(Answer::Done), _, None) => Some(Next::Verify(key)),
            _ => None,
        }
    }

    pub fn next(&self, has_undo: impl Fn(usize) -> bool) -> Next {
        if self.doubted {
            Next::Stopped
        } else if self.undoing {
            self.next_back(has_undo)
        } else {
            self.next_forth()
        }
    }

    fn next_forth(&self) -> Next {
        for key in (0..STEPS).map(ActKey::forth) {
            let Some(act) = self.act(key) else {
                return Next::Call(key);
            };
            if let Some(next) = Self::pending(act, key) {
                return next;
            }
            match act.certain(key) {
                Some(Certain::Effect(_)) => {}
                Some(Certain::Nothing | Certain::Contradicted) => return Next::TurnBack,
                _ => return Next::Doubt,
            }
        }
        Next::Finish(Status::Succeeded)
    }

    fn next_back(&self, has_undo: impl Fn(usize) -> bool) -> Next {
        for step in (0..STEPS).rev() {
            let key = ActKey::back(step);
            if !self.may_stand(step) || self.left[step].is_some() {
                continue;
            }
            let Some(act) = self.act(key) else {
                return if has_undo(step) {
                    Next::Call(key)
                } else {
                    Next::Leave(step, Left::NoUndo)
                };
            };
            if let Some(next) = Self::pending(act, key) {
                return next;
            }
            match act.certain(key) {
                Some(Certain::Effect(_)) => {}
                Some(Certain::Nothing | Certain::Contradicted) => return Next::Leave(step, Left::Failed),
                _ => return Next::Doubt,
            }
        }
        Next::Finish(self.back_status())
    }

    /// Whether the step's call may have left something.
    fn may_stand(&self, step: usize) -> bool {
        let key = ActKey::forth(step);
        self.act(key).is_some() && self.certain(key) != Some(Certain::Nothing)
    }

    /// How a way back ends.
    pub fn back_status(&self) -> Status {
        if self.left.contains(&Some(Left::Conflict)) {
            return Status::RollbackConflict;
        }
        if self.left.iter().any(Option::is_some) {
            return Status::RollbackFailed;
        }
        let undone: Vec<Certain> = (0..STEPS)
            .filter_map(|step| self.certain(ActKey::back(step)))
            .collect();
        if undone.is_empty() {
            Status::NotDone
        } else if undone.iter().all(|certain| *certain == Certain::Effect(true)) {
            Status::RolledBack
        } else {
            Status::RolledBackUnverified
        }
    }

    /// The calls whose end is to be looked for.
    pub fn open(&self) -> Vec<ActKey> {
        let is_open = |key: &ActKey| {
            self.act(*key)
                .is_some_and(|act| matches!(act.certain(*key), None | Some(Certain::Open)))
        };
        ActKey::all().filter(is_open).collect()
    }

    /// How an interrupted execution ended, where the records tell: everything is done, or nothing stands.
    pub fn settled(&self) -> Option<Status> {
        let effect = |key: ActKey| match self.certain(key) {
            None if self.act(key).is_none() => Some(false),
            Some(Certain::Nothing) => Some(false),
            Some(Certain::Effect(_)) => Some(true),
            _ => None,
        };
        let mut standing = 0;
        for step in 0..STEPS {
            let (done, undone) = (effect(ActKey::forth(step))?, effect(ActKey::back(step))?);
            standing += usize::from(done && !undone);
        }
        let touched = (0..STEPS).any(|step| self.act(ActKey::back(step)).is_some());
        match (standing, touched) {
            (0, true) => Some(self.back_status()),
            (0, false) => Some(Status::NotDone),
            (STEPS, false) => Some(Status::Succeeded),
            _ => None,
        }
    }

    /// How far a step has come, in the words of the reports.
    pub fn step_word(&self, step: usize) -> &'static str {
        let (forth, back) = (ActKey::forth(step), ActKey::back(step));
        if self.left[step].is_some() {
            return "not_taken_back";
        }
        if self.act(back).is_some() {
            return match self.certain(back) {
                Some(Certain::Effect(_)) => "taken_back",
                Some(Certain::Nothing | Certain::Contradicted) => "not_taken_back",
                _ => "unknown",
            };
        }
        if self.act(forth).is_none() {
            return "not_begun";
        }
        match self.certain(forth) {
            Some(Certain::Effect(_)) => "done",
            Some(Certain::Nothing) => "not_done",
            _ => "unknown",
        }
    }
}

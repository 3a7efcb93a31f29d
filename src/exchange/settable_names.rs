//! Names that users may write for a provider: in settings of worlds, in expectations, in faults.

/// Names that settings, expectations and faults may use for a provider. What is empty cannot be set.
#[derive(Debug, PartialEq, Eq)]
pub struct SettableNames {
    /// Rules whose strictness a world may set.
    pub strictness: &'static [&'static str],
    /// Whether a world may set words and status of a row of the error catalogue.
    pub wording: bool,
    /// Ids of the operations with asynchronous work, whose jobs a world may set.
    pub job_operations: &'static [&'static str],
    /// What the provider can recognise.
    pub tasks: &'static [TaskNames],
}

/// A recognition task and its labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskNames {
    /// Its id.
    pub id: &'static str,
    /// Its short name.
    pub name: &'static str,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// Whether a label may be written as its number, too, and without regard to case.
    pub is_numbered: bool,
    /// Whether calls choose it, so that a world may say which of those there are.
    pub is_chosen: bool,
    /// Ids of the operations that can run it.
    pub operations: &'static [&'static str],
}

impl SettableNames {
    /// Of a provider of which nothing can be set.
    pub const NONE: Self = Self {
        strictness: &[],
        wording: false,
        job_operations: &[],
        tasks: &[],
    };
}

impl TaskNames {
    /// Whether a word names the task: its id or its short name.
    pub fn is_named(&self, word: &str) -> bool {
        self.id == word || self.name.eq_ignore_ascii_case(word)
    }

    /// Whether a word names one of its labels.
    pub fn has_label(&self, word: &str) -> bool {
        if !self.is_numbered {
            return self.labels.contains(&word);
        }
        let by_number = word.parse().is_ok_and(|n: usize| n < self.labels.len());
        by_number || self.labels.iter().any(|own| own.eq_ignore_ascii_case(word))
    }

    /// The labels of several tasks, each once.
    pub fn labels_of(tasks: &[&TaskNames]) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = Vec::new();
        for label in tasks.iter().flat_map(|task| task.labels) {
            if !names.contains(label) {
                names.push(label);
            }
        }
        names
    }

    /// Whether an operation, by its id, can run it.
    pub fn is_of(&self, operation: &str) -> bool {
        self.operations.contains(&operation)
    }
}

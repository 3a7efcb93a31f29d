//! The names that settings and expectations of a world may use, as the providers served here declare them.

use super::FieldError;
use crate::exchange::{SettableNames, TaskNames};
use crate::recognition::{Expectation, PresetVerdict};
use crate::spelling::expected_one_of;

/// The names of a provider.
#[derive(Clone, Debug)]
pub struct ProviderNames {
    /// Its id.
    pub id: &'static str,
    /// Its operations, each as `provider/operation`.
    pub operations: Vec<&'static str>,
    /// Codes of the errors it documents.
    pub codes: Vec<&'static str>,
    /// What can be set for it.
    pub settable: &'static SettableNames,
}

/// The names of all providers served here.
#[derive(Clone, Debug, Default)]
pub struct KnownNames {
    /// The providers.
    pub providers: Vec<ProviderNames>,
    /// Ids of all providers there are agreements with, also of those that are not served.
    pub agreements: Vec<&'static str>,
}

impl ProviderNames {
    /// The tasks that an operation, given as `provider/operation`, can run; all where there is none.
    fn tasks_of(&self, operation: Option<&str>) -> impl Iterator<Item = &'static TaskNames> {
        let tasks = self.settable.tasks.iter();
        tasks.filter(move |task| operation.is_none_or(|name| task.is_of(id_within(name))))
    }

    /// Operations that recognise anything.
    fn recognising(&self) -> impl Iterator<Item = &'static str> {
        let operations = self.operations.iter().copied();
        operations.filter(|name| self.tasks_of(Some(name)).next().is_some())
    }
}

impl KnownNames {
    /// All operations, as `provider/operation`.
    pub(super) fn operations(&self) -> impl Iterator<Item = &'static str> {
        self.providers
            .iter()
            .flat_map(|own| own.operations.iter().copied())
    }

    /// The operations of a provider.
    pub(super) fn operations_of(&self, provider: &str) -> impl Iterator<Item = &'static str> {
        let own = self.providers.iter().filter(move |own| own.id == provider);
        own.flat_map(|own| own.operations.iter().copied())
    }

    /// Operations with asynchronous work.
    pub(super) fn job_operations(&self) -> impl Iterator<Item = &'static str> {
        self.providers.iter().flat_map(|own| {
            let all = own.operations.iter().copied();
            all.filter(|name| own.settable.job_operations.contains(&id_within(name)))
        })
    }

    /// What limits may be for: everything, a provider, an operation.
    pub(super) fn scopes(&self) -> impl Iterator<Item = &'static str> {
        let ids = self.providers.iter().map(|own| own.id);
        ["*"].into_iter().chain(ids).chain(self.operations())
    }

    /// Rules whose strictness can be set.
    pub(super) fn strictness(&self) -> impl Iterator<Item = &'static str> {
        let all = self.providers.iter();
        all.flat_map(|own| own.settable.strictness.iter().copied())
    }

    /// Rows of error catalogues whose words can be set, as `provider/code`.
    pub(super) fn wording(&self) -> Vec<String> {
        let able = self.providers.iter().filter(|own| own.settable.wording);
        let rows = able.flat_map(|own| own.codes.iter().map(move |code| format!("{}/{code}", own.id)));
        rows.collect()
    }

    /// The tasks of a provider that calls choose among.
    pub(super) fn chosen_tasks(&self, provider: &str) -> impl Iterator<Item = &'static TaskNames> {
        let own = self.providers.iter().filter(move |own| own.id == provider);
        own.flat_map(|own| own.settable.tasks)
            .filter(|task| task.is_chosen)
    }

    /// Providers whose calls choose among tasks.
    pub(super) fn task_providers(&self) -> impl Iterator<Item = &'static str> {
        let ids = self.providers.iter().map(|own| own.id);
        ids.filter(|id| self.chosen_tasks(id).next().is_some())
    }

    /// Checks that an expectation is for an operation that recognises, and speaks of its tasks and labels.
    ///
    /// # Errors
    /// The field, what was expected, and the nearest known name.
    pub(super) fn check_expectation(&self, expectation: &Expectation) -> Result<(), FieldError> {
        let scope = expectation.matching.operation.as_deref();
        let tasks = self.tasks_in(scope);
        if tasks.is_empty() {
            let recognising = self.providers.iter().flat_map(ProviderNames::recognising);
            let ids = self.task_providers();
            let found = scope.unwrap_or("every operation");
            let expected = expected_one_of(found, ids.chain(recognising));
            return Err(FieldError::new("match.operation", expected));
        }
        for (field, verdict) in expectation.all_verdicts() {
            check_verdict(verdict, &field, &tasks)?;
        }
        Ok(())
    }

    /// The tasks of a provider, an operation, or everything.
    fn tasks_in(&self, scope: Option<&str>) -> Vec<&'static TaskNames> {
        let Some(scope) = scope else {
            return self.providers.iter().flat_map(|own| own.tasks_of(None)).collect();
        };
        let fitting = self.providers.iter();
        let fitting = fitting.filter(|own| own.id == scope || own.operations.contains(&scope));
        let tasks = fitting.flat_map(|own| own.tasks_of(Some(scope).filter(|scope| *scope != own.id)));
        tasks.collect()
    }
}

/// An operation's id within its provider.
fn id_within(operation: &str) -> &str {
    operation.split_once('/').map_or(operation, |(_, id)| id)
}

fn check_verdict(
    verdict: &PresetVerdict,
    field: &str,
    tasks: &[&'static TaskNames],
) -> Result<(), FieldError> {
    let wanted = verdict.task.as_deref();
    let fitting = tasks.iter().copied();
    let fitting: Vec<_> = fitting
        .filter(|task| wanted.is_none_or(|word| task.is_named(word)))
        .collect();
    if let Some(word) = wanted
        && fitting.is_empty()
    {
        let expected = expected_one_of(word, tasks.iter().map(|task| task.name));
        return Err(FieldError::new(format!("{field}.task"), expected));
    }
    match &verdict.label {
        Some(label) if !fitting.iter().any(|task| task.has_label(label)) => {
            let expected = expected_one_of(label, TaskNames::labels_of(&fitting));
            Err(FieldError::new(format!("{field}.label"), expected))
        }
        Some(_) | None => Ok(()),
    }
}

//! What `rpt power` is asked.

/// A question of sizes, tests and hypotheses.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerPlan {
    /// Seed of replicates.
    pub seed: u64,
    /// Patients of the trial, all arms together.
    pub sizes: Vec<usize>,
    /// Trials simulated at each size.
    pub replicates: usize,
    /// Two-sided level of the tests.
    pub alpha: f64,
    /// Power that a size is looked for.
    pub wanted_power: f64,
    /// Tests.
    pub tests: Vec<PowerTest>,
    /// What is supposed to be true; the first stands for itself, others change values of the scenario.
    pub hypotheses: Vec<Hypothesis>,
}

/// One test.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerTest {
    /// What is compared.
    pub measure: Measure,
    /// How.
    pub kind: TestKind,
    /// Positions of the reference arm and of the other.
    pub arms: (usize, usize),
    /// Where shares are compared: patients above this value count (unit of the quantity). `None` for shares of patients, which are 0 or 100 % each.
    pub threshold: Option<f64>,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// An endpoint, by position in the plan.
    Endpoint(usize),
    /// A quantity of the cohort, by name.
    Quantity(String),
}

/// Tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestKind {
    /// Log-rank, with Cox's hazard ratio beside it.
    LogRank,
    /// Fisher's exact test of shares.
    Fisher,
    /// Pearson's χ² of shares, without correction.
    ChiSquare,
    /// Welch's t.
    Welch,
    /// Student's t.
    Student,
    /// Wilcoxon, Mann and Whitney.
    Wilcoxon,
}

impl TestKind {
    /// Keywords of a scenario.
    pub const CHOICES: &'static [(&'static str, TestKind)] = &[
        ("log_rank", TestKind::LogRank),
        ("fisher", TestKind::Fisher),
        ("chi_square", TestKind::ChiSquare),
        ("welch", TestKind::Welch),
        ("student", TestKind::Student),
        ("wilcoxon", TestKind::Wilcoxon),
    ];

    /// Words for headings.
    pub fn title(self) -> &'static str {
        match self {
            Self::LogRank => "log-rank test",
            Self::Fisher => "Fisher's exact test",
            Self::ChiSquare => "χ² test",
            Self::Welch => "Welch's t test",
            Self::Student => "Student's t test",
            Self::Wilcoxon => "Wilcoxon's rank sum test",
        }
    }

    /// Whether it compares shares of patients.
    pub fn of_shares(self) -> bool {
        matches!(self, Self::Fisher | Self::ChiSquare)
    }
}

/// A hypothesis: values of the scenario that are otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Hypothesis {
    /// Its name.
    pub name: String,
    /// Words for headings.
    pub title: String,
    /// Path in the scenario (`trial.events.link.log_hazard_per_dose`) or parameter of the model, and the value as it would be written.
    pub sets: Vec<(String, String)>,
}

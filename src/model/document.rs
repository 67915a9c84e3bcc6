//! What a model file says, as written: names, texts and places, nothing resolved yet. `docs/model-language.md` describes the language.
use super::diagnostic::{Faults, Place};
use super::expr::parse;
use super::expr::syntax::{Expression, Span};
use super::yaml::Node;

/// An expression as it stands in the file: its text, its syntax tree (absent after a reported syntax error) and its place.
#[derive(Clone)]
pub struct Formula<'f> {
    /// The scalar.
    pub node: Node<'f>,
    /// Its text.
    pub text: String,
    /// Its tree, if it could be read.
    pub tree: Option<Expression>,
}

impl<'f> Formula<'f> {
    /// Reads a scalar as an expression; a syntax error becomes a fault at its place.
    pub fn read(node: Node<'f>, faults: &mut Faults, expected: &str) -> Option<Formula<'f>> {
        let text = node.text(faults, expected)?;
        let tree = match parse::parse(&text) {
            Ok(tree) => Some(tree),
            Err(error) => {
                let fault = faults.error(node.place_of_offset(error.span.start, error.span.end), error.message);
                if let Some(help) = error.help {
                    fault.help(help);
                }
                None
            }
        };
        Some(Formula { node, text, tree })
    }

    /// The place of a part of the expression.
    pub fn place_of(&self, span: Span) -> Place {
        self.node.place_of_offset(span.start, span.end)
    }
}

/// How sure a value is (evidence tags of the documentation).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Provenance {
    /// Read in the named source.
    Read,
    /// A copy of a paper's value in a public repository.
    SecondHand,
    /// Known from the named paper, not read again.
    Recalled,
    /// Follows by calculation from stated inputs.
    Calculated,
    /// Measured in this patient.
    Measured,
    /// Fitted to this patient's data.
    Fitted,
    /// Assumed: no source was found.
    Assumed,
}

impl Provenance {
    /// The keywords of the language.
    pub const CHOICES: &'static [(&'static str, Provenance)] = &[
        ("read", Provenance::Read),
        ("second-hand", Provenance::SecondHand),
        ("recalled", Provenance::Recalled),
        ("calculated", Provenance::Calculated),
        ("measured", Provenance::Measured),
        ("fitted", Provenance::Fitted),
        ("assumed", Provenance::Assumed),
    ];

    /// The keyword.
    pub fn word(self) -> &'static str {
        Self::CHOICES.iter().find(|(_, choice)| *choice == self).map_or("", |(word, _)| word)
    }
}

/// Where a value comes from.
#[derive(Clone, Default, Debug, PartialEq)]
pub struct Origin {
    /// Citation, already looked up in `sources`.
    pub source: Option<String>,
    /// How sure it is.
    pub provenance: Option<Provenance>,
    /// What it means, in words.
    pub meaning: Option<String>,
}

/// A named value: a quantity or an expression, with where it comes from.
#[derive(Clone)]
pub struct ValueEntry<'f> {
    /// Its name as written (the node of the entry; its key is the name).
    pub entry: Node<'f>,
    /// Its value.
    pub formula: Formula<'f>,
    /// Its source.
    pub origin: Origin,
    /// The physiological range that its author gives.
    pub range: Option<(Formula<'f>, Formula<'f>)>,
}

/// What an argument of a template must be.
#[expect(clippy::large_enum_variant, reason = "a model has hundreds of them, not millions")]
#[derive(Clone)]
pub enum ArgumentKind<'f> {
    /// A quantity of this unit.
    Quantity {
        /// The unit, as a node with its text.
        unit: Formula<'f>,
        /// Used where an organ gives none.
        default: Option<Formula<'f>>,
    },
    /// The name of a compartment.
    Compartment {
        /// Used where an organ gives none.
        default: Option<(Node<'f>, String)>,
    },
}

/// An argument of a template.
#[derive(Clone)]
pub struct Argument<'f> {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub entry: Node<'f>,
    /// What it must be.
    pub kind: ArgumentKind<'f>,
}

/// A compartment.
#[derive(Clone)]
pub struct CompartmentEntry<'f> {
    /// Its name.
    pub name: String,
    /// The entry.
    pub entry: Node<'f>,
    /// Its volume, where it has one.
    pub volume: Option<Formula<'f>>,
    /// Its amount at the start, 0 unless given.
    pub initial: Option<Formula<'f>>,
    /// Whether what is labelled in it decays (yes unless the file says no).
    pub decays: bool,
    /// Whether it is a part of the blood plasma (for the check of the vascular volumes).
    pub plasma: bool,
}

/// How a flow is written.
#[derive(Clone)]
pub enum FlowKind<'f> {
    /// `rate:` amount per time, any expression.
    Rate(Formula<'f>),
    /// `flow:` volume per time that carries the concentration of `from`.
    Carried(Formula<'f>),
    /// `clearance:` volume per time that is cleared of ligand, without a net flow of fluid.
    Clearance(Formula<'f>),
    /// `k:` per time, times the amount in `from`.
    FirstOrder(Formula<'f>),
    /// `permeability:` volume per time, both ways by concentration.
    Exchange(Formula<'f>),
}

/// A flow between two compartments.
#[derive(Clone)]
pub struct FlowEntry<'f> {
    /// The entry.
    pub entry: Node<'f>,
    /// Where it comes from, with the node that says so.
    pub from: (Node<'f>, String),
    /// Where it goes to.
    pub to: (Node<'f>, String),
    /// How it is written.
    pub kind: FlowKind<'f>,
    /// Only this ligand flows.
    pub of: Option<(Node<'f>, String)>,
}

/// A template of organs, or the parts of an organ or of the whole body.
#[derive(Clone, Default)]
pub struct Parts<'f> {
    /// Compartments.
    pub compartments: Vec<CompartmentEntry<'f>>,
    /// Shared expressions.
    pub definitions: Vec<(String, Formula<'f>)>,
    /// Flows.
    pub flows: Vec<FlowEntry<'f>>,
}

/// A template.
#[derive(Clone)]
pub struct Template<'f> {
    /// Its name.
    pub name: String,
    /// The entry.
    pub entry: Node<'f>,
    /// Templates whose parts it takes over.
    pub extends: Vec<(Node<'f>, String)>,
    /// Its arguments.
    pub arguments: Vec<Argument<'f>>,
    /// Its parts.
    pub parts: Parts<'f>,
}

/// An organ made from a template.
#[derive(Clone)]
pub struct Organ<'f> {
    /// Its name.
    pub name: String,
    /// The entry.
    pub entry: Node<'f>,
    /// The template, with the node that names it.
    pub template: (Node<'f>, String),
    /// Its arguments.
    pub values: Vec<(String, ValueEntry<'f>)>,
}

/// What an observable shows.
#[derive(Clone)]
pub enum ObservableKind<'f> {
    /// `region:` an amount, shown as activity where the model has a nuclide.
    Region(Formula<'f>),
    /// `concentration:` an amount per volume, shown as activity concentration where the model has a nuclide.
    Concentration(Formula<'f>),
    /// `percent_injected:` an amount, shown as percentage of the labelled amount given so far.
    PercentInjected(Formula<'f>),
    /// `value:` any other quantity, shown as it is.
    Value(Formula<'f>),
}

/// Something that can be measured.
#[derive(Clone)]
pub struct ObservableEntry<'f> {
    /// Its name.
    pub name: String,
    /// The entry.
    pub entry: Node<'f>,
    /// Words for figures.
    pub title: Option<String>,
    /// What it shows.
    pub kind: ObservableKind<'f>,
}

/// A site that takes doses: shares of the dose go to compartments.
#[derive(Clone)]
pub struct SiteEntry<'f> {
    /// Its name.
    pub name: String,
    /// The entry.
    pub entry: Node<'f>,
    /// Compartments with their shares; a single compartment without a share takes all.
    pub shares: Vec<(Node<'f>, String, Option<Formula<'f>>)>,
}

/// Physical decay of the labelled ligand.
#[derive(Clone)]
pub struct DecayEntry<'f> {
    /// The entry.
    pub entry: Node<'f>,
    /// Rate constant; the nuclide's own unless given.
    pub rate: Option<Formula<'f>>,
    /// The ligand that decays.
    pub from: Option<(Node<'f>, String)>,
    /// The ligand it turns into; decayed amount leaves the model where there is none.
    pub to: Option<(Node<'f>, String)>,
}

/// A lint that the file silences, with the reason.
#[derive(Clone)]
pub struct Silence<'f> {
    /// The entry.
    pub entry: Node<'f>,
    /// Name of the lint.
    pub lint: (Node<'f>, String),
    /// Only findings about this name or names below it.
    pub at: Option<String>,
    /// Why.
    pub reason: String,
}

/// A model file as written.
#[derive(Clone)]
pub struct Document<'f> {
    /// The whole file.
    pub root: Node<'f>,
    /// `model:` its name.
    pub name: String,
    /// `title:`
    pub title: Option<String>,
    /// `references:`
    pub references: Vec<String>,
    /// `nuclide:`
    pub nuclide: Option<(Node<'f>, String)>,
    /// `amount:` the unit of the amounts.
    pub amount: Option<(Node<'f>, String)>,
    /// `ligands:`
    pub ligands: Vec<(Node<'f>, String)>,
    /// `decay:`
    pub decay: Option<DecayEntry<'f>>,
    /// `activity_per_amount:`
    pub activity_per_amount: Option<Formula<'f>>,
    /// `plasma_volume:` what the plasma compartments together must hold.
    pub plasma_volume: Option<Formula<'f>>,
    /// `silence:`
    pub silences: Vec<Silence<'f>>,
    /// `parameters:`
    pub parameters: Vec<(String, ValueEntry<'f>)>,
    /// `definitions:`, `compartments:`, `flows:`
    pub parts: Parts<'f>,
    /// `templates:`
    pub templates: Vec<Template<'f>>,
    /// `organs:`
    pub organs: Vec<Organ<'f>>,
    /// `dosing:`
    pub sites: Vec<SiteEntry<'f>>,
    /// `observables:`
    pub observables: Vec<ObservableEntry<'f>>,
}

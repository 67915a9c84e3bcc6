//! The balance of the labelled ligand: injected = what is left + what decayed in each compartment. Every run prints the residual.

/// One compartment's share of the balance, in amounts of the model.
#[derive(Clone, Debug, PartialEq)]
pub struct CompartmentBalance {
    /// The compartment.
    pub path: String,
    /// Labelled amount left in it.
    pub left: f64,
    /// Labelled amount that decayed in it.
    pub decayed: f64,
}

/// The balance of a course up to its present time.
#[derive(Clone, Debug, PartialEq)]
pub struct Balance {
    /// Labelled amount given so far.
    pub injected: f64,
    /// By compartment.
    pub compartments: Vec<CompartmentBalance>,
}

impl Balance {
    /// Labelled amount left anywhere.
    pub fn left(&self) -> f64 {
        self.compartments.iter().map(|compartment| compartment.left).sum()
    }

    /// Labelled amount that decayed anywhere.
    pub fn decayed(&self) -> f64 {
        self.compartments.iter().map(|compartment| compartment.decayed).sum()
    }

    /// (injected − left − decayed) / injected; 0 if nothing was injected.
    pub fn residual(&self) -> f64 {
        if self.injected == 0.0 { 0.0 } else { (self.injected - self.left() - self.decayed()) / self.injected }
    }
}

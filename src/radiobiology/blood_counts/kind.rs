//! The blood cells that are followed: names, headings and units.

use serde::{Deserialize, Serialize};

/// A lineage of blood cells, or what stands for it in a blood count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellKind {
    /// Platelets, 10⁹/L.
    Platelets,
    /// Neutrophil granulocytes, 10⁹/L.
    Neutrophils,
    /// Lymphocytes, 10⁹/L.
    Lymphocytes,
    /// Haemoglobin, g/L, for the red cells.
    Haemoglobin,
}

impl CellKind {
    /// Every lineage, in the order of tables.
    pub const ALL: [Self; 4] = [Self::Platelets, Self::Neutrophils, Self::Lymphocytes, Self::Haemoglobin];

    /// The key in YAML files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Platelets => "platelets",
            Self::Neutrophils => "neutrophils",
            Self::Lymphocytes => "lymphocytes",
            Self::Haemoglobin => "haemoglobin",
        }
    }

    /// The word for headings.
    pub fn title(self) -> &'static str {
        match self {
            Self::Platelets => "Platelets",
            Self::Neutrophils => "Neutrophils",
            Self::Lymphocytes => "Lymphocytes",
            Self::Haemoglobin => "Haemoglobin",
        }
    }

    /// The unit of its counts.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Haemoglobin => "g/L",
            Self::Platelets | Self::Neutrophils | Self::Lymphocytes => "10⁹/L",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_key_in_yaml() {
        for kind in CellKind::ALL {
            assert_eq!(serde_yaml::from_str::<CellKind>(kind.name()).unwrap(), kind);
            assert_eq!(kind.title().to_lowercase(), kind.name());
        }
    }
}

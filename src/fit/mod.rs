//! Objective and error models, least squares through argmin, standard errors.

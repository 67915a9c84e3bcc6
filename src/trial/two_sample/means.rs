//! Means of two groups: Welch's t (variances of their own; Biometrika 34, 1947, 28–35) and Student's (one variance).
use crate::math::sqrt;
use crate::trial::tail_probability::student_two_sided;

/// Number, mean and spread of values, value by value (Welford 1962).
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Moments {
    /// How many.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// Sum of squares about the mean.
    pub squares: f64,
}

/// A test of equal means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanTest {
    /// Mean of the second group less that of the first.
    pub difference: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The statistic.
    pub t: f64,
    /// Degrees of freedom.
    pub degrees_of_freedom: f64,
    /// Two-sided p.
    pub p: f64,
}

impl Moments {
    /// Adds a value.
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        let from_mean = value - self.mean;
        self.mean += from_mean / self.count as f64;
        self.squares += from_mean * (value - self.mean);
    }

    /// Of a list.
    pub fn of(values: &[f64]) -> Moments {
        let mut moments = Moments::default();
        values.iter().for_each(|value| moments.add(*value));
        moments
    }

    /// Variance with n − 1; `None` below two values.
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count - 1) as f64)
    }
}

/// Welch's test. `None` below two values in a group, or where no value differs from another in its group.
pub fn welch_t(first: &Moments, second: &Moments) -> Option<MeanTest> {
    let (of_first, of_second) = (first.variance()? / first.count as f64, second.variance()? / second.count as f64);
    let square = of_first + of_second;
    let degrees = square * square / (of_first * of_first / (first.count - 1) as f64 + of_second * of_second / (second.count - 1) as f64);
    test(second.mean - first.mean, square, degrees)
}

/// Student's test. `None` as for [`welch_t`].
pub fn student_t(first: &Moments, second: &Moments) -> Option<MeanTest> {
    first.variance().and(second.variance())?;
    let degrees = (first.count + second.count - 2) as f64;
    let variance = (first.squares + second.squares) / degrees;
    test(second.mean - first.mean, variance * (1.0 / first.count as f64 + 1.0 / second.count as f64), degrees)
}

fn test(difference: f64, square: f64, degrees_of_freedom: f64) -> Option<MeanTest> {
    if !(square > 0.0 && square.is_finite()) {
        return None;
    }
    let standard_error = sqrt(square);
    let t = difference / standard_error;
    Some(MeanTest { difference, standard_error, t, degrees_of_freedom, p: student_two_sided(t, degrees_of_freedom) })
}

#[cfg(test)]
mod tests {
    use super::super::SLEEP;
    use super::*;

    #[test]
    fn students_sleep_data_as_published() {
        // R's documentation of `t.test`: Welch t −1.8608, 17.776 degrees, p 0.07939; one variance: 18 degrees, p 0.07919; means 0.75 and 2.33
        let [first, second] = SLEEP.map(|values| Moments::of(&values));
        let welch = welch_t(&first, &second).unwrap();
        assert!((welch.t - 1.860_813_467).abs() < 1e-8 && (welch.degrees_of_freedom - 17.776_473_516).abs() < 1e-8, "{welch:?}");
        assert!((welch.p - 0.079_394_140_187).abs() < 1e-11 && (welch.difference - 1.58).abs() < 1e-12);
        let student = student_t(&first, &second).unwrap();
        assert_eq!(student.degrees_of_freedom, 18.0);
        assert!((student.p - 0.079_186_714_216).abs() < 1e-11);
    }

    #[test]
    fn values_that_do_not_vary_are_no_test() {
        let flat = Moments::of(&[3.0, 3.0, 3.0]);
        assert_eq!(welch_t(&flat, &flat), None);
        assert_eq!(welch_t(&Moments::of(&[1.0]), &Moments::of(&[1.0, 2.0])), None);
        assert_eq!(student_t(&Moments::of(&[]), &Moments::of(&[1.0, 2.0])), None);
    }

    #[test]
    fn a_large_offset_costs_nothing() {
        let near = Moments::of(&SLEEP[0]);
        let far = Moments::of(&SLEEP[0].map(|value| value + 1e8));
        assert!((near.variance().unwrap() / far.variance().unwrap() - 1.0).abs() < 1e-6);
    }
}

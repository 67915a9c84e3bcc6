//! One place that opens a project folder and runs jobs; both faces use it.

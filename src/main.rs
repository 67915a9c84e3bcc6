//! The `rpt` program: hands its arguments to the command line face.
fn main() -> std::process::ExitCode {
    rptbench::cli::main()
}

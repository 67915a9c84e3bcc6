//! The `rpt` program: hands its arguments to the command line face.
fn main() {
    for a in std::env::args().skip(1) {
        let t = std::time::Instant::now();
        let file = match rptbench::model::yaml::YamlFile::read(std::path::Path::new(&a)) {
            Ok(f) => f,
            Err(e) => {
                eprintln!("{e}");
                continue;
            }
        };
        let t1 = t.elapsed();
        match rptbench::model::read(&file, &[]) {
            Ok((m, f)) => {
                let t2 = t.elapsed();
                let s = rptbench::model::system::SystemBuilder::new(&m).compile();
                println!(
                    "{} states {} params {} derived {} flows {} jac ops {:?} linear {:?} graph {}",
                    m.state_count(),
                    m.parameters.len(),
                    m.derived.len(),
                    m.flows.len(),
                    s.pattern().len(),
                    s.operation_counts(),
                    s.linear(),
                    m.graph.nodes().len()
                );
                println!("{:?} {:?} {:?}", t1, t2, t.elapsed());
                println!("{f}");
            }
            Err(e) => eprintln!("{e}"),
        }
    }
}

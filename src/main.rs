//! The `rpt` program: hands its arguments to the command line face.
use rptbench::session::scenario::Scenario;
use rptbench::dosimetry::course::*;
fn main() {
    for a in std::env::args().skip(1) {
        let t = std::time::Instant::now();
        match Scenario::load(std::path::Path::new(&a), &[]) {
            Ok((s, f)) => {
                println!("{f}");
                let t0 = t.elapsed();
                let plan = CoursePlan::new(s.model.clone(), s.targets.clone(), true).unwrap();
                println!("load {:?} plan {:?} states {}", t0, t.elapsed(), plan.system.state_count());
                let p = plan.model.parameter_values();
                let mut best = f64::INFINITY;
                let mut c = Course::new(&plan, &p);
                for _ in 0..10 {
                c = Course::new(&plan, &p);
                let t1 = std::time::Instant::now();
                for g in &s.administrations {
                    let lab = g.activity_mbq.map_or(g.amount.unwrap_or(0.0), |a| a / c.activity_per_amount());
                    c.administer(Administration { time_min: g.at_min, site: g.site, labelled: lab, unlabelled: g.unlabelled, duration_min: g.duration_min }).unwrap();
                }
                c.advance(s.solve.until_min, &[], &SolveSettings::default()).unwrap_or_else(|e| println!("{e}"));
                best = t1.elapsed().as_secs_f64().min(best);
                }
                println!("best {best} {:?} {:?}", c.statistics, c.method);
                for (t, d) in plan.targets.iter().zip(c.doses()) { println!("{} {:?}", t.name, d); }
                let b = c.balance().unwrap();
                println!("residual {:e} left {:e} decayed {}", b.residual(), b.left(), b.decayed());
                if let Some(r) = &s.regimens { for arm in &r.arms {
                   let t2 = std::time::Instant::now();
                   let res = rptbench::regimen::deliver(&plan, r, arm, &p, &SolveSettings::default()).unwrap();
                   println!("{} {:?} {} {:?} {:?}", arm.name, res.cycles.iter().map(|c| (c.activity_mbq, c.true_doses[0].absorbed_gy, c.estimate.absorbed_gy)).collect::<Vec<_>>(), res.ended, res.totals[0], t2.elapsed());
                }}
            }
            Err(e) => eprintln!("{e}"),
        }
    }
}

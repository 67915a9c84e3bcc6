"""A second implementation of the Ulm PSMA-I&T model, written from the README beside it and not from the YAML file.

Solved by scipy's Radau (relative tolerance 1e-10). It reproduces the reference CSV files of P1 and P2 and gives the doses of P3, P4 and P5 that
`tests/references.rs` holds the program to. Run with `python3 second_implementation.py` (numpy, scipy).
"""
import csv, os
import numpy as np
from scipy.integrate import solve_ivp

LAMBDA, K_ON, K_OFF, K_INT, K_PR = 7.15e-5, 0.046, 0.046, 0.001, 4.7e-4
WT, H = 71.0, 0.45
# name: (BSA, TER, volumes mL SG K T1 T2 Rest, labelled, unlabelled, A0, density K SG T1 T2, release K SG T in 1e-4, c1, c2, f_SG, S of SG T1 T2 Rest)
log_log = lambda v, v0, s0, v1, s1: s0 * (v / v0) ** (np.log(s1 / s0) / np.log(v1 / v0))
S_50, S_10 = log_log(50, 34, 4.3e-5, 52, 2.67e-5), log_log(10, 4, 3.52e-4, 13, 1.1e-4)
PATIENTS = {
    "P1": (2.0, 198, (54, 321, .5, 1, 50), 8.4, 139, 6000, (31, 41, 520, 2412), (3.7, 3.7, 2.4), .016, .013, .075, (2.65e-5, 2.77e-3, 1.4e-3, S_50)),
    "P2": (1.9, 201, (21, 311, 1, 34, 10), 7.5, 91, 5400, (14, 38, 57, 19), (2.9, 4.2, 1.5), .0064, .0013, .074, (6.9e-5, 1.4e-3, 4.3e-5, S_10)),
    "P3": (1.8, 136, (17, 394, 2, 13, 50), 7.5, 81, 5400, (22, 108, 282, 83), (2.4, 3.5, .88), .53, .039, .53, (8.3e-5, 7.02e-4, 1.1e-4, S_50)),
    "P4": (2.1, 252, (52, 268, 4, 3, 10), 7.5, 67, 5400, (24, 41, 52, 51), (2.3, 3.3, 2.0), .16, .02, .16, (2.67e-5, 3.52e-4, 4.5e-4, S_10)),
    "P5": (2.0, 176, (29, 296, 1.5, 1, 50), 7.8, 294, 5600, (46, 80, 136, 190), (3.1, 4.8, 2.0), .18, .0084, .18, (4.8e-5, 9e-4, 1.4e-3, S_50)),
}


class Patient:
    def __init__(self, name):
        bsa, ter, (sg, kd, t1, t2, tr), self.labelled, self.unlabelled, self.a0, (d_k, d_s, d_1, d_2), release, self.c1, self.c2, f_sg, s = PATIENTS[name]
        self.s = dict(zip(("kidney", "salgland", "tumor1", "tumor2", "tumorrest"), (4.82e-6, *s)))
        r_k, r_s, r_t = (r * 1e-4 for r in release)
        f_sc = WT / 71
        vs = 2.8 * (1 - H) * bsa
        flow = 1.23 * vs
        self.vs = vs
        d_pro = 26.6
        # name: volume L, vascular, interstitial, flow, k_ps mL/min/g, density nmol/L, release
        v = dict(kidney=kd / 1e3, sg=sg / 1e3, t1=t1 / 1e3, t2=t2 / 1e3, tr=tr / 1e3, prostate=.016 * f_sc, liver=1.91, spleen=.183,
                 gi=(.385 + .548 + .104 + .15) * f_sc, lungs=1.0 * f_sc, muscle=30.078 * f_sc, skin=3.408 * f_sc, adipose=13.465 * f_sc, marrow=1.1 * f_sc,
                 bone=10.165 * f_sc - 1.1 * f_sc, heart=.341 * f_sc, brain=1.45 * f_sc)
        tumours = ("t1", "t2", "tr")
        v["rest"] = WT - sum(x for o, x in v.items() if o not in tumours)
        vv = dict(lungs=.105 * vs, muscle=.14 * vs, gi=.076 * vs, skin=.03 * vs, adipose=.05 * vs, marrow=.04 * vs, bone=.07 * vs - .04 * vs, heart=.01 * vs,
                  brain=.012 * vs, liver=.085 * v["liver"], spleen=.12 * v["spleen"], kidney=.055 * v["kidney"], prostate=.004 * (1 - H) * v["prostate"],
                  sg=.03 * (1 - H) * v["sg"])
        self.v_art, self.v_ven = .105 * vs, .225 * vs
        vv["rest"] = vs - sum(vv.values()) - self.v_art - self.v_ven
        for t in tumours:
            vv[t] = .05 * (1 - H) * v[t]
        vi = {o: f * v[o] for o, f in dict(liver=.2, spleen=.2, kidney=.15, prostate=.25, sg=.23, t1=.38, t2=.38, tr=.38).items()}
        vi |= {o: f * vv[o] for o, f in dict(lungs=5.5, muscle=5.9, gi=8.8, skin=8.9, adipose=15.5, marrow=3.7, bone=8.4, heart=3.7, rest=4.1).items()}
        f = {o: x * flow for o, x in dict(liver=.065, spleen=.03, kidney=.19, muscle=.17, gi=.16, skin=.05, adipose=.05, marrow=.03, bone=.05, heart=.04,
                                          brain=.12).items()}
        f["prostate"], f["sg"] = .18 * (1 - H) * v["prostate"], f_sg * v["sg"]
        f["rest"] = flow - sum(f.values())
        for t in tumours:
            f[t] = .5 * v[t]
        self.total = flow + sum(f[t] for t in tumours)
        k = dict(t1=.6, t2=.6, tr=.6, muscle=.02, gi=.02, skin=.02, adipose=.02, heart=.02, bone=.02, rest=.02, prostate=.1, liver=2, spleen=2, lungs=2, sg=2, marrow=2)
        self.ps = {o: x * v[o] for o, x in k.items()}
        self.r0 = {o: d * v[o] for o, d in dict(kidney=d_k, sg=d_s, t1=d_1, t2=d_2, tr=266., prostate=d_pro, liver=.05 * d_pro, spleen=.02 * d_pro, gi=.06 * d_pro).items()}
        self.release = dict(kidney=r_k, sg=r_s, t1=r_t, t2=r_t, tr=r_t, prostate=r_k, liver=r_k, spleen=r_k, gi=r_k)
        self.v, self.vv, self.vi, self.f = v, vv, vi, f
        self.v_cell = (v["kidney"] - vi["kidney"] - vv["kidney"]) * 2 / 3
        self.filtered = ter / 1e3 / 3 * 20 / 15 * .66
        self.excreted = .96 * self.filtered
        self.vt = sum(vv[t] for t in tumours)
        names = ["art", "ven", "prp", "urine", "gone", "cell"] + ["v_" + o for o in v] + ["i_" + o for o in vi]
        names += [x + o for o in self.r0 for x in ("b_", "n_")]
        self.at = {n: j for j, n in enumerate(names)}
        self.n = len(names)

    def rates(self, x, given, free):
        """Transport and binding of one ligand; decay comes on top."""
        at, d = self.at, np.zeros(self.n)

        def move(a, b, rate):
            d[at[a]] -= rate
            d[at[b]] += rate

        c_art, c_ven = x[at["art"]] / self.v_art, x[at["ven"]] / self.v_ven
        c = {o: x[at["v_" + o]] / self.vv[o] for o in self.v}
        for o, f in self.f.items():
            move("art", "v_" + o, f * c_art)
            if o in ("spleen", "gi"):
                move("v_" + o, "v_liver", f * c[o])
            elif o == "liver":
                move("v_liver", "ven", (f + self.f["spleen"] + self.f["gi"]) * c[o])
            else:
                move("v_" + o, "ven", f * c[o])
        move("ven", "v_lungs", self.total * c_ven)
        move("v_lungs", "art", self.total * c["lungs"])
        for o, ps in self.ps.items():
            move("v_" + o, "i_" + o, ps * (c[o] - x[at["i_" + o]] / self.vi[o]))
        lumen = x[at["i_kidney"]] / self.vi["kidney"]
        back = self.filtered - self.excreted
        move("v_kidney", "i_kidney", self.filtered * c["kidney"])
        move("i_kidney", "urine", self.excreted * lumen)
        move("i_kidney", "cell", back * lumen)
        move("cell", "v_kidney", back * x[at["cell"]] / self.v_cell)
        for o in self.r0:
            b = x[at["b_" + o]]
            move("i_" + o, "b_" + o, K_ON * x[at["i_" + o]] / self.vi[o] * free[o] - K_OFF * b)
            move("b_" + o, "n_" + o, K_INT * b)
            move("n_" + o, "gone", self.release[o] * x[at["n_" + o]])
        move("ven", "prp", K_PR * x[at["ven"]])
        d[at["ven"]] += given
        return d

    def regions(self, x):
        at, prp = self.at, x[self.at["prp"]] / (self.vs + self.vt)
        one = lambda o: x[at["v_" + o]] + x[at["i_" + o]] + x[at["b_" + o]] + x[at["n_" + o]] + prp * self.vv[o]
        muscle = x[at["v_muscle"]] + x[at["i_muscle"]] + prp * self.vv["muscle"]
        return [one("kidney"), one("sg"), one("t1") + self.c1 * muscle, one("t2") + self.c2 * muscle, one("tr")]

    def solve(self, times):
        n = self.n
        found = []
        y = np.zeros(2 * n + 5)
        for start, stop, on in ((0., 10., 1.), (10., 30000., 0.)):
            def rhs(_, y):
                hot, cold = y[:n], y[n:2 * n]
                free = {o: r - hot[self.at["b_" + o]] - cold[self.at["b_" + o]] for o, r in self.r0.items()}
                lost = LAMBDA * hot
                return np.concatenate((self.rates(hot, on * self.labelled / 10, free) - lost, self.rates(cold, on * self.unlabelled / 10, free) + lost,
                                       self.regions(hot)))
            inside = [t for t in times if start < t <= stop]
            s = solve_ivp(rhs, (start, stop), y, method="Radau", rtol=1e-10, atol=1e-13, t_eval=sorted(set(inside + [stop])))
            assert s.success, s.message
            for t, column in zip(s.t, s.y.T):
                if t in inside:
                    found.append((t, self.regions(column), column[2 * n:], column[self.at["ven"]] / self.v_ven))
            y = s.y[:, -1]
        return found


if __name__ == "__main__":
    for name in PATIENTS:
        patient = Patient(name)
        file = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"ref_ulm_psma_it_{name}_single_roi.csv")
        rows = list(csv.DictReader(open(file))) if os.path.exists(file) else []
        times = [float(r["time_min"]) for r in rows] or [30000.]
        found = patient.solve(times)
        worst = 0.
        for row, (t, region, cumulated, serum) in zip(rows[1:], found):
            assert float(row["time_min"]) == t
            for organ, amount, integral in zip(patient.s, region, cumulated):
                worst = max(worst, abs(amount / float(row[organ + "_nmol"]) - 1), abs(integral / float(row[organ + "_cum_nmol_min"]) - 1))
        doses = {o: c * patient.a0 / patient.labelled * patient.s[o] for o, c in zip(patient.s, found[-1][2])}
        print(name, {o: f"{d:.9g}" for o, d in doses.items()}, f"worst deviation from the reference curves {worst:.1e}" if rows else "")

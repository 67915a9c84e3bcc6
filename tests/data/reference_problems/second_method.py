"""End values of the reference problems by a second method, from the equations as printed in the test set.

Implicit Runge-Kutta (Radau IIA, order 5) of scipy with analytic Jacobians at tight tolerances; van der Pol with epsilon 1 by the Taylor series
of mpmath with 30 digits; receptor kinetics by Radau. Run: python3 second_method.py
"""
import numpy as np
from scipy.integrate import solve_ivp

def radau(name, f, jac, y0, span, rtol, atol, published=None, segments=None):
    y = np.array(y0, float)
    for (a, b) in segments or [span]:
        s = solve_ivp(f, (a, b), y, method="Radau", jac=jac, rtol=rtol, atol=atol, dense_output=False)
        assert s.success, (name, s.message)
        y = s.y[:, -1]
    print(name, "steps", s.t.size)
    for i, v in enumerate(y):
        if published is None:
            print(f"  {i}: {v:.15e}")
        else:
            p = published[i]
            print(f"  {i}: {v:.13e}  published {p:.16e}  relative {abs(v/p-1) if p else v:.1e}", flush=True)
    return y

def network(n, processes):
    """(rate, reactants, changes) as mass-action terms."""
    def f(t, y):
        d = np.zeros(n)
        for k, r, c in processes:
            v = k
            for i in r: v *= y[i]
            for i, a in c: d[i] += a * v
        return d
    def jac(t, y):
        J = np.zeros((n, n))
        for k, r, c in processes:
            for p, col in enumerate(r):
                v = k
                for q, i in enumerate(r):
                    if q != p: v *= y[i]
                for i, a in c: J[i, col] += a * v
        return J
    return f, jac

def robertson():
    f = lambda t, y: np.array([-0.04*y[0]+1e4*y[1]*y[2], 0.04*y[0]-1e4*y[1]*y[2]-3e7*y[1]**2, 3e7*y[1]**2])
    j = lambda t, y: np.array([[-0.04, 1e4*y[2], 1e4*y[1]], [0.04, -1e4*y[2]-6e7*y[1], -1e4*y[1]], [0, 6e7*y[1], 0]])
    radau("robertson 40", f, j, [1, 0, 0], (0, 40), 1e-13, 1e-20, [0.7158270687194, 9.185534764557e-6, 0.2841637457458])
    radau("robertson 1e11", f, j, [1, 0, 0], (0, 1e11), 1e-12, 1e-24, [0.2083340149701255e-7, 0.8333360770334713e-13, 0.999999979166505])

def hires():
    def f(t, y):
        r = 280*y[5]*y[7]
        return np.array([-1.71*y[0]+0.43*y[1]+8.32*y[2]+0.0007, 1.71*y[0]-8.75*y[1], -10.03*y[2]+0.43*y[3]+0.035*y[4],
            8.32*y[1]+1.71*y[2]-1.12*y[3], -1.745*y[4]+0.43*y[5]+0.43*y[6], -r+0.69*y[3]+1.71*y[4]-0.43*y[5]+0.69*y[6],
            r-1.81*y[6], -r+1.81*y[6]])
    pub = [0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4, 0.1175651343283149e-2, 0.2386356198831331e-2,
           0.6238968252742796e-2, 0.2849998395185769e-2, 0.2850001604814231e-2]
    radau("hires", f, None, [1, 0, 0, 0, 0, 0, 0, 0.0057], (0, 321.8122), 1e-13, 1e-18, pub)

def vdp():
    e = 1e-6
    f = lambda t, y: np.array([y[1], ((1-y[0]**2)*y[1]-y[0])/e])
    j = lambda t, y: np.array([[0, 1], [(-2*y[0]*y[1]-1)/e, (1-y[0]**2)/e]])
    radau("van der pol 1e-6", f, j, [2, 0], (0, 2), 1e-12, 1e-14, [0.1706167732170483e1, -0.8928097010247975])
    import mpmath
    mpmath.mp.dps = 30
    s = mpmath.odefun(lambda t, y: [y[1], (1-y[0]**2)*y[1]-y[0]], 0, [mpmath.mpf(2), mpmath.mpf(0)])
    for t in (2, 10):
        print("van der pol 1 at", t, s(t), flush=True)

def orego():
    s, w, q = 77.27, 0.161, 8.375e-6
    f = lambda t, y: np.array([s*(y[1]-y[0]*y[1]+y[0]-q*y[0]**2), (-y[1]-y[0]*y[1]+y[2])/s, w*(y[0]-y[2])])
    j = lambda t, y: np.array([[s*(-y[1]+1-2*q*y[0]), s*(1-y[0]), 0], [-y[1]/s, (-1-y[0])/s, 1/s], [w, 0, -w]])
    radau("orego", f, j, [1, 2, 3], (0, 360), 1e-12, 1e-13, [0.1000814870318523e1, 0.1228178521549917e4, 0.1320554942846706e3])

def e5():
    A, B, C, M = 7.89e-10, 1.1e7, 1.13e3, 1e6
    def f(t, y):
        p1, p2, p3, p4 = A*y[0], B*y[0]*y[2], M*C*y[1]*y[2], C*y[3]
        f1 = p1-p3; f3 = p2-p4
        return np.array([-p1-p2, f1, f1-f3, f3])
    def j(t, y):
        r0 = [-A-B*y[2], 0, -B*y[0], 0]
        r1 = [A, -M*C*y[2], -M*C*y[1], 0]
        r3 = [B*y[2], 0, B*y[0], -C]
        return np.array([r0, r1, [a-b for a, b in zip(r1, r3)], r3])
    for rtol in (1e-8, 1e-10):
        radau(f"e5 {rtol}", f, j, [1.76e-3, 0, 0, 0], (0, 1e13), rtol, 1e-30, [0.1152903278711829e-290, 0.8867655517642120e-22, 0.8854814626268838e-22, 0])

POLLU_RATES = [.35, 26.6, 1.23e4, .86e-3, .82e-3, 1.5e4, .13e-3, 2.4e4, 1.65e4, .9e4, .022, 1.2e4, 1.88, 1.63e4, 4.8e6, .35e-3, .0175, 1e8,
               4.44e11, 1240., 2.1, 5.78, .0474, 1780., 3.12]
# reactants and products, numbered from 1
POLLU = [((1,), (2, 3)), ((2, 4), (1,)), ((5, 2), (1, 6)), ((7,), (5, 5, 8)), ((7,), (8,)), ((7, 6), (5, 8)), ((9,), (10, 5, 8)), ((9, 6), (11,)),
         ((11, 2), (1, 10, 12)), ((11, 1), (13,)), ((13,), (11, 1)), ((10, 2), (14, 1)), ((14,), (7, 5)), ((1, 6), (15,)), ((3,), (4,)),
         ((4,), (16,)), ((4,), (3,)), ((16,), (6, 6)), ((16,), (3,)), ((17, 6), (18, 5)), ((19,), (2,)), ((19,), (1, 3)), ((1, 4), (19,)),
         ((19, 1), (20,)), ((20,), (1, 19))]
def pollu():
    P = []
    for k, (r, p) in zip(POLLU_RATES, POLLU):
        c = {}
        for i in r: c[i-1] = c.get(i-1, 0) - 1
        for i in p: c[i-1] = c.get(i-1, 0) + 1
        P.append((k, [i-1 for i in r], list(c.items())))
    f, jac = network(20, P)
    # the printed right-hand side, against the network
    rng = np.random.default_rng(1); y = rng.random(20); k = POLLU_RATES
    r = [None, k[0]*y[0], k[1]*y[1]*y[3], k[2]*y[4]*y[1], k[3]*y[6], k[4]*y[6], k[5]*y[6]*y[5], k[6]*y[8], k[7]*y[8]*y[5], k[8]*y[10]*y[1],
         k[9]*y[10]*y[0], k[10]*y[12], k[11]*y[9]*y[1], k[12]*y[13], k[13]*y[0]*y[5], k[14]*y[2], k[15]*y[3], k[16]*y[3], k[17]*y[15],
         k[18]*y[15], k[19]*y[16]*y[5], k[20]*y[18], k[21]*y[18], k[22]*y[0]*y[3], k[23]*y[18]*y[0], k[24]*y[19]]
    d = [-r[1]-r[10]-r[14]-r[23]-r[24]+r[2]+r[3]+r[9]+r[11]+r[12]+r[22]+r[25], -r[2]-r[3]-r[9]-r[12]+r[1]+r[21], -r[15]+r[1]+r[17]+r[19]+r[22],
         -r[2]-r[16]-r[17]-r[23]+r[15], -r[3]+2*r[4]+r[6]+r[7]+r[13]+r[20], -r[6]-r[8]-r[14]-r[20]+r[3]+2*r[18], -r[4]-r[5]-r[6]+r[13],
         r[4]+r[5]+r[6]+r[7], -r[7]-r[8], -r[12]+r[7]+r[9], -r[9]-r[10]+r[8]+r[11], r[9], -r[11]+r[10], -r[13]+r[12], r[14],
         -r[18]-r[19]+r[16], -r[20], r[20], -r[21]-r[22]-r[24]+r[23]+r[25], -r[25]+r[24]]
    print("pollu network against the printed equations:", np.max(np.abs(f(0, y)-np.array(d))/(1+np.abs(d))))
    y0 = np.zeros(20)
    for i, v in ((2, .2), (4, .04), (7, .1), (8, .3), (9, .01), (17, .007)): y0[i-1] = v
    pub = [0.5646255480022769e-01, 0.1342484130422339, 0.4139734331099427e-08, 0.5523140207484359e-02, 0.2018977262302196e-06, 0.1464541863493966e-06,
        0.7784249118997964e-01, 0.3245075353396018, 0.7494013383880406e-02, 0.1622293157301561e-07, 0.1135863833257075e-07, 0.2230505975721359e-02,
        0.2087162882798630e-03, 0.1396921016840158e-04, 0.8964884856898295e-02, 0.4352846369330103e-17, 0.6899219696263405e-02, 0.1007803037365946e-03,
        0.1772146513969984e-05, 0.5682943292316392e-04]
    radau("pollu", f, jac, y0, (0, 60), 1e-13, 1e-26, pub)

def body(organs, stop=4320.0):
    """Receptor kinetics of src/solve/reference/receptor.rs with one integral (1e-3 of the state) per state, from its description."""
    decay = np.log(2) / (6.647*1440)
    core = 4+7*organs
    P = []; flow = lambda a, b, k: P.append((k, [a], [(a, -1.0), (b, 1.0)]))
    flow(0, 2, 0.03); flow(1, 3, 0.03)
    y0 = np.zeros(2*core); labelled = [0, 2]
    for o in range(organs):
        first = 4+7*o; s = 1+(o*0.6180339887) % 1; free = first+6
        y0[free] = 4*s*s
        for l in range(2):
            i, b, n = first+l, first+2+l, first+4+l
            flow(l, i, 0.05*s); flow(i, l, 2*s)
            P.append((0.4/s, [i, free], [(i, -1.0), (free, -1.0), (b, 1.0)]))
            P.append((0.04, [b], [(b, -1.0), (free, 1.0), (i, 1.0)]))
            P.append((1e-3*s, [b], [(b, -1.0), (free, 1.0), (n, 1.0)]))
            flow(n, 2+l, 1.5e-4*s)
        labelled += [first, first+2, first+4]
    for x in labelled: flow(x, x+1, decay)
    for x in range(core): P.append((1e-3, [x], [(core+x, 1.0)]))
    f, jac = network(2*core, P)
    u = np.zeros(2*core); u[0] = 10/30; u[1] = 90/30
    s = solve_ivp(lambda t, y: f(t, y)+u, (0, 30), y0, method="Radau", jac=jac, rtol=3e-13, atol=1e-17)
    radau(f"body {organs} at {stop}", f, jac, s.y[:, -1], (30, stop), 3e-13, 1e-17)

import sys
for name in sys.argv[1:] or ["robertson", "hires", "vdp", "orego", "e5", "pollu"]:
    if name.startswith("body"): body(int(name[4:]))
    else: globals()[name]()

/* CVODES on the generated equations: BDF, Newton, KLU or dense factorisation with the analytic Jacobian; optionally the time integrals as
 * quadratures, which CVODES keeps out of the linear systems. One integrator serves all patients: it is only re-initialised. */
#include <cvodes/cvodes.h>
#include <nvector/nvector_serial.h>
#include <stdlib.h>
#include <string.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunlinsol/sunlinsol_klu.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <sunmatrix/sunmatrix_sparse.h>

void model_rates(const double *, const double *, double *);
void model_jacobian(const double *, const double *, double *);
void model_core_rates(const double *, const double *, double *);
void model_core_jacobian(const double *, const double *, double *);
void model_quadratures(const double *, const double *, double *);
extern const int model_states, model_entries, model_columns[], model_rows[];
extern const int core_states, core_entries, core_columns[], core_rows[];

enum { KLU_ALL = 0, KLU_QUADRATURES = 1, DENSE = 2 };

typedef struct {
  int kind, states, entries;
  const int *columns, *rows;
  const double *w;
  double *values;
  SUNContext context;
  void *cvode;
  N_Vector y, q, absolute, absolute_q;
  SUNMatrix matrix;
  SUNLinearSolver solver;
} Peer;

static int rates(realtype t, N_Vector y, N_Vector dy, void *user) {
  const Peer *peer = user;
  (peer->kind == KLU_QUADRATURES ? model_core_rates : model_rates)(peer->w, N_VGetArrayPointer(y), N_VGetArrayPointer(dy));
  return 0;
}

static int quadratures(realtype t, N_Vector y, N_Vector dq, void *user) {
  model_quadratures(((Peer *)user)->w, N_VGetArrayPointer(y), N_VGetArrayPointer(dq));
  return 0;
}

static int jacobian(realtype t, N_Vector y, N_Vector dy, SUNMatrix j, void *user, N_Vector a, N_Vector b, N_Vector c) {
  Peer *peer = user;
  const double *state = N_VGetArrayPointer(y);
  if (peer->kind == DENSE) {
    model_jacobian(peer->w, state, peer->values);
    SUNMatZero(j);
    for (int column = 0; column < peer->states; column++)
      for (int at = peer->columns[column]; at < peer->columns[column + 1]; at++)
        SM_ELEMENT_D(j, peer->rows[at], column) = peer->values[at];
    return 0;
  }
  sunindextype *pointers = SUNSparseMatrix_IndexPointers(j), *indices = SUNSparseMatrix_IndexValues(j);
  for (int column = 0; column <= peer->states; column++) pointers[column] = peer->columns[column];
  for (int at = 0; at < peer->entries; at++) indices[at] = peer->rows[at];
  (peer->kind == KLU_QUADRATURES ? model_core_jacobian : model_jacobian)(peer->w, state, SUNSparseMatrix_Data(j));
  return 0;
}

void *peer_new(int kind, double relative, const double *absolute) {
  Peer *peer = calloc(1, sizeof *peer);
  peer->kind = kind;
  int split = kind == KLU_QUADRATURES, all = model_states;
  peer->states = split ? core_states : model_states;
  peer->entries = split ? core_entries : model_entries;
  peer->columns = split ? core_columns : model_columns;
  peer->rows = split ? core_rows : model_rows;
  peer->values = malloc(sizeof(double) * peer->entries);
  if (SUNContext_Create(NULL, &peer->context)) return NULL;
  peer->y = N_VNew_Serial(peer->states, peer->context);
  peer->absolute = N_VNew_Serial(peer->states, peer->context);
  memcpy(N_VGetArrayPointer(peer->absolute), absolute, sizeof(double) * peer->states);
  N_VConst(0.0, peer->y);
  peer->cvode = CVodeCreate(CV_BDF, peer->context);
  if (CVodeInit(peer->cvode, rates, 0.0, peer->y)) return NULL;
  if (CVodeSVtolerances(peer->cvode, relative, peer->absolute)) return NULL;
  if (CVodeSetUserData(peer->cvode, peer)) return NULL;
  if (kind == DENSE) {
    peer->matrix = SUNDenseMatrix(peer->states, peer->states, peer->context);
    peer->solver = SUNLinSol_Dense(peer->y, peer->matrix, peer->context);
  } else {
    peer->matrix = SUNSparseMatrix(peer->states, peer->states, peer->entries, CSC_MAT, peer->context);
    peer->solver = SUNLinSol_KLU(peer->y, peer->matrix, peer->context);
  }
  if (CVodeSetLinearSolver(peer->cvode, peer->solver, peer->matrix)) return NULL;
  if (CVodeSetJacFn(peer->cvode, jacobian)) return NULL;
  CVodeSetMaxNumSteps(peer->cvode, 1000000);
  if (split) {
    peer->q = N_VNew_Serial(all - peer->states, peer->context);
    peer->absolute_q = N_VNew_Serial(all - peer->states, peer->context);
    memcpy(N_VGetArrayPointer(peer->absolute_q), absolute + peer->states, sizeof(double) * (all - peer->states));
    N_VConst(0.0, peer->q);
    if (CVodeQuadInit(peer->cvode, quadratures, peer->q)) return NULL;
    if (CVodeSetQuadErrCon(peer->cvode, SUNTRUE)) return NULL;
    if (CVodeQuadSVtolerances(peer->cvode, relative, peer->absolute_q)) return NULL;
  }
  return peer;
}

/* One patient: from `start` at state `state` to `stop` with the constants `w`; the states at `samples` go to `out`. Returns steps or a negative flag. */
long peer_segment(Peer *peer, const double *w, double start, double stop, double *state, const double *samples, int count, double *out) {
  int all = model_states, split = peer->kind == KLU_QUADRATURES, flag;
  double t = start;
  peer->w = w;
  memcpy(N_VGetArrayPointer(peer->y), state, sizeof(double) * peer->states);
  if ((flag = CVodeReInit(peer->cvode, start, peer->y))) return flag;
  if (split) {
    memcpy(N_VGetArrayPointer(peer->q), state + peer->states, sizeof(double) * (all - peer->states));
    if ((flag = CVodeQuadReInit(peer->cvode, peer->q))) return flag;
  }
  CVodeSetStopTime(peer->cvode, stop);
  for (int sample = 0; sample <= count; sample++) {
    double to = sample < count ? samples[sample] : stop;
    if (to > t) {
      flag = CVode(peer->cvode, to, peer->y, &t, CV_NORMAL);
      if (flag < 0) return flag;
      if (split) CVodeGetQuad(peer->cvode, &t, peer->q);
    }
    double *into = sample < count ? out + (size_t)sample * all : state;
    memcpy(into, N_VGetArrayPointer(peer->y), sizeof(double) * peer->states);
    if (split) memcpy(into + peer->states, N_VGetArrayPointer(peer->q), sizeof(double) * (all - peer->states));
  }
  long steps = 0;
  CVodeGetNumSteps(peer->cvode, &steps);
  return steps;
}

void peer_free(Peer *peer) {
  CVodeFree(&peer->cvode);
  SUNLinSolFree(peer->solver);
  SUNMatDestroy(peer->matrix);
  N_VDestroy(peer->y);
  N_VDestroy(peer->absolute);
  if (peer->q) N_VDestroy(peer->q), N_VDestroy(peer->absolute_q);
  SUNContext_Free(&peer->context);
  free(peer->values);
  free(peer);
}

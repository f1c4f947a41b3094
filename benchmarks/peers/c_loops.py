"""C loops over float64, compiled by the system's compiler: the machine's speed without a library.

The innermost loop always runs over contiguous memory, so that it vectorises: over the samples of a batch, or over the
neurons where a batch is one sample.  Sizes are constants in the source.
"""
import ctypes
import shutil
import subprocess
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np

from ..workloads import Workload
from . import Unavailable

FLAGS = ["-O3", "-ffast-math", "-march=native", "-fPIC"]

LOOPS = r"""
#include <math.h>
#define PHI_linear(v) (v)
#define PHI_tanh(v) tanh(v)
#define PHI_sigmoid(v) (1 / (1 + exp(-(v))))
#define SLOPE_linear(y) 1.0
#define SLOPE_tanh(y) (1 - (y) * (y))
#define SLOPE_sigmoid(y) ((y) * (1 - (y)))

/* w holds (n + 1) rows of m weights, the last row the biases; x is [n][N], y and delta are [m][N] */
#define LAYER(l, n, m, phi, N) \
static inline void forward_##l(const double *restrict w, const double *restrict x, double *restrict y) { \
    if (N == 1) { \
        for (int j = 0; j < m; j++) y[j] = w[n * m + j]; \
        for (int i = 0; i < n; i++) for (int j = 0; j < m; j++) y[j] += w[i * m + j] * x[i]; \
    } else for (int j = 0; j < m; j++) { \
        double *restrict v = y + j * N; \
        for (int s = 0; s < N; s++) v[s] = w[n * m + j]; \
        for (int i = 0; i < n; i++) for (int s = 0; s < N; s++) v[s] += w[i * m + j] * x[i * N + s]; \
    } \
    for (int k = 0; k < m * N; k++) y[k] = PHI_##phi(y[k]); \
} \
static inline void below_##l(const double *restrict w, const double *restrict delta, double *restrict out) { \
    for (int i = 0; i < n; i++) { \
        if (N == 1) { \
            double sum = 0; \
            for (int j = 0; j < m; j++) sum += w[i * m + j] * delta[j]; \
            out[i] = sum; \
        } else { \
            for (int s = 0; s < N; s++) out[i * N + s] = 0; \
            for (int j = 0; j < m; j++) for (int s = 0; s < N; s++) out[i * N + s] += w[i * m + j] * delta[j * N + s]; \
        } \
    } \
} \
static inline void move_##l(double *restrict w, const double *restrict x, const double *restrict delta) { \
    if (N == 1) { \
        for (int i = 0; i < n; i++) for (int j = 0; j < m; j++) w[i * m + j] -= LR * x[i] * delta[j]; \
        for (int j = 0; j < m; j++) w[n * m + j] -= LR * delta[j]; \
    } else for (int j = 0; j < m; j++) { \
        const double *restrict d = delta + j * N; \
        for (int i = 0; i < n; i++) { \
            double sum = 0; \
            for (int s = 0; s < N; s++) sum += x[i * N + s] * d[s]; \
            w[i * m + j] -= LR * sum; \
        } \
        double sum = 0; \
        for (int s = 0; s < N; s++) sum += d[s]; \
        w[n * m + j] -= LR * sum; \
    } \
} \
static inline void slope_##l(const double *restrict y, double *restrict delta) { \
    for (int k = 0; k < m * N; k++) delta[k] *= SLOPE_##phi(y[k]); \
}

static inline double half_squared_error(const double *restrict y, const double *restrict t, double *restrict delta) {
    double J = 0;
    for (int k = 0; k < M * N; k++) { delta[k] = y[k] - t[k]; J += 0.5 * delta[k] * delta[k]; }
    return J;
}

static inline double cross_entropy(const double *restrict y, const double *restrict t, double *restrict delta) {
    double J = 0, largest[N], sum[N];
    for (int s = 0; s < N; s++) { largest[s] = y[s]; sum[s] = 0; }
    for (int k = 1; k < M; k++) for (int s = 0; s < N; s++)
        largest[s] = y[k * N + s] > largest[s] ? y[k * N + s] : largest[s];
    for (int k = 0; k < M; k++) for (int s = 0; s < N; s++) {
        delta[k * N + s] = exp(y[k * N + s] - largest[s]);
        sum[s] += delta[k * N + s];
        J -= t[k * N + s] * y[k * N + s];
    }
    for (int s = 0; s < N; s++) J += log(sum[s]) + largest[s];
    for (int k = 0; k < M; k++) for (int s = 0; s < N; s++) delta[k * N + s] = delta[k * N + s] / sum[s] - t[k * N + s];
    return J;
}
"""


def text(workload: Workload) -> str:
    """The C source: LOOPS for each layer, and the loop of steps that calls them in order."""
    layers = [(n, m, phi) for (n, m), phi in zip(pairwise(workload.sizes), workload.activations)]
    n, m, last, N = workload.sizes[0], workload.sizes[-1], len(layers), workload.batch_size
    forward, backward, first, shapes = [], [], 0, []
    for l, (rows, width, _) in enumerate(layers, 1):
        shapes.append((l, f"w + {first}", width))
        forward.append(f"forward_{l}(w + {first}, y0 , y{l});".replace("y0 ", "x" if l == 1 else f"y{l - 1}"))
        first += (rows + 1) * width
    for l, w, _ in reversed(shapes):
        if l > 1:
            backward.append(f"below_{l}({w}, d{l}, d{l - 1}); slope_{l - 1}(y{l - 1}, d{l - 1});")
        backward.append(f"move_{l}({w}, {'x' if l == 1 else f'y{l - 1}'}, d{l});")
    return "\n".join([
        f"#define N {N}", f"#define M {m}", f"#define LR {workload.lr!r}", LOOPS,
        *(f"LAYER({l}, {rows}, {width}, {phi}, N)" for l, (rows, width, phi) in enumerate(layers, 1)),
        "double train(double *restrict w, const double *X, const double *T, int batches, long steps) {",
        "    double J = 0;",
        *(f"    static double y{l}[{width} * N], d{l}[{width} * N];" for l, _, width in shapes),
        "    for (long step = 0; step < steps; step++) {",
        f"        const double *x = X + (step % batches) * {n * N}, *t = T + (step % batches) * M * N;",
        *(f"        {line}" for line in forward),
        f"        J += {workload.loss}(y{last}, t, d{last}); slope_{last}(y{last}, d{last});",
        *(f"        {line}" for line in backward), "    }", "    return J;", "}"])


class Loops:
    """The compiled source, called once for all steps."""

    def __init__(self, workload: Workload) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if not compiler:
            raise Unavailable("no C compiler is found: install gcc or clang")
        self.workload = workload
        self.X = np.concatenate([X.T.ravel() for X, _ in workload.batches])
        self.T = np.concatenate([T.T.ravel() for _, T in workload.batches])
        with tempfile.TemporaryDirectory() as folder:
            source, compiled, library = (Path(folder, f"train.{suffix}") for suffix in ("c", "o", "so"))
            source.write_text(text(workload), encoding="utf-8")
            # linked without -ffast-math: with it, loading the library would flush subnormal numbers in this process
            for command in [*FLAGS, "-c", source, "-o", compiled], ["-shared", compiled, "-o", library, "-lm"]:
                built = subprocess.run([compiler, *map(str, command)], capture_output=True, text=True)
                if built.returncode:
                    raise Unavailable(f"{Path(compiler).name} does not compile it: {built.stderr.strip()[:200]}")
            self.train = ctypes.CDLL(str(library)).train
        self.train.restype = ctypes.c_double
        self.train.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_int, ctypes.c_long]
        self.reset()

    def reset(self) -> None:
        self.w = np.concatenate([W.T.ravel() for W in self.workload.start()])

    def run(self, steps: int) -> float:
        return float(self.train(self.w.ctypes.data, self.X.ctypes.data, self.T.ctypes.data,
                                len(self.workload.batches), steps))

    def parameters(self) -> np.ndarray:
        found, first = [], 0
        for n, m in pairwise(self.workload.sizes):
            found.append(self.w[first:first + (n + 1) * m].reshape(n + 1, m).T.ravel())
            first += (n + 1) * m
        return np.concatenate(found)

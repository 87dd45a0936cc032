"""The influence kernel: it walks through time with the states that 64 sources leave behind, side by side."""

import numpy as np
from numba import njit

SOURCES = 64  # walked together: the lanes of the inner loops; their states stay in the first-level cache
HEARD = 3  # modalities heard in one pass of the inner loop


# "contract" lets a multiplication and an addition become one instruction; nothing is reordered.
@njit(cache=True, nogil=True, boundscheck=False, error_model="numpy", fastmath={"contract"})
def walk(decay, rows, pushes, W, real, out, states, plan, tasks):  # type: ignore[no-untyped-def]
    """Add the influence of some sources to the map, for every channel.

    Parameters
    ----------
    decay
        (E, L, M, N), exp(dt A).
    rows
        B and C, (2, M, L, N).
    pushes
        (2, E, M, L): dt x and D x, what a source gives to its states and straight to its output.
    W
        (M, K), K the modalities rounded up to a multiple of 3; columns from M on are 0.
    real
        (M, L), bytes: 0 at masked steps.
    out
        (maps, M, bins, M, bins), target before source; sums are added to it.
    states
        Workspace: h (2, K, N, 64), rows from M on 0, and y (M, 64).
    plan
        (kind, steps, group): 0 to add K, 1 to add its absolute value, 2 its square; steps in a bin; sources in
        a task, a multiple of the steps.
    tasks
        (n, 2) of modality and first time step: the sources of each task.
    """
    n_channel, n_time, n_modality, n_state = decay.shape
    n_heard = W.shape[1]
    kind, steps, group = plan
    h, y = states
    B, C = rows[0], rows[1]
    for task in range(tasks.shape[0]):
        source, begin = tasks[task, 0], tasks[task, 1]
        for s0 in range(begin, min(n_time, begin + group), SOURCES):
            s1 = min(n_time, begin + group, s0 + SOURCES)
            for e in range(n_channel):
                each = e if kind == 0 else 0
                h[:] = 0
                for t in range(s0, n_time):
                    old, new = h[t % 2], h[1 - t % 2]
                    y[:] = 0
                    for m in range(n_modality):
                        if not real[m, t]:
                            new[m] = old[m]
                            continue
                        out_m = y[m]
                        for k in range(n_state):
                            a, c, to = decay[e, t, m, k], C[m, t, k], new[m, k]
                            w0, w1, w2 = W[m, 0] * a, W[m, 1] * a, W[m, 2] * a
                            h0, h1, h2 = old[0, k], old[1, k], old[2, k]
                            for i in range(SOURCES):
                                to[i] = w0 * h0[i] + w1 * h1[i] + w2 * h2[i]
                            for n in range(HEARD, n_heard, HEARD):
                                w0, w1, w2 = W[m, n] * a, W[m, n + 1] * a, W[m, n + 2] * a
                                h0, h1, h2 = old[n, k], old[n + 1, k], old[n + 2, k]
                                for i in range(SOURCES):
                                    to[i] += w0 * h0[i] + w1 * h1[i] + w2 * h2[i]
                            for i in range(SOURCES):
                                out_m[i] += c * to[i]
                    if t < s1:  # the source at s = t sets out: whatever its lane held before is gone
                        for m in range(n_modality):
                            y[m, t - s0] = 0
                            for k in range(n_state):
                                new[m, k, t - s0] = 0
                        if real[source, t]:
                            into, through = pushes[0, e, source, t], pushes[1, e, source, t]
                            for k in range(n_state):
                                new[source, k, t - s0] = into * B[source, t, k]
                                through += C[source, t, k] * new[source, k, t - s0]
                            y[source, t - s0] = through
                    if kind == 1:
                        y[:] = np.abs(y)
                    elif kind == 2:
                        y[:] = y * y
                    for m in range(n_modality):
                        to = out[each, m, t // steps, source]
                        if steps == 1:
                            for i in range(min(t + 1, s1) - s0):
                                to[s0 + i] += y[m, i]
                        else:
                            for i in range(min(t + 1, s1) - s0):
                                to[(s0 + i) // steps] += y[m, i]

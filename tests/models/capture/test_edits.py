"""Edits of a captured scan: each equals a plain recurrence and the operator's influence map; what does not fit is refused by name."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from mmkernels import coupled_scan

from mmviz.core.errors import ConfigError
from mmviz.models.base import ScanInputs
from mmviz.models.capture.edits import Edit, checked_edits, run_edited
from mmviz.models.capture.predicted_change import predicted_change
from mmviz.models.ssm.edited_scan import ScanEdit, edited_scan
from mmviz.models.ssm.hidden_states import states_of

M, B, L, E, N = 3, 2, 14, 6, 4


@dataclass
class Call:
    """What a transplant needs of a captured scan."""

    inputs: ScanInputs
    h0: torch.Tensor | None = None
    site: str = "other"


def random_scan(*, mask=None, coupled=True, streams=M, seed=0, dtype=torch.float64, steps=L):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(*shape, dtype=torch.float64, generator=generator)

    W = (
        torch.softmax(draw(B, streams, streams), -1)
        if coupled
        else torch.eye(streams, dtype=torch.float64).expand(B, -1, -1)
    )
    if mask is None and coupled:
        W = W[:1].expand(B, -1, -1)
    scan = ScanInputs(
        draw(streams, B, steps, E),
        draw(streams, B, steps, E).abs() * 0.4,
        -draw(streams, E, N).abs(),
        draw(streams, B, steps, N),
        draw(streams, B, steps, N),
        draw(streams, E),
        W.contiguous(),
        mask,
    )
    return scan._replace(**{n: t.to(dtype) for n, t in scan._asdict().items() if n != "mask"})


def gaps():
    mask = torch.ones(M, B, L, dtype=torch.bool)
    mask[0, 0, 4:7] = False
    mask[1, 1, 9:] = False
    mask[2, 0, :3] = False
    return mask


def recurrence(scan, h0=None, before=lambda t, h: h, after=lambda t, h: h, at=lambda t, x, dt, W: (x, dt, W)):
    """The scan step by step in float64: ``before`` and ``after`` change the state, ``at`` the inputs of a step."""
    x, dt, A, Bt, C, D, W, mask = scan
    h = x.new_zeros(len(x), x.shape[1], E, N) if h0 is None else h0
    ys = []
    for t in range(x.shape[2]):
        h = before(t, h.clone())
        xt, dtt, Wt = at(t, x[:, :, t].clone(), dt[:, :, t].clone(), W.clone())
        new = torch.einsum("bmn,nbes->mbes", Wt, h)
        new = torch.exp(dtt[..., None] * A[:, None]) * new + (dtt * xt)[..., None] * Bt[:, :, t, None]
        h = new if mask is None else torch.where(mask[:, :, t, None, None], new, h)
        h = after(t, h.clone())
        y = (h * C[:, :, t, None]).sum(-1) + D[:, None] * xt
        ys.append(y if mask is None else y * mask[:, :, t, None])
    return torch.stack(ys, 2), h


def patched(t, h):
    if t == 5:
        h[1, :, [0, 2]] = 3.0
    return h


def zeroed(t, h):
    if t >= 5:
        h[1, :, 2:4, 1] = 0.0
    return h


def frozen(t, x, dt, W):
    if t >= 5:
        dt[1] = 0.0
        W[:, 1] = torch.eye(M, dtype=W.dtype)[1]
    return x, dt, W


def silenced(t, x, dt, W):
    if t >= 5:
        x[2, 1, 3] = 0.0
    return x, dt, W


def cut(t, x, dt, W):
    if t >= 5:
        W[1, 0, 2] = 0.0
    return x, dt, W


OTHER = random_scan(seed=7)


def transplanted(t, h):
    if t == 5:
        h[0] = states_of(OTHER)[0, :, 8]
    return h


CASES = {
    "patch": (Edit.patch(5, 3.0, stream=1, channels=[0, 2]), {"before": patched}),
    "zero": (Edit.zero(5, stream=1, channels=[2, 3], states=1), {"after": zeroed}),
    "freeze": (Edit.freeze(5, stream=1), {"at": frozen}),
    "silence": (Edit.silence(5, stream=2, channels=3, samples=1), {"at": silenced}),
    "cut": (Edit.cut(0, 2, step=5, samples=1), {"at": cut}),
    "transplant": (Edit.transplant(5, Call(OTHER), from_step=9, stream=0), {"before": transplanted}),
}


@pytest.mark.parametrize("mask", [None, gaps()], ids=["all valid", "masked"])
@pytest.mark.parametrize("with_start", [False, True], ids=["from zero", "from h0"])
@pytest.mark.parametrize("name", list(CASES))
def test_an_edit_equals_the_plain_recurrence_and_its_change_the_operators_map(name, mask, with_start):
    edit, change = CASES[name]
    scan = random_scan(mask=mask)
    h0 = (
        torch.randn(M, B, E, N, dtype=torch.float64, generator=torch.Generator().manual_seed(3)) if with_start else None
    )
    y, last = run_edited(scan, h0, [edit])
    expected, state = recurrence(scan, h0, **change)
    np.testing.assert_allclose(y, expected, atol=1e-12)
    np.testing.assert_allclose(last, state, atol=1e-12)
    plain, _ = run_edited(scan, h0, [])
    np.testing.assert_array_equal(y[:, :, :5], plain[:, :, :5])
    predicted = predicted_change(scan, h0, [edit])
    assert float((y - plain).abs().max()) > 1e-2
    np.testing.assert_allclose(predicted, y - plain, atol=1e-10)


@pytest.mark.parametrize("mask", [None, gaps()], ids=["all valid", "masked"])
def test_several_edits_of_one_scan_apply_together_and_the_map_predicts_all_of_them(mask):
    scan = random_scan(mask=mask)
    edits = [
        Edit.patch(2, np.arange(4.0), stream=0, channels=1),
        Edit.silence(3, stream=1),
        Edit.cut(2, 0, step=4),
        Edit.zero(6, stream=1, channels=[0, 5], states=[1, 3]),
        Edit.freeze(8, stream=2, samples=0),
        Edit.patch(11, -2.0, stream=2, channels=[1, 2], states=0),
    ]

    def before(t, h):
        if t == 2:
            h[0, :, 1] = torch.arange(4.0, dtype=torch.float64)
        if t == 11:
            h[2, :, 1:3, 0] = -2.0
        return h

    def after(t, h):
        if t >= 6:
            h[1, :, 0::5, 1::2] = 0.0
        return h

    def at(t, x, dt, W):
        if t >= 3:
            x[1] = 0.0
        if t >= 4:
            W[:, 2, 0] = 0.0
        if t >= 8:
            dt[2, 0] = 0.0
            W[0, 2] = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
        return x, dt, W

    y, _ = run_edited(scan, None, edits)
    np.testing.assert_allclose(y, recurrence(scan, None, before, after, at)[0], atol=1e-12)
    np.testing.assert_allclose(predicted_change(scan, None, edits), y - run_edited(scan, None, [])[0], atol=1e-10)
    reverse, _ = run_edited(scan, None, edits[::-1])
    np.testing.assert_allclose(reverse, y, atol=1e-12)


@pytest.mark.parametrize("name", [name for name in CASES if name != "cut"])
def test_in_float32_the_map_predicts_the_observed_change_to_1e_5_for_independent_streams(name):
    scan = random_scan(coupled=False, dtype=torch.float32)
    edit = CASES[name][0]
    observed = run_edited(scan, None, [edit])[0] - run_edited(scan, None, [])[0]
    predicted = predicted_change(scan, None, [edit])
    assert predicted.dtype == torch.float32
    assert float((predicted - observed).abs().max()) <= 1e-5 * float(observed.abs().max())
    others = [m for m in range(M) if m not in (edit.stream or range(M))]
    assert not predicted[others].any()


def test_a_frozen_stream_equals_the_state_held_after_the_step_before():
    scan = random_scan(mask=gaps())
    where = torch.zeros(M, B, L, dtype=torch.bool)
    where[1, :, 4:] = True
    held = edited_scan(scan, [ScanEdit("state", where, torch.ones(E, dtype=torch.bool), None)])
    np.testing.assert_allclose(run_edited(scan, None, [Edit.freeze(5, stream=1)])[0], held.y, atol=1e-12)


def test_a_transplant_of_all_states_continues_with_the_other_scans_state_and_from_h0_at_step_0():
    scan, other = random_scan(), random_scan(seed=4)
    moved, _ = run_edited(scan, None, [Edit.transplant(6, Call(other))])
    x, dt, A, Bt, C, D, W, _ = scan
    later = [t[:, :, 6:].contiguous() for t in (x, dt, Bt, C)]
    expected = coupled_scan(
        later[0], later[1], A, later[2], later[3], D, W[0], h0=states_of(other)[:, :, 5].contiguous()
    )
    np.testing.assert_array_equal(moved[:, :, 6:], expected)
    start = torch.full((M, B, E, N), 0.5, dtype=torch.float64)
    first, _ = run_edited(scan, None, [Edit.transplant(0, Call(other, h0=start))])
    np.testing.assert_array_equal(first, run_edited(scan, start, [])[0])


def test_gradients_flow_through_an_edited_scan_as_through_the_reference_operator():
    scan = random_scan()
    edits = [Edit.patch(4, 0.0, stream=0), Edit.silence(8, stream=1), Edit.zero(10, stream=2, channels=1)]

    def gradients(run):
        leaves = [scan.x.clone().requires_grad_(), scan.dt.clone().requires_grad_(), scan.A.clone().requires_grad_()]
        y = run(scan._replace(x=leaves[0], dt=leaves[1], A=leaves[2]))
        return torch.autograd.grad((y * torch.arange(1.0, E + 1)).sum(), leaves)

    def before(t, h):
        return torch.cat([torch.zeros_like(h[:1]), h[1:]]) if t == 4 else h

    def after(t, h):
        kept = torch.ones(M, 1, E, 1, dtype=torch.float64)
        kept[2, :, 1] = 0.0
        return h * kept if t >= 10 else h

    def at(t, x, dt, W):
        kept = torch.tensor([1.0, 0.0 if t >= 8 else 1.0, 1.0], dtype=torch.float64)
        return x * kept[:, None, None], dt, W

    found = gradients(lambda s: run_edited(s, None, edits)[0])
    expected = gradients(lambda s: recurrence(s, None, before, after, at)[0])
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-10)
    with torch.no_grad():
        assert not run_edited(scan._replace(x=scan.x.clone().requires_grad_()), None, edits)[0].requires_grad


def test_half_precision_inputs_run_and_are_predicted_in_float32():
    scan = random_scan()
    half = scan._replace(**{n: t.bfloat16() for n, t in scan._asdict().items() if n != "mask"})
    edit = Edit.silence(5, stream=1)
    y, _ = run_edited(half, None, [edit])
    assert y.dtype == torch.float32
    exact = half._replace(**{n: t.float() for n, t in half._asdict().items() if n != "mask"})
    np.testing.assert_array_equal(y, run_edited(exact, None, [edit])[0])
    change = y - run_edited(half, None, [])[0]
    np.testing.assert_allclose(predicted_change(half, None, [edit]), change, atol=1e-5 * float(change.abs().max()))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            Edit.silence(L),
            r"Edit.silence of scan 'net.mixer': step \(the scan has 14 steps\)=14; give a whole number from 0 to 13",
        ),
        (Edit.freeze(2, stream=3), r"stream: 3, the scan has 3 streams; give positions from 0 to 2"),
        (Edit.patch(2, channels=[1, 6]), r"channels: 6, the scan has 6 channels"),
        (Edit.zero(2, states=4), r"states: 4, the scan has 4 states"),
        (Edit.zero(2, samples=[0, 2]), r"samples: 2, the scan has 2 samples"),
        (Edit.cut(0, 3), r"source=3, the scan has 3 streams"),
        (Edit.cut(3, 0), r"target: 3, the scan has 3 streams"),
        (Edit.patch(1, np.zeros(3), channels=0), r"to has shape \(3,\), .* 1 channels and 4 states"),
        (
            Edit.transplant(1, Call(random_scan(streams=2))),
            r"the other scan's state has shape \(2, 2, 6, 4\).*\(3, 2, 6, 4\)",
        ),
    ],
)
def test_an_edit_that_the_scan_does_not_have_is_refused_with_scan_value_and_range(edit, message):
    with pytest.raises(ConfigError, match=message):
        run_edited(random_scan(), None, [edit], "net.mixer")
    with pytest.raises(ConfigError, match=message):
        predicted_change(random_scan(), None, [edit], "net.mixer")


def test_an_edge_between_independent_streams_is_refused():
    with pytest.raises(ConfigError, match=r"W\[0 ← 1\] is already 0 in each sample; its streams are independent"):
        run_edited(random_scan(coupled=False), None, [Edit.cut(0, 1)], "m")


def test_a_patch_of_a_state_that_another_edit_holds_at_zero_is_refused_and_one_before_is_not():
    zero = Edit.zero(4, stream=1, channels=2)
    with pytest.raises(
        ConfigError,
        match=r"Edit.patch\(6\) changes states that Edit.zero\(4, .* holds at 0 from step 4 on, in scan 's'",
    ):
        run_edited(random_scan(), None, [Edit.patch(6), zero], "s")
    for step, options in ((4, {}), (6, {"stream": 0}), (6, {"channels": [0, 1]})):
        patch = Edit.patch(step, 1.0, **options)
        y = run_edited(random_scan(), None, [zero, patch])[0]
        change = y - run_edited(random_scan(), None, [])[0]
        np.testing.assert_allclose(predicted_change(random_scan(), None, [zero, patch]), change, atol=1e-10)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Edit.patch(-1), r"Edit.patch: step=-1; give a whole number of at least 0"),
        (lambda: Edit.patch(True), r"step=True"),
        (lambda: Edit.patch(1, np.nan), r"expected finite numbers"),
        (lambda: Edit.patch(1, "zero"), r"to='zero', expected a number"),
        (lambda: Edit.patch(1, np.zeros((1, 2, 3))), r"expected finite numbers: one, or \(channel, state\)"),
        (lambda: Edit.zero(1, channels="a"), r"channels='a'"),
        (lambda: Edit.zero(1, channels=[1, 1]), r"expected different positions"),
        (lambda: Edit.silence(1.5), r"step=1.5"),
        (lambda: Edit.cut("text", 0), r"target='text'"),
        (lambda: Edit.transplant(1, torch.zeros(3)), r"of is a Tensor, expected a captured scan"),
        (lambda: Edit.transplant(1, Call(OTHER), from_step=15), r"from_step \('other' has 14 steps\)=15"),
        (lambda: checked_edits([Edit.silence(1)]), r"edits is a list, expected a mapping"),
        (lambda: checked_edits({"a": ["silence"]}), r"edits\['a'\]=.*expected a list of mm.models.Edit"),
        (lambda: checked_edits({0: Edit.silence(1)}), r"edits\[0\]"),
    ],
)
def test_an_edit_with_a_wrong_option_is_refused_where_it_is_made(make, message):
    with pytest.raises(ConfigError, match=message):
        make()

"""Capture under torch.compile, threads, half precision, nesting, training, unusual bindings; calls that are refused."""

import functools
import threading

import captured_models
import pytest
import torch
from captured_models import LateFusion, UserBlock, channels_last_scan, selective_scan_ref, values
from torch import nn

import mmviz as mm
from mmviz.core.errors import ConfigError, NothingCapturedError, ScanDiffersError

X = values(features=(8, 8))[0]


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def fusion(**options):
    return LateFusion([UserBlock(**options), UserBlock(channels=20, states=6, **options)])


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_a_model_in_any_precision_is_captured_within_the_tolerance_of_its_dtype(dtype):
    net = fusion().to(dtype)
    if dtype == torch.float64:  # selective_scan_ref computes in float32
        net = Coupled().double()
    inputs = [v.to(dtype) for v in values()]
    with torch.no_grad():
        plain = net(inputs)
        with mm.models.capture(net) as scans:
            assert torch.equal(net(inputs), plain)
    accepted = {torch.float64: 1e-10, torch.float32: 1e-5, torch.float16: 3e-3, torch.bfloat16: 2e-2}[dtype]
    assert [scan.tolerance for scan in scans] == [accepted] * len(scans)
    for scan in scans.check():
        assert scan.replay_error < accepted / 2
        assert scan.x.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)


class Coupled(nn.Module):
    """A module that calls mmkernels.coupled_scan with masks, an initial state, and a returned state."""

    def __init__(self):
        super().__init__()
        self.A = nn.Parameter(-torch.rand(2, 6, 3))

    def forward(self, inputs):
        import mmkernels

        x = torch.stack([v[..., :6] for v in inputs])
        mask = torch.ones(*x.shape[:3], dtype=torch.bool)
        mask[0, 0, 15:] = False
        h0 = torch.ones(2, len(x[0]), 6, 3, dtype=x.dtype)
        y, last = scan_of_a_library(x, x.exp(), self.A, x[..., :3], x[..., 3:6], h0=h0, mask=mask, return_state=True)
        return y.sum((0, 2)) + last.sum((0, 3)) + mmkernels.__version__.count("x")


from mmkernels import coupled_scan as scan_of_a_library  # noqa: E402


def test_the_initial_state_and_the_returned_state_of_a_call_are_part_of_its_replay():
    net = Coupled().double()
    with mm.models.capture(net) as scans:
        net([v.double() for v in values()])
    assert scans[0].replay_error == 0
    assert torch.equal(scans[0].h0, torch.ones(2, 2, 6, 3, dtype=torch.float64))
    assert not scans[0].mask[0, 0, 15:].any()
    assert torch.equal(scans[0].states()[0, 0, 19], scans[0].states()[0, 0, 14])


def test_capture_under_inference_mode_and_in_automatic_mixed_precision_gives_the_same_scans():
    net = fusion().eval()
    with torch.inference_mode(), mm.models.capture(net) as scans:
        net(values())
    with mm.models.capture(net) as others:
        net(values())
    torch.testing.assert_close(scans[0].y, others[0].y)
    assert torch.equal(scans[0].influence().of_inputs, others[0].influence().of_inputs)
    with torch.autocast("cpu", torch.bfloat16), mm.models.capture(net) as mixed:
        net(values())
        error = mixed[1].replay_error
    assert 0 < error < mixed[1].tolerance == 2e-2


def test_training_inside_a_capture_changes_no_gradient_and_no_weight_to_the_bit():
    trained = []
    for captured in (False, True):
        torch.manual_seed(0)
        net = fusion().train()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

        def step(net=net, optimizer=optimizer):
            optimizer.zero_grad()
            net(values()).square().sum().backward()
            optimizer.step()

        if captured:
            with mm.models.capture(net) as scans:
                step()
                step()
        else:
            step()
            step()
        trained.append([p.detach().clone() for p in net.parameters()])
    assert all(torch.equal(a, b) for a, b in zip(*trained, strict=True))
    assert scans.sites == ["encoders.0", "encoders.1", "encoders.0#2", "encoders.1#2"]
    # A, D and the bias were changed in place by the optimizer after the call
    assert not torch.equal(scans["encoders.0"].D, scans["encoders.0#2"].D)
    assert max(scan.replay_error for scan in scans) < 1e-6


class Overwriting(UserBlock):
    """A block that changes the input of its scan in place, after the scan."""

    def forward(self, x):
        u, delta, B, C, _ = self.projections(x)
        y = selective_scan_ref(u, delta, self.A, B, C, self.D, delta_softplus=True)
        u.mul_(2)
        return self.out((y + u).transpose(1, 2))


def test_a_tensor_that_is_changed_in_place_after_the_call_is_refused_unless_the_call_is_checked_at_once():
    net = Overwriting().eval()
    with torch.no_grad(), mm.models.capture(net) as scans:
        net(X)
    assert "arguments changed in place" in repr(scans)
    with pytest.raises(
        ScanDiffersError, match=r"x of .*selective_scan_ref at the model was changed in place.*check=True"
    ):
        _ = scans[0].x
    with torch.no_grad(), mm.models.capture(net, check=True) as scans:
        net(X)
    assert scans[0].replay_error < 1e-6


def scan_in_place(x, dt, A, B, C, h0, doubles):
    """Return a scan, channels last; the initial state becomes the last one, and x is doubled if wanted."""
    y, last = scan_of_a_library(
        x[None], dt[None], A[None], B[None], C[None], None, torch.eye(1), h0=h0[None], return_state=True
    )
    h0.copy_(last[0])
    if doubles:
        x.mul_(2)
    return y[0], h0


class Chunked(UserBlock):
    """A block that scans two halves of the sequence, and passes the state by changing it in place."""

    doubles = False

    def forward(self, x):
        u, delta, B, C, _ = self.projections(x)
        h0, parts = torch.zeros(len(x), 12, 4), []
        for half in (slice(0, 10), slice(10, 20)):
            chunk = [q.mT[:, half].contiguous() for q in (u, delta.exp(), B, C)]
            parts.append(scan_in_place(chunk[0], chunk[1], self.A, chunk[2], chunk[3], h0=h0, doubles=self.doubles)[0])
        return self.out(torch.cat(parts, 1))


def test_a_state_that_a_function_changes_in_place_is_recorded_before_and_a_changed_input_is_refused():
    net = Chunked()
    with torch.no_grad(), mm.models.capture(net) as scans:
        net(X)
    assert not scans[""].h0.any()
    torch.testing.assert_close(scans["#2"].h0[0], scans[""].states()[0, :, -1])
    assert max(scan.replay_error for scan in scans) < 1e-6
    net.doubles = True
    with torch.no_grad(), mm.models.capture(net) as scans:
        net(X)
    with pytest.raises(ScanDiffersError, match=r"x of .*changed in place in or after the call"):
        _ = scans[0].x


@torch.no_grad()
def test_torch_compile_before_and_inside_the_block_gives_the_scans_of_the_plain_model():
    net, x = UserBlock().eval(), X[:, :2]
    with mm.models.capture(net) as plain:
        net(x)
    compiled = torch.compile(net, backend="eager")
    compiled(x)
    for module in (net, compiled):
        with mm.models.capture(module) as scans:
            compiled(x)
        assert scans.sites == [""]
        torch.testing.assert_close(scans[0].y, plain[0].y)
    torch.compiler.reset()
    nested = nn.Sequential(nn.Identity(), torch.compile(net, backend="eager"))
    with mm.models.capture(nested) as scans:
        nested(x)
    assert scans.sites == ["1"]
    assert scans[0].replay_error < 1e-6


@torch.no_grad()
def test_torch_compile_without_graph_breaks_raises_inside_a_capture():
    torch.compiler.reset()
    whole = torch.compile(UserBlock().eval(), backend="eager", fullgraph=True)
    with pytest.raises(torch._dynamo.exc.Unsupported), mm.models.capture(whole):
        whole(X[:, :2])


def test_calls_of_another_model_and_of_another_thread_are_not_captured():
    net, other = fusion().eval(), fusion().eval()
    with mm.models.capture(net) as scans:
        other(values())
        thread = threading.Thread(target=net, args=(values(),))
        thread.start()
        thread.join()
        assert len(scans) == 0
        net(values())
    assert len(scans) == 2


def test_captures_of_one_model_in_several_threads_contain_their_own_calls_and_restore_the_function():
    net, found, errors = fusion().eval(), {}, []
    before = UserBlock.forward.__globals__["selective_scan_ref"]
    ready = threading.Barrier(4)

    def work(k):
        try:
            ready.wait()
            with torch.no_grad():
                for _ in range(3):
                    with mm.models.capture(net) as scans:
                        net([v * k for v in values()])
            found[k] = (len(scans), float(scans[0].y.abs().max()), scans[0].replay_error)
        except BaseException as error:  # noqa: BLE001 - reported by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [found[k][0] for k in sorted(found)] == [2, 2, 2, 2]
    assert len({found[k][1] for k in found}) == 4
    assert max(found[k][2] for k in found) < 1e-6
    assert UserBlock.forward.__globals__["selective_scan_ref"] is before


def test_nested_captures_each_contain_the_calls_and_close_in_any_order():
    net = fusion().eval()
    before = UserBlock.forward.__globals__["selective_scan_ref"]
    outer, inner = mm.models.capture(net), mm.models.capture(net.encoders[1])
    all_scans, some = outer.__enter__(), inner.__enter__()
    net(values())
    outer.__exit__(None, None, None)
    net(values())
    inner.__exit__(None, None, None)
    assert all_scans.sites == ["encoders.0", "encoders.1"]
    assert some.sites == ["", "#2"]
    assert torch.equal(all_scans[1].y, some[0].y)
    assert UserBlock.forward.__globals__["selective_scan_ref"] is before


def test_an_error_inside_the_scan_propagates_with_a_note_and_the_next_call_is_captured():
    net = fusion().eval()
    with mm.models.capture(net) as scans:
        with pytest.raises(RuntimeError) as raised:
            net.encoders[0](X[..., :3])
        D, net.encoders[0].D = net.encoders[0].D.data, nn.Parameter(torch.zeros(5))
        with pytest.raises(RuntimeError) as inside:
            net.encoders[0](X)
        net.encoders[0].D = nn.Parameter(D)
        net(values())
    assert not getattr(raised.value, "__notes__", [])
    assert "kernel='mmkernels'" in inside.value.__notes__[0]
    assert scans.sites == ["encoders.0", "encoders.1"]


class Default(UserBlock):
    """A block that holds the function as default argument, in a closure, in a partial, and as attribute."""

    def __init__(self, how):
        super().__init__()
        self.how = how
        self.direct = selective_scan_ref
        self.partial = functools.partial(selective_scan_ref, delta_softplus=True)

    def forward(self, x, scan=selective_scan_ref):
        u, delta, B, C, _ = self.projections(x)
        if self.how == "default":
            y = scan(u, delta, self.A, B, C, delta_softplus=True)
        elif self.how == "closure":
            y = self.in_closure(u, delta, B, C)
        elif self.how == "partial":
            y = self.partial(u, delta, self.A, B, C)
        elif self.how == "keyword default":
            y = self.with_keyword(u, delta, B, C)
        else:
            y = self.direct(u, delta, self.A, B, C, delta_softplus=True)
        return self.out(y.transpose(1, 2))

    def with_keyword(self, u, delta, B, C, *, run=selective_scan_ref):
        return run(u, delta, self.A, B, C, delta_softplus=True)


def _closure(scan):
    def in_closure(self, u, delta, B, C):
        return scan(u, delta, self.A, B, C, delta_softplus=True)

    return in_closure


Default.in_closure = _closure(selective_scan_ref)


@pytest.mark.parametrize("how", ["default", "keyword default", "closure", "partial", "attribute"])
def test_a_function_in_a_default_argument_a_closure_a_partial_or_an_attribute_is_found_and_restored(how):
    net = Default(how)
    plain = net(X)
    state = [Default.forward.__defaults__, dict(vars(net)), Default.in_closure.__closure__[0].cell_contents]
    with mm.models.capture(net) as scans:
        assert torch.equal(net(X), plain)
    assert len(scans) == 1
    assert scans[0].replay_error < 1e-6
    assert [Default.forward.__defaults__, dict(vars(net)), Default.in_closure.__closure__[0].cell_contents] == state


def renamed(signal, step, rates, into, out):
    """Return the scan of arguments with unusual names; channels last."""
    h, outputs = torch.zeros(len(signal), *rates.shape), []
    for t in range(signal.shape[1]):
        h = h * torch.exp(step[:, t, :, None] * rates) + (step * signal)[:, t, :, None] * into[:, t, None]
        outputs.append((h * out[:, t, None]).sum(-1))
    return torch.stack(outputs, 1)


class Renamed(UserBlock):
    """A block whose function has other argument names."""

    def forward(self, x):
        u, delta, B, C, _ = self.projections(x)
        return self.out(renamed(u.mT, delta.exp().mT, self.A, B.mT, C.mT))


def test_a_function_with_other_argument_names_is_captured_by_scan_and_its_names():
    net = Renamed()
    with pytest.raises(NothingCapturedError, match="which was not called"), mm.models.capture(net):
        net(X)
    names = {"x": "signal", "dt": "step", "A": "rates", "B": "into", "C": "out"}
    with mm.models.capture(net, scan={renamed: names}) as scans:
        net(X)
    assert scans[0].replay_error < 1e-6
    assert scans[0].layout == "batch step channel"
    with mm.models.capture(net, scan={renamed: names}, layout="batch step channel") as scans:
        net(X)
    assert scans[0].shape == (1, 2, 20, 12, 4)


class Square(UserBlock):
    """A block whose tensors fit two layouts: steps, channels and states are equal in number."""

    def forward(self, x):
        u, delta, B, C, _ = self.projections(x)
        return self.out(selective_scan_ref(u, delta, self.A, B, C, self.D, delta_softplus=True).transpose(1, 2))


def test_of_two_layouts_that_fit_the_shapes_the_one_that_replays_the_output_is_taken():
    net, x = Square(channels=6, states=6), torch.randn(2, 6, 8)
    with mm.models.capture(net) as scans:
        net(x)
    assert scans[0].layout == "batch channel step"
    assert scans[0].replay_error < 1e-6
    with (
        pytest.raises(ConfigError, match=r"several layouts.*capture\(\.\.\., layout=\)"),
        mm.models.capture(net, kernel="mmkernels"),
    ):
        net(x)
    with mm.models.capture(net, kernel="mmkernels", layout="batch channel step"):
        torch.testing.assert_close(net(x), net(x))
    with mm.models.capture(net, layout="batch step channel") as scans:
        net(x)
    with pytest.raises(ScanDiffersError, match="layout 'batch step channel'"):
        _ = scans[0].x


def packed_scan(x, dt, A, B, C, seq_idx=None):
    """Return a scan of Mamba-2's arguments; packed sequences and complex rates are possible."""
    return x * A.real.sum()


class Packed(nn.Module):
    """A model with one call that cannot be captured, chosen by the option."""

    def __init__(self, how):
        super().__init__()
        self.how = how

    def forward(self, x):
        heads = x.unflatten(-1, (2, 4))
        A = -torch.ones(2, dtype=torch.complex64 if self.how == "complex" else torch.float32)
        packed = torch.zeros(x.shape[:2]) if self.how == "packed" else None
        dt = heads[..., 0] if self.how != "shape" else heads
        step = dt if self.how != "shape" else x[..., 0]
        return sum(packed_scan(heads, step, A, heads, heads, seq_idx=packed) for _ in range(2))


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("complex", "A, B or C is complex"),
        ("packed", r"packed into one \(seq_idx"),
        ("shape", r"the shapes x \(2, 20, 2, 4\), dt \(2, 20\)"),
    ],
)
def test_packed_sequences_complex_rates_and_unknown_shapes_are_named_and_not_captured(how, reason):
    net = Packed(how)
    with pytest.raises(NothingCapturedError, match=reason), mm.models.capture(net) as scans:
        net(X)
    assert [one.function.rpartition(".")[2] for one in scans.refused] == ["packed_scan"] * 2
    assert len(repr(scans).splitlines()) == 3  # no scans; not captured; one reason
    with (
        pytest.raises(ConfigError, match=rf"mmkernels cannot compute .*{reason}"),
        mm.models.capture(net, kernel="mmkernels"),
    ):
        net(X)


def test_calls_inside_a_transform_of_torch_func_are_named_and_not_captured():
    net = fusion().eval()
    with pytest.raises(NothingCapturedError, match=r"transform of torch\.func"), mm.models.capture(net):
        torch.func.vmap(net.encoders[0])(X[:, None])


def test_gradient_checkpointing_recomputes_calls_that_are_captured_again():
    net, x = UserBlock(), X.clone().requires_grad_()
    with mm.models.capture(net) as scans:
        torch.utils.checkpoint.checkpoint(net, x, use_reentrant=False).sum().backward()
    assert scans.sites == ["", "#2"]
    assert torch.equal(scans[0].y, scans[1].y)


def test_a_scan_in_another_file_that_a_function_of_the_model_calls_is_found():
    net = Elsewhere()
    with mm.models.capture(net) as scans:
        net(X)
    assert scans[0].function == "captured_models.scan_of_this_file"
    assert scans[0].replay_error < 1e-6
    by_module = Elsewhere(by_module=True)
    with mm.models.capture(by_module) as scans:
        by_module(X)
    assert scans.sites == [""]


class Elsewhere(UserBlock):
    """A block that calls a function of another file, which calls the scan; or the scan as attribute of the imported file."""

    def __init__(self, by_module=False):
        super().__init__()
        self.by_module = by_module

    def forward(self, x):
        u, delta, B, C, _ = self.projections(x)
        if self.by_module:
            return self.out(captured_models.scan_of_this_file(u, delta.exp(), self.A, B, C).mT)
        return self.out(channels_last_scan(u.mT, delta.exp(), (self.A, B, C)))


def test_a_captured_function_that_somebody_else_replaced_meanwhile_stays_theirs():
    net, space = fusion().eval(), UserBlock.forward.__globals__
    before = space["selective_scan_ref"]

    def theirs(*args, **kwargs):
        return before(*args, **kwargs)

    try:
        with mm.models.capture(net):
            net(values())
            space["selective_scan_ref"] = theirs
        assert space["selective_scan_ref"] is theirs
    finally:
        space["selective_scan_ref"] = before

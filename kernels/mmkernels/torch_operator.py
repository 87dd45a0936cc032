"""Registration of an operator and its derivatives with PyTorch: autograd, torch.func, torch.compile and torch.export see one node."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mmkernels.transforms import forward_levels, is_differentiated, is_traced, is_transformed


def slice_by_slice(
    apply: Callable[..., Any], batch_size: int, in_dims: tuple[Any, ...], arguments: tuple[Any, ...]
) -> tuple[Any, Any]:
    """Return the outputs for every slice, stacked along a new first axis, and those axes.

    Parameters
    ----------
    apply
        The operator; other transforms may be active.
    batch_size, in_dims, arguments
        As `torch.autograd.Function.vmap` gets them: the axis of every argument that is mapped, None where it is shared.
    """
    if batch_size == 0:
        raise RuntimeError("mmkernels: torch.vmap over an axis of length 0 has no result. Leave out empty batches.")
    slices = [
        apply(*(v if d is None else v.select(d, i) for v, d in zip(arguments, in_dims, strict=True)))
        for i in range(batch_size)
    ]
    if isinstance(slices[0], Tensor):
        return torch.stack(slices), 0
    return tuple(torch.stack(parts) for parts in zip(*slices, strict=True)), (0,) * len(slices[0])


class Refusals(NamedTuple):
    """Error messages for derivatives that do not exist: second derivatives, and forward mode."""

    second: str
    forward: str


def refusals(operator: str, remedy: str, *, forward: bool = True) -> Refusals:
    """Return the error messages of an operator; `remedy`: what to do; `forward`: whether it has tangents at all."""
    first = "of its gradient or of its tangent" if forward else "at all"
    return Refusals(
        f"{operator} has no second derivative (a gradient of its gradient, or of its tangent, was requested, as by "
        f"torch.func.hessian, jacrev of jacfwd, or create_graph=True). {remedy}",
        f"{operator} has no forward-mode derivative {first} (requested by torch.func.jvp, jacfwd or hessian, or by "
        f"torch.autograd.forward_ad). {remedy}",
    )


def is_plain(given: tuple[Any, ...]) -> bool:
    """Return whether the tensors are ordinary and no compiler, tracer, transform or dispatch mode is active."""
    return not (is_traced() or is_transformed()) and all(
        type(v) in (Tensor, torch.nn.Parameter) for v in given if isinstance(v, Tensor)
    )


def _needs_gradient(given: tuple[Any, ...]) -> bool:
    """Return whether autograd has to record the call."""
    return torch.is_grad_enabled() and any(v.requires_grad for v in given if isinstance(v, Tensor))


def _save_nothing(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
    """Save nothing: there is no second derivative."""


def _save_all(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
    """Save inputs and outputs for a tangent: tensors by PyTorch, the rest as attributes."""
    outputs = output if isinstance(output, tuple) else (output,)
    values = (*inputs, *outputs)
    ctx.others = [None if isinstance(v, Tensor) else v for v in values]
    ctx.is_tensor = [isinstance(v, Tensor) for v in values]
    ctx.save_for_forward(*(v for v in values if isinstance(v, Tensor)))


def _saved(ctx: Any, n_input: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return what `_save_all` saved: inputs and outputs."""
    tensors = iter(ctx.saved_tensors)
    values = [next(tensors) if is_tensor else v for is_tensor, v in zip(ctx.is_tensor, ctx.others, strict=True)]
    return tuple(values[:n_input]), tuple(values[n_input:])


def only_needed(ctx: Any, gradients: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a gradient for every input of an operator: None where it is not needed, and for the inputs after the last."""
    needed = ctx.needs_input_grad
    found = (g if need else None for g, need in zip(gradients, needed, strict=False))
    return (*found, *(None,) * (len(needed) - len(gradients)))


def _raising(message: str) -> Callable[..., Any]:
    def refuse(ctx: Any, *_: Any) -> Any:
        raise RuntimeError(message)

    return refuse


def _transformable(
    start: Callable[..., Any],
    setup: Callable[..., None],
    derivatives: tuple[Callable[..., Any], Callable[..., Any]],
) -> Callable[..., Any]:
    """Return a function with the derivatives (backward, jvp) that torch.func and torch.autograd.forward_ad can take.

    Such a call takes several times as long, so ordinary calls do not use it.
    """

    class Transformed(torch.autograd.Function):
        @staticmethod
        def forward(*arguments: Any) -> Any:
            return start(*arguments)

        setup_context = staticmethod(setup)
        backward = staticmethod(derivatives[0])
        jvp = staticmethod(derivatives[1])

        @staticmethod
        def vmap(info: Any, in_dims: tuple[Any, ...], *arguments: Any) -> Any:
            return slice_by_slice(Transformed.apply, info.batch_size, in_dims, arguments)

    apply: Callable[..., Any] = Transformed.apply
    return apply


def differentiable(
    name: str,
    run: Callable[..., Any],
    run_backward: Callable[..., Any],
    *,
    fakes: tuple[Callable[..., Any], Callable[..., Any]],
    save: Callable[..., None],
    gradients: Callable[..., tuple[Any, ...]],
    refused: Refusals,
    tangents: Callable[..., tuple[Any, ...]] | None = None,
) -> Callable[..., Any]:
    """Return the operator ``mmkernels::name``, as a function of the arguments of `run`.

    Ordinary tensors use an `autograd.Function`, or `run` itself where no gradient is needed: it
    costs half of a `torch.library.custom_op` for a small call, and the first call of a custom_op imports
    torch.compile, which takes longer than everything else. Compilers, tracers and dispatch modes use the custom_op;
    torch.func and forward-mode derivatives a function of their own. All call `run` and `run_backward`, and refuse a
    second derivative.

    Parameters
    ----------
    name
        The operator's name; its gradient is ``name_backward``.
    run, run_backward
        The kernels, annotated as `torch.library.custom_op` requires.
    fakes
        For each of the two, a function that returns empty results of the right shapes.
    save
        ``save(ctx, inputs, output)``: saves what the gradient needs.
    gradients
        ``gradients(ctx, run_backward, *upstream)``: returns the gradient of every input, None where there is none.
    refused
        Error messages for a second, or a forward-mode, derivative.
    tangents
        ``tangents(inputs, outputs, d_inputs)``: returns the tangent of every output, None where there is none, given
        the tangent of every input, None where it is constant; by PyTorch's operations or operators registered here. None:
        forward-mode derivatives are refused.
    """
    forward = torch.library.custom_op(f"mmkernels::{name}", run, mutates_args=())
    backward_op = torch.library.custom_op(f"mmkernels::{name}_backward", run_backward, mutates_args=())
    forward.register_fake(fakes[0])
    backward_op.register_fake(fakes[1])
    refuse, refuse_tangent = _raising(refused.second), _raising(refused.forward)

    # Without `setup_context`: with it PyTorch inspects the signature of `forward` at every call.
    class EagerBackward(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *arguments: Any) -> Any:
            return run_backward(*arguments)

        backward = staticmethod(refuse)
        jvp = staticmethod(refuse_tangent)

    class Eager(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *arguments: Any) -> Any:
            output = run(*arguments)
            save(ctx, arguments, output)
            return output

        @staticmethod
        def backward(ctx: Any, *upstream: Tensor | None) -> Any:
            return gradients(ctx, backward_of(upstream), *upstream)

    def start(*arguments: Any) -> Any:
        return (run if is_plain(arguments) else forward)(*arguments)

    def start_backward(*arguments: Any) -> Any:
        return (run_backward if is_plain(arguments) else backward_op)(*arguments)

    transformed_backward = _transformable(start_backward, _save_nothing, (refuse, refuse_tangent))

    def backward_of(upstream: tuple[Tensor | None, ...]) -> Callable[..., Any]:
        if not torch.compiler.is_compiling() and is_transformed():
            return transformed_backward
        if not is_plain(upstream):
            return backward_op
        again = torch.is_grad_enabled()  # a second derivative may be requested
        return EagerBackward.apply if again else run_backward

    def save_for_both(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        save(ctx, inputs, output)
        _save_all(ctx, inputs, output)
        ctx.set_materialize_grads(False)  # the tangent of a constant is None

    def gradients_of_transformed(ctx: Any, *upstream: Tensor | None) -> Any:
        return gradients(ctx, transformed_backward, *upstream)

    def tangent(ctx: Any, *d_inputs: Any) -> Any:
        if tangents is None or forward_levels() > 1:  # PyTorch would make the tangent of a tangent zero
            return refuse_tangent(ctx)
        inputs, outputs = _saved(ctx, len(d_inputs))
        found = tangents(inputs, outputs, d_inputs)
        return found if len(found) > 1 else found[0]

    transformed = _transformable(start, save_for_both, (gradients_of_transformed, tangent))

    def gradients_of_custom_op(ctx: Any, *upstream: Tensor | None) -> tuple[Any, ...]:
        return gradients(ctx, backward_op, *upstream)

    forward.register_autograd(gradients_of_custom_op, setup_context=save)
    backward_op.register_autograd(refuse, setup_context=_save_nothing)

    def call(*arguments: Any) -> Any:
        if is_plain(arguments):
            return (Eager.apply if _needs_gradient(arguments) else run)(*arguments)
        if torch.compiler.is_compiling():
            if is_differentiated():  # a graph of the operator would drop the derivative
                raise RuntimeError(
                    f"mmkernels.{name}: torch.compile cannot record a derivative of torch.func or forward_ad of it. Leave "
                    "torch.compile out, or pass backend='reference'."
                )
        elif is_transformed():
            return transformed(*arguments)
        return forward(*arguments)

    return call


def without_derivative(
    name: str,
    run: Callable[..., Any],
    fake: Callable[..., Any],
    *,
    refused: Refusals,
) -> Callable[..., Any]:
    """Return the operator ``mmkernels::name``, which torch.vmap can map and which has no derivative.

    Parameters
    ----------
    name, run
        As in `differentiable`.
    fake
        Returns empty results of the right shapes.
    refused
        Error messages.
    """
    operator = torch.library.custom_op(f"mmkernels::{name}", run, mutates_args=())
    operator.register_fake(fake)
    refuse, refuse_tangent = _raising(refused.second), _raising(refused.forward)
    operator.register_autograd(refuse, setup_context=_save_nothing)

    def start(*arguments: Any) -> Any:
        return (run if is_plain(arguments) else operator)(*arguments)

    return _transformable(start, _save_nothing, (refuse, refuse_tangent))

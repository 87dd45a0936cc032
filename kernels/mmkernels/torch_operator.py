"""Makes a kernel and its gradient one PyTorch operator: autograd, torch.compile and torch.export see one node."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def is_plain(given: tuple[Any, ...]) -> bool:
    """Say whether the tensors among these are ordinary and nothing (a compiler, vmap, a dispatch mode) watches."""
    if torch.compiler.is_compiling() or torch._C._len_torch_dispatch_stack():
        return False
    if torch._C._functorch.peek_interpreter_stack() is not None:
        return False
    return all(type(v) in (Tensor, torch.nn.Parameter) for v in given if isinstance(v, Tensor))


def _keep_nothing(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
    """Keep nothing: there is no second derivative."""


def differentiable(
    name: str,
    run: Callable[..., Any],
    run_backward: Callable[..., Any],
    *,
    fakes: tuple[Callable[..., Any], Callable[..., Any]],
    keep: Callable[..., None],
    gradients: Callable[..., tuple[Any, ...]],
    refusal: str,
) -> Callable[..., Any]:
    """Return the operator ``mmkernels::name``, as a function of the arguments of `run`.

    Ordinary tensors that nothing watches take an `autograd.Function`: it costs half of a `torch.library.custom_op`
    for a small call, and the first call of a custom_op imports torch.compile, which takes longer than all
    else. Everything else gets the custom_op. Both end in `run` and `run_backward`, and refuse a second derivative.

    Parameters
    ----------
    name
        The operator's name; its gradient is ``name_backward``.
    run, run_backward
        The kernels, annotated as `torch.library.custom_op` wants it.
    fakes
        For each of the two, what returns empty results of the right shapes.
    keep
        ``keep(ctx, inputs, output)``: saves what the gradient needs.
    gradients
        ``gradients(ctx, run_backward, *from_outside)``: returns the gradient of every input, None where there is none.
    refusal
        What is said to somebody who asks for a second derivative.
    """
    forward = torch.library.custom_op(f"mmkernels::{name}", run, mutates_args=())
    backward = torch.library.custom_op(f"mmkernels::{name}_backward", run_backward, mutates_args=())
    forward.register_fake(fakes[0])
    backward.register_fake(fakes[1])

    def refuse(ctx: Any, *from_outside: Tensor) -> tuple[Any, ...]:
        raise RuntimeError(refusal)

    class EagerBackward(torch.autograd.Function):
        setup_context = staticmethod(_keep_nothing)
        backward = staticmethod(refuse)

        @staticmethod
        def forward(*arguments: Any) -> Any:
            return run_backward(*arguments)

    class Eager(torch.autograd.Function):
        setup_context = staticmethod(keep)

        @staticmethod
        def forward(*arguments: Any) -> Any:
            return run(*arguments)

        @staticmethod
        def backward(ctx: Any, *from_outside: Tensor | None) -> Any:
            return gradients(ctx, EagerBackward.apply, *from_outside)

    def of_watched(ctx: Any, *from_outside: Tensor | None) -> tuple[Any, ...]:
        return gradients(ctx, backward, *from_outside)

    forward.register_autograd(of_watched, setup_context=keep)
    backward.register_autograd(refuse, setup_context=_keep_nothing)

    def call(*arguments: Any) -> Any:
        return (Eager.apply if is_plain(arguments) else forward)(*arguments)

    return call

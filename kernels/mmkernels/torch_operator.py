"""Makes a kernel and its gradient one PyTorch operator: autograd, torch.compile and torch.export see one node."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd import forward_ad


def is_plain(given: tuple[Any, ...]) -> bool:
    """Say whether the tensors among these are ordinary and nothing (a compiler, vmap, a dispatch mode) watches."""
    if torch.compiler.is_compiling() or torch._C._len_torch_dispatch_stack():
        return False
    if torch._C._functorch.peek_interpreter_stack() is not None:
        return False
    return all(type(v) in (Tensor, torch.nn.Parameter) for v in given if isinstance(v, Tensor))


def _wants_gradient(given: tuple[Any, ...]) -> bool:
    """Say whether autograd has anything to do with these; a forward derivative is for it to refuse."""
    if forward_ad._current_level >= 0:
        return True
    return torch.is_grad_enabled() and any(v.requires_grad for v in given if isinstance(v, Tensor))


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

    Ordinary tensors that nothing watches take an `autograd.Function`, or `run` itself where no gradient is wanted: it
    costs half of a `torch.library.custom_op` for a small call, and the first call of a custom_op imports
    torch.compile, which takes longer than all else. Everything else gets the custom_op. All end in `run` and
    `run_backward`, and refuse a second derivative.

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
    backward_op = torch.library.custom_op(f"mmkernels::{name}_backward", run_backward, mutates_args=())
    forward.register_fake(fakes[0])
    backward_op.register_fake(fakes[1])

    def refuse(ctx: Any, *from_outside: Tensor) -> tuple[Any, ...]:
        raise RuntimeError(refusal)

    # Without `setup_context`: for it PyTorch asks for the signature of `forward` at every call.
    class EagerBackward(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *arguments: Any) -> Any:
            return run_backward(*arguments)

        backward = staticmethod(refuse)

    class Eager(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *arguments: Any) -> Any:
            output = run(*arguments)
            keep(ctx, arguments, output)
            return output

        @staticmethod
        def backward(ctx: Any, *from_outside: Tensor | None) -> Any:
            if not is_plain(from_outside):
                return gradients(ctx, backward_op, *from_outside)
            again = torch.is_grad_enabled()  # a second derivative may be asked for
            return gradients(ctx, EagerBackward.apply if again else run_backward, *from_outside)

    def of_watched(ctx: Any, *from_outside: Tensor | None) -> tuple[Any, ...]:
        return gradients(ctx, backward_op, *from_outside)

    forward.register_autograd(of_watched, setup_context=keep)
    backward_op.register_autograd(refuse, setup_context=_keep_nothing)

    def call(*arguments: Any) -> Any:
        if not is_plain(arguments):
            return forward(*arguments)
        return (Eager.apply if _wants_gradient(arguments) else run)(*arguments)

    return call

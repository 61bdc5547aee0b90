"""torch in the sandbox: imported once, single-threaded, and contained like anything else."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pytest
from sandboxes import LIMITS, submission

from grader.model import Killed, Raised, Returned
from grader.sandbox import Launcher, start_launcher
from grader.sandbox import launcher as launching

TEXT = """
    import torch
    import torch.nn.functional as F
    def convolve(image, kernel):
        image, kernel = torch.as_tensor(image), torch.as_tensor(kernel)
        return F.conv2d(image[None, None], kernel[None, None])[0, 0].requires_grad_(True)
    def trains():
        torch.manual_seed(0)
        net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
        x, y = torch.randn(64, 4), torch.randn(64, 1)
        losses = []
        for _ in range(20):
            loss = F.mse_loss(net(x), y)
            grads = torch.autograd.grad(loss, list(net.parameters()))
            with torch.no_grad():
                for p, g in zip(net.parameters(), grads): p -= 0.1 * g
            losses.append(loss.item())
        return losses[-1] < losses[0]
    def decomposes(): return torch.linalg.svdvals(torch.diag(torch.tensor([3.0, 2.0])))
    def transforms(): return torch.fft.fft(torch.ones(4)).real
    def recurs(): return tuple(torch.nn.LSTM(3, 5)(torch.zeros(2, 1, 3))[0].shape)
    def multiplies(): return torch.ones(600, 600).mm(torch.ones(600, 600)).sum()
    def threads(): return torch.get_num_threads()
    def counts():
        layer = torch.nn.Conv2d(3, 3, 7, device="meta")
        return sum(p.numel() for p in layer.parameters())
    def meta(): return torch.nn.Conv2d(3, 3, 7, device="meta").weight
    def fills(): return torch.ones(1 << 30)
    def shares(): return torch.ones(4).share_memory_()
    """


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    with start_launcher(LIMITS, imports=("torch",), isolation="preferred") as one:
        yield one


def test_torch_works_as_students_use_it(launcher: Launcher) -> None:
    assert launcher.isolation.level == "strong"
    with launcher.open(submission(TEXT)) as session:
        assert session.loaded.problems == ()
        outcome = session.call("convolve", (np.ones((3, 3)), np.ones((2, 2)))).outcome
        assert isinstance(outcome, Returned)
        assert isinstance(outcome.value, np.ndarray)
        assert outcome.value.tolist() == [[4.0, 4.0], [4.0, 4.0]]
        assert outcome.notes == ("tensor",)
        for function, value in (
            ("trains", True),
            ("recurs", (2, 1, 5)),
            ("threads", 1),
            ("counts", 444),
        ):
            assert session.call(function, ()).outcome == Returned(value), function
        for function in ("decomposes", "transforms", "multiplies"):
            assert isinstance(session.call(function, ()).outcome, Returned), function


def test_what_torch_cannot_do_here_is_said(launcher: Launcher) -> None:
    with launcher.open(submission(TEXT)) as session:
        assert session.call("fills", ()).outcome == Killed("memory", "out of memory at 256 MB")
        assert "without data" in getattr(session.call("meta", ()).outcome, "why", "")
        assert isinstance(session.call("shares", ()).outcome, Raised)
        assert session.call("counts", ()).outcome == Returned(444)


def test_the_first_step_of_an_optimizer_is_not_slow(launcher: Launcher) -> None:
    text = """
        import torch, sys
        def f(): return "torch._dynamo" in sys.modules
        def steps():
            layer = torch.nn.Linear(3, 3)
            optimizer = torch.optim.Adam(layer.parameters())
            layer(torch.ones(3)).sum().backward()
            optimizer.step()
            return 1
        """
    with launcher.open(submission(text)) as session:
        assert session.call("f", ()).outcome == Returned(True)
        assert session.call("steps", ()).outcome == Returned(1)


@pytest.mark.parametrize(
    "options",
    ["", "num_workers=2", "num_workers=2, persistent_workers=True, prefetch_factor=4, timeout=9"],
)
def test_data_is_loaded_without_other_processes(launcher: Launcher, options: str) -> None:
    """A worker may start none, and tutorials ask for some."""
    text = f"""
        import torch
        from torch.utils.data import DataLoader, IterableDataset, TensorDataset
        class Stream(IterableDataset):
            def __iter__(self): return iter(range(3))
        def streamed():
            loader = DataLoader(Stream(), {options})
            return [[int(x) for x in loader] for _ in range(2)]
        def f():
            torch.manual_seed(3)
            data = TensorDataset(torch.arange(6.))
            loader = DataLoader(data, batch_size=4, shuffle=True, {options})
            epochs = [[len(batch) for batch, in loader] for _ in range(2)]
            return epochs, sorted(x for batch, in loader for x in batch.tolist())
        def asked(): return DataLoader([1, 2], num_workers=2).num_workers
        """
    with launcher.open(submission(text)) as session:
        expected = ([[4, 2], [4, 2]], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
        assert session.call("f", ()).outcome == Returned(expected)
        assert session.call("asked", ()).outcome == Returned(2)
        assert session.call("streamed", ()).outcome == Returned([[0, 1, 2], [0, 1, 2]])


def test_torch_that_is_not_installed_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    launching._import_torch()


def test_without_torch_asked_for_it_is_not_imported() -> None:
    text = "import sys\ndef f(): return 'torch' in sys.modules"
    with (
        start_launcher(LIMITS, isolation="preferred") as launcher,
        launcher.open(submission(text)) as session,
    ):
        assert session.call("f", ()).outcome == Returned(False)

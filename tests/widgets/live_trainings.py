"""A training for the Cockpit without torch: it records what is asked of it, and the test sends its events."""

import math

from mmviz.core.errors import ConfigError


class FakeTraining:
    names = ("audio", "video")
    epochs, batches, threads = 8, 10, 1
    strategies = ("joint", "ogm_ge", "unimodal")

    def __init__(self, names=("audio", "video")):
        self.names = names
        self.status, self.position, self.run, self.error = "ready", (0, 0), None, None
        self.history, self.records, self.asked, self.refuse = [], [], [], ""
        self.values = {
            "strategy": "joint",
            "learning_rate": 3e-3,
            "learning_rate_factor": {},
            "loss_weight": {},
            "modality_dropout": {},
        }
        self._listeners = []

    def subscribe(self, listener):
        self._listeners.append(listener)

    def send(self, kind, **content):
        for listener in self._listeners:
            listener({"kind": kind, **content})

    def set_status(self, status):
        self.status = status
        self.send("status", status=status)

    def epoch(self, **more):
        e = len(self.history)
        row = {"epoch": float(e), "valid_loss": 1.1 * 0.8**e, "valid_accuracy": 1 - 0.5 * 0.7**e}
        if e:
            row |= {
                "train_loss": 0.9**e,
                "gradient_norm": 1.0,
                "learning_rate": 3e-3,
                "clipped_steps": 0.0,
                "seconds": 1.0,
            }
            row |= {f"modality_gradient_norm/{n}": 0.3 * (i + 1) / e for i, n in enumerate(self.names)}
        row |= {f"contribution/{n}": 0.1 * (i + 1) * math.tanh(e) for i, n in enumerate(self.names)}
        row |= {f"unimodal_score/{n}": 0.5 + 0.05 * i * e for i, n in enumerate(self.names)}
        self.history.append(row | more)
        self.position = (e + 1, 0)
        self.send("epoch", row=self.history[-1])

    def record(self, epoch, step, what, before, after):
        found = {"epoch": epoch, "step": step, "what": what, "from": before, "to": after}
        self.records.append(found)
        self.send("applied", records=[found])

    def _ask(self, what, **content):
        if self.refuse:
            raise ConfigError(self.refuse)
        self.asked.append((what, content))

    def start(self):
        self._ask("start")
        self.set_status("running")

    def pause(self):
        self._ask("pause")
        self.set_status("paused")

    def resume(self):
        self._ask("resume")
        self.set_status("running")

    def stop(self):
        self._ask("stop")

    def change(self, **changes):
        self._ask("change", **changes)

    def wait(self, timeout_s=None):
        if self.error is not None:
            raise self.error
        return self.run

    def close(self):
        self._ask("close")

    def script(self, *, model="model", ds="ds"):
        return f"fit({model}, {ds})"

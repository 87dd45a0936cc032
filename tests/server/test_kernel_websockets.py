"""TCP_NODELAY of kernel websockets: set with the flag of ``make lab``, not set without it."""

import json
import re
import subprocess
import urllib.request
from pathlib import Path

import pytest
import websocket
from lab_harness import ROOT, start_server

HERE = Path(__file__).parent
SERVER = (
    "jupyter_server", "--no-browser", "--ip=127.0.0.1", "--port-retries=0", "--IdentityProvider.token=",
    "--ServerApp.disable_check_xsrf=True", "--ServerApp.terminals_enabled=False", *ROOT,
)  # fmt: skip
SPY = "--ServerApp.jpserver_extensions=spy_on_sockets=True"


@pytest.fixture(scope="module")
def flag_of_make_lab():
    said = subprocess.run(["make", "-n", "lab"], cwd=HERE.parents[1], capture_output=True, text=True, check=True).stdout
    (flag,) = re.findall(r"--ServerApp\.jpserver_extensions=\S+", said)
    return flag


def nodelay_of_a_live_socket(flags, state):
    """Return TCP_NODELAY of a kernel's open websocket, and the server's log."""
    with start_server(
        [*SERVER, *flags, SPY], state=state, ready="/api/status", environment={"PYTHONPATH": str(HERE)}
    ) as address:
        asked = urllib.request.Request(f"{address}/api/kernels", data=b'{"name": "python3"}', method="POST")  # noqa: S310
        with urllib.request.urlopen(asked, timeout=30) as reply:  # noqa: S310 (loopback)
            kernel = json.load(reply)["id"]
        channel = websocket.create_connection(
            f"{address.replace('http', 'ws')}/api/kernels/{kernel}/channels?session_id=test", timeout=30
        )
        try:
            with urllib.request.urlopen(f"{address}/sockets", timeout=30) as reply:  # noqa: S310 (loopback)
                (told,) = json.load(reply)["nodelay"]
        finally:
            channel.close()
    return told, (state / "server.log").read_text()


def test_the_flag_of_make_lab_sets_nodelay_on_a_live_kernel_socket(flag_of_make_lab, tmp_path):
    told, log = nodelay_of_a_live_socket([flag_of_make_lab], tmp_path)
    assert told is True
    assert "mmviz.server | extension was successfully loaded" in log


def test_without_the_flag_the_extension_is_not_loaded_and_nodelay_is_not_set(tmp_path):
    told, log = nodelay_of_a_live_socket([], tmp_path)
    assert told is False
    assert "mmviz.server" not in log


def test_no_installed_configuration_enables_the_extension():
    from jupyter_core.paths import ENV_CONFIG_PATH

    enabled = [p for place in ENV_CONFIG_PATH for p in Path(place).rglob("*.json") if "mmviz" in p.read_text()]
    assert enabled == []


def test_with_tcp_nodelay_returns_a_subclass_and_does_not_change_the_class():
    from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection as Usual

    from mmviz.server import with_tcp_nodelay

    connect = Usual.connect
    made = with_tcp_nodelay(Usual)
    assert issubclass(made, Usual)
    assert made.connect is not connect
    assert Usual.connect is connect

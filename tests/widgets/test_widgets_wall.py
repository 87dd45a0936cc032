import subprocess
import sys

SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import mmviz.widgets
from explorer_frames import make_frame
mmviz.widgets.Explorer(frame=make_frame(steps=5, frames=20)).save(sys.argv[2])
print(sorted(m for m in sys.modules if m.split(".")[0] in ("torch", "mmkernels", "lightning_fabric", "safetensors")))
"""


def test_creating_and_saving_an_explorer_does_not_import_torch(tmp_path):
    here = __file__.rsplit("test_widgets_wall", 1)[0]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, here, str(tmp_path / "a.html")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"

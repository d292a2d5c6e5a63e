"""Installs the built wheel alone and fails unless both extensions are enabled, the sandboxed kernel is there with what starts it, and it
brings at most 25 packages over jupyterlab's own."""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

MOST = 25
PROVISIONER = "from importlib.metadata import entry_points as e; print(*(p.load().__name__ for p in e(name='codeact-sandbox')))"


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def packages(python: str) -> set[str]:
    return {found["name"].lower() for found in json.loads(run(python, "-m", "pip", "list", "--format=json"))}


def main() -> int:
    wheel = max(Path("dist").glob("codeact_jupyter-*.whl"), key=lambda path: path.stat().st_mtime)
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = f"{folder}/bin/python"
        run(python, "-m", "pip", "install", "--quiet", "jupyterlab>=4.6,<5")
        before = packages(python)
        run(python, "-m", "pip", "install", "--quiet", str(wheel))
        more = packages(python) - before - {"codeact-jupyter"}
        server = subprocess.run([f"{folder}/bin/jupyter", "server", "extension", "list"], capture_output=True, text=True, check=True)
        lab = subprocess.run([f"{folder}/bin/jupyter", "labextension", "list"], capture_output=True, text=True, check=True)
        enabled = "codeact_jupyter" in server.stderr + server.stdout and "codeact-jupyter" in lab.stderr + lab.stdout
        # a kernelspec whose provisioner is not registered is not listed
        kernels = json.loads(run(f"{folder}/bin/jupyter", "kernelspec", "list", "--json"))["kernelspecs"]
        sandbox = "codeact-sandbox" in kernels and run(python, "-c", PROVISIONER).strip() == "Sandbox"
    print(
        f"{wheel.name}: {wheel.stat().st_size / 1000:.0f} kB, {len(more)} packages over jupyterlab's: {', '.join(sorted(more))}; both enabled: {enabled}; sandboxed kernel: {sandbox}"
    )
    return 0 if enabled and sandbox and len(more) <= MOST else 1


sys.exit(main())

"""The server of the browser tests with jupyter-collaboration: what it keeps is kept with the rest."""

import os
from pathlib import Path

c = get_config()  # noqa: F821  # put there by traitlets
load_subconfig("../jupyter_server_test_config.py")  # noqa: F821
c.SQLiteYStore.db_path = str(Path(os.environ["JUPYTER_RUNTIME_DIR"]) / "updates.db")

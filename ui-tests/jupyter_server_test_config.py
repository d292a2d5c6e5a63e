"""The server of the browser tests: JupyterLab, or Notebook, with galata's test extension, in folders of its own."""

import os

from jupyterlab.galata import configure_jupyter_server

c = get_config()  # noqa: F821  # put there by traitlets
configure_jupyter_server(c)
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = int(os.environ["UI_TESTS_PORT"])
c.ServerApp.allow_root = True
c.JupyterNotebookApp.expose_app_in_browser = True
c.LabApp.workspaces_dir = os.environ["JUPYTERLAB_WORKSPACES_DIR"]
c.LabApp.user_settings_dir = os.environ["JUPYTERLAB_SETTINGS_DIR"]

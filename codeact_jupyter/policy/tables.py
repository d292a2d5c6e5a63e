"""Which names have which effect: the part to extend when a library is missing."""

# ruff: noqa: SIM905 - a table of words is easier to read, and to extend, than one of quoted words

import re
from collections.abc import Mapping


def _every(effect: str, module: str, names: str) -> dict[str, str]:
    return {f"{module}.{name}": effect for name in names.split()}


_OS_WRITES = """remove unlink rmdir removedirs rename renames replace makedirs mkdir mkfifo mknod link symlink truncate ftruncate chmod
    lchmod fchmod chown lchown fchown utime open write pwrite writev pwritev
    sendfile copy_file_range splice dup2 setxattr removexattr"""
_OS_SYSTEM = """kill killpg fork forkpty execl execle execlp execlpe execv execve execvp execvpe _exit abort putenv unsetenv chdir fchdir
    chroot setuid setgid seteuid setegid setreuid setregid setpgid setsid setgroups setpriority nice umask add_dll_directory"""
_OS_SHELL = "system popen spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe posix_spawn posix_spawnp startfile"

FUNCTIONS: Mapping[str, str] = {
    **_every("write_files", "os", _OS_WRITES),
    **_every("system", "os", _OS_SYSTEM),
    **_every("shell", "os", _OS_SHELL),
    **_every(
        "write_files", "shutil", "copy copy2 copyfile copyfileobj copymode copystat copytree move rmtree make_archive unpack_archive chown"
    ),
    **_every("write_files", "numpy", "save savez savez_compressed savetxt"),
    **_every("write_files", "scipy", "io.savemat io.mmwrite io.wavfile.write sparse.save_npz"),
    **_every("write_files", "matplotlib", "pyplot.imsave pyplot.savefig image.imsave backends.backend_pdf.PdfPages"),
    **_every("write_files", "joblib", "dump Memory memory.Memory"),
    **_every("write_files", "pandas", "HDFStore"),
    **_every("write_files", "cv2", "imwrite VideoWriter"),
    **_every("write_files", "imageio", "imwrite imsave mimsave mimwrite v2.imwrite v3.imwrite v2.mimsave"),
    **_every("write_files", "pyarrow", "parquet.write_table parquet.write_to_dataset csv.write_csv feather.write_feather"),
    **_every("write_files", "pyarrow", "parquet.ParquetWriter parquet.write_metadata csv.CSVWriter dataset.write_dataset"),
    **_every("write_files", "logging", "FileHandler handlers.RotatingFileHandler handlers.TimedRotatingFileHandler"),
    **_every("write_files", "plotly", "io.write_html io.write_image io.write_json offline.plot"),
    **_every("write_files", "tensorflow", "io.gfile.remove io.gfile.rmtree io.gfile.makedirs saved_model.save"),
    **_every("write_files", "xlsxwriter", "Workbook"),
    **_every("write_files", "bokeh", "io.output_file io.save io.export_png io.export_svg plotting.output_file plotting.save"),
    **_every("write_files", "keras", "callbacks.ModelCheckpoint callbacks.CSVLogger callbacks.TensorBoard callbacks.BackupAndRestore"),
    **_every("write_files", "tensorflow", "keras.callbacks.ModelCheckpoint keras.callbacks.CSVLogger keras.callbacks.TensorBoard"),
    **_every("write_files", "papermill", "execute_notebook"),
    **_every("write_files", "torch", "save onnx.export jit.save utils.tensorboard.SummaryWriter"),
    **_every("write_files", "onnx", "save save_model"),
    **_every("write_files", "soundfile", "write"),
    **_every("write_files", "distutils", "dir_util.remove_tree dir_util.copy_tree file_util.copy_file file_util.move_file"),
    **_every("write_files", "setuptools", "setup"),
    **_every("write_files", "py_compile", "compile"),
    **_every("write_files", "send2trash", "send2trash"),
    **_every("write_files", "safetensors", "torch.save_file numpy.save_file"),
    **_every("network", "pyarrow", "fs.S3FileSystem fs.GcsFileSystem fs.AzureFileSystem fs.HadoopFileSystem fs.FileSystem.from_uri"),
    **_every("network", "logging", "handlers.SocketHandler handlers.DatagramHandler handlers.HTTPHandler handlers.SMTPHandler"),
    **_every("network", "multiprocessing", "connection.Client connection.Listener managers.BaseManager"),
    **_every("network", "urllib", "robotparser.RobotFileParser"),
    **_every("network", "wsgiref", "simple_server.make_server"),
    **_every("network", "xarray", "tutorial.open_dataset tutorial.load_dataset"),
    **_every("network", "transformers", "pipeline"),
    **_every("network", "sklearn", "datasets.fetch_file"),
    **_every("network", "seaborn", "load_dataset get_dataset_names"),
    **_every("network", "statsmodels", "api.datasets.get_rdataset datasets.get_rdataset"),
    **_every("network", "datasets", "load_dataset load_dataset_builder"),
    **_every("network", "nltk", "download download_shell"),
    **_every("network", "spacy", "cli.download"),
    **_every("network", "torch", "hub.load hub.download_url_to_file hub.load_state_dict_from_url"),
    **_every("network", "tensorflow", "keras.utils.get_file"),
    **_every("network", "keras", "utils.get_file"),
    **_every("network", "sentence_transformers", "SentenceTransformer"),
    **_every("network", "asyncio", "open_connection start_server open_unix_connection"),
    **_every("network", "gradio", "Interface Blocks"),
    **_every("network", "IPython", "display.IFrame display.YouTubeVideo"),
    **_every("shell", "asyncio", "create_subprocess_exec create_subprocess_shell subprocess.create_subprocess_exec"),
    **_every("shell", "pty", "spawn fork"),
    **_every("shell", "platform", "popen"),
    **_every("shell", "distutils", "spawn.spawn"),
    **_every("shell", "numpy", "f2py.compile"),
    **_every("shell", "IPython", "utils.process.system utils.process.getoutput utils.process.getoutputerror"),
    **_every("install", "pip", "main"),
    **_every("install", "ensurepip", "bootstrap"),
    **_every("install", "venv", "create EnvBuilder"),
    **_every("install", "micropip", "install"),
    **_every("install", "piplite", "install"),
    **_every("system", "sys", "exit"),
    **_every("system", "signal", "signal alarm setitimer raise_signal pthread_kill"),
    **_every("system", "multiprocessing", "Process context.Process process.Process"),
    **_every("system", "resource", "setrlimit prlimit"),
    **_every("system", "dotenv", "load_dotenv"),
    **_every("dynamic", "code", "interact InteractiveInterpreter InteractiveConsole compile_command"),
    **_every("dynamic", "codeop", "compile_command Compile CommandCompiler"),
    **_every("dynamic", "runpy", "run_path run_module"),
    **_every("dynamic", "pkgutil", "resolve_name get_loader find_loader walk_packages iter_modules"),
    **_every("dynamic", "importlib", "import_module reload __import__ machinery.SourceFileLoader machinery.ExtensionFileLoader"),
    **_every("dynamic", "importlib", "metadata.EntryPoint"),
    **_every("dynamic", "pydoc", "locate resolve safeimport importfile"),
    **_every("dynamic", "logging", "config.dictConfig config.fileConfig config.listen"),
    **_every("dynamic", "doctest", "testfile run_docstring_examples"),
    **_every("dynamic", "typing", "ForwardRef"),
    **_every("dynamic", "numpy", "testing.runstring testing.rundocs ctypeslib.load_library"),
    **_every("dynamic", "nbclient", "execute NotebookClient"),
    **_every("dynamic", "importlib", "util.module_from_spec util.spec_from_file_location util.find_spec.loader"),
    **_every("dynamic", "zipimport", "zipimporter"),
    **_every("dynamic", "site", "addsitedir"),
    **_every("dynamic", "types", "FunctionType CodeType LambdaType ModuleType"),
    **_every("dynamic", "marshal", "load loads"),
    **_every("dynamic", "ast", "increment_lineno.__globals__"),
    **_every("dynamic", "sys", "_getframe _current_frames settrace setprofile meta_path path_hooks addaudithook"),
    **_every("dynamic", "sys", "meta_path.append meta_path.insert path_hooks.append path_hooks.insert modules.update modules.pop"),
    **_every("dynamic", "inspect", "currentframe stack trace getouterframes"),
    **_every("dynamic", "cProfile", "run runctx"),
    **_every("dynamic", "profile", "run runctx"),
    **_every("dynamic", "trace", "Trace"),
    **_every("dynamic", "pdb", "run runeval"),
    **_every("dynamic", "gc", "get_objects get_referrers get_referents"),
    **_every("dynamic", "IPython", "display.Javascript display.display_javascript core.display.Javascript start_ipython embed"),
    **_every("dynamic", "bokeh", "models.CustomJS models.callbacks.CustomJS"),
    **_every("dynamic", "nbformat", "write"),
    **_every("dynamic", "comm", "create_comm get_comm_manager base_comm.BaseComm base_comm.CommManager"),
    **_every("dynamic", "ipykernel", "comm.Comm comm.CommManager comm.comm.Comm kernelapp.IPKernelApp"),
    **_every("pickle", "pickle", "load loads Unpickler _load _loads _Unpickler"),
    **_every("pickle", "_pickle", "load loads Unpickler"),
    **_every("pickle", "statsmodels", "api.load iolib.api.load_pickle iolib.smpickle.load_pickle"),
    **_every("pickle", "cPickle", "load loads"),
    **_every("pickle", "dill", "load loads load_session load_module"),
    **_every("pickle", "cloudpickle", "load loads"),
    **_every("pickle", "shelve", "open"),
    **_every("pickle", "joblib", "load"),
    **_every("pickle", "pandas", "read_pickle io.pickle.read_pickle compat.pickle_compat.load compat.pickle_compat.loads"),
    **_every("pickle", "torch", "load"),
    **_every("pickle", "jsonpickle", "decode"),
    **_every("pickle", "yaml", "load load_all unsafe_load full_load unsafe_load_all"),
    **{
        name: "dynamic"
        for name in ("eval", "exec", "compile", "__import__", "execfile", "breakpoint", "__builtins__", "__loader__", "__spec__")
    },
    **{name: "system" for name in ("exit", "quit")},
    "os.fdopen": "write_files",
    "cloudpickle.pickle.loads": "pickle",
    "fileinput.FileInput": "write_files",
}
"""What asks as soon as it is named: called, handed on, or bound to another name."""

MODULES: Mapping[str, str] = {
    **{
        name: "network"
        for name in """requests httpx aiohttp urllib3 httplib2 socket socketserver ssl ftplib smtplib imaplib poplib nntplib telnetlib
        xmlrpc http.client http.server urllib.request asyncssh paramiko fabric boto3 botocore s3fs gcsfs adlfs fsspec smart_open azure
        google.cloud googleapiclient gspread yfinance pandas_datareader fredapi wbdata wbgapi openai anthropic litellm ollama cohere
        huggingface_hub kaggle kagglehub gdown wget pymongo redis psycopg psycopg2 pymysql MySQLdb mysql snowflake pyodbc cx_Oracle oracledb
        asyncpg clickhouse_driver clickhouse_connect elasticsearch websocket websockets wandb comet_ml neptune mlflow webbrowser
        geopy geocoder osmnx wikipedia Bio.Entrez astroquery pytrends sodapy praw quandl nasdaqdatalink torchaudio.datasets
        tensorflow_datasets
        twilio slack_sdk telegram tweepy praw
        selenium playwright scrapy mechanize pycurl requests_html cloudscraper pyppeteer grpc zmq pika kafka""".split()
    },
    **dict.fromkeys("subprocess pexpect plumbum sh invoke commands popen2 pty ptyprocess".split(), "shell"),
    **dict.fromkeys("ctypes cffi _ctypes _imp imp importlib builtins bdb _xxsubinterpreters _interpreters".split(), "dynamic"),
    **dict.fromkeys("pip ensurepip conda".split(), "install"),
    **dict.fromkeys("dbm".split(), "pickle"),
}
"""Modules whose functions all have this effect, but for `HARMLESS`."""

HARMLESS = re.compile(
    r"^(?:"
    r"subprocess\.(?:PIPE|DEVNULL|STDOUT|list2cmdline)"
    r"|importlib\.(?:metadata|resources|abc|invalidate_caches|util\.find_spec)(?:\..*)?|importlib|importlib\.util|importlib\.machinery"
    r"|builtins\.\w+"  # they are judged under their own names
    r"|socket\.(?:gethostname|getfqdn|[A-Z][A-Z0-9_]+)|ssl\.[A-Z][A-Z0-9_]+"
    r"|ctypes\.(?:sizeof|c_\w+|util)"
    r"|mlflow\.__version__|[\w.]+\.__(?:version|name|doc|file)__"
    r"|[\w.]+\.[A-Z]\w*(?:Error|Exception|Expired|Timeout|Warning)"
    r"|requests\.(?:exceptions|codes|utils\.quote)(?:\..*)?|openai\.types(?:\..*)?"
    r")$"
)
"""What in those modules has no such effect."""

HANDLES = frozenset("os sys subprocess shutil builtins importlib ctypes socket posix nt pty".split())
"""Modules that ask when they are handed on or given another name: what is done with them then could not be followed."""

FROM_THE_SYSTEM = frozenset((_OS_WRITES + " " + _OS_SYSTEM + " " + _OS_SHELL).split()) - {"open", "write"}
"""Names in `os` that a user may have imported: a builtin function of that name is that one."""

DISTINCT: Mapping[str, str] = {
    **dict.fromkeys("rmtree copytree copyfile copy2 make_archive".split(), "shutil"),
    **dict.fromkeys("check_output check_call Popen getoutput getstatusoutput".split(), "subprocess"),
    **dict.fromkeys("urlopen urlretrieve".split(), "urllib.request"),
    **dict.fromkeys("import_module".split(), "importlib"),
    **dict.fromkeys("makedirs removedirs popen execv execve execvp fork killpg".split(), "os"),
    **dict.fromkeys("read_pickle".split(), "pandas"),
    **dict.fromkeys("hf_hub_download snapshot_download".split(), "huggingface_hub"),
}
"""Names that are clear without their module."""

KNOWN_AS: Mapping[str, str] = {
    "np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot", "mpl": "matplotlib", "sns": "seaborn", "pl": "polars",
    "px": "plotly.express", "go": "plotly.graph_objects", "alt": "altair", "sm": "statsmodels.api", "smf": "statsmodels.formula.api",
    "nx": "networkx", "tf": "tensorflow", "xr": "xarray", "gpd": "geopandas", "yf": "yfinance", "pdr": "pandas_datareader",
    "sk": "sklearn", "pa": "pyarrow", "pq": "pyarrow.parquet", "mp": "multiprocessing", "Path": "pathlib.Path", "sf": "soundfile",
    "ET": "xml.etree.ElementTree", "HTML": "IPython.display.HTML", "Javascript": "IPython.display.Javascript",
    "Image": "IPython.display.Image", "create_engine": "sqlalchemy.create_engine", "IFrame": "IPython.display.IFrame",
    "Process": "multiprocessing.Process", "attrgetter": "operator.attrgetter", "methodcaller": "operator.methodcaller",
    "StringIO": "io.StringIO", "BytesIO": "io.BytesIO", "posix": "os", "nt": "os", "_pickle": "pickle",
    "PdfPages": "matplotlib.backends.backend_pdf.PdfPages", "display_javascript": "IPython.display.display_javascript",
    "publish_display_data": "IPython.display.publish_display_data", "text": "sqlalchemy.text",
    "widgets": "ipywidgets", "sp": "sympy", "ne": "numexpr",
    "wavfile": "scipy.io.wavfile", "tfds": "tensorflow_datasets", "Digraph": "graphviz.Digraph", "Graph": "graphviz.Graph",
    "display": "IPython.display.display", "Markdown": "IPython.display.Markdown", "SummaryWriter": "torch.utils.tensorboard.SummaryWriter",
    "ExcelWriter": "pandas.ExcelWriter", "ZipFile": "zipfile.ZipFile", "PosixPath": "pathlib.Path",
}  # fmt: skip
"""What a name stands for that is not bound in the action."""

OPENS: Mapping[str, int] = {
    **dict.fromkeys("open io.open io.FileIO codecs.open gzip.open gzip.GzipFile bz2.open bz2.BZ2File lzma.open lzma.LZMAFile".split(), 1),
    **dict.fromkeys(
        "zipfile.ZipFile zipfile.PyZipFile tarfile.open tarfile.TarFile wave.open h5py.File netCDF4.Dataset tables.open_file".split(), 1
    ),
    **dict.fromkeys("aiofiles.open rasterio.open fiona.open smart_open.open zarr.open".split(), 1),
    "numpy.memmap": 2,
    "numpy.lib.format.open_memmap": 1,
    "pathlib.Path().open": 0,
    **dict.fromkeys("_io.open _io.FileIO pyarrow.OSFile pyarrow.memory_map".split(), 1),
}
"""Where the mode stands among the arguments; without one it reads."""

WRITES_WHEN_CALLED = frozenset(
    """write_text write_bytes unlink rmdir touch mkdir symlink_to hardlink_to chmod lchmod to_parquet to_pickle to_excel to_hdf to_feather
    to_orc to_stata to_netcdf to_zarr to_file savefig write_html write_image write_parquet write_excel write_ipc write_delta write_database
    write_avro write_ndjson sink_csv sink_parquet sink_ipc sink_ndjson tofile save_pretrained save_weights save_model to_postgis to_stata
    write_clipboard imwrite imsave savetxt savez rmtree makedirs print_figure print_png print_pdf print_svg
    print_jpg""".split()
)
"""Methods that write, of whatever object."""

WRITES_TO: Mapping[str, tuple[int, str]] = {
    "to_csv": (0, "path_or_buf"), "to_json": (0, "path_or_buf"), "to_html": (0, "buf"), "to_string": (0, "buf"), "to_markdown": (0, "buf"),
    "to_latex": (0, "buf"), "to_xml": (0, "path_or_buffer"), "write_csv": (0, "file"), "write_json": (0, "file"), "save": (0, "fp"),
}  # fmt: skip
"""Methods that write only when they are given where to: its place, its keyword."""

IN_MEMORY = re.compile(r"^(?:io\.(?:StringIO|BytesIO|TextIOWrapper)|sys\.(?:stdout|stderr)|tempfile\.\w+)(?:\(\))?$|^None$")
"""What is written to without a file of the user's being touched."""

READS = re.compile(
    r"^(?:read_\w+|scan_\w+|open|open_\w+|load|load_\w+|loadtxt|genfromtxt|fromfile|memmap|imread|parse|listdir|scandir|walk|i?glob|rglob|iterdir"
    r"|connect|File|FileIO|Document|Dataset|Image|Audio|Video|ZipFile|TarFile|GzipFile|ExcelFile|HDFStore|ParquetFile|read|getlines|getline"
    r"|loadmat|load_workbook|input|fwalk|dataset|VideoCapture|get_data|readlink|mmread|from_file|from_csv|from_json|dotenv_values|Memmap|BZ2File|LZMAFile|SVG|FileLink|FileLinks)$"
)
"""Functions and methods whose arguments may be paths, by their last name."""

SPECIAL = frozenset(
    """__subclasses__ __globals__ __builtins__ __code__ __closure__ __getattribute__ __loader__ __import__ __reduce__ __reduce_ex__
    f_globals f_builtins f_locals f_back gi_frame cr_frame ag_frame tb_frame gi_code __base__ __bases__ co_code __func__ __self__
    __call__ __get__ __getattr__
    load_module exec_module run_line_magic run_cell_magic run_cell run_code run_ast_nodes""".split()
)
"""Attributes that lead from any object to any other; ordinary analyses do without."""

METHODS: Mapping[str, str] = {
    **dict.fromkeys(
        "system popen getoutput getoutputerror check_output check_call Popen subprocess_exec subprocess_shell".split(), "shell"
    ),
    **dict.fromkeys("urlopen urlretrieve create_connection create_server create_datagram_endpoint to_gbq read_gbq".split(), "network"),
    **dict.fromkeys("enable_load_extension load_extension".split(), "dynamic"),
}
"""Methods that are told by their names, of whatever object, if they are given anything."""

UNPICKLES = re.compile(r"^gensim\.[\w.]+\.load$|^(?:\w+\.)*[A-Z]\w*[a-z]\w*\.load$")
"""Functions that load objects: `Word2Vec.load`."""

WRITERS = re.compile(r"^(?:networkx|pyreadstat|fastparquet)\.(?:\w+\.)*write(?:_\w+)?$")
"""Functions that write, of modules that have many."""

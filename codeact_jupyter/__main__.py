"""`jupyter codeact`, from its first moment: a Ctrl-C while the rest is still imported ends it as quietly as later."""

import sys


def main() -> None:
    """The console script `jupyter-codeact`."""
    try:
        from codeact_jupyter.cli import main as command  # here, because it takes a second

        command()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()

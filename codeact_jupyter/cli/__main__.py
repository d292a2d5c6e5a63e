"""`python -m codeact_jupyter.cli`."""

from codeact_jupyter.cli.entry import main

if __name__ == "__main__":
    main()

"""The entry point of `python -m opd_tui`."""

from opd_tui.cli import main

if __name__ == "__main__":
    main()

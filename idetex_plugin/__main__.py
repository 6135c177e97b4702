"""`python -m idetex_plugin` is `idetex`."""

from idetex_plugin.cli import main

if __name__ == "__main__":
    main()

"""`python -m firewatch` is `firewatch`."""

from firewatch.cli.main import main

if __name__ == "__main__":
    main()

"""The same loop, measured: suites of tasks, tried under conditions, one row each."""

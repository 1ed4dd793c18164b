"""In CI a test that is skipped is a failure: what is not run is not known to work.

Tests that `-m` deselects are not skipped: the choice is in the command, for everyone to see.
"""

import os

import pytest


def in_ci() -> bool:
    """Say whether this is a CI run (`CI=true`)."""
    return os.environ.get("CI", "").lower() == "true"


def missing(reason: str) -> None:
    """Skip the test because its machine lacks something; in CI, fail it.

    Raises:
        pytest.skip.Exception: outside CI.
        pytest.fail.Exception: in CI.
    """
    if in_ci():
        pytest.fail(f"missing in CI: {reason}", pytrace=False)
    pytest.skip(reason)


class NoSkips:
    """Collects what was skipped, and fails the run at its end if anything was."""

    def __init__(self) -> None:
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # An expected failure is reported as skipped too, but it has run.
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        self.skipped.append(f"{report.nodeid}: {reason}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section("skipped in CI: the run fails", red=True)
            for line in self.skipped:
                terminalreporter.line(line)

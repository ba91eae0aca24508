"""`doctor`: what is wrong with this machine, this checkout or this home, and how to mend it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict

import click

from cli.boot.places import Places
from cli.examination import Finding, examine_home, examine_machine, examine_processes, examine_project
from cli.home import Home, Settings
from cli.output import faults_as_words, json_option, print_json, say


@click.command("doctor")
@json_option
@faults_as_words
def doctor_command(as_json: bool) -> None:
    """Check the machine, the environments, the data and the running processes. Exits 1 on a problem."""
    findings = list(_examine())
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            say(_line(finding))
    if any(finding.grade == "problem" for finding in findings):
        sys.exit(1)


def _examine() -> Iterator[Finding]:
    settings = Settings.from_env()
    home = Home(settings.home)
    yield from examine_machine(Places())
    yield from examine_project(Places())
    yield from examine_home(home)
    yield from examine_processes(home, settings)


def _line(finding: Finding) -> str:
    remedy = f"\n         -> {finding.remedy}" if finding.remedy else ""
    return f"{finding.grade:<8} {finding.what}: {finding.found}{remedy}"

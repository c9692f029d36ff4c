"""The systemd unit: how exposed it is, and that it is one."""
import re
import shutil
import subprocess

import pytest
from command import ROOT

UNIT = ROOT / "etc" / "steppewire.service"
MOST_EXPOSED = 2.0

# Only systemd can judge its unit; a machine without it never runs one.
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments, str(UNIT)], capture_output=True, text=True, check=False, timeout=60)


@needs_systemd
def test_the_unit_is_hardly_exposed() -> None:
    said = analyze("security", "--offline=yes", "--no-pager").stdout
    found = re.search(r"Overall exposure level for steppewire.service: ([0-9.]+)", said)
    assert found is not None, said
    assert float(found[1]) <= MOST_EXPOSED, said


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_unit_but_that_the_program_is_not_in_its_place() -> None:
    said = [line for line in analyze("verify").stderr.splitlines() if "steppewire.service" in line]
    assert [line for line in said if "/opt/steppewire/bin/steppewire is not executable" not in line] == []


def test_what_the_daemon_needs_is_not_shut_off() -> None:
    lines = [line for line in UNIT.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    settings = [line.partition("=")[::2] for line in lines if "=" in line]
    filters = [value for name, value in settings if name == "SystemCallFilter"]
    # kill and prctl are in @process, prlimit64 and setrlimit in @resources, both in @system-service.
    assert filters[0] == "@system-service" and not any(set(each.split()) & {"~@resources", "~@process"} for each in filters[1:])
    found = dict(settings)
    assert (found["Type"], found["NotifyAccess"], found["StateDirectory"]) == ("notify", "main", "steppewire")
    assert {"AF_UNIX", "AF_INET", "AF_INET6"} == set(found["RestrictAddressFamilies"].split())
    assert (found["Restart"], found["RestartPreventExitStatus"], found["StartLimitIntervalSec"]) == ("always", "2", "0")

"""The image and the composition, as far as they can be looked at without an engine."""
import json
import re
import tomllib

from command import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")


def test_the_image_has_all_that_is_installed_and_no_more() -> None:
    listed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    assert listed[0] == "*"
    assert {package.partition(".")[0] for package in packages} <= {line.removeprefix("!") for line in listed}


def test_the_image_runs_as_nobody_in_particular_and_asks_its_own_health() -> None:
    check, = re.findall(r"HEALTHCHECK .*\\\n  CMD (\[.*\])", DOCKERFILE)
    program, _, code = json.loads(check)
    assert program == "python"
    compile(code, "HEALTHCHECK", "exec")
    assert "--require-hashes" in DOCKERFILE and "USER 10001:10001" in DOCKERFILE and "STOPSIGNAL SIGTERM" in DOCKERFILE


def test_every_secret_of_the_composition_is_a_file_and_every_variable_one_that_the_program_knows() -> None:
    from settings import NOT_SETTINGS, Settings

    assert not re.search(r"password: *[^./\s]", COMPOSE, re.IGNORECASE)
    for name in re.findall(r"STEPPEWIRE_[A-Z_]+", DOCKERFILE + COMPOSE):
        assert name in NOT_SETTINGS or name.removeprefix("STEPPEWIRE_").split("__")[0].lower() in Settings.model_fields, name
    for line in ("read_only: true", "cap_drop: [ALL]", 'security_opt: ["no-new-privileges:true"]', "restart: always"):
        assert COMPOSE.count(line) == 2

"""The list of guards is true of the tree as it is; `make prove PART=guards` takes each of them away."""
import ast

import pytest
from command import ROOT

from prove.guards import GUARDS, Guard, removed


def functions(file: str) -> set[str]:
    """The tests of a file; those of a class as Class::test."""
    tests: set[str] = set()
    for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            tests.add(node.name)
        elif isinstance(node, ast.ClassDef):
            tests |= {f"{node.name}::{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
    return tests


def test_every_guard_has_a_name_of_its_own() -> None:
    assert len({guard.name for guard in GUARDS}) == len(GUARDS) >= 60


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name.replace(" ", "-"))
def test_a_guard_stands_once_in_its_file_can_be_taken_out_and_has_its_test(guard: Guard) -> None:
    compile(removed(guard, ROOT), guard.file, "exec")
    file, _, test = guard.test.partition("::")
    assert test.partition("[")[0] in functions(file)

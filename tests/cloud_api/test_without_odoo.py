"""The protocol layer needs nothing of Odoo and works under any package name."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "clinic_whatsapp" / "cloud_api"
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__")

LOAD_AS_ADDON = """
import importlib, sys, types
for name in ("odoo", "odoo.addons", "odoo.addons.clinic_whatsapp"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = []
sys.modules["odoo.addons.clinic_whatsapp"].__path__ = [sys.argv[1]]
for module in sys.argv[2:]:
    importlib.import_module("odoo.addons.clinic_whatsapp.cloud_api." + module)
assert "cloud_api" not in sys.modules
"""


def test_imports_as_part_of_the_addon():
    command = [sys.executable, "-c", LOAD_AS_ADDON, str(PACKAGE.parent), *MODULES]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_itself_and_three_libraries(module):
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    absolute = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom) and not node.level
            else []
        )
    }
    third_party = absolute - set(sys.stdlib_module_names)
    assert third_party <= {"requests", "urllib3", "phonenumbers"}


def test_terms_stand_in_the_code_as_literals():
    """Odoo's term extraction finds nothing else."""
    for module in MODULES:
        tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_":
                (term,) = node.args
                assert isinstance(term, ast.Constant), f"{module}.py:{node.lineno}"

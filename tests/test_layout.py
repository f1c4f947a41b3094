"""The house: who imports whom, read from the sources, and what `import autograd` brings along."""
import ast
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = "autograd", "nn", "viz"
SOURCES = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
           for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


def imports(module, everywhere=True):
    """The modules that a module imports: at module level only, or everywhere, functions included."""
    tree = ast.parse(SOURCES[module].read_text(encoding="utf-8"))
    package = module if SOURCES[module].name == "__init__.py" else module.rpartition(".")[0]
    found = set()
    for node in ast.walk(tree) if everywhere else at_module_level(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[:len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            found |= {name if (name := f"{source}.{alias.name}") in SOURCES else source for alias in node.names}
    return found


def at_module_level(tree):
    """The statements that run when the module is imported; not the bodies of functions, nor those for type checkers."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from at_module_level(node)


def within(package, modules):
    return {module for module in modules if module == package or module.startswith(package + ".")}


# --- the arrows of import --------------------------------------------------------------------------------------------


def test_the_sources_were_found():
    assert {*PACKAGES, "autograd.ops", "autograd.backprop", "autograd.value", "autograd.check"} <= set(SOURCES)
    assert imports("autograd.value") >= {"autograd.ops", "autograd.backprop"}       # relative imports are understood
    assert "autograd.ops" in imports("autograd")                                    # and those with a star


@pytest.mark.parametrize("package, others", [("autograd", ["nn", "viz"]), ("nn", ["viz"]), ("viz", ["nn"]), *(
    (package, ["demos", "benchmarks", "tests"]) for package in PACKAGES)], ids=str)
def test_a_package_never_imports(package, others):
    for module in within(package, SOURCES):
        for other in others:
            assert not within(other, imports(module)), f"{module} imports {other}"


def test_the_table_and_the_sweeps_import_nothing_of_ours():
    for module in ("autograd.ops", "autograd.backprop"):
        for package in PACKAGES:
            assert not within(package, imports(module))


def test_the_node_stands_on_the_table_the_sweeps_and_what_it_refuses_alone():
    assert within("autograd", imports("autograd.value")) == {
        "autograd.ops", "autograd.backprop", "autograd.conversion", "autograd.decisions", "autograd.copying"}
    assert within("autograd", imports("autograd.conversion")) == {"autograd.ops"}


def test_the_check_and_the_program_do_not_know_each_other():
    assert within("autograd", imports("autograd.check")) <= {"autograd.value", "autograd.backprop", "autograd.ops"}
    for module in within("autograd.compiler", SOURCES):
        assert "autograd.check" not in imports(module)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_imports_itself_in_a_circle(package):
    arrows = {module: within(package, imports(module, everywhere=False)) for module in within(package, SOURCES)}
    while arrows:                                       # take away what imports nothing that is left
        ends = {module for module, targets in arrows.items() if not targets & set(arrows)}
        assert ends, f"a circle among {sorted(arrows)}"
        arrows = {module: targets for module, targets in arrows.items() if module not in ends}


@pytest.mark.parametrize("module", ["ops", "backprop", "conversion", "decisions", "value", "check", "rerecording"])
def test_the_engine_needs_only_the_standard_library(module):
    foreign = {name.partition(".")[0] for name in imports(f"autograd.{module}")} - set(sys.stdlib_module_names)
    assert foreign <= {"autograd"}


# --- what is loaded --------------------------------------------------------------------------------------------------


def python(code, *path):
    """Run code in a fresh interpreter with path, then the checkout, to import from."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, [*path, ROOT]))}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment, cwd=ROOT.anchor, capture_output=True, text=True)


def test_import_autograd_loads_neither_numpy_nor_graphviz_nor_matplotlib():
    run = python("import sys, autograd\n"
                 "print(*{'numpy', 'graphviz', 'matplotlib', 'tqdm', 'nn', 'viz'} & {*sys.modules})")
    assert (run.returncode, run.stdout.strip()) == (0, ""), run.stderr


def test_the_engine_works_where_numpy_is_not_installed():
    run = python("import sys; sys.modules['numpy'] = None\n"
                 "from autograd import Value, gradcheck, hessian, softmax\n"
                 "x = Value(2.0); y = softmax([x, 2 * x])[0] * x.tanh(); y.backward()\n"
                 "gradcheck(lambda x: softmax([x, 2 * x])[0] * x.tanh(), [2.0])\n"
                 "print(hessian(x ** 3, [x]))")
    assert (run.returncode, run.stdout.strip()) == (0, "[[12.0]]"), run.stderr


@pytest.mark.parametrize("package", ["nn", "viz"])
def test_a_foreign_autograd_is_named_as_the_conflict(package, tmp_path):
    """PyPI's autograd (HIPS) has the same name."""
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("def grad(f): ...\n")
    run = python(f"try:\n    import {package}\nexcept ImportError as error:\n    print(error)", tmp_path)
    assert run.returncode == 0, run.stderr
    assert f"{package} needs deltagrad's package autograd" in run.stdout and "PyPI's autograd (HIPS)" in run.stdout


# --- the public names ------------------------------------------------------------------------------------------------

ENGINE = """Value Constant Parameter weighted_sums gradcheck gradient hessian jacobian pushforward replay wengert_list
    power add sub mul div neg general_power exp expm1 log log1p sqrt sin cos abs maximum minimum heaviside select
    bipolar linear sigmoid tanh relu leaky_relu elu selu softplus half_square
    total logsumexp weighted_sum softmax mean"""


@pytest.mark.parametrize("name", ENGINE.split())
def test_public_names_are_found_at_the_root_of_the_engine(name):
    """The names of design.md, sections 1 to 3."""
    assert callable(getattr(importlib.import_module("autograd"), name))


def test_every_row_is_found_at_the_root_of_the_engine():
    autograd = importlib.import_module("autograd")
    for name, op in autograd.ops.TABLE.items():
        assert getattr(autograd, name) is op


def test_the_version_and_the_marks_for_type_checkers_are_there():
    assert importlib.import_module("autograd").__version__.count(".") == 2
    for package in PACKAGES:
        assert (ROOT / package / "py.typed").exists()

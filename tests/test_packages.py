"""The packages as they are imported: what each loads, and its public names."""
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = "autograd", "nn", "viz"


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


def test_a_page_is_written_where_numpy_is_not_installed(tmp_path):
    run = python("import sys; sys.modules['numpy'] = None\n"
                 "import nn, viz\n"
                 "from autograd import Value\n"
                 "from autograd.compiler.scalar.scalar_source import row_source\n"
                 "from autograd.ops import TABLE, tanh\n"
                 "print(row_source(tanh, 'javascript'))\n"
                 "y = nn.MLP(2, [2, 1], seed=1)([Value(0.5, 'x1'), Value(1.0, 'x2')])\n"
                 "from viz.page.live.mistakes import sentences\n"
                 "print(sorted(sentences()))\n"
                 "try:\n"
                 f"    viz.step_through(nn.half_squared_error(y, 1.0), {str(tmp_path / 'page.html')!r})\n"
                 "except RuntimeError as error:\n"           # no renderer
                 "    assert 'Graphviz' in str(error)\n")
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("const z = Math.tanh(x);") and "phi_for_phi_prime" in run.stdout


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

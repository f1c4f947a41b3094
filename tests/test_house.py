"""The rules of the house, read from the sources: who imports whom, names, and sizes.

What breaks a rule stands in EXCEPTIONS with the reason; one that is no longer needed fails too.
"""
import ast
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = "autograd", "nn", "viz"
SOURCES = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
           for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}

# A module imports modules of lower layers, and within its own group: a name stands for a module or a package.
LAYERS = [
    ["autograd.ops", "autograd.backprop"],
    ["autograd.conversion", "autograd.copying"],
    ["autograd.decisions"],
    ["autograd.value"],
    ["autograd.gradient_check", "autograd.symbolic", "autograd.*"],
    ["autograd.reference"],
    ["autograd.compiler.blocks", "autograd.compiler.trace", "autograd.compiler.arrays"],
    ["autograd.compiler.vectorize", "autograd.compiler.differentiate", "autograd.compiler.segment_sum"],
    ["autograd.compiler.numpy_calls"],
    ["autograd.compiler.numpy_rows"],
    ["autograd.compiler.numpy_forward"],
    ["autograd.compiler.numpy_backward", "autograd.compiler.array_function", "autograd.compiler.scalar",
     "autograd.compiler.vector"],
    ["autograd.compiler.buffers"],
    ["autograd.compiler.program"],
    ["autograd.compiler.*"],
    ["autograd.compiler"],
    ["autograd"],
    ["nn.*"],
    ["nn"],
    ["viz.notation"],
    ["viz.path_graph", "viz.diagram", "viz.plots"],
    ["viz.cancellation"],
    ["viz.local_gradients", "viz.nested_formula"],
    ["viz.derivation", "viz.drawing"],
    ["viz.page"],
    ["viz"],
]
MODULE_LINES, FUNCTION_LINES, METHODS, ATTRIBUTES = 250, 40, 12, 10
MODULES_IN = defaultdict(lambda: 14, viz=9)

EXCEPTIONS: dict[str, str] = {
    # inward imports
    "nn.dataset imports from autograd.compiler.arrays": "shared by nn and the engine, and no part of its public names",
    "nn.engines.compiled imports from autograd.compiler.bound_program":
        "the engine of arrays is built on the compiler",
    "nn.engines.compiled imports from autograd.compiler.program":
        "the engine of arrays is built on the compiler",
    "nn.engines.sample_loop imports from autograd.compiler.scalar.update_loop":
        "the engine of arrays is built on the compiler",
    "nn.engines.recording imports from autograd.decisions":
        "shared by nn and the engine, and no part of its public names",
    "nn.serialization.model_file imports from autograd.files":
        "shared by nn and viz, and no part of the engine's public names",
    "viz.diagram.renderer imports from autograd.files":
        "shared by nn and viz, and no part of the engine's public names",
    "viz.page.film imports from autograd.files": "shared by nn and viz, and no part of the engine's public names",
    "viz.page.live.document imports from autograd.files":
        "shared by nn and viz, and no part of the engine's public names",
    # names of two meanings
    "sigmoid: autograd.ops, nn.by_hand": "the derivation by hand uses nothing of the engine",
    "softmax: autograd.ops, nn.by_hand": "the derivation by hand uses nothing of the engine",
    **{f"{loss}: autograd.ops, nn.losses": "the row, and the loss that labels and averages it"
       for loss in ("binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "huber")},
    # large modules
    "autograd.compiler.scalar.scalar_source": "a row, its rule and the loop around it, as one text",
    "autograd.compiler.vectorize": "one pass over the arrays of a graph, each step named",
    "autograd.ops": "the table, one row after the other",
    "autograd.value": "a node: the operators are written out for speed",
    "viz.page.explain": "every kind of step, said in one voice",
    # large functions
    "nn.deltas.local_gradients": "three ways beside each other",
    "nn.training.fit": "the loop, with what may interrupt it",
    "viz.diagram.by_layer.by_layer": "a box's facts, as functions inside it, until diagram/ is redrawn",
    # large classes
    "autograd.compiler.numpy_forward.ForwardCalls: attributes": "the state of a phase while it is written",
    "autograd.compiler.numpy_backward.PhaseCalls: attributes": "the state of a phase while it is written",
    "autograd.compiler.scalar.scalar_source.ScalarSource: attributes":
        "a row, its rule and the loop around it, as one text",
    "autograd.compiler.vector.vector_form.VectorFormWriter: methods": "one class for one sweep over the blocks",
    "autograd.compiler.vectorize.Vectorizer: attributes": "one pass over the arrays of a graph, each step named",
    "autograd.compiler.vectorize.Vectorizer: methods": "one pass over the arrays of a graph, each step named",
    "autograd.ops.Op: attributes": "plain data, a field for each thing that is shown",
    "autograd.symbolic.latex.LatexPrinter: methods": "one method for each kind of formula",
    "autograd.symbolic.mathml.MathMLPrinter: methods": "one method for each kind of formula",
    "autograd.symbolic.matrix_printer.MatrixLatexPrinter: methods": "one method for each kind of formula",
    "autograd.symbolic.matrix_printer.MatrixTextPrinter: methods": "one method for each kind of formula",
    "nn.engines.base.Engine: methods": "all that fit asks of an engine, with what most of them do",
    "nn.engines.compiled.Compiled: attributes": "two ways of training, on arrays and straight on, that share a state",
    "nn.engines.compiled.Compiled: methods": "two ways of training, on arrays and straight on, that share a state",
    "viz.diagram.model.Node: attributes": "plain data, a field for each thing that is shown",
    "viz.page.film.Film: methods": "the frames, the page and the notebook's view of them",
    "viz.page.explain.Explainer: methods": "a method for each kind of step and each kind of line",
}


# --- reading the sources ---------------------------------------------------------------------------------------------


@cache
def tree_of(module):
    return ast.parse(SOURCES[module].read_text(encoding="utf-8"))


def imports(module):
    """Each import of a module, in functions too: (what, is it in a function?, the module named after `from`)."""
    package = module if SOURCES[module].name == "__init__.py" else module.rpartition(".")[0]
    late = {id(inner) for node in ast.walk(tree_of(module)) if isinstance(node, ast.FunctionDef)
            for inner in ast.walk(node)}
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in late, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[:len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                name = f"{source}.{alias.name}"
                is_module = name in SOURCES and alias.name not in names_bound(source)
                yield name if is_module else source, id(node) in late, source


@cache
def names_defined(module):
    """The classes and functions of a module's top level, and the rows of the table: names in lower case."""
    rows = {target.id for node in tree_of(module).body if isinstance(node, ast.Assign) for target in node.targets
            if isinstance(target, ast.Name) and target.id.islower()}
    return {name for name in rows | {node.name for node in tree_of(module).body
                                     if isinstance(node, ast.FunctionDef | ast.ClassDef)} if name[0] != "_"}


@cache
def names_bound(module):
    """The names that can be imported from a module: its own, and those that it imports from other modules of ours."""
    found = set(names_defined(module)) if module in SOURCES else set()
    for node in tree_of(module).body if module in SOURCES else ():
        if isinstance(node, ast.ImportFrom) and node.level and node.module:
            if node.names[0].name == "*":               # of the table
                table = f"{module}.{node.module}"
                found |= (names_defined(table) - functions_of(table)) | listed_in(table)
            else:
                found |= {alias.asname or alias.name for alias in node.names}
    return found


def listed_in(module):
    """The names that stand in a module's __all__ as they are."""
    [names] = [node.value for node in ast.walk(tree_of(module)) if isinstance(node, ast.Assign)
               and ast.unparse(node.targets[0]) == "__all__"]
    return {x.value for x in names.elts if isinstance(x, ast.Constant)}


def functions_of(module):
    return {node.name for node in tree_of(module).body if isinstance(node, ast.FunctionDef)}


def ours(module):
    return {(name, late) for name, late, _ in imports(module) if name in SOURCES and name != module}


def group_of(module):
    """(layer, group) of a module: the longest name in LAYERS that fits."""
    best = "", -1
    for layer, groups in enumerate(LAYERS):
        for group in groups:
            stem = group.rstrip("*")
            fits = module.startswith(stem) if group.endswith("*") else module == group or (
                module.startswith(group + ".") and group not in (*PACKAGES, "autograd.compiler"))
            if fits and len(stem) > len(best[0].rstrip("*")):
                best = group, layer
    return best[1], best[0]


def functions(module):
    """(name, node) of every function, methods as Class.method."""
    def walk(node, prefix):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef):
                yield f"{prefix}{child.name}", child
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                yield from walk(child, f"{prefix}{child.name}.")

    return walk(tree_of(module), "")


def lines_of(function):
    """The lines of a function without its docstring and its decorators."""
    doc = function.body[0].value if ast.get_docstring(function) is not None else None
    return function.end_lineno - function.lineno + 1 - (doc.end_lineno - doc.lineno + 1 if doc else 0)


def members_of(cls):
    """(methods, attributes) of a class; methods that Python calls, such as __add__, are not counted."""
    methods = {node.name for node in cls.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("__")}
    fields = {node.target.id for node in cls.body if isinstance(node, ast.AnnAssign)
              and isinstance(node.target, ast.Name)}
    stored = {node.attr for node in ast.walk(cls) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
              and isinstance(node.value, ast.Name) and node.value.id == "self"}
    return methods, fields | stored


# --- the rules: each yields what breaks it ---------------------------------------------------------------------------


def upward_imports():
    for module in SOURCES:
        layer, group = group_of(module)
        for target, _ in ours(module):
            target_layer, target_group = group_of(target)
            if target_layer > layer or (target_layer == layer and target_group != group) or (
                    module in ("autograd.ops", "autograd.backprop")):
                yield f"{module} imports {target}"


def inward_imports():
    """nn sees autograd's root alone, viz also autograd.symbolic, and pages autograd.compiler and, late, nn."""
    for module in SOURCES:
        package = module.partition(".")[0]
        for _, late, source in imports(module):
            if source not in SOURCES or source.partition(".")[0] == package or package == "autograd":
                continue
            may = {"autograd"}
            if package == "viz":
                may |= {name for name in SOURCES if name.startswith("autograd.symbolic")}
            if module.startswith("viz.page"):
                may |= {name for name in SOURCES if name.startswith("autograd.compiler") or (
                    late and name.startswith("nn"))}
            if source not in may:
                yield f"{module} imports from {source}"


def outward_imports():
    for module in SOURCES:
        for name, *_ in imports(module):
            if name.partition(".")[0] in ("demos", "benchmarks", "tests"):
                yield f"{module} imports {name}"


def circles():
    arrows = {module: {target for target, _ in ours(module)} for module in SOURCES}
    while arrows:                                       # take away what imports nothing that is left
        ends = {module for module, targets in arrows.items() if not targets & set(arrows)}
        if not ends:
            yield f"a circle among {', '.join(sorted(arrows))}"
            return
        arrows = {module: targets for module, targets in arrows.items() if module not in ends}


def foreign_imports():
    """The engine and symbolic stand on the standard library alone; matplotlib is for plots."""
    for module in SOURCES:
        found = {name.partition(".")[0] for name, *_ in imports(module)} - set(sys.stdlib_module_names) - set(PACKAGES)
        if module.startswith("autograd") and not module.startswith("autograd.compiler"):
            yield from (f"{module} imports {name}" for name in found)
        elif not module.startswith("viz.plots"):
            yield from (f"{module} imports {name}" for name in found & {"matplotlib"})


def names_of_two_meanings():
    """A class, and a name that a root exports, is defined in one module."""
    where, classes = defaultdict(set), set()
    for module in SOURCES:
        for name in names_defined(module):
            where[name].add(module)
        classes |= {node.name for node in tree_of(module).body if isinstance(node, ast.ClassDef)}
    for name in sorted(classes | {name for package in PACKAGES for name in names_bound(package)}):
        if len(where[name]) > 1:
            yield f"{name}: {', '.join(sorted(where[name]))}"


def modules_named_like_functions():
    """With imports made late, the module nn.fit would hide the function nn.fit."""
    for package in SOURCES:
        if SOURCES[package].name == "__init__.py":
            modules = {name.rpartition(".")[2] for name in SOURCES if name.rpartition(".")[0] == package}
            yield from (f"{package}.{name}" for name in sorted(modules & names_bound(package)))


def large_modules():
    for module, path in SOURCES.items():
        if len(path.read_text(encoding="utf-8").splitlines()) > MODULE_LINES:
            yield module


def large_functions():
    for module in SOURCES:
        yield from (f"{module}.{name}" for name, node in functions(module) if lines_of(node) > FUNCTION_LINES)


def large_classes():
    for module in SOURCES:
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.ClassDef):
                methods, attributes = members_of(node)
                if len(methods) > METHODS:
                    yield f"{module}.{node.name}: methods"
                if len(attributes) > ATTRIBUTES:
                    yield f"{module}.{node.name}: attributes"


def large_folders():
    inside = defaultdict(set)
    for module, path in SOURCES.items():
        if path.name != "__init__.py":
            inside[module.rpartition(".")[0]].add(module)
    yield from (f"{package}: modules" for package, modules in inside.items() if len(modules) > MODULES_IN[package])


def chain_rules():
    """In compiler/ a rule's partials are called in one module."""
    for module in SOURCES:
        if module.startswith("autograd.compiler") and module != "autograd.compiler.differentiate" and any(
                isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "partials"
                and ast.unparse(node.func.value).rpartition(".")[2] in ("op", "_op")
                for node in ast.walk(tree_of(module))):
            yield f"{module} calls partials"


RULES = [upward_imports, inward_imports, outward_imports, circles, foreign_imports, names_of_two_meanings,
         modules_named_like_functions, large_modules, large_functions, large_classes, large_folders, chain_rules]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rules_hold(rule):
    assert sorted(set(rule()) - set(EXCEPTIONS)) == []


def test_every_exception_is_needed():
    assert sorted(set(EXCEPTIONS) - {found for rule in RULES for found in rule()}) == []


def test_the_sources_are_read_as_they_are():
    assert {*PACKAGES, "autograd.ops", "autograd.value", "autograd.compiler.program", "viz.page.html"} <= set(SOURCES)
    assert {"autograd.ops", "autograd.backprop"} <= {name for name, _ in ours("autograd.value")}     # relative imports
    assert ("autograd.compiler.program", True) in ours("autograd.compiler")                         # and late ones
    assert all(group_of(module)[0] >= 0 for module in SOURCES)


def test_the_tests_mirror_the_packages():
    """Their names are unique, for without an __init__.py pytest knows a test by the name of its file alone."""
    paths = [path for path in (ROOT / "tests").rglob("*.py")]
    names = [path.name for path in paths]
    assert len(names) == len(set(names)) and "__init__.py" not in names
    folders = {path.parent.relative_to(ROOT / "tests") for path in paths} - {Path(".")}
    assert all((ROOT / folder).is_dir() for folder in folders)

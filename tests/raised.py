"""The errors that pgnorm's source raises, as forms: what is put in at run time is `…`."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from pgnorm.catalog.model import Value

ROOT: Final = Path(__file__).parents[1]
FOLDERS: Final = ("api", "catalog", "normalizer", "cli")
LEFT_OUT: Final = "…"
BASE: Final = "PgnormError"
USAGE: Final = frozenset({"UsageError", "BadParameter", "BadOptionUsage", "Misused"})
_DEPTH: Final = 3


class Raised(Value):
    """An error as a line of the source makes it."""

    path: str
    function: str
    message: str
    hint: str
    """Empty where it has none, or one that only the run knows."""
    usage: bool
    """True if the command line is wrong, which prints the usage."""

    @property
    def key(self) -> str:
        """The message, or the function where nothing of the message stands in the source."""
        return self.message if self.message.strip(f"{LEFT_OUT}: \n") else f"{self.path}:{self.function}"


@cache
def raised() -> tuple[Raised, ...]:
    """All of them, in the order of the source."""
    kinds = _kinds()
    return tuple(
        error
        for path, tree in _trees().items()
        for function, node in _calls(tree, "")
        for error in _error(path, tree, function, node, kinds)
    )


@cache
def _trees() -> Mapping[str, ast.Module]:
    files = (file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py")))
    return {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text()) for file in files}


def _kinds() -> frozenset[str]:
    """The names of the base and of all classes below it."""
    found = {BASE}
    classes = [node for tree in _trees().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for _ in range(_DEPTH):
        found |= {
            each.name for each in classes for base in each.bases if isinstance(base, ast.Name) and base.id in found
        }
    return frozenset(found)


def _calls(node: ast.AST, function: str) -> Iterator[tuple[str, ast.Call]]:
    """Calls, each with the function that it is in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield function, child
        within = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
        yield from _calls(child, within)


def _error(path: str, tree: ast.Module, function: str, node: ast.Call, kinds: frozenset[str]) -> Iterator[Raised]:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    usage = name in USAGE or (name == "fail" and path.startswith("cli/"))
    of_setting = name == "error" and len(node.args) == 2
    if not (name in kinds or usage or of_setting):
        return
    said = node.args[-1] if node.args else None
    message = _form(tree, function, said)
    if of_setting:
        if LEFT_OUT in message[:1] or not isinstance(said, ast.Constant | ast.JoinedStr):
            return
        key = node.args[0]
        message = f"`{_form(tree, function, key)}` {message}"
    hint = next((each.value for each in node.keywords if each.arg == "hint"), None)
    told = _form(tree, function, hint) if hint is not None else ""
    yield Raised(
        path=path,
        function=function,
        message=message,
        hint="" if told.strip(LEFT_OUT) == "" else told,
        usage=usage,
    )


def _form(tree: ast.Module, function: str, node: ast.expr | None) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_form(tree, function, each) for each in values)
        case ast.BinOp(left=left, right=right):
            return _form(tree, function, left) + _form(tree, function, right)
        case ast.FormattedValue(value=value):
            return _form(tree, function, value)
        case ast.IfExp(body=body, orelse=orelse):
            sides = [_form(tree, function, each) for each in (body, orelse)]
            told = [each for each in sides if each.strip(LEFT_OUT)]
            return told[0] if told else LEFT_OUT
        case ast.BoolOp(values=values):
            told = [text for text in (_form(tree, function, each) for each in values) if text.strip(LEFT_OUT)]
            return told[0] if told else LEFT_OUT
        case ast.Name(id=name):
            return _named(tree, function, name)
        case ast.Call(func=ast.Attribute(attr="join"), args=[ast.List(elts=parts)]):
            texts = (_form(tree, function, each.value if isinstance(each, ast.Starred) else each) for each in parts)
            return "\n".join(texts)
    return LEFT_OUT


def _named(tree: ast.Module, function: str, name: str) -> str:
    """The text of a variable of the function or a constant of a module, `…` where it has none."""
    if not name.strip("_").isupper():
        values = _variables(tree, function).get(name, ())
        texts = (_form(tree, function, each) for each in values)
    else:
        homes = [tree] if name in _constants(tree) else _homes(tree, name)
        texts = (_form(each, "", value) for each in homes for value in _constants(each).get(name, ()))
    return next((text for text in texts if text.strip(LEFT_OUT)), LEFT_OUT)


def _homes(tree: ast.Module, name: str) -> list[ast.Module]:
    """The modules that a constant may be imported from."""
    found = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    modules = [
        f"/{(node.module or '').rpartition('.')[2]}.py" for node in found for each in node.names if each.name == name
    ]
    return [each for path, each in _trees().items() if path.endswith(tuple(modules))]


@cache
def _variables(tree: ast.Module, function: str) -> Mapping[str, list[ast.expr]]:
    bodies = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == function)
    return _assigned(part for body in bodies for part in ast.walk(body))


@cache
def _constants(tree: ast.Module) -> Mapping[str, list[ast.expr]]:
    return _assigned(tree.body)


def _assigned(nodes: Iterable[ast.AST]) -> Mapping[str, list[ast.expr]]:
    """The values of each name. One that is made of itself stays what it was."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                if name not in {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}:
                    found.setdefault(name, []).append(value)
    return found

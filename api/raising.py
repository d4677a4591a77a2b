"""Which errors a function can come to, read from its source and that of all it calls.

For docs/reference/errors.md and its test; the service never asks. What is found is what may happen: an error that a caller on the
way catches is found all the same, and of a command the branches that decide about it, whatever the state.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from registry.deciders.command import Command
from registry.deciders.kinds import DECIDERS

Errors = frozenset[type[Exception]]
OURS: Final = ("api", "generation", "registry")


class Reader:
    """Reads functions, each once.

    `doors` are the classes of what functions are handed, by the names it has there. `told` says of a function what it raises,
    where reading on would lead into what is common to all.
    """

    def __init__(self, doors: Mapping[str, type], told: Mapping[Any, Iterable[type[Exception]]]) -> None:
        self._doors = doors
        self._told = {function: frozenset(errors) for function, errors in told.items()}

    def errors(self, *roots: Callable[..., Any]) -> Errors:
        """All errors with a code that the functions can come to, by what they call and by the commands they make."""
        found: set[type[Exception]] = set()
        seen: set[tuple[Any, type[Command] | None]] = set()
        waiting: list[tuple[Any, type[Command] | None]] = [(inspect.unwrap(root), None) for root in roots]
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            function, command = one
            if function in self._told:
                found |= self._told[function]
                continue
            for thing in _things(function, command, self._doors):
                if isinstance(thing, types.FunctionType):
                    waiting.append((thing, command))
                elif issubclass(thing, Exception):
                    found.add(thing)
                elif issubclass(thing, Command):
                    waiting += [(decide, thing) for decide in _deciding(thing)]
                else:
                    waiting += [
                        (made, None)
                        for name in ("__init__", "__post_init__")
                        if (made := vars(thing).get(name))
                    ]
        return frozenset(found)


@cache
def _tree(function: Any) -> ast.AST | None:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return None


@cache
def _own(function: Any) -> frozenset[str]:
    """The names a function gives to things of its own: they hide what its file calls so."""
    nodes = list(ast.walk(tree)) if (tree := _tree(function)) is not None else []
    given = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return frozenset(given | {node.arg for node in nodes if isinstance(node, ast.arg)})


def _things(function: Any, command: type[Command] | None, doors: Mapping[str, type]) -> Iterator[Any]:
    """Functions that are named in it, errors and our own classes that are made in it."""
    tree = _tree(function)
    for node in _nodes(tree, function, command) if tree is not None else ():
        called = isinstance(node, ast.Call)
        named = node.func if isinstance(node, ast.Call) else node
        thing = _resolved(named, function)
        thing = _method(named, function, doors) if thing is None else thing
        if isinstance(thing, types.FunctionType) and _is_ours(thing):
            yield inspect.unwrap(thing)
        elif called and isinstance(thing, type) and _is_ours(thing):
            yield thing


def _nodes(node: ast.AST, function: Any, command: type[Command] | None) -> Iterator[ast.AST]:
    """Calls and names; of branches about the kind of command, those of this one."""
    match node:
        case ast.ExceptHandler():
            for line in node.body:
                yield from _nodes(line, function, command)
            return
        case ast.Match(subject=ast.Name(id="command")) if command is not None:
            for case in node.cases:
                if _takes(case.pattern, function, command):
                    for line in case.body:
                        yield from _nodes(line, function, command)
            return
        case ast.If(test=test) if command is not None and (kinds := _asked(test, function)) is not None:
            for line in node.body if issubclass(command, kinds) else node.orelse:
                yield from _nodes(line, function, command)
            return
        case ast.Call() | ast.Name() | ast.Attribute():
            yield node
    for child in ast.iter_child_nodes(node):
        yield from _nodes(child, function, command)


def _takes(pattern: ast.pattern, function: Any, command: type[Command]) -> bool:
    match pattern:
        case ast.MatchClass(cls=named):
            kind = _resolved(named, function)
            return isinstance(kind, type) and issubclass(command, kind)
        case ast.MatchOr(patterns=several):
            return any(_takes(one, function, command) for one in several)
        case ast.MatchAs(pattern=inner) if inner is not None:
            return _takes(inner, function, command)
    return True


def _asked(test: ast.expr, function: Any) -> tuple[type, ...] | None:
    """The kinds in `isinstance(command, …)`; None for any other question."""
    match test:
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id="command"), kinds]):
            named = kinds.elts if isinstance(kinds, ast.Tuple) else _united(kinds)
            found = [kind for one in named for kind in _flat(_resolved(one, function))]
            return tuple(found)
    return None


def _united(kinds: ast.expr) -> list[ast.expr]:
    if isinstance(kinds, ast.BinOp):
        return [*_united(kinds.left), *_united(kinds.right)]
    return [kinds]


def _flat(kind: Any) -> tuple[type, ...]:
    return (
        tuple(kind.__args__)
        if isinstance(kind, types.UnionType)
        else (kind,)
        if isinstance(kind, type)
        else ()
    )


def _deciding(command: type[Command]) -> Iterator[Any]:
    """The functions that decide about a command: those whose file knows it, or what it is a kind of."""
    kinds = {kind for kind in command.__mro__ if issubclass(kind, Command) and kind is not Command}
    for decider in DECIDERS.values():
        known = (kind for thing in decider.decide.__globals__.values() for kind in _flat(thing))
        if not kinds.isdisjoint(known):
            yield decider.decide


def _resolved(node: ast.AST, function: Any) -> Any:
    """What a name or a member of a module or class stands for in a function; None where that shows only when it runs."""
    match node:
        case ast.Name(id=name) if name not in _own(function):
            return function.__globals__.get(name)
        case ast.Attribute(value=value, attr=name):
            owner = _resolved(value, function)
            return getattr(owner, name, None) if isinstance(owner, types.ModuleType | type) else None
    return None


def _method(node: ast.AST, function: Any, doors: Mapping[str, type]) -> Any:
    """The method that is asked of something by the name it has: of `self`, or of what was handed in."""
    match node:
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            owner = function.__globals__.get(function.__qualname__.partition(".")[0])
        case ast.Attribute(
            value=ast.Name(id=called)
            | ast.Attribute(attr=called)
            | ast.Call(func=ast.Attribute(attr=called)),
            attr=name,
        ):
            owner = doors.get(called.lstrip("_"))
        case _:
            return None
    found: Any = getattr(owner, name, None) if isinstance(owner, type) else None
    found = getattr(found, "fget", found)
    return inspect.unwrap(found) if callable(found) else None


def _is_ours(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).partition(".")[0] in OURS

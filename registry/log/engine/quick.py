"""Running Core statements on the driver's cursor: each is compiled once by its shape, and on PostgreSQL writes go ahead in a
pipeline while only reads wait.

What a transaction of the writer is handed in place of a SQLAlchemy connection: of that it offers `execute`, which is all that
batches and projections use. A driver's failure comes out as SQLAlchemy's own `DBAPIError`, as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, Delete, Insert, Result, Select, TextClause, Update
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import NullType

from registry.log.engine import arrays

_MOST_SHAPES: Final = 2_000
_LIST: Final = re.compile(r"(?P<not>NOT )?IN \(__\[POSTCOMPILE_(?P<name>\w+)\]\)")
"""Where SQLAlchemy writes as many marks as a list has values, at each execution."""
_NO_COLUMNS: Final = SimpleResultMetaData(())


@dataclass(frozen=True, slots=True)
class Shape:
    """A compiled statement: its text with the driver's marks, and what turns its rows into values."""

    compiled: SQLCompiler
    text: str
    named: SimpleResultMetaData
    processors: tuple[Callable[[Any], Any] | None, ...]
    expands: bool
    fixed: Mapping[str, Any]
    """Values that stand in a constant itself."""

    def said(self, given: Mapping[str, Any]) -> tuple[str, Any]:
        """The text and its parameters as the driver wants them."""
        compiled = self.compiled
        if self.expands:
            expanded = compiled._process_parameters_for_postcompile(dict(given))
            text, names, values = expanded.statement, expanded.positiontup, expanded.parameters
        else:
            text, names, values = self.text, compiled.positiontup, given
        return text, [values[name] for name in names] if names is not None else values


@dataclass
class Asked:
    """A question that is on its way; the answer is waited for when it is read."""

    cursor: Any
    shape: Shape
    rows: Callable[[Any], list[Sequence[Any]]]

    def result(self) -> Result[Any]:
        return IteratorResult(self.shape.named, iter(self.all()))

    def all(self) -> list[Sequence[Any]]:
        """The rows alone, as tuples."""
        rows = self.rows(self.cursor)
        if not any(self.shape.processors):
            return rows
        return [
            tuple(
                value if change is None else change(value)
                for value, change in zip(row, self.shape.processors, strict=True)
            )
            for row in rows
        ]


class _Foreign:
    """A driver's failure in what it is put around comes out as SQLAlchemy's own."""

    def __init__(self, error: type[Exception]) -> None:
        self._error = error

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, failure: BaseException | None, _traceback: object) -> None:
        if isinstance(failure, self._error):
            raise DBAPIError(None, None, failure) from failure


class Quick:
    """One transaction's statements. `plain` is the connection beneath, for what is not Core or needs SQLAlchemy's own result."""

    _shapes: ClassVar[dict[tuple[Any, ...], Shape]] = {}
    """By engine and cache key; by engine and the statement itself where it is a constant that is given its values each time."""

    def __init__(
        self,
        connection: Connection,
        *,
        pipelined: bool = False,
        holding: Callable[[Select[Any]], Select[Any]] = lambda locking: locking,
    ) -> None:
        self._connection = connection
        self._holding = holding
        self.dialect = connection.dialect
        self._raw: Any = connection.connection.dbapi_connection
        self._pipelined = pipelined
        self._foreign = _Foreign(self.dialect.loaded_dbapi.Error)

    def execute(self, statement: Any, parameters: Any = None) -> Result[Any]:
        """As SQLAlchemy's: rows of a select; nothing to read from a write, which may not have happened yet.

        A statement that comes with a mapping of its values is a constant: it is compiled once, and costs next to nothing after.
        """
        if isinstance(statement, Select):
            return self.ask(statement, parameters).result()
        if not isinstance(statement, (Insert, Update, Delete)):
            return self.plain().execute(statement, parameters)
        if parameters is None or isinstance(parameters, Mapping):
            self._run(statement, parameters)
        else:
            self._write_many(statement, parameters)
        return _nothing()

    def ask(self, statement: Select[Any] | TextClause, parameters: Mapping[str, Any] | None = None) -> Asked:
        """Put a question without waiting for the answer."""
        return Asked(*self._run(statement, parameters), self._rows)

    def lock(self, locking: Select[Any], parameters: Mapping[str, Any]) -> Asked:
        """Ask for rows that are locked. From then on the server ends the transaction after a time, whatever becomes of us."""
        return self.ask(self._holding(locking), parameters)

    def open(self, how: str) -> None:
        """Begin with this statement; where it is empty, the driver does by itself."""
        if how:
            with self._foreign:
                self._raw.execute(how)

    def commit(self) -> None:
        """Commit, once all that went ahead has arrived."""
        with self._foreign:
            self._raw.commit()

    def plain(self) -> Connection:
        """The connection beneath, once all that went ahead has arrived."""
        self.arrive()
        return self._connection

    def arrive(self) -> None:
        """Wait for all that went ahead. Raises what any of it met."""
        if (pipeline := self._connection.info.pop("pipeline", None)) is not None:
            with self._foreign:
                pipeline.__exit__(None, None, None)

    def _run(self, statement: Any, parameters: Mapping[str, Any] | None) -> tuple[Any, Shape]:
        if parameters is not None:
            shape = self._constant(statement, tuple(parameters))
            given: Mapping[str, Any] = {**shape.fixed, **parameters}
        else:
            key = statement._generate_cache_key()
            shape = self._shape((key.key,), statement, (), key)
            given = shape.compiled.construct_params(
                extracted_parameters=key.bindparams, escape_names=False, _no_postcompile=True
            )
        text, values = shape.said(given)
        with self._foreign:
            cursor = self._cursor()
            cursor.execute(text, values)
        return cursor, shape

    def _rows(self, cursor: Any) -> list[Sequence[Any]]:
        with self._foreign:
            rows: list[Sequence[Any]] = cursor.fetchall()
            cursor.close()
        return rows

    def _write_many(self, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        if len(rows) < 2:
            for row in rows:
                self._run(statement, row)
            return
        names = tuple(rows[0])
        if self.dialect.name == "postgresql" and isinstance(statement, Insert) and statement.select is None:
            with self._foreign:
                self._cursor().execute(
                    arrays.adding(self.dialect, statement.table, names), arrays.columns_of(rows, names)
                )
            return
        shape = self._constant(statement, names)
        order = shape.compiled.positiontup
        given = rows if order is None else [[row[name] for name in order] for row in rows]
        with self._foreign:
            self._cursor().executemany(shape.text, given)

    def _cursor(self) -> Any:
        """A pipeline stays open over transactions: COMMIT travels in it, and so does the next BEGIN."""
        if self._pipelined and "pipeline" not in self._connection.info:
            self._connection.info["pipeline"] = pipeline = self._raw.pipeline()
            pipeline.__enter__()
        return self._raw.cursor()

    def _constant(self, statement: Any, names: tuple[str, ...]) -> Shape:
        return self._shape((statement, names), statement, names, None)

    def _shape(self, address: tuple[Any, ...], statement: Any, names: tuple[str, ...], key: Any) -> Shape:
        address = (self.dialect.name, *address)
        shape = self._shapes.get(address)
        if shape is None:
            if len(self._shapes) > _MOST_SHAPES:
                self._shapes.clear()
            shape = self._shapes[address] = _compiled(self.dialect, statement, names, key)
        return shape


def short(connection: Connection | Quick) -> Quick:
    """The short way on any connection, inside whatever transaction it has open."""
    return connection if isinstance(connection, Quick) else Quick(connection)


def rows_of(
    connection: Connection | Quick, constant: Select[Any] | TextClause, values: Mapping[str, Any]
) -> list[Sequence[Any]]:
    """The rows of a constant, on any connection. Raises DBAPIError."""
    return short(connection).ask(constant, values).all()


def _compiled(dialect: Any, statement: Any, names: tuple[str, ...], key: Any) -> Shape:
    """An insert of a constant names its columns by the values it is given; elsewhere values are where the statement has them."""
    columns = list(names) if names and isinstance(statement, Insert) else None
    compiled = dialect.statement_compiler(dialect, statement, cache_key=key, column_keys=columns)
    found = compiled._result_columns
    text = _with_arrays(dialect, compiled) if dialect.name == "postgresql" else compiled.string
    given = {} if key is not None else compiled.construct_params(_no_postcompile=True, _check=False)
    return Shape(
        compiled,
        text,
        SimpleResultMetaData(tuple(column.keyname for column in found)),
        tuple(column.type._cached_result_processor(dialect, None) for column in found),
        "__[POSTCOMPILE_" in text,
        {name: value for name, value in given.items() if name not in names},
    )


def _with_arrays(dialect: Any, compiled: SQLCompiler) -> str:
    """The text with one array for each list of values, so that it is one statement, planned once, however long the list."""

    def array(found: re.Match[str]) -> str:
        kind = compiled.binds[found["name"]].type
        cast = "" if isinstance(kind, NullType) else f"::{dialect.type_compiler_instance.process(kind)}[]"
        return f"{'<> ALL' if found['not'] else '= ANY'}(%({found['name']})s{cast})"

    return _LIST.sub(array, compiled.string)


def _nothing() -> Result[Any]:
    return IteratorResult(_NO_COLUMNS, iter(()))

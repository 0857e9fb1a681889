"""Arguments and standard input to a verb and its query; results to standard output; failures to one line."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, TextIO, TypeVar

from systems_manager_organization.connection import Connection, SessionFactory, boto3_session
from systems_manager_organization.errors import QueryError, ScriptError, UsageError
from systems_manager_organization.query import parse, validated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from systems_manager_organization.query import Key, Query

    Connect = Callable[[], Connection]

R = TypeVar("R")


@dataclass(frozen=True)
class Verb(Generic[R]):
    """One thing that a program does.

    Attributes:
        summary: one line.
        description: lines for `--help`: what is called, which Terraform resource is missing, what would replace this.
        run: does it. Gets the query, and a function that connects to AWS as the query says.
    """

    name: str
    summary: str
    description: str
    keys: tuple[Key, ...]
    run: Callable[[Query, Connect], R]


@dataclass(frozen=True)
class Program(Generic[R]):
    """An entry script.

    Attributes:
        render: a result as text; told whether a terminal will show it.
        reads_standard_input: whether a query that is not among the arguments comes on standard input.
    """

    name: str
    summary: str
    verbs: tuple[Verb[R], ...]
    render: Callable[[R, bool], str]
    reads_standard_input: bool

    def main(
        self,
        argv: Sequence[str] | None = None,
        stdin: TextIO | None = None,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        session_factory: SessionFactory = boto3_session,
        sleep: Callable[[float], None] = time.sleep,
    ) -> int:
        """Runs the program; whatever is None is the process's own.

        Returns:
            The exit status: 0, or 1 after one line on standard error, or 130 when interrupted.
        """
        arguments = sys.argv[1:] if argv is None else argv
        streams = _Streams(stdin or sys.stdin, stdout or sys.stdout, stderr or sys.stderr)
        return _run(self, arguments, streams, session_factory, sleep)


@dataclass(frozen=True)
class _Streams:
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO


def _run(
    program: Program[R],
    arguments: Sequence[str],
    streams: _Streams,
    session_factory: SessionFactory,
    sleep: Callable[[float], None],
) -> int:
    name = program.name
    try:
        if not arguments or arguments[0] in ("-h", "--help"):
            return _show_help(_program_help(program), streams, given=bool(arguments))
        verb = _verb(program, arguments[0])
        name = f"{name} {verb.name}"
        if {"-h", "--help"} & set(arguments[1:]):
            return _show_help(_verb_help(program, verb), streams, given=True)
        query = _query(program, verb, arguments[1:], streams.stdin)
        notice = partial(print, f"{name}:", file=streams.stderr, flush=True)
        connect = partial(Connection, query, session_factory=session_factory, sleep=sleep, notice=notice)
        result = verb.run(query, connect)
    except ScriptError as error:
        print(f"{name}: {error}", file=streams.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{name}: interrupted.", file=streams.stderr)
        return 130
    print(program.render(result, streams.stdout.isatty()), file=streams.stdout)
    return 0


def _show_help(text: str, streams: _Streams, *, given: bool) -> int:
    """Help that was asked for is a result; help for want of a verb is a failure."""
    print(text, file=streams.stdout if given else streams.stderr)
    return 0 if given else 1


def _verb(program: Program[R], name: str) -> Verb[R]:
    for verb in program.verbs:
        if verb.name == name:
            return verb
    names = ", ".join(verb.name for verb in program.verbs)
    raise UsageError(f'there is no verb "{name}": name one of {names}, or see {program.name} --help.')


def _query(program: Program[R], verb: Verb[R], arguments: Sequence[str], stdin: TextIO) -> Query:
    if arguments and not arguments[0].startswith("-"):
        if len(arguments) > 1:
            raise UsageError("the query is one argument, and there are more: did a shell split it?")
        return parse(arguments[0], verb.keys)
    if arguments:
        return validated(dict(_flags(verb, arguments)), verb.keys)
    if program.reads_standard_input and not stdin.isatty():
        try:
            return parse(stdin.read(), verb.keys)
        except UnicodeDecodeError as error:
            raise QueryError(f"The query on standard input is not text: {error}.") from error
    place = "as JSON on standard input" if program.reads_standard_input else "as one JSON argument"
    raise UsageError(f"there is no query: give it {place}, or as flags, which {program.name} {verb.name} --help lists.")


def _flags(verb: Verb[R], arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    names = {key.flag: key.name for key in verb.keys}
    seen = set()
    remaining = iter(arguments)
    for argument in remaining:
        flag, separator, value = argument.partition("=")
        if flag not in names:
            raise UsageError(f'there is no flag "{flag}": use {", ".join(names)}.')
        if flag in seen:
            raise UsageError(f"{flag} is given twice.")
        seen.add(flag)
        if not separator:
            value = next(remaining, "--")
            if value.startswith("--"):
                raise UsageError(f"{flag} needs a value.")
        yield names[flag], value


def _program_help(program: Program[R]) -> str:
    width = max(len(verb.name) for verb in program.verbs)
    verbs = "\n".join(f"  {verb.name:<{width}}  {verb.summary}" for verb in program.verbs)
    return (
        f"usage: {program.name} VERB {_usage(program)}\n\n{program.summary}\n\nverbs (VERB --help says more):\n{verbs}"
    )


def _verb_help(program: Program[R], verb: Verb[R]) -> str:
    width = max(len(key.flag) for key in verb.keys)
    keys = "\n".join(
        f"  {key.flag:<{width}}  {key.description}{_necessity(key)}\n  {'':<{width}}  must be {key.rule}"
        for key in verb.keys
    )
    return (
        f"usage: {program.name} {verb.name} {_usage(program)}\n\n{verb.summary}\n\n{verb.description}\n\n"
        f"keys of the query (in JSON with underscores and without --):\n{keys}"
    )


def _necessity(key: Key) -> str:
    if key.required:
        return " (required)"
    return f" (default {key.default})" if key.default else ""


def _usage(program: Program[R]) -> str:
    return f"(--KEY VALUE ... | QUERY{' | < QUERY' if program.reads_standard_input else ''})"

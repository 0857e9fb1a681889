"""Arguments and standard input to a verb and its query; results to standard output; failures to one line."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, TextIO, TypeVar

from systems_manager_organization.aws.session import Connection, SessionFactory, boto3_session
from systems_manager_organization.cli.options import parse, validated
from systems_manager_organization.cli.terminal import Screen
from systems_manager_organization.clock import SYSTEM_CLOCK, Clock
from systems_manager_organization.errors import QueryError, ScriptError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from systems_manager_organization.cli.options import Key, Query

    Connect = Callable[[], Connection]

R = TypeVar("R")


@dataclass(frozen=True)
class Verb(Generic[R]):
    """One thing that a program does.

    Attributes:
        summary: one line.
        description: lines for `--help`: what is called, which Terraform resource is missing, what would replace this.
        run: does it. Gets the query, and a function that connects to AWS as the query says.
        by_hand: does it for a person, who gave arguments and no JSON: shows the result and returns the exit status.
            None: `run`, and its result as text.
    """

    name: str
    summary: str
    description: str
    keys: tuple[Key, ...]
    run: Callable[[Query, Connect], R] | None = None
    by_hand: Callable[[Query, Connect, Screen], int] | None = None


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
        clock: Clock = SYSTEM_CLOCK,
    ) -> int:
        """Runs the program; whatever is None is the process's own.

        Returns:
            The exit status: 0, or 1 after one line on standard error, or 130 when interrupted, or 141 when nobody reads
            any further; a verb that works for a person may say others of its own.
        """
        arguments = sys.argv[1:] if argv is None else argv
        screen = Screen(stdin or sys.stdin, stdout or sys.stdout, stderr or sys.stderr)
        try:
            status = _run(self, arguments, screen, session_factory, clock)
            screen.stdout.flush()
        except BrokenPipeError:
            # Python would flush once more, and say what everybody knows who pipes into head.
            # https://docs.python.org/3/library/signal.html#note-on-sigpipe
            os.dup2(os.open(os.devnull, os.O_WRONLY), screen.stdout.fileno())
            return 141
        return status


def _run(
    program: Program[R], arguments: Sequence[str], screen: Screen, session_factory: SessionFactory, clock: Clock
) -> int:
    name = program.name
    try:
        if not arguments or arguments[0] in ("-h", "--help"):
            return _show_help(_program_help(program), screen, given=bool(arguments))
        verb = _verb(program, arguments[0])
        name = f"{name} {verb.name}"
        if {"-h", "--help"} & set(arguments[1:]):
            return _show_help(_verb_help(program, verb), screen, given=True)
        query, by_hand = _query(program, verb, arguments[1:], screen.stdin)
        notice = partial(print, f"{name}:", file=screen.stderr, flush=True)
        connect = partial(Connection, query, session_factory=session_factory, clock=clock, notice=notice)
        if verb.by_hand and by_hand:
            return verb.by_hand(query, connect, screen)
        if verb.run is None:
            raise UsageError(f"this verb takes flags alone: {', '.join(key.flag for key in verb.keys)}.")
        result = verb.run(query, connect)
    except ScriptError as error:
        print(f"{name}: {error}", file=screen.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{name}: interrupted.", file=screen.stderr)
        return 130
    print(program.render(result, screen.stdout.isatty()), file=screen.stdout)
    return 0


def _show_help(text: str, screen: Screen, *, given: bool) -> int:
    """Help that was asked for is a result; help for want of a verb is a failure."""
    print(text, file=screen.stdout if given else screen.stderr)
    return 0 if given else 1


def _verb(program: Program[R], name: str) -> Verb[R]:
    for verb in program.verbs:
        if verb.name == name:
            return verb
    names = ", ".join(verb.name for verb in program.verbs)
    raise UsageError(f'there is no verb "{name}": name one of {names}, or see {program.name} --help.')


def _query(program: Program[R], verb: Verb[R], arguments: Sequence[str], stdin: TextIO) -> tuple[Query, bool]:
    """The query, and whether a person gave it: by flags, or by nothing at all to a verb that can do with that."""
    if verb.run is None or (arguments and arguments[0].startswith("-")):
        return validated(dict(_flags(verb, arguments)), verb.keys), True
    if arguments:
        if len(arguments) > 1:
            raise UsageError("the query is one argument, and there are more: did a shell split it?")
        return parse(arguments[0], verb.keys), False
    text = _standard_input(stdin) if program.reads_standard_input else ""
    if text.strip():
        return parse(text, verb.keys), False
    if verb.by_hand:
        return validated({}, verb.keys), True
    place = "as JSON on standard input" if program.reads_standard_input else "as one JSON argument"
    raise UsageError(f"there is no query: give it {place}, or as flags, which {program.name} {verb.name} --help lists.")


def _standard_input(stdin: TextIO) -> str:
    """All of it; nothing where a person sits there, who would wait for us."""
    if stdin.isatty():
        return ""
    try:
        return stdin.read()
    except UnicodeDecodeError as error:
        raise QueryError(f"The query on standard input is not text: {error}.") from error


def _flags(verb: Verb[R], arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    keys = {key.flag: key for key in verb.keys}
    positional = [key for key in verb.keys if key.positional]
    seen = set()
    remaining = iter(arguments)
    for argument in remaining:
        if positional and not argument.startswith("-"):
            yield positional.pop(0).name, argument
            continue
        flag, separator, value = argument.partition("=")
        if flag not in keys or keys[flag].positional:
            raise UsageError(f'there is no flag "{flag}": use {", ".join(keys)}.')
        if flag in seen:
            raise UsageError(f"{flag} is given twice.")
        seen.add(flag)
        yield keys[flag].name, value if separator else _value(keys[flag], remaining)


def _value(key: Key, remaining: Iterator[str]) -> str:
    if key.switch:
        return "true"
    value = next(remaining, "--")
    if value.startswith("--"):
        raise UsageError(f"{key.flag} needs a value.")
    return value


def _program_help(program: Program[R]) -> str:
    width = max(len(verb.name) for verb in program.verbs)
    verbs = "\n".join(f"  {verb.name:<{width}}  {verb.summary}" for verb in program.verbs)
    arguments = "NAME [--KEY VALUE ...]" if all(verb.run is None for verb in program.verbs) else _usage(program)
    return f"usage: {program.name} VERB {arguments}\n\n{program.summary}\n\nverbs (VERB --help says more):\n{verbs}"


def _verb_help(program: Program[R], verb: Verb[R]) -> str:
    width = max(len(key.flag) for key in verb.keys)
    keys = "\n".join(
        f"  {key.flag:<{width}}  {key.description}{_necessity(key)}{_rule(key, width)}" for key in verb.keys
    )
    return (
        f"usage: {program.name} {verb.name} {_verb_usage(program, verb)}\n\n{verb.summary}\n\n{verb.description}\n\n"
        f"{'arguments' if verb.run is None else 'keys of the query (in JSON with underscores and without --)'}:\n{keys}"
    )


def _rule(key: Key, width: int) -> str:
    return "" if key.switch else f"\n  {'':<{width}}  must be {key.rule}"


def _necessity(key: Key) -> str:
    if key.required:
        return " (required)"
    return f" (default {key.default})" if key.default else ""


def _verb_usage(program: Program[R], verb: Verb[R]) -> str:
    if verb.run is not None:
        return _usage(program)
    names = [key.flag if key.required else f"[{key.flag}]" for key in verb.keys if key.positional]
    return " ".join([*names, "[--KEY VALUE ...]"])


def _usage(program: Program[R]) -> str:
    return f"(--KEY VALUE ... | QUERY{' | < QUERY' if program.reads_standard_input else ''})"

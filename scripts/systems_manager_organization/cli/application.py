"""The command line: parses options or a query, runs the command, prints its result or one line with the error."""

from __future__ import annotations

import argparse
import os
import re
import sys
import textwrap
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from io import TextIOWrapper
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TextIO, TypeVar

from systems_manager_organization import __version__
from systems_manager_organization.aws.garbage_collection import pause_garbage_collection
from systems_manager_organization.aws.session import AwsSession, SessionFactory, botocore_session
from systems_manager_organization.cli import interrupts
from systems_manager_organization.cli.activity import Activity
from systems_manager_organization.cli.options import REGION_PATTERN, parse, validated
from systems_manager_organization.cli.terminal import Terminal
from systems_manager_organization.clock import SYSTEM_CLOCK, Clock
from systems_manager_organization.errors import QueryError, ScriptError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from systems_manager_organization.cli.options import Option, Query

    Connect = Callable[[], AwsSession]

R = TypeVar("R")

EXIT_FAILURE, EXIT_USAGE, EXIT_BROKEN_PIPE = 1, 2, 141
_WIDTH = 79
# What is named by it is in its Region.
_ARN = re.compile(f"arn:[^:]+:[^:]+:({REGION_PATTERN}):")


@dataclass(frozen=True)
class Command(Generic[R]):
    """One sub-command of a program.

    Attributes:
        summary: one line.
        description: paragraphs for `--help`: what is called, which Terraform resource is missing, what would replace
            this. Lines that begin with two spaces are kept as they are.
        example: an example of its arguments.
        run: runs it for Terraform. Gets the query, and a function that creates the AWS session of the query.
        cli_handler: runs it on the command line, with options and no JSON; returns the exit status.
            None: `run`, and its result as text.
    """

    name: str
    summary: str
    description: str
    example: str
    options: tuple[Option, ...]
    run: Callable[[Query, Connect], R] | None = None
    cli_handler: Callable[[Query, Connect, Terminal], int] | None = None


def load_command(path: str) -> Command[Any]:
    """The command at `path`, which is `module:NAME` below this package: resolve_name of pkgutil."""
    return resolve_name(f"systems_manager_organization.{path}")  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Program(Generic[R]):
    """An entry script.

    Attributes:
        loaders: from the name of a command to the function that imports it. Only the command that runs is imported:
            Terraform starts these scripts at every plan.
        render: a result as text; the argument is whether standard output is a terminal.
        reads_standard_input: whether a query that is not an argument is read from standard input.
    """

    name: str
    summary: str
    loaders: Mapping[str, Callable[[], Command[R]]]
    render: Callable[[R, bool], str]
    reads_standard_input: bool

    @property
    def commands(self) -> tuple[Command[R], ...]:
        return tuple(load() for load in self.loaders.values())

    def main(
        self,
        argv: Sequence[str] | None = None,
        stdin: TextIO | None = None,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        session_factory: SessionFactory = botocore_session,
        clock: Clock = SYSTEM_CLOCK,
    ) -> int:
        """Runs the program; None is for the process's own arguments and streams.

        Returns:
            The exit status: 0; 1 after one line on standard error; 2 where the command line is wrong; 130 after
            Ctrl-C and 143 after SIGTERM; 141 after a broken pipe. A handler of the command line may return others.
        """
        terminal = Terminal(stdin or sys.stdin, stdout or sys.stdout, stderr or sys.stderr)
        if argv is None:
            pause_garbage_collection()
            interrupts.raise_on_signals()
            if isinstance(terminal.stdout, TextIOWrapper):
                # A name may have letters that the encoding of standard output lacks.
                terminal.stdout.reconfigure(errors="backslashreplace")
        arguments = sys.argv[1:] if argv is None else argv
        try:
            with Activity(terminal, " ".join((self.name, *arguments[:1])), clock.now) as activity:
                status = _run(self, arguments, activity, session_factory, clock)
            terminal.stdout.flush()
        except BrokenPipeError:
            status = EXIT_BROKEN_PIPE
        except KeyboardInterrupt:
            status = interrupts.exit_status()
        except OSError as error:
            # What the operating system refuses to write to a stream has a number, and no name of a file.
            if error.filename is not None or error.errno is None:
                raise
            print(f"{self.name}: standard output cannot be written: {error.strerror}.", file=terminal.stderr)
            status = EXIT_FAILURE
        else:
            return status
        if argv is None:
            # Python would wait for threads that wait for AWS, and flush standard output again.
            os._exit(status)
        return status


def _run(
    program: Program[R], arguments: Sequence[str], activity: Activity, session_factory: SessionFactory, clock: Clock
) -> int:
    """The exit status. Raises KeyboardInterrupt after a line on standard error, and what standard output raises."""
    name, terminal = program.name, activity.terminal
    try:
        load = program.loaders.get(arguments[0]) if arguments else None
        commands = (load(),) if load else program.commands
        parser = _parser(program, commands)
        _complete(parser)
        namespace, unrecognized = parser.parse_known_args(arguments)
        values = vars(namespace)
        command = next(found for found in commands if found.name == values["command"])
        name = f"{name} {command.name}"
        _require_recognized(unrecognized, command.options, name)
        query, from_person = _query(program, command, values, terminal.stdin)
        warn = partial(_warn, terminal, name)

        def connect() -> AwsSession:
            aws = AwsSession(query, session_factory=session_factory, clock=clock, warn=warn)
            activity.count(lambda: aws.calls)
            return aws

        if command.run is None or (command.cli_handler and from_person):
            return _run_handler(command, query, connect, terminal)
        result = command.run(query, connect)
    except _HelpRequested as requested:
        terminal.write(requested.text)
        return 0
    except _ParserError as error:
        print(f"{error.prog}: {error}", file=terminal.stderr)
        return EXIT_USAGE
    except UsageError as error:
        print(f"{name}: {error}", file=terminal.stderr)
        return EXIT_USAGE
    except ScriptError as error:
        print(f"{name}: {error}", file=terminal.stderr)
        return EXIT_FAILURE
    except KeyboardInterrupt as error:
        print(" ".join((f"{name}: interrupted.", *error.args)), file=terminal.stderr)
        raise
    print(program.render(result, terminal.stdout.isatty()), file=terminal.stdout)
    return 0


def _warn(terminal: Terminal, name: str, message: str) -> None:
    terminal.echo(f"{name}: {message}", err=True)


def _require_recognized(unrecognized: Sequence[str], options: Sequence[Option], name: str) -> None:
    """Raises UsageError: argparse would name the program without its command."""
    if unrecognized:
        closest = _closest(unrecognized[0].partition("=")[0], options)
        suggestion = f" Did you mean {closest}?" if closest else ""
        raise UsageError(f"unrecognized arguments: {' '.join(unrecognized)}.{suggestion} See {name} --help.")


def _closest(given: str, options: Sequence[Option]) -> str:
    """The option that is nearest, or has this value: `--format json` for `--json`."""
    names, value = [option.option_string for option in options], given.removeprefix("--")
    with_value = [f"{option.option_string} {value}" for option in options if value in option.pattern.split("|")]
    return next(iter((*get_close_matches(given, names, n=1, cutoff=0.75), *with_value)), "")


def _run_handler(command: Command[R], query: Query, connect: Connect, terminal: Terminal) -> int:
    """Raises ScriptError."""
    if command.cli_handler is None:
        raise UsageError("this command has no handler.")
    return command.cli_handler(query, connect, terminal)


# The parser


class _HelpRequested(Exception):  # noqa: N818 - it is no error
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text.rstrip("\n")


class _ParserError(UsageError):
    def __init__(self, prog: str, message: str) -> None:
        super().__init__(message)
        self.prog = prog


class _Parser(argparse.ArgumentParser):
    """Raises what argparse would print and exit with: streams and exit status are the caller's."""

    def error(self, message: str) -> NoReturn:
        raise _ParserError(self.prog, f"{_with_suggestion(message)} See {self.prog} --help.")

    def print_help(self, file: Any = None) -> NoReturn:  # noqa: ARG002
        raise _HelpRequested(self.format_help())


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_rest: object) -> NoReturn:
        raise _HelpRequested(f"{parser.prog} {__version__}")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Paragraphs at 79 columns, regardless of the terminal: help is also read in logs and pages."""

    def __init__(self, prog: str, **_rest: object) -> None:
        super().__init__(prog, max_help_position=30, width=_WIDTH)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(
            block if block.startswith("  ") else textwrap.fill(block, width, initial_indent=indent)
            for block in _blocks(text)
        )


def _blocks(text: str) -> list[str]:
    """Paragraphs, empty lines, and each line that begins with two spaces."""
    found: list[str] = []
    for line in text.split("\n"):
        if found and line and found[-1] and not line.startswith("  ") and not found[-1].startswith("  "):
            found[-1] = f"{found[-1]} {line}"
        else:
            found.append(line)
    return found


def _with_suggestion(message: str) -> str:
    """argparse's message, with the closest choice."""
    found = re.fullmatch(r"(?:argument .*: )?invalid choice: '(.*)' \(choose from (.*)\)", message)
    if not found:
        return f"{message}."
    choices = [choice.strip("' ") for choice in found.group(2).split(",")]
    matches = get_close_matches(found.group(1), choices, n=1)
    suggestion = f"did you mean {matches[0]}?" if matches else f"use one of {', '.join(choices)}."
    return f"unknown command {found.group(1)}: {suggestion}"


def _parser(program: Program[R], commands: Sequence[Command[R]]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=program.name,
        description=program.summary,
        formatter_class=_Formatter,
        allow_abbrev=False,
        epilog=f"Example:\n  {program.name} {commands[0].example}",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", title="commands")
    for command in commands:
        _add_command(subparsers, program, command)
    return parser


def _add_command(subparsers: Any, program: Program[R], command: Command[R]) -> None:
    parser = subparsers.add_parser(
        command.name,
        help=command.summary,
        description=f"{command.summary}\n\n{command.description}",
        epilog=f"Example:\n  {program.name} {command.example}",
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    for option in command.options:
        _add_option(parser, option)
    if command.run is not None:
        source = ", or on standard input" if program.reads_standard_input else ""
        parser.add_argument(
            "query",
            nargs="?",
            metavar="QUERY",
            help=f"the options as one JSON object, with _ for - and without --, as Terraform passes them{source}",
        )


def _add_option(parser: argparse.ArgumentParser, option: Option) -> None:
    required = " (required)" if option.required else ""
    default = f" (default: {option.default})" if option.default else ""
    rule = "" if option.is_flag else f"; {option.rule}"
    text = f"{option.description}{rule}{default}{required}".replace("%", "%%")
    if option.positional:
        parser.add_argument(
            option.name, metavar=option.option_string, help=text, nargs=None if option.required else "?"
        )
    elif option.is_flag:
        parser.add_argument(option.option_string, dest=option.name, action="store_const", const="true", help=text)
    elif option.several:
        parser.add_argument(
            option.option_string, dest=option.name, action="extend", nargs="+", metavar="VALUE", help=text
        )
    else:
        parser.add_argument(option.option_string, dest=option.name, metavar="VALUE", help=text)


def _complete(parser: argparse.ArgumentParser) -> None:
    """Completion in the shell, where argcomplete is installed: https://kislyuk.github.io/argcomplete/"""
    if "_ARGCOMPLETE" in os.environ:
        import argcomplete

        argcomplete.autocomplete(parser)


# The query


def _query(program: Program[R], command: Command[R], values: dict[str, Any], stdin: TextIO) -> tuple[Query, bool]:
    """The query, and whether it is from the command line: options, or none for a command without required options."""
    given = {option.name: _text(values[option.name]) for option in command.options if values[option.name] is not None}
    if given and values.get("query") is not None:
        option = next(option for option in command.options if option.name in given)
        raise UsageError(
            f"{option.option_string} and a QUERY are given, of which one would be ignored: give options alone, or all "
            "of them in the QUERY."
        )
    arn = _ARN.match(given.get("name", ""))
    if arn:
        given.setdefault("region", arn[1])
    if given or command.run is None:
        return _validated(given, command), True
    if values["query"] is not None:
        return parse(values["query"], command.options), False
    text = _standard_input(stdin) if program.reads_standard_input else ""
    if text.strip():
        return parse(text, command.options), False
    if command.cli_handler:
        return _validated({}, command), True
    source = "as JSON on standard input" if program.reads_standard_input else "as one JSON argument"
    raise UsageError(
        f"the query is missing: pass it {source}, or as options. See {program.name} {command.name} --help."
    )


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ",".join(value)


def _validated(values: dict[str, str], command: Command[R]) -> Query:
    """Raises UsageError: the values are from the command line."""
    try:
        return validated(values, command.options)
    except QueryError as error:
        raise UsageError(str(error)) from error


def _standard_input(stdin: TextIO) -> str:
    """All of standard input; nothing from a terminal."""
    if stdin.isatty():
        return ""
    try:
        return stdin.read()
    except UnicodeDecodeError as error:
        raise QueryError(f"The query on standard input is not text: {error}.") from error

"""What the launcher must know about a `pulumi` command line: which command it is, which stack, which settings file."""

from dataclasses import dataclass

# Flags that take the next word as their value. Others may too: then that value is read as a word, which does no harm
# because only the first words of `words` are looked at.
_VALUE_FLAGS = frozenset(
    f"--{name}"
    for name in [
        *("stack", "cwd", "config-file", "color", "memprofilerate", "otel-traces", "profiling", "tracing", "verbose"),
        *("config", "message", "parallel", "target", "replace", "policy-pack", "event-log"),
    ]
)
_VALUE_LETTERS = frozenset("sCvcmpt")

OPERATIONS = frozenset(
    {"up", "update", "preview", "pre", "refresh", "destroy", "down", "dn", "import", "watch", "logs", "recover"}
)
"""The commands that work on a stack with its settings and take `--config-file`; `recover` is ours, not pulumi's."""

CONFIG_EDITS = frozenset({"set", "set-all", "rm", "rm-all", "remove", "remove-all", "cp", "copy", "env", "refresh"})
"""The subcommands of `config` whose purpose is to change the settings file."""


@dataclass(frozen=True)
class Command:
    """A `pulumi` command line: `words` are what is no flag, `at` is the place of the first of them."""

    arguments: tuple[str, ...]
    words: tuple[str, ...]
    at: int
    flags: dict[str, str]

    @property
    def stack(self) -> str | None:
        """The stack it names, without organization and project; None when it means the selected one."""
        named = self.flags.get("--stack") or self.flags.get("s")
        if not named and self.words[:1] == ("stack",) and len(self.words) > 2:  # noqa: PLR2004 - stack select NAME
            named = self.words[2] if self.words[1] == "select" else None
        return named.rsplit("/", 1)[-1] if named else None

    @property
    def folder(self) -> str:
        """Where it runs, relative to the current directory."""
        return self.flags.get("--cwd") or self.flags.get("C") or "."

    @property
    def after_first_word(self) -> tuple[str, ...]:
        """What follows the command's name."""
        return self.arguments[self.at + 1 :]

    @property
    def is_operation(self) -> bool:
        """Whether it works on a stack's resources with the stack's settings."""
        return self.words[:1] != () and self.words[0] in OPERATIONS and not self.asks_for_help

    @property
    def reads_config(self) -> bool:
        """Whether it shows settings: a `config` command that edits nothing."""
        return self.words[:1] == ("config",) and not self.edits_config and not self.asks_for_help

    @property
    def edits_config(self) -> bool:
        """Whether the user asks for a change of the settings file."""
        return self.words[:1] == ("config",) and len(self.words) > 1 and self.words[1] in CONFIG_EDITS

    @property
    def asks_for_help(self) -> bool:
        """Whether it only prints its help."""
        return "--help" in self.flags or "h" in self.flags

    @property
    def opens_real_secrets(self) -> bool:
        """Whether it would call the secrets provider that the settings file names, whatever `--config-file` says."""
        match self.words:
            case ("config", "cp" | "copy", *_) | ("stack", "change-secrets-provider", *_):
                return True
            case ("config", "set" | "set-all", *_):
                return "--secret" in self.flags
            case ("stack", "history", *_):
                return "--show-secrets" in self.flags
        return False

    @property
    def needs_stack(self) -> bool:
        """Whether the stack it names must be there before it runs."""
        return not self.asks_for_help and self.words[:2] not in {("stack", "init"), ("stack", "new"), ("stack", "rm")}

    def with_config_file(self, path: str) -> tuple[str, ...]:
        """The same command line reading (and writing) the settings file at `path`."""
        kept = list(self.arguments)
        while "--config-file" in kept:
            place = kept.index("--config-file")
            del kept[place : place + 2]
        kept = [argument for argument in kept if not argument.startswith("--config-file=")]
        return (*kept[: self.at + 1], "--config-file", path, *kept[self.at + 1 :])


def parse(arguments: list[str]) -> Command:
    """Reads a `pulumi` command line as pulumi's own parser would, as far as `Command` needs it."""
    words: list[str] = []
    flags: dict[str, str] = {}
    at = len(arguments)
    rest = iter(enumerate(arguments))
    for place, argument in rest:
        if argument == "--":
            break
        if argument.startswith("--"):
            name, equals, value = argument.partition("=")
            if name in _VALUE_FLAGS and not equals:
                value = next(rest, (place, ""))[1]
            flags[name] = value
        elif argument.startswith("-") and len(argument) > 1:
            letters = argument[1:]
            for index, letter in enumerate(letters):
                if letter in _VALUE_LETTERS:
                    value = letters[index + 1 :].removeprefix("=") or next(rest, (place, ""))[1]
                    flags[letter] = value
                    break
                flags[letter] = ""
        else:
            at = min(at, place)
            words.append(argument)
    return Command(tuple(arguments), tuple(words), at, flags)

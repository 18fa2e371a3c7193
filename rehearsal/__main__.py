"""`python -m rehearsal ARGS...`: `pulumi ARGS...` against the simulated clouds. `./rehearse` sets up and calls this."""

import sys

from rehearsal import launcher
from rehearsal.engine import EngineError
from rehearsal.faults import FaultsError
from rehearsal.interrupted import UnsettledError
from rehearsal.inventory import InventoryError
from rehearsal.stacks import StackError


def main(arguments: list[str]) -> int:
    """Runs the command; what the user can mend is told in plain words."""
    try:
        return launcher.run(arguments)
    except (EngineError, FaultsError, InventoryError, UnsettledError, StackError) as error:
        print(f"rehearse: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("rehearse: interrupted", file=sys.stderr)
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

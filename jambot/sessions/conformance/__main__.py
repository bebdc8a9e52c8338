"""`python -m jambot.sessions.conformance --store ADDRESS`: does this store keep the contract?"""

from __future__ import annotations

import argparse
import sys

from jambot.errors import JamBotError
from jambot.sessions.conformance.report import Outcome, outcome_of, table


def main() -> int:
    """Print the table; exits with 1 when a store breaks the contract, with 2 when it cannot be opened."""
    parser = argparse.ArgumentParser(prog="python -m jambot.sessions.conformance", description=__doc__)
    parser.add_argument(
        "--store",
        action="append",
        required=True,
        metavar="[NAME=]ADDRESS",
        help="an address, or module:function that makes a store in the namespace it is given; may be repeated",
    )
    outcomes: dict[str, Outcome] = {}
    for each in parser.parse_args().store:
        name, given, source = each.partition("=")
        if not given or not name.isidentifier():
            name, source = each.partition(":")[0], each
        try:
            outcomes[name] = outcome_of(source)
        except (JamBotError, ImportError, AttributeError) as error:
            sys.stderr.write(f"{name}: {error}\n")
            return 2
    sys.stdout.write(table(outcomes) + "\n")
    broken = [
        f"{name}: {behaviour}: {problem}"
        for name, outcome in outcomes.items()
        for behaviour, problem in outcome.items()
        if problem is not None
    ]
    sys.stderr.writelines(f"{line}\n" for line in broken)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

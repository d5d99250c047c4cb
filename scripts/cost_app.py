"""The arguments of `miyabi cost` and its subcommands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from scripts.operation_options import JsonFormat  # noqa: TC001  (typer reads it)
from scripts.talk import refuse

if TYPE_CHECKING:
    from typer._click import Context

DEFAULT = "estimate"


class FirstWordGroup(TyperGroup):
    """A group that takes any first word which is no subcommand of its for something to estimate."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Put the default subcommand in front where none is named."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Context) -> Any:
        """Run it; a mistake ends in its one sentence. What it is to price is loaded only now."""
        from cost.errors import CostError

        try:
            return super().invoke(ctx)
        except CostError as error:
            refuse(error)


app = typer.Typer(
    cls=FirstWordGroup,
    add_completion=False,
    rich_markup_mode=None,
    help="Estimate what environments or templates cost a month, line by line, with the source of each price.",
    epilog="Example: miyabi cost production --json",
)

Usage = Annotated[
    Path | None,
    typer.Option(help="Figures of a month, in TOML or YAML; `miyabi cost usage` writes a skeleton."),
]
Region = Annotated[
    str | None, typer.Option(help="Price in this region; left out, the environment's, or us-east-1.")
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE", help="A template's parameter; several times, or STACK.KEY=VALUE for one stack."
    ),
]
FreeTier = Annotated[
    str | None,
    typer.Option(
        "--free-tier",
        metavar="MODE",
        help="none, always, legacy-12-month or credits(USD); left out, a table shows none and always.",
    ),
]


def _day(text: str | date) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2026-11-25") from None


AsOf = Annotated[
    date | None,
    typer.Option(
        parser=_day,
        metavar="YYYY-MM-DD",
        help="Judge dates, such as the start of Extended Support, as of this day instead of today.",
    ),
]


def _usd(text: str | Decimal) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise typer.BadParameter(f"{text!r} is no amount; write USD, such as 150")
    return amount


Usd = Annotated[
    Decimal | None,
    typer.Option(
        "--budget",
        parser=_usd,
        metavar="USD",
        help="Exit with 4 when a total is above; a range by its high end.",
    ),
]


@app.command(
    DEFAULT,
    short_help="Print the bill: what is done where no command is named.",
    epilog="Example: miyabi cost template.yaml --usage usage.toml --region eu-west-1 --json",
)
def estimate(  # noqa: PLR0913, PLR0917  # one for each option
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ENV|FILE",
            help="Environments, templates (JSON or YAML), folders that synth wrote, or REV:ENV; all "
            "environments when left out.",
        ),
    ] = None,
    usage: Usage = None,
    region: Region = None,
    parameters: Parameters = None,
    free_tier: FreeTier = None,
    output: Annotated[
        Literal["table", "json", "csv", "markdown"], typer.Option("--format", help="How to print it.")
    ] = "table",
    group_by: Annotated[
        str, typer.Option(metavar="KEY", help="stack, service, component, type, resource or tag:NAME.")
    ] = "stack",
    budget: Usd = None,
    as_of: AsOf = None,
    as_json: JsonFormat = False,
) -> None:
    """Print the bill; without the word `estimate` too, as in `miyabi cost production`."""
    from scripts.commands.cost.bill import run

    code = run(
        what or [],
        usage=usage,
        region=region,
        parameters=parameters or (),
        free_tier=free_tier,
        output="json" if as_json else output,
        by=group_by,
        budget=budget,
        as_of=as_of,
    )
    raise typer.Exit(code)


prices = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="The price books in cost/prices, and AWS's price list.",
)
app.add_typer(prices, name="prices")


@prices.callback()
def prices_options() -> None:
    """Keep `refresh` a subcommand."""


@prices.command(epilog="Example: miyabi cost prices refresh --region eu-west-1 --dry-run")
def refresh(
    region: Annotated[
        list[str] | None, typer.Option(help="A book to refresh, or global; several times, all when left out.")
    ] = None,
    downloaded: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FOLDER", help="Read AWS's bulk files in a folder instead of asking AWS."
        ),
    ] = None,
    accept_jumps: Annotated[
        bool, typer.Option("--accept-jumps", help="Take prices that more than doubled or halved.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the changes, and write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    output: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to print the changes.")
    ] = "table",
    as_json: JsonFormat = False,
) -> None:
    """Compare the price books with AWS's price list, show what differs, and write it after asking."""
    import sys

    from scripts.commands.cost.prices import run

    code = run(
        region or [],
        downloaded=downloaded,
        accept_jumps=accept_jumps,
        dry_run=dry_run,
        yes=yes,
        output="json" if as_json else output,
        ask=(lambda question: typer.confirm(question, err=True)) if sys.stdin.isatty() else None,
    )
    raise typer.Exit(code)


What = Annotated[
    str,
    typer.Argument(
        metavar="ENV|FILE",
        help="An environment, a template (JSON or YAML), a folder that synth wrote, or REV:ENV.",
    ),
]
Format = Annotated[Literal["table", "json"], typer.Option("--format", help="How to print it.")]


@app.command(
    short_help="Print what a change costs: two bills side by side.",
    epilog="Example: miyabi cost diff HEAD:production production --format markdown",
)
def diff(  # noqa: PLR0913, PLR0917  # one for each option
    before: Annotated[
        str,
        typer.Argument(
            metavar="A", help="An environment, a template, a folder that synth wrote, or REV:ENV."
        ),
    ],
    after: Annotated[str, typer.Argument(metavar="B", help="The same, with the change.")],
    usage: Usage = None,
    region: Region = None,
    parameters: Parameters = None,
    free_tier: FreeTier = None,
    output: Annotated[
        Literal["table", "json", "markdown"],
        typer.Option("--format", help="How to print it; markdown is for a pull request."),
    ] = "table",
    group_by: Annotated[
        Literal["stack", "resource"], typer.Option(help="Whose subtotals to show.")
    ] = "stack",
    budget: Usd = None,
    as_of: AsOf = None,
    as_json: JsonFormat = False,
) -> None:
    """Print what B costs more or less than A: lines added, removed and changed, with subtotals."""
    from scripts.commands.cost.diff import run

    code = run(
        before,
        after,
        usage=usage,
        region=region,
        parameters=parameters or (),
        free_tier=free_tier,
        output="json" if as_json else output,
        by=group_by,
        budget=budget,
        as_of=as_of,
    )
    raise typer.Exit(code)


@app.command(
    short_help="Print how a bill grows with its requests.",
    epilog="Example: miyabi cost sweep production --requests 1e5..1e9",
)
def sweep(  # noqa: PLR0913, PLR0917  # one for each option
    what: What = "production",
    requests: Annotated[
        str, typer.Option(metavar="LOW..HIGH", help="From how few to how many requests a month.")
    ] = "1e5..1e9",
    points: Annotated[
        int | None,
        typer.Option(
            help="Price it so many times on the way; left out, at every power of ten and both ends."
        ),
    ] = None,
    usage: Usage = None,
    region: Region = None,
    parameters: Parameters = None,
    free_tier: Annotated[
        str | None,
        typer.Option(
            "--free-tier", metavar="MODE", help="none, always or legacy-12-month; left out, list price."
        ),
    ] = None,
    output: Annotated[
        Literal["table", "json", "csv"], typer.Option("--format", help="How to print it.")
    ] = "table",
    as_of: AsOf = None,
    as_json: JsonFormat = False,
) -> None:
    """Print how every line grows with the requests, and where another way to build it becomes cheaper."""
    from scripts.commands.cost.sweep import run

    code = run(
        what,
        requests=requests,
        points=points,
        usage=usage,
        region=region,
        parameters=parameters or (),
        free_tier=free_tier,
        output="json" if as_json else output,
        as_of=as_of,
    )
    raise typer.Exit(code)


@app.command(
    "what-if",
    short_help="Print what a bill would be under other assumptions.",
    epilog="Example: miyabi cost what-if production --set requests_per_month=5_000_000",
)
def what_if(  # noqa: PLR0913, PLR0917  # one for each option
    what: What = "production",
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=NUMBER", help="Another figure of [traffic] than now; several times."
        ),
    ] = None,
    usage: Usage = None,
    region: Region = None,
    parameters: Parameters = None,
    free_tier: Annotated[
        str | None,
        typer.Option(
            "--free-tier", metavar="MODE", help="none, always or legacy-12-month; left out, always."
        ),
    ] = None,
    output: Format = "table",
    as_of: AsOf = None,
    as_json: JsonFormat = False,
) -> None:
    """Print a bill under other assumptions; as JSON, all that is needed to work out any, to the cent."""
    from scripts.commands.cost.what_if import run

    code = run(
        what,
        settings=settings or (),
        usage=usage,
        region=region,
        parameters=parameters or (),
        free_tier=free_tier,
        output="json" if as_json else output,
        as_of=as_of,
    )
    raise typer.Exit(code)


@app.command(
    short_help="Tell how one line of a bill came about.",
    epilog="Example: miyabi cost explain Database/storage production",
)
def explain(  # noqa: PLR0913, PLR0917  # one for each option
    line: Annotated[
        str,
        typer.Argument(
            metavar="LINE",
            help="Database/storage, or the beginning of a component; with its stack or without.",
        ),
    ],
    what: What = "production",
    usage: Usage = None,
    region: Region = None,
    parameters: Parameters = None,
    output: Format = "table",
    as_of: AsOf = None,
    as_json: JsonFormat = False,
) -> None:
    """Tell how one line of a bill came about: what was read, its rates, what of it is free, who says so."""
    from scripts.commands.cost.explain import run

    code = run(
        line,
        what,
        usage=usage,
        region=region,
        parameters=parameters or (),
        output="json" if as_json else output,
        as_of=as_of,
    )
    raise typer.Exit(code)


@app.command(
    "usage",
    short_help="Write a usage file to start from.",
    epilog="Example: miyabi cost usage template.yaml > usage.toml",
)
def skeleton(
    what: What,
    region: Region = None,
    parameters: Parameters = None,
    output: Annotated[Literal["toml", "yaml"], typer.Option("--format", help="How to write it.")] = "toml",
) -> None:
    """Write a usage file to start from: every figure a template's prices hang on, commented out."""
    from scripts.commands.cost.skeleton import run

    raise typer.Exit(run(what, region=region, parameters=parameters or (), output=output))

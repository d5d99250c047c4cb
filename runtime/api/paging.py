"""Lists in pages: bounded, in one round trip, and refused only to whoever may not see them."""

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select, true

from runtime.api.access import holds, require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import ColumnElement, RowMapping, Select, Table

    from runtime.api.call import Call

LONGEST: Final = 100
LAST: Final = 10_000


class Paging(BaseModel):
    """Which page of a list: parameters of its query."""

    model_config = ConfigDict(extra="forbid")

    page: Annotated[int, Field(ge=1, le=LAST)] = 1
    limit: Annotated[int, Field(ge=1, le=LONGEST)] = 20


class Page(BaseModel):
    """What every list tells beside its rows."""

    total: int
    page: int
    limit: int


def read_page(
    call: "Call",
    table: "Table",
    where: "Sequence[ColumnElement[bool]]",
    order: "Sequence[ColumnElement[Any]]",
    paging: Paging,
    *,
    columns: "Iterable[str] | None" = None,
) -> "tuple[Sequence[RowMapping], dict[str, int]]":
    """Read one page of the rows that the caller works with, and how many there are in all.

    Args:
        call: The call.
        table: One of the tables with `organization_id` and `user_id`.
        where: Which rows, `in_scope` among the conditions.
        order: In which order.
        paging: Which page.
        columns: Those that are wanted; all if left out.

    Raises:
        PermissionMissing: The permission is not held in the caller's organization.
    """
    asked = (table,) if columns is None else [table.c[name] for name in columns]
    statement = select(*asked).where(*where).order_by(*order)
    allowed: ColumnElement[bool] = true()
    if call.organization_id is not None and call.route.permission:
        allowed = holds(call, call.organization_id, call.route.permission)
    return read_rows(call, statement, paging, allowed=allowed, refuse=lambda: require(call))


def read_rows(
    call: "Call",
    statement: "Select[Any]",
    paging: Paging,
    *,
    allowed: "ColumnElement[bool]",
    refuse: "Callable[[], object]",
) -> "tuple[Sequence[RowMapping], dict[str, int]]":
    """Read one page of a statement's rows, and how many there are in all.

    Whoever gets a row may read it; only an empty page needs a second question, to tell an empty list from
    one that is refused.

    Args:
        call: The call.
        statement: The rows of all pages, in their order.
        paging: Which page.
        allowed: Whether the caller may read them.
        refuse: Asks the same and raises what the caller is to be told.
    """
    page = (
        statement.add_columns(func.count().over().label("total"))
        .where(allowed)
        .limit(paging.limit)
        .offset((paging.page - 1) * paging.limit)
    )
    rows = call.connection.execute(page).mappings().all()
    if rows:
        total = rows[0]["total"]
    else:
        refuse()
        counted = select(func.count()).select_from(statement.order_by(None).subquery())
        total = 0 if paging.page == 1 else call.connection.scalar(counted)
    return rows, {"total": total, "page": paging.page, "limit": paging.limit}

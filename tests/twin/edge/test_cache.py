"""A cache keeps answers for as long as origin and policy say, and forgets what is invalidated."""

from __future__ import annotations

import pytest

from twin.answer import Answer
from twin.edge import cache as caching
from twin.edge.cache import Cache, seconds_of, seconds_of_error
from twin.edge.managed import CACHE_POLICIES, NO_CACHE, CachePolicy

POLICY = CachePolicy("p", least=1, default=100, most=1000)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, 100),
        ("max-age=20", 20),
        ("max-age=20, s-maxage=30", 30),
        ("max-age=0", 1),
        ("max-age=5000", 1000),
        ("no-store", 1),
        ("Private, max-age=20", 1),
    ],
)
def test_the_origin_decides_within_the_policys_bounds(said: str | None, seconds: int) -> None:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html."""
    headers = (("cache-control", said),) if said else ()

    assert seconds == seconds_of(Answer(200, headers), POLICY)


def test_nothing_is_kept_where_caching_is_disabled() -> None:
    assert 0 == seconds_of(Answer(200, (("cache-control", "max-age=20"),)), NO_CACHE)
    assert {"CachingDisabled"} == {each.name for each in CACHE_POLICIES.values() if each.most == 0}


def test_an_answer_ages_and_is_given_until_its_time_is_over() -> None:
    now = [0.0]
    cache = Cache(clock=lambda: now[0])
    cache.keep("/a", Answer(200, body=b"a"), 10, cache.moment)
    now[0] = 9.5
    found = cache.find("/a")

    assert found is not None
    assert (("age", "9"),) == found.headers
    now[0] = 10
    assert cache.find("/a") is None


def test_what_came_first_goes_first_when_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "MOST_KEPT", 5)
    cache = Cache()
    for key in ("/a", "/b", "/b", "/c"):
        cache.keep(key, Answer(200, body=b"12"), 10, cache.moment)
    cache.keep("/d", Answer(200, body=b"12"), 10, cache.moment)

    assert [False, False, True, True] == [cache.find(key) is not None for key in ("/a", "/b", "/c", "/d")]


@pytest.mark.parametrize(
    ("pattern", "left"), [("/*", 0), ("/a", 2), ("/a*", 1), ("/x", 3), ("a*", 1), ("*", 0)]
)
def test_an_invalidation_is_done_once(pattern: str, left: int) -> None:
    cache = Cache()
    keys = ("/a", "/ab", "/b")
    for key in keys:
        cache.keep(key, Answer(200), 10, cache.moment)
    cache.invalidate("I1", [pattern])
    assert left == len([key for key in keys if cache.find(key)])
    for key in keys:
        cache.keep(key, Answer(200), 10, cache.moment)
    cache.invalidate("I1", [pattern])

    assert [True] * 3 == [cache.find(key) is not None for key in keys]


def test_what_was_asked_before_an_invalidation_is_not_kept_after_it() -> None:
    cache = Cache()
    asked = cache.moment
    cache.invalidate("I1", ["/*"])
    cache.keep("/a", Answer(200), 10, asked)

    assert cache.find("/a") is None


@pytest.mark.parametrize(
    ("status", "said", "configured", "seconds"),
    [
        (404, None, None, 10),
        (503, "no-store", None, 10),
        (500, None, 0, 0),
        (500, "max-age=20", 0, 20),
        (502, "max-age=20", 30, 30),
        (403, None, 60, 0),
        (400, "max-age=5", None, 10),
        (403, "s-maxage=20", None, 20),
        (418, "max-age=20", None, 0),
    ],
)
def test_how_long_an_error_is_kept_depends_on_its_status(
    status: int, said: str | None, configured: int | None, seconds: int
) -> None:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html."""
    headers = (("cache-control", said),) if said else ()

    assert seconds == seconds_of_error(Answer(status, headers), configured)

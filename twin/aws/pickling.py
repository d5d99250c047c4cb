"""Pickles what moto's services hold, for the few things among it that Python would not pickle.

A service's own object (moto calls it a backend) stands in the pickle as its place alone: service, account
and region. So each is made anew by moto when it is read, and what refers to it refers to the new one.
"""

from __future__ import annotations

import importlib
import marshal
import pickle
import sys
import threading
from functools import cache
from types import CellType, FunctionType
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

    Reduce = Callable[[Any], Any]
    Place = tuple[str, ...]
    """Module and name of a service's backends, then, as far as it goes: account, region."""

BUILT_IN: Final = ("builtins", "collections")
"""Modules whose dictionaries Python pickles as they are."""


class Pickler(pickle.Pickler):
    """Writes an object; raises what `pickle` raises for one that can't be written."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream, protocol=pickle.HIGHEST_PROTOCOL)
        self._places = dict(_places())
        self._reducers = tuple(_reducers())

    def persistent_id(self, obj: object) -> Place | None:
        """The place of a service's own object."""
        return self._places.get(id(obj))

    def reducer_override(self, obj: object) -> Any:
        """How to make an object anew: a function and its arguments."""
        reduce = next((reduce for kind, reduce in self._reducers if isinstance(obj, kind)), None)
        return reduce(obj) if reduce else NotImplemented


class Unpickler(pickle.Unpickler):
    """Reads what `Pickler` wrote. It runs what it reads: only for what one has written oneself."""

    def persistent_load(self, pid: Place) -> Any:
        """The service's own object at a place, made now if need be."""
        return at(pid)


def at(place: Place) -> Any:
    """What stands at a place."""
    module, name, *keys = place
    found = getattr(importlib.import_module(module), name)
    for key in keys:
        found = found[key]
    return found


def backends(account: str) -> Iterator[tuple[Place, Any]]:
    """Every service's own object of an account that has been made, with its place."""
    for service in services():
        if account in list(service):
            for region, backend in list(service[account].items()):
                yield (*_place(service), account, region), backend


def services() -> list[Any]:
    """The backends of every service that has been asked in this process, by account and region each."""
    from moto.core.base_backend import BackendDict

    in_use: list[Any] = BackendDict.__dict__["_instances"]
    return list(in_use)


def _places() -> Iterator[tuple[int, Place]]:
    """The places of all services' own objects, by the ids of these."""
    for service in services():
        yield id(service), _place(service)
        for account in list(service):
            yield id(service[account]), (*_place(service), account)
            yield from ((id(backend), place) for place, backend in backends(account))


def _place(service: Any) -> Place:
    module = service.backend.__module__
    return module, next(name for name, value in vars(sys.modules[module]).items() if value is service)


def _reducers() -> Iterator[tuple[type, Reduce]]:
    """Things that Python does not pickle by itself, or not rightly, and how each is made anew."""
    from moto.core.constants import MISSING

    yield FunctionType, _reduce_function
    yield dict, _reduce_dict
    yield WeakValueDictionary, lambda values: (WeakValueDictionary, (), None, None, iter(values.items()))
    yield type(threading.Lock()), lambda _: (threading.Lock, ())
    yield type(threading.RLock()), lambda _: (threading.RLock, ())
    yield type(MISSING), lambda _: "MISSING"
    if "cryptography" in sys.modules:
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.x509 import Certificate

        yield EllipticCurvePrivateKey, _reduce_key
        yield RSAPrivateKey, _reduce_key
        yield Certificate, _reduce_certificate


def _reduce_function(function: FunctionType) -> Any:
    """A function that no name leads to, such as a lambda within another; all others go by their name."""
    if "<" not in function.__qualname__:
        return NotImplemented
    cells = tuple(cell.cell_contents for cell in function.__closure__ or ())
    code = marshal.dumps(function.__code__)
    return _function, (function.__module__, function.__name__, code, function.__defaults__, cells)


def _function(
    module: str, name: str, code: bytes, defaults: tuple[Any, ...] | None, cells: tuple[Any, ...]
) -> Any:
    known = vars(importlib.import_module(module))
    return FunctionType(marshal.loads(code), known, name, defaults, tuple(map(CellType, cells)))  # noqa: S302  (no less trusted than the pickle)


def _reduce_dict(found: dict[Any, Any]) -> Any:
    """A dictionary of a class of moto's, which may give or take other items than it holds."""
    if type(found).__module__ in BUILT_IN:
        return NotImplemented
    held = dict(dict.items(found)), vars(found), getattr(found, "default_factory", None)
    return type(found).__new__, (type(found),), held, None, None, _fill


def _fill(made: Any, held: tuple[dict[Any, Any], dict[str, Any], Any]) -> None:
    items, attributes, default_factory = held
    dict.update(made, items)
    vars(made).update(attributes)
    if default_factory:
        made.default_factory = default_factory


def _reduce_key(key: Any) -> Any:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return _key, (key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),)


@cache
def _key(content: bytes) -> Any:
    """A private key, read once in a process: none can be changed, and to check one takes 40 ms."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    return load_der_private_key(content, None)


def _reduce_certificate(certificate: Any) -> Any:
    from cryptography.hazmat.primitives.serialization import Encoding

    return _certificate, (certificate.public_bytes(Encoding.DER),)


def _certificate(content: bytes) -> Any:
    from cryptography.x509 import load_der_x509_certificate

    return load_der_x509_certificate(content)

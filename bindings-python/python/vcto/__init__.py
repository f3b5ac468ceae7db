"""Architecture reviews for managed service providers: what breaks what, a human gate, and a ledger that proves it.

>>> import vcto
>>> estate = vcto.Estate({"format": "vcto.inventory/1", "source": {"name": "example"},
...     "assets": [{"id": "erp", "kind": "business_application", "name": "ERP"}]})
>>> estate.find("ERP")
'erp'
"""

from . import errors, types
from ._vcto import Estate, Inventory, Network, Review, __version__, read, review
from .errors import (
    Ambiguous,
    Busy,
    Cancelled,
    Conflict,
    Consumed,
    Corrupt,
    Denied,
    Expired,
    Forked,
    Internal,
    InvalidInput,
    Io,
    NotFound,
    PermissionDenied,
    RollbackDetected,
    Stale,
    TooLarge,
    Unavailable,
    Unsupported,
    VctoError,
)

__all__ = [
    "Ambiguous",
    "Busy",
    "Cancelled",
    "Conflict",
    "Consumed",
    "Corrupt",
    "Denied",
    "Estate",
    "Expired",
    "Forked",
    "Internal",
    "InvalidInput",
    "Inventory",
    "Io",
    "Network",
    "NotFound",
    "PermissionDenied",
    "Review",
    "RollbackDetected",
    "Stale",
    "TooLarge",
    "Unavailable",
    "Unsupported",
    "VctoError",
    "__version__",
    "errors",
    "read",
    "review",
    "types",
]

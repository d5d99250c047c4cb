"""The databases of a twin: a real PostgreSQL for each instance of RDS that is deployed to its local AWS.

It has the endpoint's name in its certificate, the master's deployed password and the parameter group's
settings, and is reached only from where the deployed network lets somebody through.
"""

from twin.databases.errors import InstanceUnknown
from twin.databases.plane import Databases, Outside

__all__ = ["Databases", "InstanceUnknown", "Outside"]

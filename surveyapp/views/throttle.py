"""The one limiter: logins and the API only, never respondents' posts, which share office addresses."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, storage_uri="memory://", default_limits=[])

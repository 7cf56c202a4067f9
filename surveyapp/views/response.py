"""Pages about the response."""

from flask import Blueprint

blueprint = Blueprint("response", __name__)

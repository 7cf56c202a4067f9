"""Pages about the interview."""

from flask import Blueprint

blueprint = Blueprint("interview", __name__)

"""Pages about the diagnosis."""

from flask import Blueprint

blueprint = Blueprint("diagnosis", __name__)

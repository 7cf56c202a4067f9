"""Sixteen interviews of our own writing, with the codings of two coders; the format is described in README.md."""

from surveyapp.sample.interviews.model import SampleCoding, SampleInterview, SampleLink, Turn
from surveyapp.sample.interviews.reader import load_interviews, read_interview

__all__ = ["SampleCoding", "SampleInterview", "SampleLink", "Turn", "load_interviews", "read_interview"]

"""The parts of a measurement report: one file a question, found by the analysis' `do`."""

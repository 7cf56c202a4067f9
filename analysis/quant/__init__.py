"""Survey answers measured, compared and related: frames in, frozen results out; one question per file.

Measurement reads from the data to the verdict: `correlations` (one pass over the answers; everything after it is
independent of the number of respondents) → `scales` (`reliability`, `omega`, halves, `distinctness`) and `factors`
(`factorability`, `parallel`, `retention` → `extraction` → `rotation` → `factor_fit` → `exploratory`) → `structure`.
`careless` asks who answered with care, `spec` serves `surveyapp measure`.

Beside the items stand the people: `groups` compares them, `units` looks at those who work together, `weights` stretches
them to a population, `drivers` asks what an outcome goes with, `waves` what changed.
"""

"""What an analysis says of data that it cannot use, to be shown in the reader's language where a job failed.

The analyses know no translator and speak English. Here are those of their sentences that a study of usual form can
meet, each with its blanks; any other is shown as it is, said to be English.
"""

from __future__ import annotations

from collections.abc import Callable

from surveyapp.errors import marked
from surveyapp.services.finding_wording import in_words

ANALYSIS_SENTENCES = (
    marked("{n} rows are too few for {k} causes."),
    marked("{n} complete rows are too few for {k} predictors."),
    marked("{n} row(s) of answers, at least {least} are needed."),
    marked("{n} row(s) of answers can be used."),
    marked("{n} row(s) for {k} items; their correlations determine one another."),
    marked("{n} answer(s), at least {least} are needed."),
    marked("{n} values are too few."),
    marked("only {n} respondent(s) answered both, at least {least} are needed."),
    marked("{k} item(s) given, at least {least} are needed."),
    marked("{k} item(s) given, a factor analysis needs at least {least}."),
    marked("{k} items cannot carry {factors} factors: more loadings than correlations."),
    marked("all answers are the same."),
    marked("it is the same for everybody."),
    marked("some predictors repeat others exactly."),
    marked("the sum of the items does not vary."),
    marked("the sum of the items has no variance; they cancel one another."),
    marked("alpha is undefined in most resamples."),
    marked("hardly any resample of respondents varies."),
    marked("the correlations have no inverse, so scores are not determined."),
    marked("an item has no variance of its own (Heywood case)."),
    marked("means and covariances of the answers with gaps do not settle."),
    marked("people of the same unit never differ."),
    marked("no unit has two people."),
    marked("no weights fit all margins at once."),
    marked("every rating is the same."),
    marked("Collect more answers."),
    marked("Collect more answers before computing this."),
    marked("Collect more answers or take fewer predictors."),
    marked("Use more respondents than items."),
    marked("Name more items."),
    marked("Ask for fewer factors or name more items."),
    marked("Ask for fewer factors, or use method regression."),
    marked("Leave the item out."),
    marked("Leave one of them out."),
    marked("Leave it out; nothing can go with it."),
    marked("Leave out items that others determine."),
    marked("Leave out items that few people answered together."),
    marked("Recode reverse items."),
    marked("Join units, or leave the analysis out."),
    marked("Join small categories, or weight by fewer margins."),
    marked("Use missing: pairwise, or other items."),
)


def own_words_of(text: str, translate: Callable[[str], str]) -> str | None:
    """Return a sentence of an analysis or of the checks in the language of `translate`; None if no list holds it."""
    return in_words(text, translate, ANALYSIS_SENTENCES) or in_words(text, translate)

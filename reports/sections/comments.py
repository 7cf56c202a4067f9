"""What people wrote in own words: counted in comments, beside the evidence and never part of it."""

from __future__ import annotations

from analysis.results.comments import CandidateFinding, CommentEvidence, CommentLink, Comments
from reports.content import Block, Bullets, Group, Heading, Number, Paragraph, Row, Section, Statement, Table
from reports.numbers import printed
from reports.sections.source import Source, capitalised, lowered
from reports.sections.table_columns import columns_of

MOST_LINKS = 8          # sentences on causes that comments name; the rest is told by number
MOST_CODES = 12         # rows of a table; the rest is told by number, and every code stands in the appendix's codebook


def comments(study: Source) -> list[Section]:
    """Return what open answers speak of, by audience, with the candidates found in them; nothing without any."""
    found = study.diagnosis.comments
    if found is None or not (found.codes or found.links or found.candidates):
        return []
    words = study.words
    blocks: list[Block] = [_table(study, found, audience) for audience in dict.fromkeys(
        row.audience for row in found.codes)]
    if found.links:
        blocks.append(_links(study, found.links))
    if found.candidates:
        blocks.append(Group((Heading(words.text("comments.candidates"), "candidates"),
                             Bullets(tuple(_candidate(study, row) for row in found.candidates)))))
    coded = [item for item in found.items if item.n_coded]
    total = sum(item.n_comments for item in coded)
    title = words.say("comments.title", n=total) if coded else words.say("comments.title_candidates",
                                                                          n=len(found.candidates))
    return [Section("comments", words.text("part.comments"), title, tuple(blocks), words.say(
        "comments.lead", n=sum(item.n_coded for item in coded), total=total,
        blank=sum(item.n_blank for item in coded), dropped=sum(item.n_dropped for item in coded)))]


def _table(study: Source, found: Comments, audience: str) -> Table:
    words = study.words
    own = sorted(_children(study, [row for row in found.codes if row.audience == audience]),
                 key=lambda row: (-row.n, row.code))
    rows = [_row(study, row) for row in own[:MOST_CODES]]
    columns = columns_of(words, "comments.", ("code", 0.38, "left"), ("comments", 0.11, "right"),
                         ("supports", 0.11, "right"), ("contradicts", 0.11, "right"), ("mixed", 0.09, "right"),
                         ("agreement", 0.20, "left"))
    title = words.say("comments.table", who=study.audience(audience), n=own[0].n_of if own else 0,
                      name=_named(study, own[0]) if own else "", first=own[0].n if own else 0)
    items = [item for item in found.items if item.audience == audience and item.n_coded]
    between = words.text("labels.between_sources")
    unit = words.text("comments.unit", items=between.join(_asked(study, item.item) for item in items))
    rest = len(own) - MOST_CODES
    source = words.text("comments.source_more", n=rest) if rest > 0 else words.text("comments.source")
    source = words.with_finer(source, (study.style_of_agreement(row.agreement.value) for row in own[:MOST_CODES]
                                       if row.agreement))
    return Table(f"t-comments-{audience}", title, columns, tuple(rows), unit, source)


def _links(study: Source, links: tuple[CommentLink, ...]) -> Group:
    """Return the causes of problems that comments name, those named most first; they grade no link."""
    words = study.words
    told = sorted(links, key=lambda row: -row.n)
    items = [words.say("comments.link", k=row.n, n=row.n_of, who=study.audience(row.audience),
                       cause=_construct(study, row.cause), problem=_construct(study, row.problem),
                       trace=(f"comment.{row.audience}.{row.cause}.to.{row.problem}",)) for row in told[:MOST_LINKS]]
    if len(told) > MOST_LINKS:
        items.append(words.say("comments.links_more", n=len(told) - MOST_LINKS))
    return Group((Heading(words.text("comments.links"), "links"), Bullets(tuple(items)),
                  Paragraph((words.say("comments.links_note"),), "small")))


def _construct(study: Source, key: str) -> str:
    """Return the name of a construct; of a code that belongs to none, the code's."""
    name = study.name(key) if study.construct(key) else study.code(key)
    return lowered(name) if study.language == "en" else name


def _row(study: Source, row: CommentEvidence) -> Row:
    counts = (("comments", row.n), ("supports", row.supports), ("contradicts", row.contradicts), ("mixed", row.mixed))
    return Row((Statement(f"{row.code} {study.code(row.code)}"), *(
        Number(float(value), "count", trace=(f"comment.{row.audience}.{row.code}.{name}",)) for name, value in counts),
        _agreement(study, row)))


def _agreement(study: Source, row: CommentEvidence) -> Statement:
    verdict = study.words.text(f"agreement.{row.agreement_verdict}")
    alpha = row.agreement.value if row.agreement else None
    return Statement(verdict if alpha is None else f"{printed(alpha, study.style_of_agreement(alpha))} {verdict}")


def _children(study: Source, rows: list[CommentEvidence]) -> list[CommentEvidence]:
    """Return the codes right below the headings: these count their sub-codes, headings tell nothing."""
    book = study.template.codebook
    depth = {code.key: len(book.ancestors(code.key)) for code in book.codes} if book else {}
    return [row for row in rows if depth.get(row.code, 1) == 1]


def _named(study: Source, row: CommentEvidence) -> str:
    name = study.code(row.code)
    return lowered(name) if study.language == "en" else name


def _asked(study: Source, key: str) -> str:
    item = study.item(key)
    return study.read(item.text) if item else key


def _candidate(study: Source, row: CandidateFinding) -> Statement:
    words = study.words
    name = study.read(row.name)
    return words.say(f"comments.candidate_{row.kind}", name=capitalised(name) if study.language == "en" else name,
                     definition=study.read(row.definition).rstrip(".。"), k=row.n_comments, n=row.n_of)

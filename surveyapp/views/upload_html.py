"""What an upload says on a respondent's page: what is taken, and that a file is there."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import escape

from instruments.schema import AUDIO, BYTES_OF_MB, IMAGE, PDF, TEXT
from surveyapp.services.questionnaire import CompiledItem

# Without HEIC in the list, telephones that take such pictures send them as JPEG.
ACCEPT = {IMAGE: "image/jpeg,image/png,image/webp", PDF: "application/pdf", TEXT: "text/plain", AUDIO: "audio/*"}


@dataclass(frozen=True)
class UploadWords:
    """The words of one upload, in the language of the page."""

    accept: str
    about: str
    refusal: str


def upload_words(item: CompiledItem) -> UploadWords:
    """Return what is taken, for the browser and for the respondent."""
    accepted = item.item.accepted
    kinds = {IMAGE: _("pictures (JPEG, PNG, WebP)"), PDF: "PDF", TEXT: _("plain text"),
             AUDIO: _("recordings (MP3, M4A, WAV, OGG, AMR)")}
    most = item.item.most_bytes // BYTES_OF_MB
    about = _("Taken: %(kinds)s, up to %(most)s MB. What the file is called is not kept.",
              kinds=_(", ").join(kinds[kind] for kind in accepted if kind in kinds), most=most)
    if IMAGE in accepted:
        about += _(" Place, time and device are taken out of pictures.")
    about += _(" What can be seen, read or heard in it may show who you are.")
    return UploadWords(
        ",".join(ACCEPT[kind] for kind in accepted if kind in ACCEPT), about,
        _("The file is larger than {most} MB. Please choose a smaller one.").format(most=most))


def stored_file(item: CompiledItem, name: str) -> str:
    """Return what stands above the field while a file is stored; without its tick the file is deleted."""
    words = escape(_("A file is stored (%(kind)s). Take the tick away to delete it; another one takes its place.",
                     kind=name.rpartition(".")[2].upper()))
    return (f'<label class="choice"><input type="checkbox" name="{escape(item.key)}" value="{escape(name)}" checked>'
            f"<span>{words}</span></label>")

"""Questions of other tools that ask for a file become uploads; what an upload cannot take is named."""

import pytest

from instruments.formats.loss import LossLog
from instruments.formats.uploads import upload
from instruments.schema import Item


@pytest.mark.parametrize(("wanted", "accepts", "losses"), [
    ((), (), []), (("image/*",), ("image",), []), ((".PDF", " jpg", "png"), ("image", "pdf"), []),
    (("audio/*", "text/plain"), ("text", "audio"), []),
    (("doc", "pdf", "odt"), ("pdf",), ["it takes files of the kind doc, odt; only pdf can be sent"]),
    (("xls",), (), ["it takes files of the kind xls; only images, PDF can be sent"]),
])
def test_the_kinds_of_file_are_taken_over_as_far_as_they_are_known(wanted, accepts, losses):
    log = LossLog()

    item = upload(Item("P", "A", "text", {}, constraint=". != ''", default="x"), log, "question P", wanted)

    assert (item.kind, item.accepts, item.constraint, item.default) == ("upload", accepts, None, None)
    assert [f"{loss.what}; {loss.done}" for loss in log.report().entries] == losses


@pytest.mark.parametrize(("n_bytes", "largest", "losses"), [
    (None, None, []), (0, None, []), (10_240 * 1024, 11, []), (1, 1, []),
    (50_000_000, 20, ["it takes files of 50 MB; files of up to 20 MB can be sent"])])
def test_a_size_is_rounded_up_to_what_can_be_sent(n_bytes, largest, losses):
    log = LossLog()

    item = upload(Item("P", "A", "text", {}), log, "question P", n_bytes=n_bytes)

    assert item.largest_mb == largest
    assert [f"{loss.what}; {loss.done}" for loss in log.report().entries] == losses


def test_several_files_become_one_with_a_notice():
    log = LossLog()

    upload(Item("P", "A", "text", {}), log, "question P", n_files=None)

    assert [loss.what for loss in log.report().entries] == ["it takes several files"]

import hashlib
import os
import subprocess
import sys
import time

import pytest

from aecore.fetch import STALE_SECONDS, DownloadFailed, DownloadStopped, checksum, fetch
from tests import mirror

CONTENT = bytes(range(256)) * 2
MD5 = hashlib.md5(CONTENT).hexdigest()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with mirror.running({"file.gz": CONTENT}) as server:
        yield server


def get(server, target, *folders, **options):
    fetch(target, MD5, [server.url(folder) for folder in folders], **{"timeout": 5, **options})


def test_a_file_arrives_whole_and_nothing_else_does(server, tmp_path):
    seen = []
    target = tmp_path / "a" / "b" / "file.gz"
    get(server, target, "good", progress=seen.append)
    assert target.read_bytes() == CONTENT
    assert checksum(target) == MD5
    assert os.listdir(target.parent) == ["file.gz"]
    assert target.stat().st_mode & 0o777 == 0o644
    assert seen[-1] == len(CONTENT)


@pytest.mark.parametrize("bad", ["cut", "wrong", "none"])
def test_what_a_bad_mirror_sends_is_never_taken_for_the_file(server, tmp_path, bad):
    with pytest.raises(DownloadFailed, match=f"/{bad}/file.gz: "):
        get(server, tmp_path / "file.gz", bad)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("bad", ["cut", "wrong", "none"])
def test_after_a_bad_mirror_the_next_one_is_tried(server, tmp_path, bad):
    get(server, tmp_path / "file.gz", bad, "good", "none")
    assert (tmp_path / "file.gz").read_bytes() == CONTENT
    assert server.asked == [f"/{bad}/file.gz", "/good/file.gz"]


def test_the_file_that_was_there_stays_when_the_download_fails(server, tmp_path):
    (tmp_path / "file.gz").write_bytes(b"old")
    with pytest.raises(DownloadFailed):
        get(server, tmp_path / "file.gz", "cut")
    assert (tmp_path / "file.gz").read_bytes() == b"old"


def test_a_silent_mirror_is_given_up_and_the_message_tells_every_fault(server, tmp_path):
    with pytest.raises(DownloadFailed) as failed:
        get(server, tmp_path / "file.gz", "silent", "none", timeout=0.2)
    assert "no answer for 0.2 seconds" in str(failed.value)
    assert "404" in str(failed.value)
    assert os.listdir(tmp_path) == []


def test_a_mirror_that_cannot_be_reached_is_a_download_failed(server, tmp_path):
    server.server_close()
    with pytest.raises(DownloadFailed, match="refused"):
        get(server, tmp_path / "file.gz", "good")


def test_a_slow_mirror_is_waited_for(server, tmp_path):
    seen = []
    server.files["file.gz"] = CONTENT[:60]
    md5 = hashlib.md5(CONTENT[:60]).hexdigest()
    # In all it takes longer than the timeout, which only bounds the silence between two pieces.
    fetch(tmp_path / "file.gz", md5, [server.url("slow")], progress=seen.append, timeout=0.5)
    assert (tmp_path / "file.gz").read_bytes() == CONTENT[:60]
    assert seen == sorted(seen)
    assert len(seen) > 5


def test_a_download_that_is_stopped_ends_early_and_leaves_nothing(server, tmp_path):
    seen = []
    with pytest.raises(DownloadStopped):
        get(server, tmp_path / "file.gz", "slow", progress=seen.append, stop=lambda: len(seen) >= 3)
    assert seen[-1] < len(CONTENT)
    assert os.listdir(tmp_path) == []


def test_an_exception_of_the_progress_callback_passes_and_leaves_nothing(server, tmp_path):
    def interrupt(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(server, tmp_path / "file.gz", "good", "good", progress=interrupt)
    assert os.listdir(tmp_path) == []


def test_what_a_crash_left_is_removed_but_not_a_download_that_is_going_on(server, tmp_path):
    old, young = tmp_path / ".file.gz.old.part", tmp_path / ".file.gz.young.part"
    for part in (old, young):
        part.write_bytes(b"half")
    long_ago = time.time() - STALE_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    get(server, tmp_path / "file.gz", "good")
    assert sorted(os.listdir(tmp_path)) == [".file.gz.young.part", "file.gz"]


def test_a_folder_that_cannot_be_written_is_named(server, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DownloadFailed, match="AECORE_DATA") as failed:
        get(server, tmp_path / "file" / "file.gz", "good")
    assert str(tmp_path / "file" / "file.gz") in str(failed.value)


FULL_DISK = """
import resource, sys
from pathlib import Path
from aecore.fetch import DownloadFailed, fetch
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    fetch(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
except DownloadFailed as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the size of files can't be limited there")
def test_where_there_is_no_room_the_message_says_so_and_nothing_is_left(server, tmp_path):
    # The kernel itself refuses to write more than 100 bytes, as it does when a disk is full.
    target = tmp_path / "file.gz"
    arguments = [str(target), MD5, server.url("good"), server.url("good")]
    ran = subprocess.run(
        [sys.executable, "-c", FULL_DISK, *arguments], capture_output=True, text=True, check=True
    )
    assert "can't be written" in ran.stdout
    assert "Make room" in ran.stdout
    assert str(target) in ran.stdout
    assert os.listdir(tmp_path) == []
    assert len(server.asked) == 1

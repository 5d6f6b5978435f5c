"""Files at Meta: upload, address, download, life and death, and what goes wrong with them."""

from __future__ import annotations

import base64
import hashlib
import io
from pathlib import Path

import pytest
import requests

from simulator.client import DEFAULT_NUMBER_ID
from simulator.inbound_content import SAMPLE_FILES, sample
from simulator.media_rules import KB, MB
from simulator.testing import Simulator

from .world import AYSE, Meta, Receiver, error, upload, uploaded

JPEG, PDF = b"\xff\xd8\xff\xe0", b"%PDF-1.4 "


def of_size(start: bytes, size: int) -> bytes:
    return start + bytes(size - len(start))


class TestUpload:
    def test_bytes_come_back_unchanged(self, sim: Simulator, meta: Meta) -> None:
        data = sample("image")
        media_id = uploaded(meta, data, "image/jpeg")
        facts = meta.call("GET", media_id).json()
        assert facts["id"] == media_id and facts["messaging_product"] == "whatsapp"
        assert facts["mime_type"] == "image/jpeg" and int(facts["file_size"]) == len(data)
        assert facts["sha256"] == hashlib.sha256(data).hexdigest()
        assert facts["url"].startswith(sim.url + "/media-download/?mid=")
        answer = meta.fetch(facts["url"])
        assert answer.status_code == 200 and answer.content == data
        assert answer.headers["Content-Type"] == "image/jpeg"

    @pytest.mark.parametrize(
        ("size", "start", "mime", "code"),
        [
            (5 * MB, JPEG, "image/jpeg", 0),
            (5 * MB + 1, JPEG, "image/jpeg", 131053),
            (16 * MB + 1, b"\0\0\0\x18ftypmp42", "video/mp4", 131053),
            (16 * MB, b"ID3", "audio/mpeg", 0),
            (16 * MB + 1, b"ID3", "audio/mpeg", 131053),
            (100 * KB, b"RIFF\0\0\0\0WEBPVP8 ", "image/webp", 0),
            (100 * KB + 1, b"RIFF\0\0\0\0WEBPVP8 ", "image/webp", 131053),
            (500 * KB, b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02", "image/webp", 0),
            (500 * KB + 1, b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02", "image/webp", 131053),
            (20 * MB, PDF, "application/pdf", 0),
            (10, b"PK\x03\x04", "application/zip", 100),
            (10, b"<html>", "text/html", 100),
            (10, b"GIF89a", "image/gif", 100),
            (10, PDF, "image/png", 131053),
            (10, JPEG, "image/png", 131053),
            (10, b"\0\0\0\0", "text/plain", 131053),
        ],
    )
    def test_type_and_size_are_checked(self, meta: Meta, size: int, start: bytes, mime: str, code: int) -> None:
        answer = upload(meta, of_size(start, size), mime)
        assert answer.status_code == (400 if code else 200)
        assert not code or error(answer)["code"] == code

    def test_document_of_a_hundred_megabytes_and_one_byte_more(self, meta: Meta) -> None:
        assert upload(meta, of_size(PDF, 100 * MB), "application/pdf").status_code == 200
        assert error(upload(meta, of_size(PDF, 100 * MB + 1), "application/pdf"))["code"] == 131053

    def test_empty_file_and_stereo_voice_are_refused(self, meta: Meta) -> None:
        assert error(upload(meta, b"", "text/plain"))["code"] == 131053
        stereo = sample("audio").replace(b"OpusHead\x01\x01", b"OpusHead\x01\x02")
        assert error(upload(meta, stereo, "audio/ogg"))["code"] == 131053
        assert upload(meta, sample("audio"), "audio/ogg; codecs=opus").status_code == 200

    @pytest.mark.parametrize("missing", ["messaging_product", "type", "file"])
    def test_every_part_is_needed(self, meta: Meta, missing: str) -> None:
        parts = {
            "messaging_product": (None, "whatsapp"),
            "type": (None, "text/plain"),
            "file": ("a.txt", b"a", "text/plain"),
        }
        del parts[missing]
        refusal = error(meta.call("POST", f"{DEFAULT_NUMBER_ID}/media", files=parts))
        assert refusal["code"] == 100 and missing in refusal["message"]

    def test_type_must_match_that_of_the_part(self, meta: Meta) -> None:
        parts = {
            "messaging_product": (None, "whatsapp"),
            "type": (None, "image/jpeg"),
            "file": ("a.txt", sample("image"), "text/plain"),
        }
        assert error(meta.call("POST", f"{DEFAULT_NUMBER_ID}/media", files=parts))["code"] == 131053


class TestDownload:
    def test_needs_the_token_of_the_number(self, sim: Simulator, meta: Meta) -> None:
        url = meta.call("GET", uploaded(meta)).json()["url"]
        assert requests.get(url, timeout=5).status_code == 403
        assert Meta(sim, "EAAWRONG").fetch(url).status_code == 401
        sim.register_number("5550001", waba_id="5550002", access_token="EAAOTHER")
        assert Meta(sim, "EAAOTHER").fetch(url).status_code == 404

    def test_address_runs_out_and_a_new_one_works(self, sim: Simulator, meta: Meta) -> None:
        media_id = uploaded(meta)
        url = meta.call("GET", media_id).json()["url"]
        sim.expire_media_urls()
        assert meta.fetch(url).status_code == 404
        assert meta.fetch(meta.call("GET", media_id).json()["url"]).status_code == 200
        sim.set_settings(media_url_seconds=0)
        assert meta.fetch(meta.call("GET", media_id).json()["url"]).status_code == 404

    @pytest.mark.parametrize("part", ["mid", "ext", "hash"])
    def test_address_cannot_be_made_up(self, meta: Meta, part: str) -> None:
        url = meta.call("GET", uploaded(meta)).json()["url"]
        assert meta.fetch(url.replace(f"{part}=", f"{part}=9")).status_code == 404

    def test_user_agent_is_expected(self, meta: Meta) -> None:
        url = meta.call("GET", uploaded(meta)).json()["url"]
        assert meta.fetch(url, {"User-Agent": ""}).status_code == 400


class TestLife:
    def test_ids_end_and_are_then_unknown(self, sim: Simulator, chat: Meta) -> None:
        media_id = uploaded(chat)
        sim.expire_media(media_id)
        assert error(chat.call("GET", media_id))["error_subcode"] == 33
        refusal = error(chat.send(type="image", image={"id": media_id}))
        assert refusal["code"] == 100 and "media attachment ID" in refusal["message"]

    def test_inbound_and_uploaded_files_have_lives_of_their_own(self, sim: Simulator, meta: Meta) -> None:
        sim.set_settings(inbound_media_seconds=0)
        sim.phone(AYSE).send_media("image")
        uploaded(meta)
        lives = {m["origin"]: meta.call("GET", m["id"]).status_code for m in sim.media()}
        assert lives == {"inbound": 400, "upload": 200}

    def test_deleted_file_is_gone(self, meta: Meta) -> None:
        media_id = uploaded(meta)
        assert meta.call("DELETE", media_id).json() == {"success": True}
        assert error(meta.call("GET", media_id))["code"] == 100

    def test_number_in_the_query_must_be_the_owner(self, meta: Meta) -> None:
        media_id = uploaded(meta)
        assert meta.call("GET", f"{media_id}?phone_number_id={DEFAULT_NUMBER_ID}").status_code == 200
        assert error(meta.call("GET", f"{media_id}?phone_number_id=1"))["code"] == 100

    def test_file_of_another_number_cannot_be_sent(self, sim: Simulator, chat: Meta) -> None:
        sim.register_number("5550001", display_phone_number="+90 555 000 00 02")
        media_id = uploaded(chat, number="5550001")
        assert error(chat.send(type="image", image={"id": media_id}))["code"] == 100

    def test_survives_a_restart_with_the_state_file(self, tmp_path: Path) -> None:
        with Simulator(state=tmp_path / "state.json") as sim:
            sim.register_number()
            media_id = uploaded(Meta(sim), sample("document"), "application/pdf")
            sim.stop()
            sim.start()
            url = Meta(sim).call("GET", media_id).json()["url"]
            assert Meta(sim).fetch(url).content == sample("document")
            Meta(sim).call("DELETE", media_id)
            assert not list((tmp_path / "state.json.media").iterdir())

    def test_files_that_the_state_does_not_know_go_at_the_start(self, tmp_path: Path) -> None:
        left_over = tmp_path / "state.json.media" / "123456"
        left_over.parent.mkdir()
        left_over.write_bytes(b"x")
        with Simulator(state=tmp_path / "state.json"):
            assert not left_over.exists()

    def test_oldest_bytes_leave_when_there_are_too_many(
        self, sim: Simulator, meta: Meta, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("simulator.media.MOST_BYTES", 3 * KB)
        ids = [uploaded(meta, of_size(PDF, 2 * KB), "application/pdf") for _ in range(2)]
        assert [meta.call("GET", media_id).status_code for media_id in ids] == [400, 200]


class TestInbound:
    @pytest.mark.parametrize("kind", list(SAMPLE_FILES))
    def test_webhook_announces_real_bytes(self, sim: Simulator, meta: Meta, receiver: Receiver, kind: str) -> None:
        sim.phone(AYSE).send_media(kind)
        receiver.wait_for(1)
        told = receiver.messages()[0][kind]
        data = meta.fetch(meta.call("GET", told["id"]).json()["url"]).content
        assert data == sample(kind) == sim.media_bytes(told["id"])
        assert base64.b64decode(told["sha256"]) == hashlib.sha256(data).digest()
        assert meta.fetch(told["url"]).content == data
        assert told["mime_type"] == SAMPLE_FILES[kind][1]
        assert "caption" not in told
        assert told.get("voice", kind == "audio") is (kind == "audio")
        assert ("filename" in told) is (kind == "document")

    def test_given_bytes_name_and_caption(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.phone(AYSE).send_media("document", b"a;b\n", "text/csv", "sonuç.csv", "Tahlil", with_url=False)
        receiver.wait_for(1)
        told = receiver.messages()[0]["document"]
        assert (told["mime_type"], told["filename"], told["caption"]) == ("text/csv", "sonuç.csv", "Tahlil")
        assert "url" not in told
        assert sim.media_bytes(told["id"]) == b"a;b\n"

    def test_file_of_a_chosen_size(self, sim: Simulator, meta: Meta) -> None:
        sim.phone(AYSE).send_media("video", size=20 * MB)
        assert sim.media()[0]["size"] == 20 * MB

    def test_addresses_in_webhooks_can_be_left_out(self, sim: Simulator, meta: Meta, receiver: Receiver) -> None:
        sim.set_settings(media_url_in_webhook=False)
        sim.phone(AYSE).send_media("image")
        receiver.wait_for(1)
        assert "url" not in receiver.messages()[0]["image"]

    def test_samples_are_what_they_say(self) -> None:
        from PIL import Image

        for kind, form in (("image", "JPEG"), ("sticker", "WEBP")):
            assert Image.open(io.BytesIO(sample(kind))).format == form
        assert sample("audio").startswith(b"OggS") and sample("video")[4:8] == b"ftyp"
        assert sample("document").rstrip().endswith(b"%%EOF")


class TestFaults:
    def test_id_that_meta_does_not_find_once(self, sim: Simulator, meta: Meta) -> None:
        media_id = uploaded(meta)
        sim.set_faults(media_missing_next=1)
        assert error(meta.call("GET", media_id))["error_subcode"] == 33
        assert meta.call("GET", media_id).status_code == 200

    def test_address_that_has_expired_once(self, sim: Simulator, meta: Meta) -> None:
        url = meta.call("GET", uploaded(meta)).json()["url"]
        sim.set_faults(media_url_expired_next=1)
        assert [meta.fetch(url).status_code for _ in range(2)] == [404, 200]

    def test_bytes_that_were_damaged_once(self, sim: Simulator, meta: Meta) -> None:
        facts = meta.call("GET", uploaded(meta)).json()
        sim.set_faults(media_wrong_hash_next=1)
        hashes = [hashlib.sha256(meta.fetch(facts["url"]).content).hexdigest() for _ in range(2)]
        assert [value == facts["sha256"] for value in hashes] == [False, True]

    def test_no_media_at_all(self, sim: Simulator, meta: Meta) -> None:
        media_id = uploaded(meta)
        url = meta.call("GET", media_id).json()["url"]
        sim.set_faults(media_down=True)
        assert error(meta.call("GET", media_id))["code"] == 131016
        assert error(upload(meta, JPEG, "image/jpeg"))["code"] == 131016
        answer = meta.fetch(url)
        assert answer.status_code == 503 and "<html>" in answer.text


def test_page_gets_files_without_a_token_and_in_parts(sim: Simulator, meta: Meta) -> None:
    media_id = uploaded(meta, sample("video"), "video/mp4")
    url = f"{sim.url}/_sim/media/{media_id}"
    whole = requests.get(url, timeout=5)
    part = requests.get(url, headers={"Range": "bytes=10-19"}, timeout=5)
    assert whole.content == sample("video") and whole.headers["X-Content-Type-Options"] == "nosniff"
    assert part.status_code == 206 and part.content == sample("video")[10:20]
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(sample('video'))}"
    document = requests.get(f"{sim.url}/_sim/media/{uploaded(meta, b'<b>x', 'text/plain')}", timeout=5)
    assert document.headers["Content-Disposition"].startswith("attachment")

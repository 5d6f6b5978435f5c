import hashlib
import io

from cryptography.fernet import Fernet, MultiFernet
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ..encrypted_file import CHUNK_SIZE, BrokenFile, EncryptedReader, EncryptedWriter, encrypt_file, is_made_with

OLD, NEW = Fernet(Fernet.generate_key()), Fernet(Fernet.generate_key())
CIPHER = MultiFernet([NEW, OLD])
SMALL = 64  # bytes a chunk, so that short files have many

contents = st.binary(max_size=5 * SMALL)
cuts = st.lists(st.integers(1, 2 * SMALL), max_size=20)


class Counting(io.BytesIO):
    """A file that knows how much of it was read."""

    count = 0

    def read(self, size=-1):
        data = super().read(size)
        self.count += len(data)
        return data


def encrypt(content, pieces=(), cipher=CIPHER):
    """Return the encrypted file of a content that is written in pieces of these sizes."""
    target = io.BytesIO()
    writer = EncryptedWriter(target, cipher, chunk_size=SMALL)
    rest = io.BytesIO(content)
    for size in pieces:
        writer.add(rest.read(size))
    writer.add(rest.read())
    writer.finish()
    return target.getvalue()


def read(data, cipher=CIPHER):
    with EncryptedReader(io.BytesIO(data), cipher) as reader:
        return reader.read()


@tagged("post_install", "-at_install")
class TestEncryptedFile(BaseCase):
    @settings(max_examples=150, deadline=None)
    @given(contents, cuts)
    def test_what_was_written_is_read(self, content, pieces):
        self.assertEqual(read(encrypt(content, pieces)), content)

    @settings(max_examples=150, deadline=None)
    @given(contents, st.lists(st.tuples(st.integers(0, 6 * SMALL), st.integers(0, 3 * SMALL)), max_size=8))
    def test_any_range_reads_as_in_the_clear_file(self, content, ranges):
        reader, clear = EncryptedReader(io.BytesIO(encrypt(content)), CIPHER), io.BytesIO(content)
        buffered = io.BufferedReader(reader)
        for start, size in ranges:
            self.assertEqual(buffered.seek(start), clear.seek(start))
            self.assertEqual(buffered.read(size), clear.read(size))
            self.assertEqual(buffered.tell(), clear.tell())

    @settings(max_examples=200, deadline=None)
    @given(contents, st.data())
    def test_a_changed_byte_is_found_before_anything_of_its_chunk_is_handed_out(self, content, data):
        encrypted = bytearray(encrypt(content))
        place = data.draw(st.integers(0, len(encrypted) - 1))
        encrypted[place] ^= data.draw(st.integers(1, 255))
        with self.assertRaises(BrokenFile):
            read(bytes(encrypted))

    @settings(max_examples=200, deadline=None)
    @given(contents, st.data())
    def test_a_cut_file_does_not_open(self, content, data):
        encrypted = encrypt(content)
        with self.assertRaises(BrokenFile):
            EncryptedReader(io.BytesIO(encrypted[: data.draw(st.integers(0, len(encrypted) - 1))]), CIPHER)

    @settings(max_examples=100, deadline=None)
    @given(contents, st.binary(min_size=1, max_size=200))
    def test_a_file_that_something_was_added_to_does_not_open(self, content, more):
        for changed in (encrypt(content) + more, more + encrypt(content)):
            with self.assertRaises(BrokenFile):
                EncryptedReader(io.BytesIO(changed), CIPHER)

    def pieces(self, data):
        """Return [magic, chunk, chunk, chunk, trailer] of a file of three full chunks."""
        trailer = 57 + 48
        chunk = (len(data) - 8 - trailer) // 3
        places = [8, 8 + chunk, 8 + 2 * chunk, 8 + 3 * chunk]
        return [data[:8], *(data[start : start + chunk] for start in places[:3]), data[places[3] :]]

    def test_chunks_cannot_be_reordered_repeated_or_taken_out(self):
        magic, one, two, three, end = self.pieces(encrypt(b"a" * SMALL + b"b" * SMALL + b"c" * SMALL))
        self.assertEqual(len(read(b"".join((magic, one, two, three, end)))), 3 * SMALL)
        for chunks in ((two, one, three), (one, one, three), (one, three), (one, two, three, three), ()):
            with self.assertRaises(BrokenFile):
                read(b"".join((magic, *chunks, end)))

    def test_chunks_of_another_file_of_the_same_length_do_not_fit(self):
        magic, one, _two, three, end = self.pieces(encrypt(b"a" * 3 * SMALL))
        _magic, _one, foreign, _three, foreign_end = self.pieces(encrypt(b"b" * 3 * SMALL))
        for changed in ((magic, one, foreign, three, end), (magic, one, _two, three, foreign_end)):
            with self.assertRaises(BrokenFile):
                read(b"".join(changed))

    def test_a_chunk_is_no_trailer(self):
        magic, one, *_rest = self.pieces(encrypt(b"\0" * 3 * SMALL))
        with self.assertRaises(BrokenFile):
            EncryptedReader(io.BytesIO(magic + one), CIPHER)

    def test_nothing_of_the_clear_file_shows(self):
        self.assertNotIn(b"kanama", encrypt(b"kanama" * 100))
        self.assertNotEqual(encrypt(b"same"), encrypt(b"same"))

    def test_the_writer_knows_what_is_said_about_the_file(self):
        content = bytes(range(256)) * 20
        written = encrypt_file(io.BytesIO(content), io.BytesIO(), CIPHER)
        self.assertEqual(written.size, len(content))
        self.assertEqual(written.sha256, hashlib.sha256(content).hexdigest())
        self.assertEqual(written.head, content[:2048])

    def test_a_range_costs_only_the_chunks_that_it_lies_in(self):
        target = io.BytesIO()
        encrypt_file(io.BytesIO(b"x" * (20 * CHUNK_SIZE)), target, CIPHER)
        source = Counting(target.getvalue())
        reader = EncryptedReader(source, CIPHER)
        reader.seek(10 * CHUNK_SIZE - 10)
        self.assertEqual(io.BufferedReader(reader).read(20), b"x" * 20)
        self.assertLess(source.count, 2.1 * CHUNK_SIZE)

    def test_keys_are_told_apart(self):
        old, new = (encrypt(b"content", cipher=MultiFernet([cipher])) for cipher in (OLD, NEW))
        self.assertEqual((read(old), read(new)), (b"content", b"content"))
        self.assertFalse(is_made_with(io.BytesIO(old), NEW))
        self.assertTrue(is_made_with(io.BytesIO(new), NEW))
        with self.assertRaises(BrokenFile):
            read(old, NEW)

    def test_the_file_below_is_closed(self):
        source = io.BytesIO(encrypt(b"content"))
        with EncryptedReader(source, CIPHER):
            pass
        self.assertTrue(source.closed)

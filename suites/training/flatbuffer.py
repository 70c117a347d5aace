"""The part of the FlatBuffers wire format that a .tflite file needs.

A table is a dict {field id: value}; a string is a str, a vector of tables a list, a vector of numbers a 1-D array,
and a scalar a numpy scalar, whose dtype says how it is stored. None leaves the field out.
https://flatbuffers.dev/internals/
"""

import struct

import numpy as np

BLOB_ALIGNMENT = 16  # schema.fbs: Buffer.data (force_align: 16), so that kernels read weights in place


def serialize(root, identifier):
    """Bytes of the buffer whose root table is `root`. Offsets point forward: every object comes after its referrer."""
    out = bytearray(4) + identifier
    pending = [(0, root)]
    while pending:
        field, value = pending.pop(0)
        position, references = _append(out, value)
        struct.pack_into('<I', out, field, position - field)
        pending += references
    return bytes(out)


def _append(out, value):
    """Appends one object; returns its position and the (offset field, object) pairs that it refers to."""
    if isinstance(value, dict):
        return _append_table(out, value)
    if isinstance(value, list):
        return _append_references(out, value)
    if isinstance(value, str):
        return _append_vector(out, np.frombuffer(value.encode(), np.uint8), alignment=1, tail=b'\0')
    alignment = BLOB_ALIGNMENT if value.dtype == np.uint8 else value.itemsize
    return _append_vector(out, value, alignment)


def _append_table(out, table):
    """A vtable (its size, the table's size, each field's place in the table), then the table itself."""
    body, places, references = bytearray(4), [0] * (max(table, default=-1) + 1), []
    for field, value in sorted(table.items()):
        if value is None:
            continue
        is_scalar = isinstance(value, np.generic)
        stored = value.tobytes() if is_scalar else bytes(4)
        _pad(body, len(stored))
        places[field] = len(body)
        if not is_scalar:
            references.append((len(body), value))
        body += stored

    vtable = struct.pack(f'<{2 + len(places)}H', 4 + 2 * len(places), len(body), *places)
    _pad(out, 4, before=len(vtable))
    out += vtable
    position = len(out)
    struct.pack_into('<i', body, 0, len(vtable))
    out += body
    return position, [(position + place, value) for place, value in references]


def _append_references(out, values):
    _pad(out, 4)
    position = len(out)
    out += struct.pack('<I', len(values)) + bytes(4 * len(values))
    return position, [(position + 4 + 4 * index, value) for index, value in enumerate(values)]


def _append_vector(out, values, alignment, tail=b''):
    _pad(out, max(4, alignment), before=4)
    position = len(out)
    out += struct.pack('<I', len(values)) + values.tobytes() + tail
    return position, []


def _pad(out, alignment, before=0):
    """Zeros until what follows `before` more bytes is aligned."""
    out += bytes(-(len(out) + before) % alignment)

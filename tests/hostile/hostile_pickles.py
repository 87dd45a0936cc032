"""Hostile pickles, written opcode by opcode: each asks for something a data file never needs."""

import struct

PROTO2, PROTO4, STOP = b"\x80\x02", b"\x80\x04", b"."
DTYPE = b"cnumpy\ndtype\n"
NDARRAY = b"cnumpy\nndarray\n"
RECONSTRUCT = b"cnumpy.core.multiarray\n_reconstruct\n"
SCALAR = b"cnumpy.core.multiarray\nscalar\n"
FROMBUFFER = b"cnumpy._core.numeric\n_frombuffer\n"
ENCODE = b"c_codecs\nencode\n"
MINUS_ONE = b"J\xff\xff\xff\xff"


def text(value: str) -> bytes:
    """Push text."""
    raw = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(raw)) + raw


def blob(value: bytes) -> bytes:
    """Push bytes."""
    return b"B" + struct.pack("<I", len(value)) + value


def number(value: int) -> bytes:
    """Push a whole number of 32 bits."""
    return b"J" + struct.pack("<i", value)


def call(function: bytes, *args: bytes) -> bytes:
    """Push the result of a call."""
    return function + b"(" + b"".join(args) + b"tR"


def dtype(code: str, *, order: str = "<", fields: bytes = b"NNN", size: bytes = MINUS_ONE) -> bytes:
    """Push a dtype with a state; `fields` are subarray, names and fields."""
    made = call(DTYPE, text(code), b"K\x00", b"K\x01")
    return made + b"(K\x03" + text(order) + fields + size + MINUS_ONE + b"K\x00tb"


def array(kind: bytes, content: bytes, *shape: int, fortran: bool = False) -> bytes:
    """Push an array rebuilt by _reconstruct and a state."""
    made = call(RECONSTRUCT, NDARRAY, b"K\x00\x85", text("b"))
    dimensions = b"(" + b"".join(number(n) for n in shape) + b"t"
    return made + b"(K\x01" + dimensions + kind + (b"\x88" if fortran else b"\x89") + content + b"tb"


def calls(module: str, name: str, argument: str) -> dict[str, bytes]:
    """Call one function in four ways."""
    return {
        "by GLOBAL": PROTO2 + f"c{module}\n{name}\n".encode() + text(argument) + b"\x85R.",
        "by STACK_GLOBAL": PROTO4 + text(module) + text(name) + b"\x93" + text(argument) + b"\x85R.",
        "by INST": b"(" + text(argument) + f"i{module}\n{name}\n.".encode(),
        "through the memo": PROTO4
        + text(module)
        + b"\x94"
        + text(name)
        + b"\x94h\x00h\x01\x93"
        + text(argument)
        + b"\x85R.",
    }


def corpus(marker: str) -> dict[str, bytes]:
    """Return name → file; a file that runs its command creates `marker`."""
    return foreign_names(marker) | foreign_opcodes() | crooked_arrays() | bombs() | odd_ends()


def foreign_names(marker: str) -> dict[str, bytes]:
    """Names that no data file needs, called in every way."""
    touch = f"touch '{marker}'"
    files = {f"os.system {how}": data for how, data in calls("os", "system", touch).items()}
    files |= {f"posix.system {how}": data for how, data in calls("posix", "system", touch).items()}
    files |= {f"eval {how}": data for how, data in calls("builtins", "eval", f"open({marker!r}, 'w')").items()}
    return files | {
        "a dotted name behind an allowed module": PROTO4 + text("numpy") + text("ndarray.tofile") + b"\x93.",
        "an allowed name in another module": PROTO2 + b"cnumpy.core\nndarray\n.",
    }


def foreign_opcodes() -> dict[str, bytes]:
    """Opcodes that build objects, reach outside the file, or change what is there."""
    return {
        "NEWOBJ": PROTO2 + NDARRAY + b")\x81.",
        "NEWOBJ_EX": PROTO4 + NDARRAY + b")}\x92.",
        "OBJ": PROTO2 + b"(" + NDARRAY + b"o.",
        "EXT1": PROTO2 + b"\x82\x01.",
        "EXT4": PROTO2 + b"\x84\x01\x00\x00\x00.",
        "PERSID": b"Pmodel\n.",
        "BINPERSID": PROTO2 + text("model") + b"Q.",
        "NEXT_BUFFER": b"\x80\x05\x97.",
        "READONLY_BUFFER": b"\x80\x05\x97\x98.",
        "BUILD on a function": PROTO2 + RECONSTRUCT + b"}" + text("__doc__") + text("x") + b"sb.",
        "BUILD on a class": PROTO2 + NDARRAY + b"}" + text("x") + text("y") + b"sb.",
        "BUILD with slot state on a function": PROTO2 + ENCODE + b"N}" + text("_call") + text("x") + b"s\x86b.",
        "BUILD with slot state on a list": PROTO2 + b"]N}" + text("append") + text("x") + b"s\x86b.",
        "BUILD twice on an array": PROTO2
        + array(dtype("u1"), blob(b"ab"), 2)
        + b"(K\x01K\x01\x85"
        + dtype("u1")
        + b"\x89"
        + blob(b"a")
        + b"tb.",
    }


def crooked_arrays() -> dict[str, bytes]:
    """Arrays and dtypes whose parts contradict each other."""
    hidden = dtype(
        "V8", fields=b"N" + b"(" + text("a") + b"t" + b"}" + text("a") + b"(" + dtype("O") + b"K\x00ts", size=b"K\x08"
    )
    return {
        "call of ndarray": PROTO2 + call(NDARRAY, b"K\x01\x85") + STOP,
        "a structured dtype that hides an object": PROTO2 + array(hidden, blob(b"\x41" * 8), 1) + STOP,
        "a void dtype of a gigabyte": PROTO2 + call(DTYPE, text("V1000000000"), b"K\x00", b"K\x01") + STOP,
        "a dtype given as text with fields": PROTO2 + call(DTYPE, text("O,f8"), b"K\x00", b"K\x01") + STOP,
        "a dtype that is not text": PROTO2 + call(DTYPE, b"]", b"K\x00", b"K\x01") + STOP,
        "a scalar with object dtype": PROTO2 + call(SCALAR, dtype("O", order="|"), blob(b"\x41" * 8)) + STOP,
        "an object array given as bytes": PROTO2 + array(dtype("O", order="|"), blob(b"\x41" * 8), 1) + STOP,
        "an object array that holds a function": PROTO2 + array(dtype("O", order="|"), b"]" + ENCODE + b"a", 1) + STOP,
        "an object array that holds arrays": PROTO2
        + array(dtype("O"), b"](" + array(dtype("u1"), blob(b"a"), 1) * 2 + b"e", 2)
        + STOP,
        "_reconstruct with a large shape": PROTO2
        + call(RECONSTRUCT, NDARRAY, b"\x8a\x05" + (2**33).to_bytes(5, "little") + b"\x85", text("b"))
        + STOP,
        "_reconstruct of another type": PROTO2 + call(RECONSTRUCT, DTYPE, b"K\x00\x85", text("b")) + STOP,
        "fewer bytes than the shape needs": PROTO2 + array(dtype("f8"), blob(b"\0" * 8), 2) + STOP,
        "a negative dimension": PROTO2 + array(dtype("f8"), blob(b""), -1) + STOP,
        "ninety dimensions": PROTO2 + array(dtype("u1"), blob(b"a"), *[1] * 90) + STOP,
        "a huge array of elements without bytes": PROTO2 + array(dtype("S0", size=b"K\x00"), blob(b""), 2**30) + STOP,
        "text with impossible code points": PROTO2 + array(dtype("U1", size=b"K\x04"), blob(b"\xff" * 4), 1) + STOP,
        "booleans that are neither 0 nor 1": PROTO2 + array(dtype("b1"), blob(b"\x07"), 1) + STOP,
        "_frombuffer of an object dtype": PROTO2
        + call(FROMBUFFER, blob(b"\x41" * 8), dtype("O"), b"K\x01\x85", text("C"))
        + STOP,
    }


def bombs() -> dict[str, bytes]:
    """Small files that would need much memory or time."""
    deep = number(0) + b"\x85" * 40
    laughs = b"]\x94" + b"".join(b"(" + b"h" + bytes([k]) * 1 + (b"h" + bytes([k])) * 99 + b"l\x94" for k in range(5))
    return {
        "a memo index of 268 million in 10 bytes": PROTO2 + b"Nr\xff\xff\xff\x0f.",
        "a negative memo index": b"Np-1\n.",
        "_codecs.encode with idna": PROTO2 + call(ENCODE, text("a" * 50), text("idna")) + STOP,
        "_codecs.encode with rot13": PROTO2 + call(ENCODE, text("a"), text("rot13")) + STOP,
        "BINBYTES8 beyond the end": PROTO4 + b"\x8e" + struct.pack("<Q", 2**40) + b"abc.",
        "BYTEARRAY8 beyond the end": b"\x80\x05\x96" + struct.pack("<Q", 2**40) + b"abc.",
        "a FRAME beyond the end": PROTO4 + b"\x95" + struct.pack("<Q", 2**40) + b"N.",
        "LONG4 beyond the end": PROTO2 + b"\x8b" + struct.pack("<I", 2**31 - 1) + b"\x01.",
        "an integer of 2000 bits": PROTO2 + b"\x8a\xfa" + b"\x7f" * 250 + STOP,
        "a decimal of 4000 digits": b"L" + b"9" * 4000 + b"L\n.",
        "forty tuples one in the other": PROTO2 + deep + STOP,
        "a list that holds itself": PROTO4 + b"]\x94h\x00a.",
        "lists that repeat each other, 100 to the power of 5": PROTO4 + laughs + STOP,
        "one long text encoded again and again": PROTO4
        + text("a" * 5000)
        + b"\x94"
        + b"("
        + call(ENCODE, b"h\x00", text("latin1")) * 50
        + b"l.",
        "bytes of a million": PROTO2 + call(b"c__builtin__\nbytes\n", b"J\x40\x42\x0f\x00") + STOP,
    }


def odd_ends() -> dict[str, bytes]:
    """Types, keys and endings that are not plain data."""
    return {
        "a frozen set": PROTO4 + b"(K\x01\x91.",
        "a set of tuples": PROTO4 + b"\x8f(K\x01\x85\x90.",
        "a set of sets": PROTO4 + b"\x8f(\x8f\x90.",
        "a set of bytes by REDUCE": PROTO2 + b"c__builtin__\nset\n](B\x01\x00\x00\x00ae\x85R.",
        "a set of tuples by REDUCE": PROTO2 + b"c__builtin__\nset\n](K\x01\x85e\x85R.",
        "a set of a text": PROTO2 + b"c__builtin__\nset\n" + text("ab") + b"\x85R.",
        "elements added to a list": PROTO4 + b"](K\x01\x90.",
        "a dictionary whose key is a tuple": PROTO2 + b"}K\x01\x85Ns.",
        "a dictionary whose key is an array": PROTO2 + b"}" + array(dtype("u1"), blob(b"a"), 1) + b"Ns.",
        "a second pickle behind the first": PROTO2 + b"N." + PROTO2 + b"N.",
        "an unfinished array": PROTO2 + call(RECONSTRUCT, NDARRAY, b"K\x00\x85", text("b")) + STOP,
        "a bare function": PROTO2 + ENCODE + STOP,
        "a bare dtype": PROTO2 + dtype("f8") + STOP,
        "an unknown protocol": b"\x80\x7fN.",
        "an opcode that does not exist": PROTO2 + b"\xff.",
    }


NAMES = sorted(corpus("marker"))
